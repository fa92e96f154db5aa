"""Bottleneck: of what a module hands up only one bit is left, its mean state given that bit."""

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from modgrow.experiments.probes import messages
from modgrow.experiments.probes.recording import Finding, Recording, answered

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
    """`one`: of module n alone, read right above; `all`: of all below module n at once."""
    squeezed = None  # what hands up to the module at `place`, if all are replaced
    for place, module in enumerate(run.chain):
        means = class_means(other, place, kind(other.bits.bool(), other.answers[place]))
        if squeezed is not None:
            states = run.drive(module, squeezed)
            yield Finding(probe, "all", run.n(place), run.accuracy(place, states))
        else:
            states = run.states[place]
        squeezed = _replaced(states, means, kind(run.bits.bool(), answered(module, states)))
        if place < run.end:
            alone = _replaced(run.states[place], means, kind(run.bits.bool(), run.answers[place]))
            left = run.accuracy(place + 1, run.drive(run.chain[place + 1], alone))
            yield Finding(probe, "one", run.n(place), left, distance=1)


def class_means(
    run: Recording, place: int, classes: Bool[Tensor, "time sequence"]
) -> Float[Tensor, "2 unit"]:
    """Mean scored state of a module where the class is 0 and where it is 1; of a class that is never, of all."""
    scored = run.scored(run.states[place]).movedim(1, -1).flatten(0, 1)
    chosen = classes[run.warmup :].flatten()
    kinds = [scored[chosen == one] for one in (False, True)]
    return torch.stack([(kind if len(kind) else scored).double().mean(0) for kind in kinds]).to(scored)


def _replaced(
    states: Float[Tensor, "states unit sequence"],
    means: Float[Tensor, "2 unit"],
    classes: Bool[Tensor, "time sequence"],
) -> Float[Tensor, "states unit sequence"]:
    """The mean state of the class at every step; the initial state stays."""
    chosen = means[classes.long()].movedim(-1, 1)
    return torch.cat([states[:1], chosen]).contiguous()
