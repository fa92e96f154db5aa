"""Equations 1-4 of the paper over time, in plain torch: the reference for every faster form.

Any device, any dtype, differentiable by autograd. Activity carries time 0, the initial state, so
`activity[t]` is the state after `t` bits, and the drive at step t reads `upstream[t - delay]`: the paper's
module reads the one upstream a step late (delay 1); with delay 0 it reads what that one has just become.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def run(
    bits: Float[Tensor, "time *#network sequence"],
    initial: Float[Tensor, "*network unit sequence"],
    upstream: Float[Tensor, "states *#network upstream_unit sequence"] | None,
    input: Float[Tensor, "*#network unit"],
    recurrent: Float[Tensor, "*#network unit unit"],
    feedforward: Float[Tensor, "*#network unit upstream_unit"] | None,
    bias: Float[Tensor, "*#network unit"],
    tau: Float[Tensor, "*#network unit"],
    negative_slope: float = 0.01,
    leak: str = "outside",
    delay: int = 1,
) -> Float[Tensor, "states *network unit sequence"]:
    """Activity of one module, states 0 to time. tau in time steps, clamped to >= 1 (eqs. 1-4).

    `upstream` holds the states of the previous module from its initial one on, `time` of them, or one
    more if `delay` is 0 (in steps; the paper's is 1); None for the first module.
    Weights are (to, from); the diagonal of `recurrent` takes no part (j != i in eqs. 3 and 4).
    Axes `network` before the units run several versions of the module side by side.
    """
    rate = 1.0 / tau.clamp(min=1.0)[..., None]
    others = recurrent * _off_diagonal(recurrent)
    read = read_by_step(upstream, delay)
    state = initial
    states = [initial]
    for step, bit in enumerate(bits):
        drive = others @ state + input[..., None] * bit[..., None, :] + bias[..., None]
        if read is not None:
            drive = drive + feedforward @ read[step]
        state = _leak(state, drive, rate, negative_slope, leak)
        states.append(state)
    return torch.stack(states)


def read_by_step(
    upstream: Float[Tensor, "states *unit_sequence"] | None, delay: int
) -> Float[Tensor, "time *unit_sequence"] | None:
    """What W^FF reads at each step, a view: upstream's states from the initial one on, or from the next.

    This slice is all that a delay is: every form of the recurrence takes it, and then reads row by row.
    """
    return None if upstream is None else upstream[1 - delay :]


def run_chain(
    bits: Float[Tensor, "time sequence"],
    initial: Float[Tensor, "module unit sequence"],
    input: Float[Tensor, "module unit"],
    recurrent: Float[Tensor, "module unit unit"],
    feedforward: Float[Tensor, "module unit unit"],
    bias: Float[Tensor, "module unit"],
    tau: Float[Tensor, "module unit"],
    negative_slope: float = 0.01,
    leak: str = "outside",
    delay: int = 1,
) -> Float[Tensor, "states module unit sequence"]:
    """Activity of a whole chain, all modules of a time step in one batched product.

    Modules read each other one step back, so a step of all of them needs only the states before it.
    `feedforward[0]` is ignored. The same numbers as `run` module by module, in fewer, larger products.
    Without a delay a module waits for the one upstream: then it is `run`, module by module.
    """
    if delay == 0:
        weights = (input, recurrent, feedforward, bias, tau)
        return _one_by_one(bits, initial, weights, negative_slope, leak)
    rate = 1.0 / tau.clamp(min=1.0)[:, :, None]
    others = recurrent * _off_diagonal(recurrent)
    state = initial
    states = [initial]
    for bit in bits:
        drive = torch.bmm(others, state) + input[:, :, None] * bit + bias[:, :, None]
        if len(state) > 1:
            below = torch.bmm(feedforward[1:], state[:-1])
            drive = torch.cat([drive[:1], drive[1:] + below])
        state = _leak(state, drive, rate, negative_slope, leak)
        states.append(state)
    return torch.stack(states)


def _one_by_one(
    bits: Tensor, initial: Tensor, weights: tuple[Tensor, ...], negative_slope: float, leak: str
) -> Tensor:
    """A chain without delay: every module over all of time before the one that reads it."""
    upstream = None
    chain = []
    for start, input, recurrent, feedforward, bias, tau in zip(initial, *weights, strict=True):
        below = None if upstream is None else feedforward
        upstream = run(bits, start, upstream, input, recurrent, below, bias, tau, negative_slope, leak, 0)
        chain.append(upstream)
    return torch.stack(chain, 1)


def _off_diagonal(recurrent: Tensor) -> Tensor:
    return 1.0 - torch.eye(recurrent.shape[-1], dtype=recurrent.dtype, device=recurrent.device)


def _leak(state: Tensor, drive: Tensor, rate: Tensor, negative_slope: float, leak: str) -> Tensor:
    """Eq. 1 (leak outside the non-linearity of eq. 2), or its variant with the leak inside."""
    if leak == "outside":
        return (1.0 - rate) * state + rate * torch.nn.functional.leaky_relu(drive, negative_slope)
    return torch.nn.functional.leaky_relu((1.0 - rate) * state + rate * drive, negative_slope)
