"""The page's own files made into one: ES modules inlined, style and script in the HTML. No torch.

A module is a file of `static/`; it imports others of them by name (`import { a } from "./b.js";`). The
bundle is all of them in the order of their imports, each a function that is called once and gives what the
file exports; no two may export the same name, which a browser would refuse as a syntax error.
"""

import hashlib
import re
from pathlib import Path

STATIC = Path(__file__).resolve().parent / "static"
PAGE, WORKER = "main.js", "worker.js"  # what the page starts with, and its worker
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?:const|function|class) (\w+)", re.MULTILINE)


def modules(entry: str) -> list[str]:
    """The files that `entry` imports, directly or through others, each after those that it needs."""
    found: list[str] = []

    def visit(name: str) -> None:
        if name in found:
            return
        for imported in _IMPORT.findall(read(name)):
            visit(imported)
        found.append(name)

    visit(entry)
    return found


def script(entry: str) -> str:
    """`entry` with all that it imports, as one script that imports nothing."""
    return "\n".join(map(_enclosed, modules(entry)))


def _enclosed(name: str) -> str:
    """One file as a statement that declares what it exports, and nothing else."""
    text = read(name)
    exports = ", ".join(_EXPORT.findall(text))
    body = _IMPORT.sub("", text).replace("\nexport ", "\n")
    return f"const {{ {exports} }} = (() => {{\n{body}return {{ {exports} }};\n}})();\n"


def page(data: str) -> str:
    """The HTML of the page around `data`, the JSON of the networks in it."""
    text = read("page.html")
    parts = {
        "style": read("page.css"),
        "networks": _inline(data),
        "worker": _inline(script(WORKER)),
        "script": _inline(script(PAGE)),
    }
    for name, part in parts.items():
        text = text.replace(f"<!--{name}-->", part, 1)
    return text


def digest() -> str:
    """A digest of all files of the page: it changes with any of them."""
    contents = [path.read_bytes() for path in sorted(STATIC.iterdir())]
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:16]


def read(name: str) -> str:
    """A file of the page."""
    return (STATIC / name).read_text(encoding="utf-8")


def _inline(text: str) -> str:
    """As it may stand inside a `script` element, which the letters `</` would end."""
    return text.replace("</", "<\\/")
