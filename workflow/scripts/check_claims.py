"""Check the table of claims: every verdict there, every number finite; count the verdicts."""

from modgrow import script
from modgrow.errors import StoreError
from modgrow.schemas.claims import SCHEMA
from modgrow.store import files, tables
from modgrow.verdict import judge


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    (read,), (made,) = args.inputs, args.outputs
    claims = tables.read(read, SCHEMA)
    if wrong := judge.problems(claims):
        raise StoreError(f"{read}: {'; '.join(wrong)}; look at the tables this claim is read from")
    said = judge.summary(claims, args.id.get("note", ""))
    files.write(made, lambda path: path.write_text(said + "\n", encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
