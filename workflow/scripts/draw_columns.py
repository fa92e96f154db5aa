"""Draw under which readings each claim holds."""

from modgrow.figures import columns, job
from modgrow.schemas.column_claims import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, columns.draw, SCHEMA)
