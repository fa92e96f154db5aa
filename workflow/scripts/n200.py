"""Draw the networks driven to a given N."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.figures import job, n200
from modgrow.schemas.learning_curves import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    job.save(n200.draw(tables.read(args.table, SCHEMA, args.id["arms"]), arms), args)


if __name__ == "__main__":
    script.run(main)
