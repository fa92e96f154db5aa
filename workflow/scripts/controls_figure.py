"""Draw N solved by epoch for every kind of the controls."""

from modgrow.figures import controls, job
from modgrow.schemas.controls import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, controls.draw, SCHEMA)
