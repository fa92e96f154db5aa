"""Draw under which settings each claim holds."""

from modgrow.figures import job, sensitivity
from modgrow.schemas.sensitivity_claims import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, sensitivity.draw, SCHEMA)
