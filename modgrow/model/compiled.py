"""Functions that numba compiles in a process of their own, and that are only loaded where they compute.

A process that compiles a kernel computes with another copy of its inner functions than one that loads it,
and the two differ in the last digit (docs/log.md, "Compiled or loaded"). So nobody computes with what they
compiled: a child writes machine code, in an environment that decides nothing about it, and this process
loads that, at the first call. The code is kept per source file, processor and versions.
"""

import contextlib
import functools
import hashlib
import importlib
import json
import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from importlib import metadata
from pathlib import Path
from typing import ClassVar

import numba
from filelock import FileLock, Timeout
from numba import njit
from numba.core.compiler import CompileResult
from numba.core.compiler_lock import global_compiler_lock
from numba.core.serialize import dumps

from modgrow import machine, source
from modgrow.errors import ModgrowError, StoreError
from modgrow.store import files

PATIENCE = 300  # seconds for another process that compiles the same; then this one compiles too
MARK = b"\nkernels "  # in front of what the child writes; a Python may print things of its own before
CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from modgrow.model import compiled; compiled.write_machine_code(sys.argv[2])"
)
_loading = threading.RLock()


class Kernel:
    """A function compiled for declared types of arguments alone; called like any other."""

    in_module: ClassVar[dict[str, dict[str, "Kernel"]]] = {}  # module -> name -> kernel, as declared

    def __init__(self, function: Callable, types: tuple[tuple, ...], options: dict):
        functools.update_wrapper(self, function)
        self.types = types
        self._compiled = njit(function, **options)
        self.in_module.setdefault(function.__module__, {})[function.__name__] = self

    def __call__(self, *arguments):
        return self._loaded(*arguments)

    @functools.cached_property
    def _loaded(self) -> Callable:
        load(self.__module__)
        return self._compiled

    @property
    def is_loaded(self) -> bool:
        """Whether there is machine code to call."""
        return bool(self._compiled.overloads)

    def machine_code(self) -> list[tuple]:
        """Compile: numba's own record of the result per type, with the object code in it."""
        for arguments in self.types:
            self._compiled.compile(arguments)
        return [self._compiled.overloads[arguments]._reduce() for arguments in self.types]

    def take(self, machine_code: list[tuple]) -> None:
        """Load what `machine_code` returned in another process, and never compile in this one."""
        context = self._compiled.targetctx
        context.refresh()
        for record in machine_code:
            result = CompileResult._rebuild(context, *record)
            context.insert_user_function(result.entry_point, result.fndesc, [result.library])
            self._compiled.add_overload(result)
        self._compiled.disable_compile()


def kernel(*types: tuple, **options) -> Callable[[Callable], Kernel]:
    """Declare a function that is compiled for these `types` of arguments, with numba's `options`."""
    return lambda function: Kernel(function, types, options)


def load(module: str) -> Path | None:
    """Load all kernels of `module`, compiled now if nobody has; the file that keeps them, if one could.

    All at once and in one order, so that the copy that serves of a function in two of them is always the
    same. Raises ModgrowError.
    """
    if numba.config.DISABLE_JIT:
        raise ModgrowError(
            "NUMBA_DISABLE_JIT is set: the kernels only run compiled; unset it and start again"
        )
    kernels = list(Kernel.in_module[module].values())
    key = _key(module)
    with _loading, global_compiler_lock:
        code, path = _kept_or_compiled(module, key)
        if not kernels[0].is_loaded:
            for one, records in zip(kernels, pickle.loads(code), strict=True):
                one.take(records)
    return path


def write_machine_code(module: str) -> None:
    """What the child does: compile all kernels of `module` and write them to standard output."""
    importlib.import_module(module)
    code = dumps([one.machine_code() for one in Kernel.in_module[module].values()])
    sys.stdout.buffer.write(MARK + _sealed(_key(module), code))
    sys.stdout.buffer.flush()


def _key(module: str) -> str:
    """A digest of all that decides about machine code; what is kept under another serves nobody here."""
    beside = Path(__file__).with_name("vectors.py")  # compiled into kernels that use it
    sources = [Path(file).read_bytes() for file in (sys.modules[module].__file__, __file__, beside)]
    versions = [metadata.version(name) for name in ("numba", "llvmlite", "numpy")]
    told = [
        *versions,
        sys.implementation.cache_tag,
        *machine.processor(),
        sys.platform,
        str(numba.config.USING_SVML),
    ]
    return hashlib.sha256(b"\0".join([*sources, *(word.encode() for word in told)])).hexdigest()[:32]


def _kept_or_compiled(module: str, key: str) -> tuple[bytes, Path | None]:
    """Machine code, and the file that keeps it."""
    name = f"{module.rpartition('.')[2]}-{key}.kernels"
    paths = [folder / name for folder in _folders(module)]
    if found := _kept(paths, key):
        return found
    with _alone(paths):
        if found := _kept(paths, key):  # by the process that was waited for
            return found
        code = _compiled_by_a_child(module, key)
        kept = _keep(paths, _sealed(key, code))
    if kept is None:
        _say_that_nothing_is_kept(paths)
    return code, kept


def _folders(module: str) -> list[Path]:
    """Where machine code may be kept, best first: where numba is told to, beside the source, at home."""
    home = os.path.expanduser(os.environ.get("XDG_CACHE_HOME") or "~/.cache")
    beside = Path(sys.modules[module].__file__).resolve().parent / "__pycache__"
    told = [Path(numba.config.CACHE_DIR)] if numba.config.CACHE_DIR else []
    return [*told, beside, *([Path(home) / "modgrow"] if os.path.isabs(home) else [])]


def _kept(paths: list[Path], key: str) -> tuple[bytes, Path] | None:
    """Machine code from the first file that holds it whole."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_file() and (code := _unsealed(key, path.read_bytes())):
                return code, path
    return None


def _in_writable_folder(path: Path) -> bool:
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=path.parent).close()
        return True
    return False


def _keep(paths: list[Path], sealed: bytes) -> Path | None:
    """Write it where it can be written; the file, or None."""
    for path in filter(_in_writable_folder, paths):
        with contextlib.suppress(StoreError):
            files.write(path, lambda temporary: temporary.write_bytes(sealed))
            return path
    return None


def _say_that_nothing_is_kept(paths: list[Path]) -> None:
    tried = ", ".join(str(path.parent) for path in paths)
    with contextlib.suppress(OSError):
        print(
            f"the compiled kernels can be kept in none of {tried}: every process compiles them; "
            "set NUMBA_CACHE_DIR to a folder that can be written",
            file=sys.stderr,
            flush=True,
        )


def _sealed(key: str, code: bytes) -> bytes:
    return hashlib.sha256(key.encode() + code).hexdigest().encode() + b"\n" + code


def _unsealed(key: str, sealed: bytes) -> bytes:
    """The code that was sealed under `key`; empty if the seal is of another, or damaged."""
    code = sealed.partition(b"\n")[2]
    return code if sealed == _sealed(key, code) else b""


@contextlib.contextmanager
def _alone(paths: list[Path]) -> Iterator[None]:
    """Let one process compile and the others wait for it; where nothing can be locked, all compile."""
    with contextlib.ExitStack() as held:
        for path in filter(_in_writable_folder, paths):
            try:
                held.enter_context(FileLock(path.with_suffix(".lock"), timeout=PATIENCE))
                break
            except (OSError, Timeout, NotImplementedError):
                continue
        yield


def _compiled_by_a_child(module: str, key: str) -> bytes:
    paths = [str(source.ROOT), *(os.path.abspath(path) for path in map(str, sys.path) if path)]
    command = [sys.executable, "-c", CHILD, json.dumps(paths), module]
    here = source.ROOT / "modgrow"  # away from a .numba_config.yaml, which numba reads where it starts
    try:
        child = subprocess.run(
            command, env=_environment(), cwd=here, stdin=subprocess.DEVNULL, capture_output=True
        )
    except OSError as error:
        raise ModgrowError(f"the kernels cannot be compiled: {sys.executable}: {error.strerror}") from None
    if child.returncode < 0:
        name = signal.Signals(-child.returncode).name
        raise ModgrowError(
            f"the kernels are not compiled: {name} ended the process that does it (memory?); start again"
        )
    code = _unsealed(key, child.stdout.partition(MARK)[2] if child.returncode == 0 else b"")
    if not code:
        said = child.stderr.decode(errors="replace").strip().splitlines()
        raise ModgrowError(f"the kernels cannot be compiled: {said[-1][:300] if said else 'source changed'}")
    return code


def _environment() -> dict[str, str]:
    """The environment without what changes machine code; its symbols follow the order of Python's hashes."""
    drop = ("NUMBA_", "PYTHON", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(drop)}
    name, features = machine.processor()
    kept |= {"NUMBA_CPU_NAME": name, "NUMBA_CPU_FEATURES": features}
    return kept | {"PYTHONHASHSEED": "0", "LC_ALL": "C"}
