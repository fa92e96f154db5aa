"""What a result depends on beside its inputs, as one canonical text: the code and the settings used."""

import functools
import json
from collections.abc import Iterable

from modgrow import source
from modgrow.arm import Arm
from modgrow.verdict import paper

EXTENSIONS = "modgrow/extensions.py"
PAPER = "modgrow/verdict/paper.py"


def text(script: str, arms: Iterable[Arm] = (), own: Iterable[str] = (), /, **uses) -> str:
    """The identity of a job of `script`: JSON with sorted keys, so that reordering settings changes nothing.

    `code` is the digest of the script and of all that it imports. A script that can load a task or a birth
    by name depends on those that its arms name too, and one that loads studies on those, its `own`; they
    stand under `files`. One that holds settings against the paper's depends on those, `paper`: they are
    declared, which the digest of code leaves out.
    """
    files = tuple(sorted({*files_of(script, arms), *own}))
    known = {"code": _digest(script, files)}
    if files:
        known["files"] = list(files)
    if _imports(script, PAPER):
        known["paper"] = _papers()
    return json.dumps({**known, **uses}, sort_keys=True, separators=(",", ":"))


def files_of(script: str, arms: Iterable[Arm]) -> tuple[str, ...]:
    """The files that `arms` name (`tasks/`, `births/`), sorted; none where the script can load none."""
    if not _imports(script, EXTENSIONS):
        return ()
    return tuple(sorted({file for arm in arms for file in arm.files}))


@functools.cache
def _imports(script: str, file: str) -> bool:
    """Whether a script, or what it imports, imports a file of the package."""
    return file in source.digests(_path(script))


@functools.cache
def _papers() -> str:
    return paper.fingerprint()


@functools.cache
def _digest(script: str, files: tuple[str, ...]) -> str:
    return source.digest(_path(script), files)


def _path(script: str) -> str:
    return f"workflow/scripts/{script}.py"
