"""Draw Fig. 2b."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.figures import fig2b, job
from modgrow.schemas.parameters import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    figure = fig2b.draw(tables.read(args.table, SCHEMA, args.id["arms"]), arms)
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
