"""A trained network: what was solved, what it was at each solved N, and what it answers and does on bits.

trained = Trained.of(curriculum)     # or store.networks.read(path)
trained.answers("01101")             # (head, time, sequence): 0 or 1
trained.activity("01101")            # (module, time, unit, sequence)
trained.at(5).answers("01101")       # of the network that had just solved N = 5
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from modgrow.arm import Arm
from modgrow.errors import ModgrowError, printable
from modgrow.model import heads
from modgrow.model.network import LeakyModule, Network

Bits = str | Sequence | np.ndarray | Tensor


@dataclass
class Trained:
    """A network with what was solved.

    `n_solved` is the largest N solved, n_first - 1 if none was. `snapshots` holds the network at each solved
    N, for arms that do not grow: a chain that grows keeps its past itself, as older modules never change.
    `provenance` says what made it.
    """

    network: Network
    seed: int
    n_solved: int
    diverged: bool = False
    snapshots: dict[int, Network] = field(default_factory=dict)
    provenance: dict = field(default_factory=dict)

    @classmethod
    def of(cls, curriculum, provenance: dict | None = None) -> "Trained":
        """What a curriculum has trained so far, with what made it; it shares the curriculum's network."""
        return cls(
            network=curriculum.network,
            seed=curriculum.seed,
            n_solved=curriculum.n_solved,
            diverged=curriculum.diverged,
            snapshots=curriculum.snapshots,
            provenance=provenance or {},
        )

    @property
    def arm(self) -> Arm:
        """The recipe."""
        return self.network.arm

    @property
    def n_tasks_solved(self) -> int:
        """How many N were solved."""
        return self.arm.heads(self.n_solved)

    @property
    def heads(self) -> range:
        """The n that are answered, one head each; the last may be one that was not solved."""
        return range(self.arm.n_first, self.network.n_newest + 1)

    def at(self, n: int) -> "Trained | None":
        """What it was when it had just solved `n`; None if it never did. Tensors are shared, not copied."""
        if not self.arm.n_first <= n <= self.n_solved:
            return None
        kept = n in self.snapshots
        network = self.snapshots[n] if kept else _beginning(self.network, self.arm.heads(n))
        past = {order: snapshot for order, snapshot in self.snapshots.items() if order <= n}
        return Trained(network, self.seed, n, snapshots=past, provenance=self.provenance)

    def answers(self, bits: Bits) -> Int[Tensor, "head time sequence"]:
        """What every head answers after every bit, 0 or 1; row k is the answer to n = n_first + k.

        One continuous run from a silent start, so head n means something from bit n on. `bits`: text such as
        "01101", or (time,) or (time, sequence) as lists, an array or a tensor.
        Order (time x module x unit^2 x sequence). Raises ModgrowError.

            trained.answers("0110")[0, -1, 0]    # the first head's answer after the last bit
        """
        answered = [heads.answers(module, states) for module, states in self._run(bits)]
        return torch.cat(answered).long()

    def activity(self, bits: Bits) -> Float[Tensor, "module time unit sequence"]:
        """The state of every module after every bit, in one continuous run from a silent start.

        `bits` as for `answers`. Raises ModgrowError.

            trained.activity("0110")[0, -1, :, 0]    # the first module after the last bit
        """
        return torch.stack([states for _, states in self._run(bits)])

    def _run(self, bits: Bits) -> Iterator[tuple[LeakyModule, Float[Tensor, "time unit sequence"]]]:
        """Each module with its states, down the chain."""
        if self.diverged:
            raise ModgrowError("this network diverged in training; ask `at(n_solved)`, if it solved any N")
        given = read_bits(bits).to(self.network.newest.tau)
        below = None
        for module in self.network.chain:
            silent = torch.zeros(module.units, given.shape[1]).to(given)
            below = module.states(given, silent, below)  # from the state before the first bit on
            yield module, below[1:]


def read_bits(bits: Bits) -> Float[Tensor, "time sequence"]:
    """Bits as a user gives them: see `Trained.answers`. Raises ModgrowError."""
    if isinstance(bits, str):
        if wrong := set(bits) - {"0", "1"}:
            raise ModgrowError(f"bits: {printable(min(wrong))!r} is no bit; text may hold 0 and 1 alone")
        bits = [int(bit) for bit in bits]
    try:
        given = np.asarray(bits.detach().cpu() if isinstance(bits, Tensor) else bits)
        given = given.astype(np.float64, casting="same_kind" if given.size else "unsafe")
    except (TypeError, ValueError):
        raise ModgrowError("bits: no array of numbers; give (time,) or (time, sequence)") from None
    if given.ndim not in (1, 2):
        raise ModgrowError(f"bits: {given.ndim} dimensions; give (time,) or (time, sequence)")
    if not given.size:
        raise ModgrowError("bits: none are given; give at least one")
    if not np.isin(given, (0.0, 1.0)).all():
        raise ModgrowError(f"bits: {given[~np.isin(given, (0.0, 1.0))][0]:g} is no bit; each is 0 or 1")
    return torch.from_numpy(given if given.ndim == 2 else given[:, None])


def _beginning(network: Network, modules: int) -> Network:
    """The first `modules` of a chain, the very same ones."""
    found = Network(network.arm)
    found.chain.extend(list(network.chain)[:modules])
    return found
