"""Judge every claim of the paper that the tables have evidence for."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.store import files, tables
from modgrow.verdict import judge, paper
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--table", "--csv", "--markdown")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    names = args.id["tables"]
    experiments = paper.experiments_from_json(args.id["experiments"])
    found = {name: tables.read(f"{args.id['folder']}/{name}.parquet") for name in names}
    claims = judge.judge(Evidence(found, arms, experiments))
    tables.write(args.table, claims, script.provenance(__file__, args.id, "scipy"))
    files.write(args.csv, lambda path: claims.to_csv(path, index=False))
    files.write(args.markdown, lambda path: path.write_text(judge.markdown(claims, args.id["note"])))


if __name__ == "__main__":
    script.run(main)
