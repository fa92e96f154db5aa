"""What each arm of Fig. 6 copied, froze and trained in a new module, and how far it got."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.experiments import pathways
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.schemas.pathways import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--curves", "--output")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    curves = tables.read(args.curves, CURVES, args.id["arms"])
    table = pathways.summary(curves, arms)
    tables.write(args.output, table, SCHEMA, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
