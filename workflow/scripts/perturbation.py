"""Perturb the weights and time constants of one trained network (Figs. 3, 5a-b)."""

from modgrow.experiments import job, perturbation
from modgrow.schemas.perturbation import SCHEMA

if __name__ == "__main__":
    job.run(__doc__, perturbation.rows, SCHEMA)
