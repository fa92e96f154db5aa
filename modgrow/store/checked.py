"""Tensors and a header in one safetensors file that proves itself whole. Nothing is unpickled.

The header is JSON text; it holds a digest of itself and of every tensor, compared on reading, so that a
flipped bit is found wherever it lies.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from modgrow.store import files, headers

Form = tuple[str, tuple[int, ...]]  # of a tensor: its type as safetensors calls it, and its shape


def write(path: str | Path, tensors: dict[str, Tensor], header: dict) -> None:
    """Write CPU tensors, contiguous, under a header of plain values. Raises StoreError."""
    text = json.dumps({**header, "digest": digest(tensors, header)}, sort_keys=True)
    content = save(tensors, {headers.METADATA_KEY: text})
    files.write(path, lambda temporary: temporary.write_bytes(content))


def read(
    path: str | Path, check: Callable[[dict[str, Form], dict], None] | None = None
) -> tuple[dict[str, Tensor], dict]:
    """Tensors and header as they were written. Raises what `headers.refusals` turns into one line.

    `check` is given the form of every tensor, and the header, and may raise: no tensor is read before.
    """
    with safe_open(path, framework="numpy") as file:  # that of torch would ask for memory for all of it
        header = headers.of(file)
        names = file.keys()
        said = header.pop("digest")
        if check is not None:
            check({name: _form(file, name) for name in names}, dict(header))
    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in names}
    if said != digest(tensors, header):
        raise SafetensorError("its content is not what was written")
    return tensors, header


def digest(tensors: dict[str, Tensor], header: dict) -> str:
    """SHA-256 over a header and every tensor, in hexadecimal digits."""
    found = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(tensors):
        value = tensors[name].detach()
        found.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        found.update(value.contiguous().numpy().reshape(-1).view("uint8"))
    return found.hexdigest()


def _form(file: safe_open, name: str) -> Form:
    part = file.get_slice(name)
    return part.get_dtype(), tuple(part.get_shape())
