"""Set the authors' own numbers beside ours."""

from modgrow import script
from modgrow.arm import arm_from_json
from modgrow.store import files, tables
from modgrow.verdict import paper, reference
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--table", "--markdown")
    arms = {name: arm_from_json(settings) for name, settings in args.id["arms"].items()}
    names = args.id["tables"]
    experiments = paper.experiments_from_json(args.id["experiments"])
    found = {name: tables.read(f"{args.id['folder']}/{name}.parquet") for name in names}
    evidence = Evidence(found, arms, experiments)
    beside = reference.compare(evidence)
    tables.write(args.table, beside, script.provenance(__file__, args.id))
    files.write(args.markdown, lambda path: path.write_text(reference.markdown(beside, evidence)))


if __name__ == "__main__":
    script.run(main)
