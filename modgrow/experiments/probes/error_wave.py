"""Error wave: an error of one module is an error of the next one a step later, and so on to the end."""

from collections.abc import Iterator

import torch
from jaxtyping import Bool
from torch import Tensor

from modgrow.experiments.probes import messages
from modgrow.experiments.probes.bottleneck import class_means
from modgrow.experiments.probes.recording import Finding, Recording, answered, changed
from modgrow.experiments.probes.replay import States, replay


def findings(run: Recording) -> Iterator[Finding]:
    """Errors that happen, and errors that are planted."""
    yield from _natural(run)
    yield from _planted(run)


def _natural(run: Recording) -> Iterator[Finding]:
    """`returns`: share of the errors of head n at t that head n + 1 makes at t + 1; missing without errors.

    `chance`: the error rate of head n + 1, which that share is if errors have nothing to do with each other.
    `errors`: how many of head n there were.
    """
    wrong = (run.answers != run.labels)[:, run.warmup :]
    for place in range(run.end):
        here = wrong[place, :-1]
        after = wrong[place + 1, 1:]
        count = here.sum().item()
        returned = (here & after).sum().item()
        n = run.n(place)
        yield Finding("error_wave", "returns", n, returned / count if count else None, 1)
        yield Finding("error_wave", "chance", n, after.double().mean().item(), 1)
        yield Finding("error_wave", "errors", n, float(count), 1)


def _planted(run: Recording) -> Iterator[Finding]:
    """Module n's state is replaced at one step by its mean state with the other message.

    `planted_next`: share of such errors that turn the answer of the next module one step later;
    `planted_end`: of the last module when the wave is there; `planted_beside`: share of all other answers
    above n, within the same stretch of time, that are turned.
    """
    turned = _turned(run)
    for place in range(run.end):
        above = turned[place + 1 :, :, place].double()
        steps = torch.arange(1, len(above) + 1)
        wave = above[steps - 1, steps].mean(-1)
        others = above[:, : len(above) + 1].mean(-1).sum() - wave.sum()
        cells = len(above) * (len(above) + 1) - len(above)
        n = run.n(place)
        yield Finding("error_wave", "planted_next", n, wave[0].item(), 1)
        yield Finding("error_wave", "planted_end", n, wave[-1].item(), len(above))
        yield Finding("error_wave", "planted_beside", n, (others / cells).item())


def _turned(run: Recording) -> Bool[Tensor, "module step version sequence"]:
    """Whether an answer differs from the undisturbed one; version k has the error in module k, at step 0.

    Two stretches of the run, its first scored one and its last, stand side by side.
    """
    versions = run.end + 1
    length = versions + 1
    first = min(run.warmup, len(run.bits) - length)
    starts = [first, len(run.bits) - length]

    def plant(place: int, states: States) -> States:
        told = messages.said_from_below(run, place + 1)
        means = class_means(run, place, told).double()
        now = torch.cat([told[start] for start in starts], -1)
        planted = states.clone()
        planted[0, place] = means[(~now).long()].T
        return planted

    found = []
    for place, states in replay(run, starts, length, versions + 1, plant):
        said = answered(changed(run.chain[place]).double(), states)
        found.append((said != said[:, -1:])[:, :-1])
    return torch.stack(found)
