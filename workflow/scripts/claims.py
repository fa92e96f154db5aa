"""Judge every claim of the paper that the tables have evidence for."""

from modgrow import script
from modgrow.schemas import evidence
from modgrow.schemas.claims import SCHEMA
from modgrow.store import files, tables
from modgrow.verdict import judge, paper
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    table, csv, markdown = args.outputs
    found = evidence.read(args.inputs, args.id["arms"])
    experiments = paper.experiments_from_json(args.id["experiments"])
    arms = script.recipes(args.id) | paper.controls_from_json(args.id.get("controls"))
    claims = judge.judge(Evidence(found, arms, experiments))
    text = judge.markdown(claims, args.id["note"])
    tables.write(table, claims, SCHEMA, script.provenance(args.id, "scipy"))
    files.write(csv, lambda path: claims.to_csv(path, index=False))
    files.write(markdown, lambda path: path.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
