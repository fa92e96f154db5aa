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
from collections.abc import Iterable
from pathlib import Path

from modgrow.errors import SettingsError

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "modgrow"


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
    return {str(path.relative_to(ROOT)): _file_digest(path) for path in sorted(files)}


def import_closure(path: Path) -> set[Path]:
    """`path` and every file of the package that it imports, directly or through others."""
    closure: set[Path] = set()
    waiting = [path.resolve()]
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
    """Python source without its comments, docstrings and layout, and without what settings declare."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
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
