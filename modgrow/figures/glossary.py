"""What the glossary says of tables: a sentence on each, and what every column means. Light: plans read it."""

import hashlib
import re
from pathlib import Path
from typing import NamedTuple

from modgrow.places import ROOT

FILE = ROOT / "docs" / "glossary.md"
STATIC = Path(__file__).parent / "static"  # script and style of pages
HEADER = "| column | meaning |"


class Entry(NamedTuple):
    """What is said of one table."""

    sentence: str
    columns: dict[str, str]  # meaning by column, in the glossary's order


NOTHING = Entry("", {})  # of a table that has no section


def digest() -> str:
    """A digest of the files of pages that are no code: these are made again when one of them changes."""
    parts = [_text(), *(file.read_text(encoding="utf-8") for file in sorted(STATIC.iterdir()))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _text() -> str:
    """The glossary; empty where there is none, as in an installed package."""
    return FILE.read_text(encoding="utf-8") if FILE.is_file() else ""


def read(text: str | None = None) -> dict[str, Entry]:
    """The entry of each table, by its name; of the glossary, or of another text like it."""
    text = _text() if text is None else text
    found = {}
    for section in text.split("\n## ")[1:]:
        name, _, rest = section.partition("\n")
        found[name.strip()] = Entry(_first_sentence(rest), _meanings(rest))
    return found


def _first_sentence(section: str) -> str:
    """The first sentence of a section, empty where it begins with a table."""
    paragraph = section.strip().split("\n\n")[0]
    if paragraph.startswith("|"):
        return ""
    return re.split(r"(?<=[.]) (?=[A-Z])", " ".join(paragraph.split()))[0]


def _meanings(section: str) -> dict[str, str]:
    """The meaning of each column; those that stand in one row share theirs."""
    found = {}
    _, _, table = section.partition(HEADER)
    for line in table.split("\n\n")[0].splitlines():
        if line.startswith("| `"):
            names, meaning = (cell.strip() for cell in line.strip().strip("|").split("|", 1))
            found |= dict.fromkeys(re.findall(r"`(\w+)`", names), meaning)
    return found
