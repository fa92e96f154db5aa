"""Writing a file so that it appears whole or not at all."""

import contextlib
import os
import stat
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from modgrow.errors import StoreError

AN_HOUR = 3600


def write(path: str | Path, produce: Callable[[Path], object]) -> None:
    """Let `produce` fill a temporary file beside `path`, flush it to disk, then rename it to `path`.

    An existing file stays untouched until the new one is complete. Raises StoreError.
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=path.suffix, dir=path.parent)
        os.close(handle)
        temporary = Path(name)
        produce(temporary)
        _flush(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
        _sweep(path)
    except OSError as error:
        reason = error.strerror or error
        raise StoreError(f"{path}: cannot be written: {reason}; mend that and start again") from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def refuse_irregular(path: str | Path) -> None:
    """Raise OSError unless `path`, links followed, is a file: opening a named pipe would wait for ever."""
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode):
        raise OSError("it is a folder" if stat.S_ISDIR(mode) else "it is a pipe, socket or device")


def refuse_unwritable(folder: str | Path) -> None:
    """Raise StoreError unless files can be written below `folder`, which need not exist yet."""
    folder = Path(folder)
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise StoreError(f"{folder}: is a file where a folder is needed; move it away, or change `results`")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise StoreError(f"{folder}: cannot be written to; mend its permissions, or change `results`")


def _sweep(path: Path) -> None:
    """Remove what processes that were killed had begun to write; one still at work is younger than that."""
    for leftover in path.parent.glob(f".{path.name}.*"):
        with contextlib.suppress(OSError):  # another process sweeps too
            if time.time() - leftover.stat().st_mtime > AN_HOUR:
                leftover.unlink()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
