"""Write every table as a page, and one that lists them all."""

from pathlib import Path

from modgrow import script, study
from modgrow.figures import glossary, page
from modgrow.schemas import claims, comparisons, costs, evidence, parameters, reference, resources
from modgrow.store import files, tables

SCHEMAS = evidence.SCHEMAS | {
    kind.SCHEMA.name: kind.SCHEMA for kind in (claims, comparisons, costs, parameters, reference, resources)
}


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    *pages, index = args.outputs
    entries = glossary.read()
    sentences = {}
    for read, made in zip(args.inputs, pages, strict=True):
        name = Path(read).stem
        entry = entries.get(name, glossary.NOTHING)
        schema = SCHEMAS.get(name) or study.named(name).schema
        write(made, page.draw(name, tables.read(read, schema), args.id["longest"], args.id["note"], entry))
        sentences[name] = entry.sentence
    write(index, page.index(sentences, args.id["note"]))


def write(path: str, text: str) -> None:
    files.write(path, lambda target: target.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
