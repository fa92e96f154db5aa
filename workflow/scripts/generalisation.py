"""Teach one trained network N + K with a new head (Fig. 2c)."""

from modgrow.experiments import generalisation, job
from modgrow.schemas.generalisation import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, generalisation.rows, SCHEMA, "numba", "llvmlite", "scipy")
