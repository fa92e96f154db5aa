"""Write every table as a page for the report."""

from pathlib import Path

from modgrow import script
from modgrow.figures import page
from modgrow.store import files, tables


def main() -> None:
    args = script.arguments(__doc__, "--folder")
    folder = Path(args.folder)
    for name, path in args.id["tables"].items():
        text = page.draw(name, tables.read(folder.parent / path), args.id["longest"])
        files.write(
            folder / f"{name}.html", lambda target, text=text: target.write_text(text, encoding="utf-8")
        )


if __name__ == "__main__":
    script.run(main)
