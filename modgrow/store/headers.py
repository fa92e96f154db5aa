"""What a file says of itself and of its place in the results, and what is said of a file that is none.

Read without torch: the header of a network or state; of a table, see `tables`.
"""

import contextlib
import json
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from modgrow.differences import differences, in_words
from modgrow.errors import StoreError
from modgrow.places import command_of, seen_by
from modgrow.store import files

METADATA_KEY = "modgrow"
COLLECTIONS = ("tables", "columns")
DEFAULT_RESULTS = "results"  # where a plain `snakemake` puts them
DEEPEST = 50  # lists and mappings in one another, in what a file says


def provenance(path: str | Path) -> dict:
    """What a network says made it; its digest is not compared. Raises StoreError."""
    with refusals(path, "network", again(path)), safe_open(path, "numpy") as file:
        found = of(file)["provenance"]
        refuse_provenance(found)
        return found


def refuse_other_settings(path: str | Path, planned: dict) -> None:
    """Raise StoreError unless the network at `path` is of this arm, seed and settings; code aside."""
    planned = {key: value for key, value in planned.items() if key != "code"}
    refuse_others(path, provenance(path), {"id": planned})


def refuse_others(path: str | Path, made_by: dict, planned: dict[str, dict]) -> None:
    """Raise StoreError unless every part of a provenance says, at least, what was planned."""
    found = {part: _only(made_by.get(part, {}), keys) for part, keys in planned.items()}
    if changed := differences(found, planned):
        changed = {key.split(".", 1)[-1]: both for key, both in changed.items()}
        raise StoreError(f"{path}: made by other settings ({short(in_words(changed))}); {again(path)}")


def refuse_provenance(found: Any) -> None:
    """Raise ValueError unless this can be what made a file: its identity, digests of sources, versions."""
    if not isinstance(found, dict) or not isinstance(found.get("id"), dict):
        raise ValueError("it does not say what made it")
    for part in ("sources", "versions"):
        told = found.get(part, {})
        if not isinstance(told, dict) or not all(isinstance(value, str) for value in told.values()):
            raise ValueError(f"the {part} that made it are no texts")


def refuse_other_place(path: str | Path, kind: str, identity: dict) -> None:
    """Raise ValueError if `path` is the place of another (arm, seed) than its file's identity names."""
    if parts := place(path, kind).split("/")[1:]:
        refuse_other_network(identity, parts[0], int(parts[1].removeprefix("seed_")))


def refuse_other_network(identity: dict, arm: str, seed: int) -> None:
    """Raise ValueError unless an identity is of this arm and seed."""
    found = (identity.get("arm"), identity.get("seed"))
    if found != (arm, seed) or isinstance(found[1], bool):
        raise ValueError(f"it is of arm {found[0]}, seed {found[1]}, must be of {arm}, {seed}")


def place(path: str | Path, kind: str) -> str:
    """Where in the results a path says that its file of this kind belongs; empty if it says nothing.

    `<kind>/<arm>/seed_<seed>`, or `tables/<kind>`, `columns/<kind>` and `columns/<column>/<kind>`.
    """
    parts = Path(os.path.abspath(path)).with_suffix("").parts
    if parts[-3:-2] == (kind,) and re.fullmatch(r"seed_\d+", parts[-1]):
        return "/".join(parts[-3:])
    if parts[-2] in COLLECTIONS:
        return "/".join(parts[-2:])
    return "/".join(parts[-3:]) if parts[-3:-2] == ("columns",) else ""


def of(file: safe_open) -> dict:
    """The header of an open file."""
    return plain((file.metadata() or {})[METADATA_KEY])


def plain(text: str | bytes) -> Any:
    """Plain values of JSON. Raises ValueError, or RecursionError where they lie too deep in one another."""
    found = json.loads(text, parse_constant=_no_number)
    level = [found]
    for _ in range(DEEPEST):
        level = [inner for value in level for inner in _inside(value)]
    if level:
        raise ValueError("what it says of itself is nested too deeply")
    return found


@contextlib.contextmanager
def refusals(path: str | Path, kind: str, mend: str) -> Iterator[None]:
    """Turn what goes wrong while a file is read into a StoreError: the file, what is wrong, the mend."""
    try:
        files.refuse_irregular(path)
        yield
    except StoreError:
        raise
    except FileNotFoundError:
        raise StoreError(f"{path}: no such {kind}; {again(path, remove=False)}") from None
    except (SafetensorError, OSError) as error:
        raise StoreError(f"{path}: not a whole {kind} file ({_line(error)}); {mend}") from None
    except Exception as error:  # readers of damaged bytes raise whatever they stumble over
        raise StoreError(f"{path}: not a {kind} of this project ({_line(error)}); {mend}") from None


def again(path: str | Path, remove: bool = True) -> str:
    """How a file of results is made again, or made at all."""
    command = command_of(path) or "snakemake"
    target = seen_by(command, path)
    made = f"{command} --cores 1 {shlex.quote(target)}"
    damaged = shlex.quote(str(path) if target == str(path) else os.path.abspath(path))
    return f"`rm {damaged}; {made}` makes it again" if remove else f"`{made}` makes it"


def mend(path: str | Path) -> str:
    """How any file is mended: one that lies in no folder of results cannot be made there."""
    ours = command_of(path) or Path(os.path.relpath(path)).parts[:1] == (DEFAULT_RESULTS,)
    return again(path) if ours else "take it again from where it was made"


def short(text: str, most: int = 300) -> str:
    """A text on one line of so many printable characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in text[: 10 * most])
    line = " ".join(line.split())
    return line if len(line) <= most else f"{line[:most]} ..."


def _only(part: Any, keys: dict) -> Any:
    return {key: part[key] for key in keys if key in part} if isinstance(part, dict) else part


def _inside(value: Any) -> list:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _no_number(text: str) -> None:
    raise ValueError(f"it says {text} where a number must be")


def _line(error: Exception) -> str:
    return short(str(error)) or type(error).__name__
