"""Which source files a script depends on, and a digest of them that changes only with the code.

Snakemake notices a changed script but not a changed package file, so every rule carries the digest
of its script's import closure as a parameter, and of the tasks, births and studies that it loads by name
(`plan/identity.py`), which no other file imports. Not counted is what cannot change a result: comments,
docstrings, layout, and in classes of settings the declared keys and their validators, since a result's
identity has the values in full.
What is declared there (a default, a range) must therefore not be read where results are made.
Files are read as text: nothing is imported, so this costs milliseconds and never loads torch.
"""

import ast
import functools
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from modgrow.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "modgrow"

BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")  # where statements stand in others
RECORDS = ("modgrow.records", "modgrow.arm")  # where the base of all settings is imported from
VALIDATORS = ("field_validator", "model_validator")  # pydantic's


def digest(script: str | Path, extra: Iterable[str] = ()) -> str:
    """One hexadecimal digest of `script`, the `extra` files, and every package file that they import."""
    parts = "\n".join(f"{name} {value}" for name, value in digests(script, extra).items())
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def digests(script: str | Path, extra: Iterable[str] = ()) -> dict[str, str]:
    """Digest per file of the import closure, keyed by path relative to the root, sorted.

    Paths are relative to the root. Raises SettingsError for an `extra` file that is not there.
    """
    files = import_closure(ROOT / script)
    for name in extra:
        if not (ROOT / name).is_file():
            raise SettingsError(
                f"{name}: no such file; the settings name a task, birth or study that is not there"
            )
        files |= import_closure(ROOT / name)
    return {str(path.relative_to(ROOT)): read(path).digest for path in sorted(files)}


def import_closure(path: Path) -> set[Path]:
    """`path` and every file of the package that it imports, directly or through others."""
    closure: set[Path] = set()
    waiting = [path.resolve()]
    while waiting:
        file = waiting.pop()
        if file not in closure:
            closure.add(file)
            waiting.extend(read(file).imports)
    return closure


class Source(NamedTuple):
    """One file: those of the package that it imports itself, and a digest of its code."""

    imports: frozenset[Path]
    digest: str


@functools.cache
def read(path: Path) -> Source:
    """What is to know of one file, which is parsed once: this is what planning takes longest for."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imports = _imported_files(tree)
    return Source(imports, hashlib.sha256(code_of(tree).encode()).hexdigest()[:16])


def _imported_files(tree: ast.Module) -> frozenset[Path]:
    """The files of the package that a module imports, their packages' `__init__.py` included."""
    names = set()
    for node in _statements(tree):
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


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """The module and every statement in it, however deep; expressions, which are most of it, hold none."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for block in BLOCKS:
            waiting.extend(getattr(node, block, ()))


def code_of(tree: ast.Module) -> str:
    """Its source without comments, docstrings and layout, and without what settings declare.

    They are taken out of the tree itself.
    """
    for node in _statements(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if documented and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    for record in _records(tree):
        record.body = [part for part in record.body if not _declares(part)] or [ast.Pass()]
    return ast.unparse(tree)


def _records(tree: ast.Module) -> list[ast.ClassDef]:
    """Classes of settings: those that derive from the `Record` of `records.py`, also through others here."""
    bases = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module in RECORDS:
            bases |= {alias.asname or alias.name for alias in node.names if alias.name == "Record"}
    found = []
    for node in tree.body:
        named = {base.id for base in getattr(node, "bases", ()) if isinstance(base, ast.Name)}
        if isinstance(node, ast.ClassDef) and named & bases:
            bases.add(node.name)
            found.append(node)
    return found


def _declares(part: ast.stmt) -> bool:
    """Whether a line of a class is `name: type = Field(...)`, or a validator."""
    if isinstance(part, ast.AnnAssign):
        return isinstance(part.value, ast.Call) and _name(part.value.func) == "Field"
    return isinstance(part, ast.FunctionDef) and any(map(_validates, part.decorator_list))


def _validates(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return _name(called) in VALIDATORS


def _name(called: ast.expr) -> str:
    """The last name of `Field`, `pydantic.Field`."""
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
