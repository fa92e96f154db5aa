"""Judge the claims under one column; with the main run, its modular arms against the column's flat ones."""

from pathlib import Path

from modgrow import script
from modgrow.schemas import evidence
from modgrow.schemas.column_claims import SCHEMA
from modgrow.store import files, tables
from modgrow.verdict import columns, paper
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    table, csv = args.outputs
    folder = Path(table).parent
    own = [path for path in args.inputs if Path(path).parent == folder]
    others = [path for path in args.inputs if path not in own]
    recipes = script.recipes(args.id)
    experiments = paper.experiments_from_json(args.id["experiments"])
    found = evidence.read(own, args.id["arms"])
    column = columns.evidence_of(found, args.id["names"], recipes, experiments)
    beside = Evidence(evidence.read(others, args.id["arms"]), recipes, experiments) if others else None
    claims = columns.judge_column(args.id["column"], column, beside).assign(main=None)
    tables.write(table, claims, SCHEMA, script.provenance(args.id, "scipy"))
    files.write(csv, lambda path: claims.to_csv(path, index=False))


if __name__ == "__main__":
    script.run(main)
