"""Typeset the filled article of a folder, else of `build/article`, as a PDF beside it. Needs typst alone."""

import sys
from pathlib import Path

import typst

FOLDER = Path(__file__).parents[2] / "build" / "article"


def typeset(folder: Path) -> Path:
    """`article.pdf` from `article.typ`: the same bytes from the same text, whatever fonts a machine has.

    Raises TypstError where the text is not typst's, or a figure that it names is missing.
    """
    pdf = folder / "article.pdf"
    typst.compile(
        str(folder / "article.typ"),
        output=str(pdf),
        root=str(folder),
        font_paths=[str(folder / "fonts")],
        ignore_system_fonts=True,
        timestamp=0,  # the date stands in the text
    )
    return pdf


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    try:
        print(typeset(folder))
    except typst.TypstError as error:
        sys.exit(f"{folder / 'article.typ'}: {error}")
