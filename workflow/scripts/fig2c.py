"""Draw Fig. 2c: generalisation."""

from modgrow.figures import fig2c, job
from modgrow.schemas.generalisation import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, fig2c.draw, SCHEMA)
