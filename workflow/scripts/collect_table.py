"""Gather one folder's per-network tables into a long table."""

from modgrow import places, script, study
from modgrow.schemas.evidence import SCHEMAS
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--output")
    name, folder = args.id["table"], places.around(args.output, args.id["collection"])
    schema = SCHEMAS.get(name) or study.named(name).schema
    seeds = places.seeds_in(args.id["seeds"])
    table = tables.collect(folder / name, schema, seeds, args.id["planned"])
    tables.write(args.output, table, schema, script.provenance(args.id))


if __name__ == "__main__":
    script.run(main)
