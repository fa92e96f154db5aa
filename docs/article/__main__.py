"""Set the filled article as a PDF in `build/article`: `make article`."""

import sys
from pathlib import Path

import typst

ROOT = Path(__file__).parents[2]
TEXT = ROOT / "build" / "article" / "article.typ"


def main() -> None:
    """Read the text, write the PDF beside it. Exits with what typst says is wrong."""
    pdf = TEXT.with_suffix(".pdf")
    try:
        typst.compile(TEXT, output=pdf, root=ROOT)
    except typst.TypstError as error:
        sys.exit(f"docs/templates/article.typ: {error}")
    print(f"the article: {pdf}")


if __name__ == "__main__":
    main()
