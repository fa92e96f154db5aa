"""Write every table as a page for the report."""

from pathlib import Path

from modgrow import script
from modgrow.figures import page
from modgrow.schemas import claims, comparisons, evidence, parameters, reference, resources
from modgrow.store import files, tables

SCHEMAS = evidence.SCHEMAS | {
    kind.SCHEMA.name: kind.SCHEMA for kind in (claims, comparisons, parameters, reference, resources)
}


def main() -> None:
    args = script.arguments(__doc__)
    for name, path in args.id["tables"].items():
        text = page.draw(name, tables.read(path, SCHEMAS[name]), args.id["longest"])
        files.write(
            f"{args.id['folder']}/{name}.html", lambda target, text=text: Path(target).write_text(text)
        )


if __name__ == "__main__":
    script.run(main)
