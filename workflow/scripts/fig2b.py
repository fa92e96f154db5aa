"""Draw Fig. 2b: parameters."""

from modgrow.figures import fig2b, job
from modgrow.schemas.parameters import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, fig2b.draw, SCHEMA)
