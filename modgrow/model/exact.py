"""Networks built by hand that answer parity for every N: what suffices, without any training.

A module is an exclusive or of the newest bit S and the answer a' that the module below gave one step before.
Two leaky units do it, with f the leaky ReLU of slope alpha:

    a = w1 f(a' + S - 1) + w2 f(a' + S) + alpha w1,    w1 = -2/(1 - alpha),    w2 = 1 - alpha w1.

An error e in a' comes out as an error of at most |e|, so that a chain of such modules is right for every N as
soon as its first module is off by less than one half. That one lacks the bit before, and keeps it in W^R: with
three units exactly, with two to within an eighth.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.model.network import LeakyModule, Network
from modgrow.model.trained import Trained

EPSILON = 0.125  # of the two-unit first module: how much of the state one step back its gate lets through
THRESHOLD = 0.25  # of that gate, above EPSILON so that it is shut at S = 0


def chain(units: int, n: int, **settings) -> Trained:
    """A chain of modules of `units` leaky units, tau = 1, that has solved parity up to N = `n`.

    Every module holds its two units as often as they fit: one half each. `settings` are those of an arm,
    such as `dtype` or `negative_slope`. Raises ModgrowError for fewer than two units, or `n` below 2.
    """
    if n < 2:
        raise ModgrowError(f"n is {n}; parity begins at N = 2")
    arm = Arm(units=units, n_max=n, **settings)
    network = Network(arm)
    below = None
    for _ in range(2, n + 1):
        built = (
            _first(units, arm.negative_slope) if below is None else _gate(units, arm.negative_slope, below)
        )
        _append(network, built, [built.answer])
        below = built.answer
    return Trained(network, seed=0, n_solved=n)


def flat(units: int, **settings) -> Trained:
    """A flat network of `units` leaky units, tau = 1, that solves as many N as pairs of them can.

    Of a chain of pairs of units all that was W^FF is W^R. An odd number gives one unit to the relay of the
    bit before, so that N goes to units // 2 + 1 either way. Its snapshots are itself. Raises ModgrowError for
    fewer than two units.
    """
    n_last = units // 2 + 1
    arm = Arm(architecture="flat", units=units, n_max=n_last, **settings)
    built = _first(2 + units % 2, arm.negative_slope)
    heads = [built.answer]
    for _ in range(3, n_last + 1):
        built = _joined(built, _gate(2, arm.negative_slope, heads[-1]))
        heads.append(built.answer)
    network = Network(arm)
    _append(network, built, heads)
    return Trained(network, seed=0, n_solved=n_last, snapshots=dict.fromkeys(range(2, n_last + 1), network))


@dataclass(frozen=True)
class _Answer:
    """How an answer, 0 or 1, is read from the states of a module: weights . state + offset."""

    weights: Float[Tensor, " unit"]
    offset: float


@dataclass(frozen=True)
class _Built:
    """The weights of a module, and how its answer is read."""

    input: Float[Tensor, " unit"]
    recurrent: Float[Tensor, "unit unit"]
    feedforward: Float[Tensor, "unit upstream_unit"] | None
    bias: Float[Tensor, " unit"]
    answer: _Answer


def _xor_weights(alpha: float) -> tuple[float, float]:
    w1 = -2.0 / (1.0 - alpha)
    return w1, 1.0 - alpha * w1


def _numbers(values) -> Float[Tensor, " unit"]:
    return torch.as_tensor(values, dtype=torch.float64)


def _gate(units: int, alpha: float, below: _Answer) -> _Built:
    """The exclusive or of the newest bit and the answer below: units f(a' + S - 1), then units f(a' + S)."""
    _refuse_too_few(units)
    kinds = _numbers([1.0] * (units // 2) + [0.0] * (units - units // 2))  # 1: of the first kind
    reads = below.weights.expand(units, -1).clone()
    bias = below.offset - kinds
    return _Built(
        torch.ones(units, dtype=torch.float64),
        torch.zeros(units, units, dtype=torch.float64),
        reads,
        bias,
        _xor(kinds, 1.0 - kinds, alpha),
    )


def _xor(first: Tensor, second: Tensor, alpha: float) -> _Answer:
    """The answer of a module, from the mean of either kind of its units."""
    w1, w2 = _xor_weights(alpha)
    return _Answer(w1 * first / first.sum() + w2 * second / second.sum(), alpha * w1)


def _first(units: int, alpha: float) -> _Built:
    """The first module: parity of two bits, the bit before kept in W^R."""
    _refuse_too_few(units)
    return _first_of_two(alpha) if units == 2 else _first_with_relay(units, alpha)


def _first_with_relay(units: int, alpha: float) -> _Built:
    """Units that repeat the bit, r = S, and units f(r' + S - 1) and f(r' + S) that read them a step later."""
    third = units // 3
    first, second = torch.zeros(2, units, dtype=torch.float64)
    first[:third] = 1.0
    second[third : 2 * third] = 1.0
    relay = 1.0 - first - second
    recurrent = torch.outer(first + second, relay / relay.sum())
    return _Built(torch.ones(units, dtype=torch.float64), recurrent, None, -first, _xor(first, second, alpha))


def _first_of_two(alpha: float) -> _Built:
    """Two units that hold the bit before for each other, exact but for terms of EPSILON.

    u = S + B v' + c and v = f(D S + EPSILON u' - THRESHOLD): v is a gate that S opens. Open it lets u' through,
    which is S' but for B v''; shut it passes alpha of it. So v' is S' but for EPSILON, and
    a = (w2/B) u + (w1/EPSILON) v is S' at S = 0 and 1 - S' at S = 1. B makes the two terms of S add up to 1.
    """
    w1, w2 = _xor_weights(alpha)
    back = w2 / (1.0 - w1 / EPSILON)
    opens = 1.0 + THRESHOLD * (1.0 - alpha)  # so that v rises by one from S = 0 to S = 1
    bias = _numbers([back * alpha * THRESHOLD, -THRESHOLD])  # u is never below zero
    weights = _numbers([w2 / back, w1 / EPSILON])
    shut = weights[1] * -alpha * THRESHOLD
    centre = 0.5 * (w1 * back + w2 * EPSILON)  # of what the bit two steps before adds at most
    recurrent = _numbers([[0.0, back], [EPSILON, 0.0]])
    return _Built(_numbers([1.0, opens]), recurrent, None, bias, _Answer(weights, float(-shut - centre)))


def _refuse_too_few(units: int) -> None:
    if units < 2:
        raise ModgrowError(f"units is {units}; an exclusive or needs two leaky units")


def _joined(built: _Built, more: _Built) -> _Built:
    """One population of both, W^R of the first from what was W^FF of the second."""
    old = len(built.bias)
    new = len(more.bias)
    recurrent = torch.zeros(old + new, old + new, dtype=torch.float64)
    recurrent[:old, :old] = built.recurrent
    recurrent[old:, :old] = more.feedforward
    reads = _Answer(
        torch.cat([torch.zeros(old, dtype=torch.float64), more.answer.weights]), more.answer.offset
    )
    return _Built(
        torch.cat([built.input, more.input]), recurrent, None, torch.cat([built.bias, more.bias]), reads
    )


def _append(network: Network, built: _Built, answers: list[_Answer]) -> None:
    """A module with those weights, tau = 1, and a head for each answer: logit 1 - logit 0 is a - 1/2."""
    units = len(built.bias)
    readout = torch.zeros(len(answers), 2, units, dtype=torch.float64)
    offsets = torch.zeros(len(answers), 2, dtype=torch.float64)
    for head, answer in enumerate(answers):
        readout[head, 1, : len(answer.weights)] = answer.weights
        offsets[head, 1] = answer.offset - 0.5
    values = {
        "input": built.input,
        "recurrent": built.recurrent,
        "feedforward": built.feedforward,
        "bias": built.bias,
        "tau": torch.ones(units, dtype=torch.float64),
        "readout": readout,
        "readout_bias": offsets,
    }
    arm = network.arm
    kept = {name: value.to(getattr(torch, arm.dtype)) for name, value in values.items() if value is not None}
    module = LeakyModule(kept, arm.negative_slope, arm.leak, arm.feedforward_delay)
    network.chain.append(module.requires_grad_(False))
