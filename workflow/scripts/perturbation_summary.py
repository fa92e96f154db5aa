"""Half-points of every network under perturbation, and their intervals per arm."""

from modgrow import script
from modgrow.store import tables
from modgrow.verdict import half_points


def main() -> None:
    args = script.arguments(__doc__, "--table", "--output")
    columns = ("arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy")
    table = half_points.summary(tables.read(args.table, columns), args.id["threshold"])
    tables.write(args.output, table, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
