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
    args = script.arguments(__doc__, "--folder")
    folder = Path(args.folder)
    for name, path in args.id["tables"].items():
        table = tables.read(folder.parent / path, SCHEMAS[name])
        text = page.draw(name, table, args.id["longest"], args.id["note"])
        files.write(
            folder / f"{name}.html", lambda target, text=text: target.write_text(text, encoding="utf-8")
        )


if __name__ == "__main__":
    script.run(main)
