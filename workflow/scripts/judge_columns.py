"""The verdicts of all columns beside those of the main run, and the final word on each claim."""

from modgrow import script
from modgrow.schemas import claims
from modgrow.schemas import column_claims as schema
from modgrow.store import files, tables
from modgrow.verdict import columns


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    said, table, csv, markdown = args.outputs
    first, *others = args.inputs
    judged = [tables.read(path, schema.SCHEMA) for path in others]
    found = columns.judge_columns(tables.read(first, claims.SCHEMA), judged)
    note = args.id["note"]
    words = columns.summary(found, note) + "\n"
    text = columns.markdown(found, note)
    tables.write(table, found, schema.SCHEMA, script.provenance(args.id))
    files.write(csv, lambda path: found.to_csv(path, index=False))
    files.write(markdown, lambda path: path.write_text(text, encoding="utf-8"))
    files.write(said, lambda path: path.write_text(words, encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
