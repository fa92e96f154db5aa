"""Draw Fig. 6."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.figures import fig6, job
from modgrow.schemas.learning_curves import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    figure = fig6.draw(tables.read(args.table, SCHEMA, args.id["arms"]), args.id["panels"], arms)
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
