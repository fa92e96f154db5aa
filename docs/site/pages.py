"""The pages of the site, gathered in one folder: those that the navigation names, and what they link to.

Pages are written to be read in a repository, with links relative to where they lie. Here each link leads to
where its target lies in the site. A file that is no page comes along if a page links to it.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

import yaml

from docs.site import notebook

# Where a page does not have the place that it has in docs/.
ELSEWHERE = {
    "index.md": "README.md",
    "settings.md": "config/README.md",
    "benchmarks.md": "benchmarks/README.md",
    "contributing.md": "CONTRIBUTING.md",
    "changelog.md": "CHANGELOG.md",
    "first_network.md": "docs/first_network.ipynb",
}
LOOK = "docs/site/look.css"
CODE = r"(?P<code>^```.*?^```|`[^`\n]+`)"
TARGET = r"(?P<before>\]\()(?P<target>[^)#\s]+)"  # the end of [text](target) and of [text](target#place)
LINK = re.compile(f"{CODE}|{TARGET}", re.DOTALL | re.MULTILINE)
OUTSIDE = re.compile(r"[a-z]+:")
NOTEBOOK = "\n---\n\n[This page as a notebook]({name}), to run and to change.\n"


def named(root: Path) -> list[str]:
    """The pages of the navigation in `mkdocs.yml`, by their place in the site."""
    return list(_leaves(yaml.safe_load((root / "mkdocs.yml").read_text())["nav"]))


def _leaves(entry: object) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
        return
    below = entry.values() if isinstance(entry, dict) else entry
    for one in below:
        yield from _leaves(one)


def origin(page: str) -> str:
    """The file of the repository that a page of the site is made from."""
    return ELSEWHERE.get(page, f"docs/{page}")


def stage(root: Path, folder: Path) -> list[str]:
    """Write every page, and every file that one links to, into `folder`. What is wrong, a line each."""
    places = {origin(page): page for page in named(root)}
    wrong = []
    for source, page in places.items():
        if not (root / source).is_file():
            wrong.append(f"mkdocs.yml: the navigation names {page}, but there is no {source}")
        elif page.endswith(".md"):
            wrong += _write(root, source, places, folder)
        else:
            _copy(root / source, folder / page)
    _copy(root / LOOK, folder / PurePosixPath(LOOK).name)
    return wrong


def _write(root: Path, source: str, places: dict[str, str], folder: Path) -> list[str]:
    """One page with its links turned, and the files that they lead to."""
    page = places[source]
    wrong = []

    def turned(match: re.Match) -> str:
        target = match["target"]
        if match["code"] or OUTSIDE.match(target):
            return match[0]
        linked = normpath(PurePosixPath(source).parent / target)
        if not (root / linked).is_file():
            wrong.append(f"{source}: links to {target}, which is no file; name one, or take the link out")
            return match[0]
        place = places.get(linked) or _along(root, linked, folder)
        return match["before"] + relpath(place, PurePosixPath(page).parent)

    text = LINK.sub(turned, _text(root / source))
    if source.endswith(".ipynb"):
        text += NOTEBOOK.format(name=PurePosixPath(_along(root, source, folder)).name)
    (folder / page).parent.mkdir(parents=True, exist_ok=True)
    (folder / page).write_text(text)
    return wrong


def _text(source: Path) -> str:
    return notebook.markdown(source) if source.suffix == ".ipynb" else source.read_text()


def _along(root: Path, linked: str, folder: Path) -> str:
    """Copy a file that is no page; where it lies then."""
    place = linked.removeprefix("docs/") if linked.startswith("docs/") else f"files/{linked}"
    _copy(root / linked, folder / place)
    return place


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
