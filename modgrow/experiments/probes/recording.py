"""Continuous runs of a chain that probes start from: bits, the states of every module, answers and labels."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from modgrow import task
from modgrow.model.heads import answers
from modgrow.model.network import LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.streams import stream


class Finding(NamedTuple):
    """One row of the table. `distance`: of the module that is read, in modules above the one acted on."""

    probe: str
    measure: str
    n: int
    value: float | None
    distance: int | None = None


@dataclass(frozen=True)
class Recording:
    """One continuous run from a silent start, p = 0.5, of which the first `warmup` steps are not scored.

    Modules are counted from 0 here, their `place`. `states` has the initial state first.
    """

    network: Network
    warmup: int
    bits: Float[Tensor, "time sequence"]
    states: list[Float[Tensor, "states unit sequence"]]
    answers: Bool[Tensor, "module time sequence"]
    labels: Bool[Tensor, "module time sequence"]

    @property
    def chain(self) -> list[LeakyModule]:
        """The modules, the first one first."""
        return list(self.network.chain)

    @property
    def end(self) -> int:
        """The place of the last module."""
        return len(self.network.chain) - 1

    def n(self, place: int) -> int:
        """The N that a module answers for."""
        return self.network.arm.n_first + place

    def drive(
        self, module: LeakyModule, upstream: Float[Tensor, "states upstream_unit sequence"] | None
    ) -> Float[Tensor, "states unit sequence"]:
        """The states of a module on these bits, from a silent start, above those states."""
        silent = self.bits.new_zeros(module.units, self.bits.shape[1])
        return module.states(self.bits, silent, upstream)

    def upward(
        self, place: int, handed_up: Float[Tensor, "states unit sequence"]
    ) -> Iterator[tuple[int, Float[Tensor, "states unit sequence"]]]:
        """Each module above `place` with its states, if that one hands up these states instead of its own."""
        for above in range(place + 1, len(self.network.chain)):
            handed_up = self.drive(self.network.chain[above], handed_up)
            yield above, handed_up

    def share(self, said: Bool[Tensor, "time sequence"], target: Bool[Tensor, "time sequence"]) -> float:
        """How often, over the scored steps, what is said equals the target."""
        return (said == target)[self.warmup :].double().mean().item()

    def accuracy(self, place: int, states: Float[Tensor, "states unit sequence"]) -> float:
        """How often the head of a module is right about these states of it."""
        return self.share(answered(self.chain[place], states), self.labels[place])

    def scored(self, states: Float[Tensor, "states unit sequence"]) -> Float[Tensor, "time unit sequence"]:
        """The states after each scored bit."""
        return states[1 + self.warmup :]


def record(trained: Trained, purpose: str, steps: int, sequences: int) -> Recording:
    """A run of `steps` scored steps after a warm-up of max(100, 4 N), on bits drawn for this purpose."""
    warmup = max(100, 4 * trained.n_solved)
    drawn = stream(trained.seed, "mechanism", purpose).random((warmup + steps, sequences)) < 0.5
    bits = torch.from_numpy(drawn).to(trained.network.newest.tau)
    learnt = task.named(trained.arm.task)
    labels = torch.stack([learnt.labels(bits, n).bool() for n in trained.heads])
    states = []
    for module in trained.network.chain:
        silent = bits.new_zeros(module.units, sequences)
        states.append(module.states(bits, silent, states[-1] if states else None))
    said = [answered(module, own) for module, own in zip(trained.network.chain, states, strict=True)]
    return Recording(trained.network, warmup, bits, states, torch.stack(said), labels)


def answered(
    module: LeakyModule, states: Float[Tensor, "states *network unit sequence"]
) -> Bool[Tensor, "time *network sequence"]:
    """What the head of a module answers after each bit; the initial state is left out."""
    return answers(module, states[1:])[0]


def late(values: Bool[Tensor, "time sequence"]) -> Bool[Tensor, "time sequence"]:
    """The same one step later; before the first there is a 0."""
    return torch.cat([torch.zeros_like(values[:1]), values[:-1]])


def changed(module: LeakyModule, **values: Tensor) -> LeakyModule:
    """A copy of a module with other values of some tensors."""
    own = {name: value.detach() for name, value in module.named_parameters()}
    made = LeakyModule({**own, **values}, module.negative_slope, module.leak, module.delay)
    return made.requires_grad_(False)
