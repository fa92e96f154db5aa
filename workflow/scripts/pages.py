"""Write every table as a page for the report."""

from pathlib import Path

from modgrow import script, study
from modgrow.figures import page
from modgrow.schemas import claims, comparisons, costs, evidence, parameters, reference, resources
from modgrow.store import files, tables

SCHEMAS = evidence.SCHEMAS | {
    kind.SCHEMA.name: kind.SCHEMA for kind in (claims, comparisons, costs, parameters, reference, resources)
}


def main() -> None:
    args = script.arguments(__doc__, "--inputs", "--outputs")
    for read, made in zip(args.inputs, args.outputs, strict=True):
        name = Path(read).stem
        schema = SCHEMAS.get(name) or study.named(name).schema
        text = page.draw(name, tables.read(read, schema), args.id["longest"], args.id["note"])
        files.write(made, lambda target, text=text: target.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
