"""Check the table of claims: all verdicts there, all numbers finite; count the verdicts, answer the title."""

from modgrow import script
from modgrow.errors import StoreError
from modgrow.schemas.claims import SCHEMA
from modgrow.store import files, tables
from modgrow.verdict import judge, promises


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    (read,) = args.inputs
    verdict, answers = args.outputs
    claims = tables.read(read, SCHEMA)
    if wrong := judge.problems(claims):
        raise StoreError(f"{read}: {'; '.join(wrong)}; look at the tables this claim is read from")
    write(verdict, judge.summary(claims, args.id.get("note", "")))
    write(answers, promises.answers(claims))


def write(path: str, said: str) -> None:
    files.write(path, lambda target: target.write_text(said + "\n", encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
