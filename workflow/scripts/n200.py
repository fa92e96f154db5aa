"""Draw the networks driven to a given N."""

from modgrow.figures import job, n200
from modgrow.schemas.learning_curves import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, n200.draw, SCHEMA)
