"""Judge every claim of the paper that the tables have evidence for."""

from pathlib import Path

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.schemas.claims import SCHEMA
from modgrow.schemas.evidence import SCHEMAS
from modgrow.store import files, tables
from modgrow.verdict import judge, paper
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--table", "--csv", "--markdown")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    folder, names = Path(args.table).parent / "tables", args.id["tables"]
    experiments = paper.experiments_from_json(args.id["experiments"])
    found = {name: tables.read(folder / f"{name}.parquet", SCHEMAS[name], args.id["arms"]) for name in names}
    claims = judge.judge(Evidence(found, arms, experiments))
    text = judge.markdown(claims, args.id["note"])
    tables.write(args.table, claims, SCHEMA, script.provenance(__file__, args.id, "scipy"))
    files.write(args.csv, lambda path: claims.to_csv(path, index=False))
    files.write(args.markdown, lambda path: path.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
