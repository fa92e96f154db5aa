"""Pool against fresh sequences, epoch by epoch, with intervals of the difference."""

from modgrow import places, script
from modgrow.schemas.learning_curves import SCHEMA as CURVES
from modgrow.schemas.pool_proof import SCHEMA
from modgrow.store import tables
from modgrow.verdict import pool_proof


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    (made,) = args.outputs
    folder, seeds = places.around(made) / "learning_curves", places.seeds_in(args.id["seeds"])
    curves = tables.collect(folder, CURVES, seeds, args.id["planned"])
    table = pool_proof.compare(curves, args.id["pairs"])
    tables.write(made, table, SCHEMA, script.provenance(args.id))


if __name__ == "__main__":
    script.run(main)
