"""What the smallest network of each family that solves N costs in neurons and connections."""

from modgrow import script
from modgrow.experiments import neuron_cost
from modgrow.schemas.costs import SCHEMA
from modgrow.schemas.learning_curves import SCHEMA as CURVES

if __name__ == "__main__":
    script.derive(__doc__, neuron_cost.costs, SCHEMA, CURVES)
