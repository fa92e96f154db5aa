"""Draw Fig. 2a: learning speed."""

from modgrow.figures import fig2a, job
from modgrow.schemas.learning_curves import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, fig2a.draw, SCHEMA)
