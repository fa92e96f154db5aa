"""Pool against fresh sequences, epoch by epoch, with intervals of the difference."""

from modgrow import places, script
from modgrow.store import tables
from modgrow.verdict import pool_proof


def main() -> None:
    args = script.arguments(__doc__, "--output")
    folder = places.around(args.output) / "learning_curves"
    paths = places.per_network(folder, "parquet", args.id["seeds"])
    curves = tables.read_all(paths, columns=("arm", "seed", "epoch", *pool_proof.QUANTITIES))
    table = pool_proof.compare(curves, args.id["pairs"])
    tables.write(args.output, table, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
