"""Lesions: a pathway of one module, or of all from one on, is cut and its mean drive kept in the bias."""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.experiments.probes.recording import Finding, Recording, changed
from modgrow.model.dynamics import read_by_step
from modgrow.model.network import LeakyModule

PARTS = ("recurrent", "leak", "feedforward", "input")
FROM_ONE_ON = ("recurrent", "leak")  # also cut in all modules from one on


def probe_of(part: str, delay: int, measure: str) -> str:
    """The probe's name: `sanity` where it must come to chance by causality, whatever was learnt.

    Without W^FF the old bits cannot be known, there or above. Nor can the module itself know the newest bit
    without W^I, unless W^FF reads a module that knows it already, as it does without delay; those above can
    do without that module's W^I, if they need only what it passes on.
    """
    causal = part == "feedforward" or (part == "input" and measure == "itself" and delay > 0)
    return f"sanity_lesion_{part}" if causal else f"lesion_{part}"


def findings(run: Recording, other: Recording) -> Iterator[Finding]:
    """What is lost without a pathway, or without the leak (tau = 1); means are taken from another run."""
    for part in PARTS:
        cut = [_without(other, place, part) for place in range(run.end + 1)]
        for place in range(run.end + 1):
            if cut[place] is not None:
                yield from _of_one(part, run, place, cut[place])
        if part in FROM_ONE_ON:
            yield from _of_all_from(f"lesion_{part}", run, cut)


def _of_one(part: str, run: Recording, place: int, cut: LeakyModule) -> Iterator[Finding]:
    """Accuracy at the module that is cut (`itself`), at the `end` of the chain, and the `least_above`."""
    states = run.drive(cut, run.states[place - 1] if place else None)
    left = [run.accuracy(place, states)]
    left += [run.accuracy(above, found) for above, found in run.upward(place, states)]
    read_at = {"itself": 0, "end": len(left) - 1}
    if len(left) > 1:
        read_at["least_above"] = min(range(1, len(left)), key=left.__getitem__)
    for measure, distance in read_at.items():
        probe = probe_of(part, run.network.arm.feedforward_delay, measure)
        yield Finding(probe, measure, run.n(place), left[distance], distance)


def _of_all_from(probe: str, run: Recording, cut: list[LeakyModule]) -> Iterator[Finding]:
    """`from`: all modules from n on are cut, read at the end; `all`: all from module 2 on, read at n."""
    for first in range(1, run.end + 1):
        states = run.states[first - 1]
        for place in range(first, run.end + 1):
            states = run.drive(cut[place], states)
            if first == 1:
                yield Finding(probe, "all", run.n(place), run.accuracy(place, states))
        yield Finding(probe, "from", run.n(first), run.accuracy(run.end, states), run.end - first)


def _without(run: Recording, place: int, part: str) -> LeakyModule | None:
    """The module with that part cut; None where it has none."""
    module = run.chain[place]
    if part == "leak":
        return changed(module, tau=torch.ones_like(module.tau))
    term = terms(run, place).get(part)
    if term is None:
        return None
    weights = getattr(module, part)
    bias = module.bias + term.double().mean((0, 2)).to(weights)
    return changed(module, bias=bias, **{part: torch.zeros_like(weights)})


def terms(run: Recording, place: int) -> dict[str, Float[Tensor, "time unit sequence"]]:
    """What each pathway adds to the drive of a module at every scored step. The first has no W^FF."""
    module = run.chain[place]
    others = module.recurrent * (1.0 - torch.eye(module.units).to(module.recurrent))
    own = run.states[place][run.warmup : -1]
    found = {
        "recurrent": others @ own,
        "input": module.input[:, None] * run.bits[run.warmup :, None],
    }
    if place:
        read = read_by_step(run.states[place - 1], module.delay)[: len(run.bits)]
        found["feedforward"] = module.feedforward @ read[run.warmup :]
    return found
