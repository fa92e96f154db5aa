"""Gain: the factor with which a small error in what is handed up goes on, a module further, a step later."""

from collections.abc import Iterator

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.experiments.probes import messages
from modgrow.experiments.probes.bottleneck import class_means
from modgrow.experiments.probes.recording import Finding, Recording
from modgrow.experiments.probes.replay import run_again
from modgrow.model.network import LeakyModule
from modgrow.streams import stream

DELTA = 1e-3  # of the distance between the two mean answers
STEPS = 128  # of the run, each with an error of its own


def findings(run: Recording, seed: int) -> Iterator[Finding]:
    """|gain| of module n on what the module below hands up: mean and root mean square over steps.

    The analog answer is the difference of a head's two logits, so scaled that it is 0 and 1 in the mean of
    either answer. `along_readout`: the state below is moved the shortest way that changes its analog answer
    by delta; `along_message`: by delta of the way between its mean states with either message. The effect is
    the change of the analog answer above, one step after, over delta. Without delay W^FF hands the error up
    at once, and it is still read one step after. Missing where an answer never changes.
    """
    for place in range(1, run.end + 1):
        for way, direction in _directions(run, place - 1).items():
            gains = _gains(run, place, direction, seed)
            for measure, value in {"mean": gains.abs().mean(), "rms": gains.square().mean().sqrt()}.items():
                known = value.item() if value.isfinite() else None
                yield Finding("gain", f"{way}_{measure}", run.n(place), known)


def _directions(run: Recording, below: int) -> dict[str, Float[Tensor, " unit"]]:
    """By how much the state below moves if its answer, or its message, is to change by one."""
    weights = _weights(run.chain[below])
    means = class_means(run, below, messages.said_from_below(run, below + 1)).double()
    return {
        "along_readout": weights * (_scale(run, below) / weights.square().sum()),
        "along_message": means[1] - means[0],
    }


def _gains(
    run: Recording, place: int, direction: Float[Tensor, " unit"], seed: int
) -> Float[Tensor, "step sequence"]:
    """Change of the analog answer above over that below, with a random sign at every step."""
    module = run.chain[place]
    drawn = stream(seed, "mechanism", "gain", place).random((STEPS, run.bits.shape[1])) < 0.5
    delta = DELTA * torch.from_numpy(np.where(drawn, -1.0, 1.0))
    change = _answer_after(run, place, delta[:, None] * direction[:, None])
    return _weights(module) @ change / _scale(run, place) / delta


def _answer_after(
    run: Recording, place: int, moved: Float[Tensor, "step unit sequence"]
) -> Float[Tensor, "step unit sequence"]:
    """How the state of a module changes one step after the one below was moved, at each step alone.

    Two steps are run, since without delay the first one reads the moved state, and with it the second.
    """
    after = run.warmup + torch.arange(len(moved))
    before = run.states[place - 1].double()
    bits = torch.stack([run.bits[after - 1], run.bits[after]]).double()
    initial = run.states[place][after - 1].double()
    read = torch.stack([before[after - 1], before[after], before[after + 1]])
    shifted = read.clone()
    shifted[1] += moved
    return (
        run_again(run.chain[place], bits, initial, shifted)[-1]
        - run_again(run.chain[place], bits, initial, read)[-1]
    )


def _weights(module: LeakyModule) -> Float[Tensor, " unit"]:
    """How a head reads its module: the difference of the logits' weights."""
    return (module.readout[0, 1] - module.readout[0, 0]).double()


def _scale(run: Recording, place: int) -> Float[Tensor, ""]:
    """The distance between the mean difference of logits of either answer."""
    means = class_means(run, place, run.answers[place]).double()
    return _weights(run.chain[place]) @ (means[1] - means[0])
