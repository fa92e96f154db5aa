"""Record one trained network and fit the timescales of its neurons (Fig. 4)."""

from modgrow.experiments import job, timescales
from modgrow.schemas.timescales import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, timescales.rows, SCHEMA, "numba", "llvmlite", "scipy")
