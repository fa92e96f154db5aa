"""Bottleneck: of what a module hands up only one bit is left, its mean state given that bit."""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from modgrow.experiments.probes import messages
from modgrow.experiments.probes.recording import Finding, Recording, answered

States = Float[Tensor, "states unit sequence"]
Kind = Callable[[Bool[Tensor, "time sequence"], Bool[Tensor, "time sequence"]], Bool[Tensor, "time sequence"]]


def findings(run: Recording, other: Recording) -> Iterator[Finding]:
    """Is one bit all that is used of a module: the accuracy that is left, means taken from another run.

    `bottleneck`: the bit is the message; `bottleneck_answer`, where that is another: the module's answer.
    """
    message = messages.named(run.network.arm.task)
    yield from _of_kind("bottleneck", message.of, run, other)
    if not message.is_answer:
        yield from _of_kind("bottleneck_answer", lambda bits, answers: answers, run, other)


def _of_kind(probe: str, kind: Kind, run: Recording, other: Recording) -> Iterator[Finding]:
    """`one`: of module n alone, read right above. `from`: of all from n on, read at the end of the chain.
    `all`: of all below module n, read there.
    """
    means = [class_means(other, m, kind(other.bits.bool(), other.answers[m])) for m in range(run.end + 1)]

    def squeezed(place: int, states: States) -> States:
        classes = kind(run.bits.bool(), answered(run.chain[place], states))
        return _replaced(states, means[place], classes)

    for first in range(run.end):
        states = run.states[first]
        for place in range(first + 1, run.end + 1):
            states = run.drive(run.chain[place], squeezed(place - 1, states))
            left = run.accuracy(place, states)
            if place == first + 1:
                yield Finding(probe, "one", run.n(first), left, 1)
            if first == 0:
                yield Finding(probe, "all", run.n(place), left)
        yield Finding(probe, "from", run.n(first), left, run.end - first)


def class_means(
    run: Recording, place: int, classes: Bool[Tensor, "time sequence"]
) -> Float[Tensor, "2 unit"]:
    """Mean scored state of a module in class 0 and in class 1; of a class that never occurs, of all."""
    scored = run.scored(run.states[place]).movedim(1, -1).flatten(0, 1)
    chosen = classes[run.warmup :].flatten()
    kinds = [scored[chosen == one] for one in (False, True)]
    return torch.stack([(kind if len(kind) else scored).double().mean(0) for kind in kinds]).to(scored)


def _replaced(
    states: States, means: Float[Tensor, "2 unit"], classes: Bool[Tensor, "time sequence"]
) -> States:
    """The mean state of the class at every step; the initial state stays."""
    chosen = means[classes.long()].movedim(-1, 1)
    return torch.cat([states[:1], chosen]).contiguous()
