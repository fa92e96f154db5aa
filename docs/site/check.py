"""What was built: every link leads to a page and a place in it, and nothing is loaded from elsewhere."""

import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"src", "srcset", "poster"}  # a browser asks for these by itself; of `href` those of <link>
ASKED = (
    "stylesheet",
    "icon",
    "preload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
    "manifest",
)
FROM_ELSEWHERE = re.compile(r"(?:url\(|@import)\s*[\"']?\s*(?:https?:)?//[^\"')\s]+")


@dataclass
class Page(HTMLParser):
    """A page of HTML: where it leads, what it loads, and the places in it that have a name."""

    text: str
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    classes: set[str] = field(default_factory=set)

    def __post_init__(self):
        super().__init__()
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes that matter."""
        given = {name: value or "" for name, value in attrs}
        self.places |= {given[name] for name in ("id", "name") if name in given}
        self.classes |= set(given.get("class", "").split())
        self.loads += [given[name] for name in LOADED & given.keys()]
        if "href" in given:
            loads = tag == "link" and any(word in given.get("rel", "") for word in ASKED)
            (self.loads if loads else self.links).append(given["href"])


@cache
def _read(path: Path) -> Page:
    return Page(path.read_text())


def site(folder: Path) -> list[str]:
    """What is wrong with the pages and style sheets of a folder, a line each."""
    wrong = []
    for path in sorted(folder.rglob("*.html")):
        wrong += _page(path, folder.resolve())
    for path in sorted(folder.rglob("*.css")):
        wrong += _style(path)
    return wrong


def _page(path: Path, folder: Path) -> list[str]:
    page = _read(path)
    found = [f"{path}: loads {address}, from elsewhere" for address in page.loads if _outside(address)]
    found += _style(path)
    if "mermaid" in page.classes:
        found.append(f"{path}: has a Mermaid diagram, whose drawing would be loaded from elsewhere")
    for address in page.links + page.loads:
        if address and not _outside(address) and not urlsplit(address).scheme:
            found += [f"{path}: {address}: {said}" for said in _missing(path, address, folder)]
    return found


def _style(path: Path) -> list[str]:
    return [f"{path}: loads {found}, from elsewhere" for found in FROM_ELSEWHERE.findall(path.read_text())]


def _outside(address: str) -> bool:
    return urlsplit(address).scheme in ("http", "https") or address.startswith("//")


def _missing(path: Path, address: str, folder: Path) -> list[str]:
    """What an address within the site lacks: the file, or the place in it."""
    parts = urlsplit(address)
    start = folder if parts.path.startswith("/") else path.parent
    target = start / unquote(parts.path).lstrip("/") if parts.path else path
    if target.is_dir():
        target = target / "index.html"
    if not target.is_file() or not target.resolve().is_relative_to(folder):
        return ["there is no such file"]
    place = unquote(parts.fragment)
    if place and target.suffix == ".html" and place not in _read(target).places:
        return ["there is no such place in the page"]
    return []
