"""How much the weights of one trained chain change from module to module (Fig. 5c)."""

from modgrow.experiments import conservation, job
from modgrow.schemas.conservation import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, conservation.rows, SCHEMA)
