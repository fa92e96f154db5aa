"""Compare N_solved of arms pair by pair: modular with flat, frozen and copied with trained."""

from modgrow import script
from modgrow.schemas.comparisons import SCHEMA
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.verdict import comparisons

if __name__ == "__main__":
    script.derive(__doc__, comparisons.compare, SCHEMA, CURVES, packages=["scipy"])
