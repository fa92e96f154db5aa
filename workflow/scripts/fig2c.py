"""Draw Fig. 2c."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.figures import fig2c, job
from modgrow.schemas.generalisation import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    figure = fig2c.draw(tables.read(args.table, SCHEMA, args.id["arms"]), arms)
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
