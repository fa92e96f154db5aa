"""Write every table as a page for the report."""

from pathlib import Path

from modgrow import script
from modgrow.figures import page
from modgrow.store import files, tables


def main() -> None:
    args = script.arguments(__doc__)
    for name, path in args.id["tables"].items():
        text = page.draw(name, tables.read(path), args.id["longest"], args.id["note"])
        files.write(
            f"{args.id['folder']}/{name}.html", lambda target, text=text: Path(target).write_text(text)
        )


if __name__ == "__main__":
    script.run(main)
