"""Compare N_solved of arms pair by pair: modular with flat, frozen and copied with trained."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.schemas.comparisons import SCHEMA
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.store import tables
from modgrow.verdict import comparisons


def main() -> None:
    args = script.arguments(__doc__, "--curves", "--output")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    curves = tables.read(args.curves, CURVES, args.id["arms"])
    table = comparisons.compare(curves, args.id["pairs"], arms)
    tables.write(args.output, table, SCHEMA, script.provenance(__file__, args.id, "scipy"))


if __name__ == "__main__":
    script.run(main)
