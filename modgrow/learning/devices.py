"""Where and with how many threads a job computes."""

import os

import torch
from threadpoolctl import threadpool_limits

from modgrow.errors import ModgrowError


def use_threads(threads: int) -> None:
    """Keep torch, numba and BLAS to `threads`; the fused kernels always use one."""
    torch.set_num_threads(threads)
    threadpool_limits(threads)
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):  # and those that are loaded later
        os.environ[f"{library}_NUM_THREADS"] = str(threads)


def choose_device(device: str) -> str:
    """`cpu`, `cuda`, or for `auto` the GPU where there is one. Raises ModgrowError."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise ModgrowError("device: is cuda, but torch sees no GPU here; set device to cpu or auto")
    return device
