"""The recurrence of one module over time, fused for one CPU core.

Same equations as `dynamics.py`, which is the reference these are tested against. The loops are in
`loops.py`; here is their torch side. Set-up compiles both precisions (`python -m modgrow compile`), else the
first call does. The gradient and the step down it are in `learning/descent.py`.
"""

import contextlib
import sys
from collections.abc import Iterator

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from modgrow.model import loops
from modgrow.model.dynamics import read_by_step
from modgrow.model.loops import BLOCK, LANES

Weights = dict[str, Tensor | None]
WEIGHTS = ("input", "recurrent", "feedforward", "bias", "tau")


@torch.no_grad()
def final_state(
    bits: Float[Tensor, "time sequence"],
    initial: Float[Tensor, "unit sequence"],
    upstream: Float[Tensor, "states upstream_unit sequence"] | None,
    weights: Weights,
    negative_slope: float = 0.01,
    leak: str = "outside",
    delay: int = 1,
) -> Float[Tensor, "unit sequence"]:
    """The last row of `dynamics.run`.

    `weights` are the keyword arguments `input`, `recurrent`, `feedforward`, `bias`, `tau` of
    `dynamics.run`. Order (time x unit^2 x sequence); memory for two states.
    """
    read = read_by_step(upstream, delay)
    return _run(bits, initial, read, weights, negative_slope, leak, 2)[len(bits) % 2]


@torch.no_grad()
def activity(
    bits: Float[Tensor, "time sequence"],
    initial: Float[Tensor, "unit sequence"],
    upstream: Float[Tensor, "states upstream_unit sequence"] | None,
    weights: Weights,
    negative_slope: float = 0.01,
    leak: str = "outside",
    delay: int = 1,
    out: Float[Tensor, "states unit sequence"] | None = None,
) -> Float[Tensor, "states unit sequence"]:
    """`dynamics.run` without a gradient: every state, the initial one first; in `out` if it can serve."""
    read = read_by_step(upstream, delay)
    return _run(bits, initial, read, weights, negative_slope, leak, len(bits) + 1, out)


def _run(bits, initial, read, weights, negative_slope, leak, keep, out=None):
    """The last `keep` states, state t in row t modulo `keep`."""
    units, sequences = initial.shape
    flat = flat_arrays([weights[name] for name in WEIGHTS], initial)
    parts = []
    slope = initial.numpy().dtype.type(negative_slope)
    for lane_bits, start, below in in_lanes(bits, initial, read):
        fits = out is not None and out.shape == (keep, *start.shape)
        states = out if fits else torch.empty(keep, *start.shape, dtype=start.dtype)
        states[0] = start
        with tiny_numbers(zero=False):
            loops.activity(flat, rows(states), lane_bits.numpy(), rows(below), slope, leak == "inside")
        parts.append(states)
    whole = parts[0] if len(parts) == 1 else torch.cat(parts, -1)
    return whole[:, :units, :sequences]


@contextlib.contextmanager
def tiny_numbers(zero: bool) -> Iterator[None]:
    """Compute with numbers below 1e-38 (denormal ones), or take them for `zero`, whatever the process does.

    Gradients vanish on their way back through time; with such numbers a processor takes ten times as long.
    """
    before = sys.float_info.min * 0.5 == 0  # torch sets this, and has no way to ask for it
    torch.set_flush_denormal(zero)
    try:
        yield
    finally:
        torch.set_flush_denormal(before)


def flat_arrays(tensors: list[Tensor | None], like: Tensor) -> tuple[np.ndarray, ...]:
    """The memory of contiguous tensors as flat arrays, no copies; an empty one for None."""
    none = np.empty(0, like.numpy().dtype)
    return tuple(none if x is None else x.detach().view(-1).numpy() for x in tensors)


def rows(states: Float[Tensor, "time unit sequence"]) -> np.ndarray:
    """The same memory as (time, unit x sequence)."""
    return states.view(len(states), states.shape[1] * states.shape[2]).numpy()


def in_lanes(bits, initial, read):
    """The sequences in groups of LANES, the last filled up with zeros; a whole batch is not copied.

    Fewer than five units are filled up too, with silent ones. `read` is what W^FF reads
    at each step (`dynamics.read_by_step`); None becomes that of no units.
    """
    if read is None:
        read = initial.new_empty(len(bits), 0, bits.shape[1])
    initial = _at_least_a_block(initial)
    read = _at_least_a_block(read)
    for first in range(0, bits.shape[1], LANES):
        group = (x[..., first : first + LANES] for x in (bits, initial, read))
        missing = max(first + LANES - bits.shape[1], 0)
        yield tuple((F.pad(x, (0, missing)) if missing else x).contiguous() for x in group)


def _at_least_a_block(states: Tensor) -> Tensor:
    """(..., unit, sequence) with at least as many units as a block has, or none."""
    units = states.shape[-2]
    return F.pad(states, (0, 0, 0, BLOCK - units)) if 0 < units < BLOCK else states
