"""Draw under which readings each claim holds."""

from modgrow.figures import columns, job
from modgrow.schemas.columns import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, columns.draw, SCHEMA)
