"""Set the authors' own numbers beside ours."""

from pathlib import Path

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.schemas.evidence import SCHEMAS
from modgrow.schemas.reference import SCHEMA
from modgrow.store import files, tables
from modgrow.verdict import paper, reference
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--table", "--markdown")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    folder, names = Path(args.table).parent, args.id["tables"]
    experiments = paper.experiments_from_json(args.id["experiments"])
    found = {name: tables.read(folder / f"{name}.parquet", SCHEMAS[name], args.id["arms"]) for name in names}
    evidence = Evidence(found, arms, experiments)
    beside = reference.compare(evidence)
    text = reference.markdown(beside, evidence)
    tables.write(args.table, beside, SCHEMA, script.provenance(__file__, args.id))
    files.write(args.markdown, lambda path: path.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
