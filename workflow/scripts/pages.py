"""Write every table as a page for the report."""

from pathlib import Path

from modgrow import places, script
from modgrow.figures import page
from modgrow.store import files, tables


def main() -> None:
    args = script.arguments(__doc__, "--page")
    for name, path in args.id["tables"].items():
        text = page.draw(name, tables.read(places.around(args.page) / path), args.id["longest"])
        page_path = Path(args.page).with_name(f"{name}.html")
        files.write(page_path, lambda target, text=text: target.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    script.run(main)
