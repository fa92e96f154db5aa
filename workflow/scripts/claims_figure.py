"""Draw the verdict on every claim, on one page."""

from modgrow.figures import claims, job
from modgrow.schemas.claims import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, claims.draw, SCHEMA)
