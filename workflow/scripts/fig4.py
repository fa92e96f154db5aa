"""Draw Fig. 4."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.experiments.ideal import ideal_timescales
from modgrow.figures import fig4, job
from modgrow.schemas.timescales import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--table", "--svg", "--png")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    table = tables.read(args.table, SCHEMA, args.id["arms"])
    ideal = ideal_timescales(sorted(table["n"].unique()), args.id["max_lag"])
    figure = fig4.draw(table, ideal, arms)
    job.save(figure, args)


if __name__ == "__main__":
    script.run(main)
