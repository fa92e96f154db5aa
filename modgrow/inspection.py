"""What a file of results says of itself, and in what two of them differ: `modgrow show | compare`."""

from pathlib import Path

import numpy as np
import yaml

from modgrow.differences import differences
from modgrow.errors import ModgrowError
from modgrow.store import checked, headers, tables

Values = dict[str, np.ndarray]
MACHINE = {
    "processor": "type of processor",
    "features": "what the processor can do, a digest",
    "blas": "BLAS and its kernel for this processor, in",
    "torch": "instructions that torch uses",
    "gpu": "GPU",
    "environment": "variable of the environment",
}


def show(path: str) -> str:
    """What made a network or a table, and what is in it, as text. Raises ModgrowError."""
    said, values = _contents(path)
    total = sum(value.size for value in values.values())
    text = yaml.safe_dump(said, sort_keys=True, default_flow_style=None, width=100).rstrip()
    return f"{path}\n{text}\n{len(values)} {_parts(path)}, {total} values"


def compare(first: str, second: str) -> str:
    """What the first and the second file say and hold that differs, as text. Raises ModgrowError."""
    (said, mine), (also_said, theirs) = _contents(first), _contents(second)
    words = [f"{_named(key)}: {one} | {other}" for key, (one, other) in differences(said, also_said).items()]
    parts = {name: _difference(mine.get(name), theirs.get(name)) for name in sorted({*mine, *theirs})}
    numbers = [f"{name}: {found}" for name, found in parts.items() if found]
    same = f"{len(parts) - len(numbers)} of {len(parts)} {_parts(first)} are equal to the bit"
    return "\n".join([f"{first} | {second}", *words, *numbers, same])


def _contents(path: str) -> tuple[dict, Values]:
    if Path(path).suffix == ".safetensors":
        with headers.refusals(path, "network or state", headers.again(path)):
            tensors, header = checked.read(path)
            return header, {name: value.numpy() for name, value in tensors.items()}
    if Path(path).suffix == ".parquet":
        table = tables.read(path)
        return tables.provenance(path), {name: table[name].to_numpy() for name in table}
    raise ModgrowError(f"{path}: neither a network (.safetensors) nor a table (.parquet); name one of those")


def _named(key: str) -> str:
    """A dotted key; what it says of the machine in words."""
    where, *what = key.removeprefix("provenance.").split(".", 2)
    return " ".join([MACHINE.get(what[0], key), *what[1:]]) if where == "machine" and what else key


def _parts(path: str) -> str:
    return "tensors" if Path(path).suffix == ".safetensors" else "columns"


def _difference(one: np.ndarray | None, other: np.ndarray | None) -> str:
    """In what two arrays differ, in words; empty if in nothing."""
    if one is None or other is None:
        return "in the second alone" if one is None else "in the first alone"
    if one.shape != other.shape or one.dtype != other.dtype:
        return f"{one.dtype} {one.shape} | {other.dtype} {other.shape}"
    numbers = one.dtype.kind in "fiub"
    unlike = (one != other) & ~((one != one) & (other != other))
    if not unlike.any():
        return ""
    largest = f", by at most {np.abs(one[unlike].astype(float) - other[unlike]).max():.3g}" if numbers else ""
    return f"{int(unlike.sum())} of {one.size} values differ{largest}"
