"""Gather one folder's per-network tables into a long table."""

from modgrow import places, script
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--output")
    folder = places.around(args.output) / args.id["table"]
    paths = places.per_network(folder, "parquet", args.id["seeds"])
    table = tables.read_all(paths, columns=("arm", "seed"))
    tables.write(args.output, table, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
