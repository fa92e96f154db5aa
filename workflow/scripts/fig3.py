"""Draw Fig. 3: robustness to noise."""

from modgrow.figures import fig3, job
from modgrow.schemas.exact import SCHEMA as EXACT
from modgrow.schemas.perturbation import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, fig3.draw, SCHEMA, EXACT)
