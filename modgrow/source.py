"""Which source files a script depends on, and a digest of them that changes only with the code.

Snakemake notices a changed script but not a changed package file, so every rule carries the digest
of its script's import closure as a parameter. Comments, docstrings and layout do not count.
Files are read as text: nothing is imported, so this costs milliseconds and never loads torch.
"""

import ast
import functools
import hashlib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "modgrow"


def digest(script: str | Path, extra: Iterable[str] = ()) -> str:
    """One hexadecimal digest of `script`, the files `extra`, and every package file that they import."""
    parts = "\n".join(f"{name} {value}" for name, value in digests(script, extra).items())
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def digests(script: str | Path, extra: Iterable[str] = ()) -> dict[str, str]:
    """Digest per file of the import closure of `script` and `extra`, keyed by path in the root, sorted."""
    files = set().union(*(import_closure(ROOT / path) for path in (script, *extra)))
    return {str(path.relative_to(ROOT)): _file_digest(path) for path in sorted(files)}


def import_closure(path: Path) -> set[Path]:
    """`path` and every file of the package that it imports, directly or through others."""
    closure, waiting = set(), [path.resolve()]
    while waiting:
        file = waiting.pop()
        if file not in closure:
            closure.add(file)
            waiting.extend(imported_files(file))
    return closure


@functools.cache
def imported_files(path: Path) -> frozenset[Path]:
    """The files of the package that `path` itself imports, their packages' `__init__.py` included."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    ours = (name for name in names if name.split(".")[0] == PACKAGE)
    return frozenset(file for name in ours for file in _files_of(name))


def _files_of(dotted: str) -> list[Path]:
    parts = dotted.split(".")
    inits = [ROOT.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    candidates = [*inits, ROOT.joinpath(*parts).with_suffix(".py")]
    return [file for file in candidates if file.is_file()]


@functools.cache
def _file_digest(path: Path) -> str:
    return hashlib.sha256(code_of(path.read_text(encoding="utf-8")).encode()).hexdigest()[:16]


def code_of(text: str) -> str:
    """Python source without its comments, docstrings and layout."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
