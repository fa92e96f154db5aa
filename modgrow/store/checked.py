"""Tensors and a header in one safetensors file that proves itself whole. Nothing is unpickled.

The header is JSON text; it holds a digest of itself and of every tensor, compared on reading, so that a
flipped bit is found wherever it lies.
"""

import hashlib
import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from modgrow.store import files, headers


def write(path: str | Path, tensors: dict[str, Tensor], header: dict) -> None:
    """Write CPU tensors, contiguous, under a header of plain values. Raises StoreError."""
    text = json.dumps({**header, "digest": _digest(tensors, header)}, sort_keys=True)
    content = save(tensors, {headers.METADATA_KEY: text})
    files.write(path, lambda temporary: temporary.write_bytes(content))


def read(path: str | Path) -> tuple[dict[str, Tensor], dict]:
    """Tensors and header as they were written. Raises what `headers.refusals` turns into one line."""
    with safe_open(path, framework="pt") as file:
        header = headers.of(file)
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    if header.pop("digest") != _digest(tensors, header):
        raise SafetensorError("its content is not what was written")
    return tensors, header


def _digest(tensors: dict[str, Tensor], header: dict) -> str:
    found = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(tensors):
        value = tensors[name].detach()
        found.update(f"{name} {value.dtype} {tuple(value.shape)}".encode())
        found.update(value.numpy().tobytes())
    return found.hexdigest()
