"""Draw Fig. 5: noise on single pathways, and their change from module to module."""

from modgrow.figures import fig5, job
from modgrow.schemas.conservation import SCHEMA as CONSERVATION
from modgrow.schemas.perturbation import SCHEMA as PERTURBATION

if __name__ == "__main__":
    job.run(__doc__, fig5.draw, PERTURBATION, CONSERVATION)
