"""Half-points of every network under perturbation, and their intervals per arm."""

from modgrow import script
from modgrow.schemas.perturbation import SCHEMA
from modgrow.schemas.perturbation_summary import SCHEMA as SUMMARY
from modgrow.store import tables
from modgrow.verdict import half_points


def main() -> None:
    args = script.arguments(__doc__, "--table", "--output")
    table = half_points.summary(tables.read(args.table, SCHEMA, args.id["arms"]), args.id["threshold"])
    tables.write(args.output, table, SUMMARY, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
