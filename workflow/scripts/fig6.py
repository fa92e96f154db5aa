"""Draw Fig. 6: freezing and copying."""

from modgrow.figures import fig6, job
from modgrow.schemas.learning_curves import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, fig6.draw, SCHEMA)
