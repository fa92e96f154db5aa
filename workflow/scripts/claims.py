"""Judge every claim of the paper that the tables have evidence for."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.schemas.claims import SCHEMA
from modgrow.schemas.evidence import SCHEMAS
from modgrow.store import files, tables
from modgrow.verdict import judge
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--table", "--csv", "--markdown")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    paths = {name: f"{args.id['folder']}/{name}.parquet" for name in args.id["tables"]}
    found = {name: tables.read(path, SCHEMAS[name], args.id["arms"]) for name, path in paths.items()}
    evidence = Evidence(found, arms)
    claims = judge.judge(evidence)
    tables.write(args.table, claims, SCHEMA, script.provenance(__file__, args.id, "scipy"))
    files.write(args.csv, lambda path: claims.to_csv(path, index=False))
    files.write(args.markdown, lambda path: path.write_text(judge.markdown(claims)))


if __name__ == "__main__":
    script.run(main)
