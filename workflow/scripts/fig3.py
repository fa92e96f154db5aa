"""Draw Fig. 3: robustness to noise."""

from modgrow.figures import fig3, job
from modgrow.schemas.exact import SCHEMA as EXACT
from modgrow.schemas.perturbation import SCHEMA
from modgrow.schemas.perturbation_summary import SCHEMA as HALF_POINTS

if __name__ == "__main__":
    job.run(__doc__, fig3.draw, SCHEMA, HALF_POINTS, EXACT)
