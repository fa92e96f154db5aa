"""What each arm of Fig. 6 copied, froze and trained in a new module, and how far it got."""

from modgrow import script
from modgrow.experiments import pathways
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.schemas.pathways import SCHEMA

if __name__ == "__main__":
    script.derive(__doc__, pathways.summary, SCHEMA, CURVES)
