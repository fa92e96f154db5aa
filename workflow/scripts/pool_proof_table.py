"""Pool against fresh sequences, epoch by epoch, with intervals of the difference."""

from modgrow import script
from modgrow.store import tables
from modgrow.verdict import pool_proof


def main() -> None:
    args = script.arguments(__doc__, "--output")
    folder, seeds = args.id["folder"], args.id["seeds"]
    paths = [f"{folder}/{arm}/seed_{seed}.parquet" for arm, count in seeds.items() for seed in range(count)]
    curves = tables.read_all(paths, columns=("arm", "seed", "epoch", *pool_proof.QUANTITIES))
    table = pool_proof.compare(curves, args.id["pairs"])
    tables.write(args.output, table, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
