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
from jaxtyping import Float
from torch import Tensor

from modgrow.model import loops
from modgrow.model.dynamics import read_by_step

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
    out = torch.empty(1, *initial.shape, dtype=initial.dtype)
    return _fill(out, bits, initial, upstream, weights, negative_slope, leak, delay)[0]


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
    """`dynamics.run` without a gradient: every state, the initial one first; in `out` if it is given.

    `out` is contiguous, and may be `upstream`: then states take the place of those that they were made from.
    """
    if out is None:
        out = torch.empty(len(bits) + 1, *initial.shape, dtype=initial.dtype)
    return _fill(out, bits, initial, upstream, weights, negative_slope, leak, delay)


def _fill(out, bits, initial, upstream, weights, negative_slope, leak, delay):
    arrays = flat_arrays([weights[name] for name in WEIGHTS], initial)
    slope = initial.numpy().dtype.type(negative_slope)  # a kernel takes one precision
    with tiny_numbers(zero=False):
        loops.activity(arrays, out.numpy(), *batch(bits, initial, upstream, delay), slope, leak == "inside")
    return out


def margins(
    states: Float[Tensor, "time unit sequence"],
    direction: Float[Tensor, "head unit"],
    offset: Float[Tensor, " head"],
) -> Float[Tensor, "head time sequence"]:
    """`direction @ states - offset`, without a product of tiny matrices for each time."""
    out = states.new_empty(len(direction), len(states), states.shape[2])
    loops.margins(*(x.contiguous().numpy() for x in (out, states, direction, offset)))
    return out


def batch(bits, initial, upstream, delay: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Initial states, bits, and what W^FF reads at each step (no units in the first module), contiguous."""
    read = read_by_step(upstream, delay)
    if read is None:
        read = initial.new_empty(len(bits), 0, bits.shape[1])
    return tuple(x.contiguous().numpy() for x in (initial, bits, read))


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
