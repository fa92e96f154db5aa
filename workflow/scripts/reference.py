"""Set the authors' own numbers beside ours."""

from modgrow import script
from modgrow.schemas import evidence
from modgrow.schemas.reference import SCHEMA
from modgrow.store import files, tables
from modgrow.verdict import paper, reference
from modgrow.verdict.evidence import Evidence


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    table, markdown = args.outputs
    found = evidence.read(args.inputs, args.id["arms"])
    experiments = paper.experiments_from_json(args.id["experiments"])
    ours = Evidence(found, script.recipes(args.id), experiments)
    beside = reference.compare(ours)
    text = reference.markdown(beside, ours)
    tables.write(table, beside, SCHEMA, script.provenance(args.id))
    files.write(markdown, lambda path: path.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
