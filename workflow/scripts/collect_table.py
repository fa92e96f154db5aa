"""Gather one folder's per-network tables into a long table."""

from modgrow import script
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--output")
    folder, seeds = args.id["folder"], args.id["seeds"]
    paths = [f"{folder}/{arm}/seed_{seed}.parquet" for arm, count in seeds.items() for seed in range(count)]
    table = tables.read_all(paths, columns=("arm", "seed"))
    tables.write(args.output, table, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
