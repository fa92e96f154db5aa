"""Typeset `build/article/article.typ` as a PDF. Needs typst alone; the same text gives the same bytes."""

import sys
from pathlib import Path

import typst

ROOT = Path(__file__).parents[2]


def typeset(source: Path, pdf: Path) -> None:
    """The PDF of a filled article, with the fonts beside it and typst's own: none of this machine's.

    Raises TypstError where the text is not typst's or a figure is missing.
    """
    typst.compile(
        str(source),
        output=str(pdf),
        root=str(ROOT),
        font_paths=[str(source.parent / "fonts")],
        ignore_system_fonts=True,
        timestamp=0,  # the date stands in the text
    )


if __name__ == "__main__":
    written = ROOT / "build" / "article" / "article.pdf"
    try:
        typeset(written.with_suffix(".typ"), written)
    except typst.TypstError as error:
        sys.exit(f"{written.with_suffix('.typ')}: {error}")
    print(written)
