"""Draw the comparison of pool and fresh sequences."""

from modgrow.figures import job, pool_proof
from modgrow.schemas.pool_proof import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, pool_proof.draw, SCHEMA)
