"""Tensors and a header in one safetensors file that proves itself whole. Nothing is unpickled; no torch here.

The header is JSON text; it holds a digest of itself and of every tensor, compared on reading, so that a
flipped bit is found wherever it lies.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from modgrow.store import files, headers

if TYPE_CHECKING:
    from torch import Tensor

Arrays = Mapping[str, "np.ndarray | Tensor"]  # torch's on the CPU, without a gradient
Form = tuple[str, tuple[int, ...]]  # of a tensor: its type as safetensors calls it, and its shape


def write(path: str | Path, tensors: Arrays, header: dict) -> None:
    """Write tensors under a header of plain values. Raises StoreError."""
    text = json.dumps({**header, "digest": digest(tensors, header)}, sort_keys=True)
    content = save({name: np.asarray(value) for name, value in tensors.items()}, {headers.METADATA_KEY: text})
    files.write(path, lambda temporary: temporary.write_bytes(content))


def read(
    path: str | Path,
    check: Callable[[dict[str, Form], dict], object] | None = None,
    framework: str = "pt",
) -> tuple[Arrays, dict]:
    """Tensors and header as they were written. Raises what `headers.refusals` turns into one line.

    `framework`: "pt" for torch's tensors, "numpy" for arrays.
    `check` is given the form of every tensor, and the header, and may raise: no tensor is read before.
    """
    with safe_open(path, framework="numpy") as file:  # that of torch would ask for memory for all of it
        header = headers.of(file)
        names = file.keys()
        said = header.pop("digest")
        if check is not None:
            check({name: _form(file, name) for name in names}, dict(header))
    with safe_open(path, framework) as file:
        tensors = {name: file.get_tensor(name) for name in names}
    if said != digest(tensors, header):
        raise SafetensorError("its content is not what was written")
    return tensors, header


def digest(tensors: Arrays, header: dict) -> str:
    """SHA-256 over a header and every tensor, in hexadecimal digits."""
    found = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(tensors):
        value = np.asarray(tensors[name])
        found.update(f"{name} torch.{value.dtype} {value.shape}".encode())
        found.update(np.ascontiguousarray(value).reshape(-1).view("uint8"))
    return found.hexdigest()


def _form(file: safe_open, name: str) -> Form:
    part = file.get_slice(name)
    return part.get_dtype(), tuple(part.get_shape())
