"""The header of a network or state file, read without torch, and what is said of a file that is none."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from safetensors import SafetensorError, safe_open

from modgrow.differences import differences, in_words
from modgrow.errors import ModgrowError, StoreError
from modgrow.store import files

METADATA_KEY = "modgrow"


def provenance(path: str | Path) -> dict:
    """What a network says made it; its digest is not compared. Raises StoreError."""
    with refusals(path, "network", again(path)), safe_open(path, "numpy") as file:
        return dict(of(file)["provenance"])


def refuse_other_settings(path: str | Path, planned: dict) -> None:
    """Raise StoreError unless the network at `path` is of this arm, seed and settings; code aside."""
    changed = differences(provenance(path).get("id"), planned)
    changed.pop("code", None)
    if changed:
        raise StoreError(f"{path}: made by other settings ({in_words(changed)}); {again(path)}")


def of(file: safe_open) -> dict:
    """The header of an open file."""
    return json.loads((file.metadata() or {})[METADATA_KEY])


@contextlib.contextmanager
def refusals(path: str | Path, kind: str, mend: str) -> Iterator[None]:
    """Turn what goes wrong while a file is read into a StoreError: the file, what is wrong, the mend."""
    try:
        files.refuse_irregular(path)
        yield
    except FileNotFoundError:
        raise StoreError(f"{path}: no such {kind}; `snakemake --cores 1 {path}` makes it") from None
    except (SafetensorError, OSError) as error:
        raise StoreError(f"{path}: not a whole {kind} file ({_line(error)}); {mend}") from None
    except (LookupError, TypeError, ValueError, AttributeError, RuntimeError, ModgrowError) as error:
        raise StoreError(f"{path}: not a {kind} of this project ({_line(error)}); {mend}") from None


def again(path: str | Path) -> str:
    """How a file of results is made again."""
    return f"`rm {path}; snakemake --cores 1 {path}` makes it again"


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
