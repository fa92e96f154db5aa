"""Gather one folder's per-network tables into a long table."""

from modgrow import script
from modgrow.schemas.evidence import SCHEMAS
from modgrow.store import tables


def main() -> None:
    args = script.arguments(__doc__, "--output")
    schema = SCHEMAS[args.id["table"]]
    table = tables.collect(args.id["folder"], schema, args.id["seeds"], args.id["planned"])
    tables.write(args.output, table, schema, script.provenance(__file__, args.id))


if __name__ == "__main__":
    script.run(main)
