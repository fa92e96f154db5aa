"""Light cone: one module's state is nudged at one step, and the change runs up the chain, a module a step."""

from collections.abc import Iterator

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from modgrow.experiments.probes.recording import Finding, Recording
from modgrow.experiments.probes.replay import States, replay
from modgrow.streams import stream

SEQUENCES = 8
TOLERANCE = torch.finfo(torch.float64).eps ** 0.5  # of a change, against the module's standard deviation


def findings(run: Recording, seed: int) -> Iterator[Finding]:
    """Effects of a nudge of module n, which is a Gaussian of the standard deviation of its units.

    `violations`: cells (module, step) with an effect outside the cone: below n, or before d steps at distance
    d (without the delay of W^FF, before the nudge, which no state can be). `late`: modules of the cone whose
    first effect comes later than that, or never. `first_step`, of a nudge of the first module alone: when the
    first effect comes at each distance, in steps; missing where none does.
    """
    effects = _effects(run, seed)
    delay = run.network.arm.feedforward_delay
    for place in range(run.end + 1):
        first = _first_steps(effects[:, :, place])
        due = [delay * (read - place) if read >= place else None for read in range(run.end + 1)]
        outside = [effects[read, :when, place] for read, when in enumerate(due)]
        late = sum(first[read] != when for read, when in enumerate(due) if when is not None)
        yield Finding("light_cone", "violations", run.n(place), float(sum(x.sum().item() for x in outside)))
        yield Finding("light_cone", "late", run.n(place), float(late))
    for distance, step in enumerate(_first_steps(effects[:, :, 0])):
        yield Finding("light_cone", "first_step", run.n(0), step, distance)


def _first_steps(effects: Bool[Tensor, "module step"]) -> list[float | None]:
    """The step of the first effect in each module; None if there is none."""
    return [float(row.int().argmax()) if row.any() else None for row in effects]


def _effects(run: Recording, seed: int) -> Bool[Tensor, "module step version"]:
    """Whether any unit's state differs from the undisturbed by more than the tolerance.

    Version k has the nudge in module k; step 0 is that of the nudge.
    """
    versions = run.end + 1
    few = _first_sequences(run)

    def nudge(place: int, states: States) -> States:
        added = torch.zeros_like(states)
        drawn = stream(seed, "mechanism", "nudge", place).standard_normal(tuple(states.shape[2:]))
        added[0, place] = torch.from_numpy(drawn) * _deviation(run, place)
        return states + added

    found = []
    length = versions + 1
    start = min(run.warmup, len(run.bits) - length)
    for place, states in replay(few, [start], length, versions + 1, nudge):
        changes = (states - states[:, -1:])[1:, :-1].abs().amax((-2, -1))  # the last version is undisturbed
        found.append(changes > TOLERANCE * _deviation(run, place))
    return torch.stack(found)


def _first_sequences(run: Recording) -> Recording:
    states = [own[..., :SEQUENCES] for own in run.states]
    return Recording(
        run.network,
        run.warmup,
        run.bits[:, :SEQUENCES],
        states,
        run.answers[..., :SEQUENCES],
        run.labels[..., :SEQUENCES],
    )


def _deviation(run: Recording, place: int) -> Float[Tensor, ""]:
    """Standard deviation of a module's states, root mean square over its units."""
    return run.scored(run.states[place]).double().var((0, 2)).mean().sqrt()
