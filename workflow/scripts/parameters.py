"""How many weights and parameters every network had when it had solved its largest N (Fig. 2b)."""

from modgrow import script
from modgrow.experiments import parameters
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.schemas.parameters import SCHEMA

if __name__ == "__main__":
    script.derive(__doc__, parameters.count, SCHEMA, CURVES)
