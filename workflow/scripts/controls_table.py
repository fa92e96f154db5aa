"""Gather the rows of all networks of the controls."""

from modgrow import places, script
from modgrow.schemas.controls import SCHEMA
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    (made,) = args.outputs
    seeds = places.seeds_in(args.id["seeds"])
    table = tables.collect(places.around(made) / SCHEMA.name, SCHEMA, seeds, args.id["planned"])
    tables.write(made, table, SCHEMA, script.provenance(args.id))


if __name__ == "__main__":
    script.run(main)
