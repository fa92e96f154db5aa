"""Networks built by hand that answer parity for every N: what suffices, without any training.

A module is an exclusive or of the newest bit S and the answer a' that the module below gave one step before.
Two leaky units do it, with f the leaky ReLU of slope alpha below one:

    a = w1 f(a' + S - 1) + w2 f(a' + S) + alpha w1,    w1 = -2/(1 - alpha),    w2 = 1 - alpha w1.

An error never grows: the slope of a in a' is alpha (w1 + w2) = -alpha where both arguments of f are below
zero, alpha w1 + w2 = 1 where the first alone is, w1 + w2 = -1 where neither is, so at most one everywhere.
As a is right at a' = 0 and at a' = 1, an a' that is off by e makes an a that is off by at most |e|.

So a chain is right for every N as soon as its first module is off by less than one half. That module has
none below, and keeps the bit before in W^R: with three units exactly, with two to within one seventh.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.model.network import LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.validation import validated

OPENING = 0.125  # of the two-unit first module: what its gate lets through, times 1 - alpha
THRESHOLD = 2.0 * OPENING  # of that gate: shut at S = 0 for whatever it reads, which stays below 2


def chain(units: int, n: int, **settings) -> Trained:
    """A chain of modules of `units` leaky units, tau = 1, that has solved parity up to N = `n`.

    A module holds each of its two units as often as they fit, and the mean of either kind is read. `settings`
    are those of an arm: `dtype`, `negative_slope`, `leak`. Raises ModgrowError where it cannot be built.
    """
    arm = _arm(units, n, **settings)
    built = _first(units, arm.negative_slope)
    network = Network(arm)
    _append(network, built, [built.answer])
    for _ in range(3, n + 1):
        built = _gate(units, arm.negative_slope, built.answer)
        _append(network, built, [built.answer])
    return Trained(network, seed=0, n_solved=n)


def flat(units: int, **settings) -> Trained:
    """A flat network of `units` leaky units, tau = 1, that has solved parity up to N = units // 2 + 1.

    A chain of pairs of units in one population: all that was W^FF is W^R. Of an odd number of units one more
    goes to the first N. Its snapshots have fewer heads, and all else. `settings` as for a chain. Raises
    ModgrowError.
    """
    n = units // 2 + 1
    arm = _arm(units, n, architecture="flat", **settings)
    built = _first(2 + units % 2, arm.negative_slope)
    answers = [built.answer]
    for _ in range(3, n + 1):
        built = _joined(built, _gate(2, arm.negative_slope, built.answer))
        answers.append(built.answer)
    snapshots = {}
    for solved in range(2, n + 1):
        snapshots[solved] = Network(arm)
        _append(snapshots[solved], built, answers[: solved - 1])
    return Trained(snapshots[n], seed=0, n_solved=n, snapshots=snapshots)


@dataclass(frozen=True)
class _Answer:
    """How an answer, 0 or 1, is read from the states of a population: weights . state + offset."""

    weights: Float[Tensor, " unit"]
    offset: float


@dataclass(frozen=True)
class _Built:
    """The weights of a population, and how its newest answer is read."""

    input: Float[Tensor, " unit"]
    recurrent: Float[Tensor, "unit unit"]
    feedforward: Float[Tensor, "unit upstream_unit"] | None
    bias: Float[Tensor, " unit"]
    answer: _Answer


def _arm(units: int, n: int, **settings) -> Arm:
    """The recipe, which no number of epochs bounds. Raises ModgrowError for what cannot be built."""
    if units < 2:
        raise ModgrowError(f"units is {units}; an exclusive or takes at least two leaky units")
    if n < 2:
        raise ModgrowError(f"n is {n}; parity begins at N = 2")
    arm = validated(Arm, {"units": units, "n_max": n, "epochs": None, **settings}, "a network built by hand")
    if arm.negative_slope == 1.0:
        raise ModgrowError("negative_slope is 1.0; units without a bend have no exclusive or: lower it")
    if arm.feedforward_delay != 1:
        raise ModgrowError("feedforward_delay is 0; these modules read the one upstream a step late: 1")
    if arm.task != "parity" or arm.n_first != 2:
        raise ModgrowError(f"task is {arm.task} from N = {arm.n_first} on; these answer parity from N = 2 on")
    return arm


def _xor_weights(alpha: float) -> tuple[float, float]:
    """(w1, w2)."""
    w1 = -2.0 / (1.0 - alpha)
    return w1, 1.0 - alpha * w1


def _numbers(*values: float) -> Float[Tensor, " number"]:
    return torch.tensor(values, dtype=torch.float64)


def _xor(first: Float[Tensor, " unit"], second: Float[Tensor, " unit"], alpha: float) -> _Answer:
    """An answer, from the mean of the units f(a' + S - 1) and of the units f(a' + S): 1 marks them."""
    w1, w2 = _xor_weights(alpha)
    return _Answer(w1 * first / first.sum() + w2 * second / second.sum(), alpha * w1)


def _gate(units: int, alpha: float, below: _Answer) -> _Built:
    """The exclusive or of the newest bit and the answer below."""
    first = (torch.arange(units) < units // 2).double()
    return _Built(
        input=torch.ones_like(first),
        recurrent=torch.zeros(units, units, dtype=torch.float64),
        feedforward=below.weights.repeat(units, 1),
        bias=below.offset - first,
        answer=_xor(first, 1.0 - first, alpha),
    )


def _first(units: int, alpha: float) -> _Built:
    """The first module: parity of two bits, the bit before kept in W^R."""
    return _first_of_two(alpha) if units == 2 else _first_with_relay(units, alpha)


def _first_with_relay(units: int, alpha: float) -> _Built:
    """Units r = S that repeat the bit, and units f(r' + S - 1) and f(r' + S) that read them a step later."""
    third = units // 3
    place = torch.arange(units)
    first = (place < third).double()
    second = ((place >= third) & (place < 2 * third)).double()
    relay = 1.0 - first - second
    return _Built(
        input=torch.ones_like(first),
        recurrent=torch.outer(first + second, relay / relay.sum()),
        feedforward=None,
        bias=-first,
        answer=_xor(first, second, alpha),
    )


def _first_of_two(alpha: float) -> _Built:
    """Two units that hold the bit before for each other, exact but for terms of the size of the opening e.

    With v a gate that S opens, theta its threshold:

        u = f(S + B (v' + alpha theta)),    v = f((1 + (1 - alpha) theta) S + e u' - theta).

    Open, v is 1 - alpha theta + e u', shut it is alpha (e u' - theta): v + alpha theta is S, but for e u' or
    alpha e u'. So u is S + B S', but for terms in B e, and the answer

        a = (w2/B) u + (w1/e) (v + alpha theta) = (w2/B + w1/e) S + w2 S' + (w1 or alpha w1) S' + ...

    is S' where S = 0, and 1 - S' where S = 1, if w2/B + w1/e = 1. Left out are w2 e S'' and w1 B S'', each
    after some bits only; they have opposite signs, and half of their sum is taken off.
    """
    w1, w2 = _xor_weights(alpha)
    opening = OPENING * (1.0 - alpha)
    threshold = THRESHOLD * (1.0 - alpha)
    back = w2 / (1.0 - w1 / opening)
    shut = alpha * threshold
    left_out = w2 * opening + w1 * back
    return _Built(
        input=_numbers(1.0, 1.0 + threshold - shut),
        recurrent=torch.tensor([[0.0, back], [opening, 0.0]], dtype=torch.float64),
        feedforward=None,
        bias=_numbers(back * shut, -threshold),
        answer=_Answer(_numbers(w2 / back, w1 / opening), w1 / opening * shut - left_out / 2.0),
    )


def _joined(built: _Built, more: _Built) -> _Built:
    """One population of both, W^R of the first from what was W^FF of the second."""
    old = len(built.bias)
    new = len(more.bias)
    recurrent = torch.zeros(old + new, old + new, dtype=torch.float64)
    recurrent[:old, :old] = built.recurrent
    recurrent[old:, :old] = more.feedforward
    unread = torch.zeros(old, dtype=torch.float64)
    return _Built(
        input=torch.cat([built.input, more.input]),
        recurrent=recurrent,
        feedforward=None,
        bias=torch.cat([built.bias, more.bias]),
        answer=_Answer(torch.cat([unread, more.answer.weights]), more.answer.offset),
    )


def _append(network: Network, built: _Built, answers: list[_Answer]) -> None:
    """A module with those weights, tau = 1, and a head for each answer: logit 1 - logit 0 is a - 1/2."""
    units = len(built.bias)
    readout = torch.zeros(len(answers), 2, units, dtype=torch.float64)
    readout_bias = torch.zeros(len(answers), 2, dtype=torch.float64)
    for head, answer in enumerate(answers):
        readout[head, 1, : len(answer.weights)] = answer.weights
        readout_bias[head, 1] = answer.offset - 0.5
    values = {
        "input": built.input,
        "recurrent": built.recurrent,
        "feedforward": built.feedforward,
        "bias": built.bias,
        "tau": torch.ones(units),
        "readout": readout,
        "readout_bias": readout_bias,
    }
    arm = network.arm
    dtype = getattr(torch, arm.dtype)
    kept = {name: value.to(dtype) for name, value in values.items() if value is not None}
    module = LeakyModule(kept, arm.negative_slope, arm.leak, arm.feedforward_delay)
    network.chain.append(module.requires_grad_(False))
