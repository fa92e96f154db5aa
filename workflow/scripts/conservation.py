"""How much the weights of one trained chain change from module to module (Fig. 5c)."""

from modgrow.experiments import conservation, light
from modgrow.schemas.conservation import SCHEMA

if __name__ == "__main__":
    light.run(__doc__, conservation.rows, SCHEMA)
