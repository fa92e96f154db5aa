"""Where and with how many threads a job computes."""

import contextlib
import ctypes
import os

import torch

from modgrow.errors import ModgrowError


def use_threads(threads: int) -> None:
    """Keep torch, numba and BLAS to `threads`; the fused kernels always use one."""
    from threadpoolctl import threadpool_limits  # its import alone writes into os.environ

    torch.set_num_threads(threads)
    threadpool_limits(threads)
    for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"):  # and those that are loaded later
        os.environ[f"{library}_NUM_THREADS"] = str(threads)


def keep_memory_compact(threshold: int = 4 << 20) -> None:
    """Let glibc take blocks from `threshold` bytes straight from the system, and give them back at once.

    By default it keeps them in its heap, whose holes add up to 300 MB over a long curriculum.
    Elsewhere than on glibc this does nothing.
    """
    m_mmap_threshold = -3
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(m_mmap_threshold, threshold)


def choose_device(device: str) -> str:
    """`cpu`, `cuda`, or for `auto` the GPU where there is one. Raises ModgrowError."""
    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        raise ModgrowError("device: is cuda, but torch sees no GPU here; set device to cpu or auto")
    return device
