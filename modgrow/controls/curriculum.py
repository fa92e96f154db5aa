"""The curriculum of a network of any kind: the arms' own loss, updates, test and success criterion.

The loss is summed over the heads that train, as in a flat network: in a network that goes on training, that
of the newest alone would let the older ones forget, and N is solved only if they are right on average, too.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from modgrow import task
from modgrow.arm import Arm
from modgrow.controls.kinds import Kind
from modgrow.controls.network import ControlNetwork
from modgrow.learning.activity import Fresh
from modgrow.learning.curriculum import solved
from modgrow.streams import stream


class Row(NamedTuple):
    """One epoch; `accuracy` is of the head of `n`, `accuracy_previous` the mean of those before it."""

    epoch: int
    n: int
    loss: float
    accuracy: float
    accuracy_previous: float | None
    n_solved: int
    diverged: bool
    clipped: float


class ControlCurriculum:
    """One network and its way through the curriculum; iterate over it to train."""

    def __init__(self, kind: Kind, arm: Arm, seed: int):
        self.arm = arm
        self.seed = seed
        self.network = ControlNetwork(kind, arm, seed)
        self.n_solved = arm.n_first - 1
        self.rows: list[Row] = []
        self._fresh = Fresh(arm)
        self._optimizer = optimizer(self.network)

    def __iter__(self) -> Iterator[Row]:
        """Yield a row after every epoch until the epochs, or N, run out, or a loss is not finite."""
        while len(self.rows) < self.arm.epochs and self.n_solved < self.arm.n_max:
            self.rows.append(self._epoch())
            yield self.rows[-1]
            if self.rows[-1].diverged:
                return

    def _epoch(self) -> Row:
        network = self.network
        if self.n_solved == network.n_newest:
            self.advance()
        epoch = len(self.rows) + 1
        losses, clipped = self._updates(stream(self.seed, "training", epoch))
        diverged = not math.isfinite(losses[-1])
        accuracies = np.full(network.heads, np.nan) if diverged else self.test(epoch)
        self.n_solved = max(self.n_solved, self._solved_at(accuracies))
        previous = float(accuracies[:-1].mean()) if len(accuracies) > 1 else None
        loss, share = float(np.mean(losses)), float(np.mean(clipped))
        n = network.n_newest
        return Row(epoch, n, loss, float(accuracies[-1]), previous, self.n_solved, diverged, share)

    def advance(self) -> None:
        """The next N: its head and module, and momentum anew, as the arms have it."""
        self.network.grow()
        self._optimizer = optimizer(self.network)

    def _updates(self, rng: np.random.Generator) -> tuple[list[float], list[bool]]:
        """The losses and whether the gradient was clipped; the first loss that is not finite is the last."""
        losses: list[float] = []
        clipped: list[bool] = []
        while len(losses) < self.arm.updates_per_epoch and math.isfinite(losses[-1] if losses else 0.0):
            loss, norm = self.update(rng)
            losses.append(loss)
            clipped.append(norm > self.arm.clip_norm)
        return losses, clipped

    def update(self, rng: np.random.Generator) -> tuple[float, float]:
        """One step on new bits. The loss before it (nats, summed over heads), the norm of its gradient."""
        network = self.network
        bits = self._fresh.new_bits(network.n_newest, rng)
        initial = network.draw_initial(rng, bits.shape[1])
        logits = network.logits(bits, initial)
        labels = self._labels(bits)[-len(logits) :]
        loss = nn.functional.cross_entropy(logits, labels, reduction="sum") / labels.shape[1]
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(list(network.trained.values()), self.arm.clip_norm)
        self._optimizer.step()
        return loss.item(), norm.item()

    def test(self, epoch: int) -> Float[np.ndarray, " head"]:
        """Accuracy of every head on new sequences, as `FreshTest` of the arms draws them."""
        rng = stream(self.seed, "test", epoch)
        return np.mean([self._accuracies(rng) for _ in range(self.arm.test_batches)], axis=0)

    def _accuracies(self, rng: np.random.Generator) -> Float[np.ndarray, " head"]:
        bits = self._fresh.new_bits(self.network.n_newest, rng)
        logits = self.network.all_logits(bits, self.network.draw_initial(rng, bits.shape[1]))
        return (logits.argmax(1) == self._labels(bits)).double().mean(1).numpy()

    def _labels(self, bits: Tensor) -> Tensor:
        return task.named(self.arm.task).final_labels(bits, self.arm.n_first, self.network.n_newest)

    def _solved_at(self, accuracies: np.ndarray) -> int:
        """The largest N that is solved with every N before it; with one head after another, the newest."""
        met = [solved(accuracies[: head + 1], self.arm.threshold) for head in range(len(accuracies))]
        if not self.network.kind.at_once:
            return self.network.n_newest if met[-1] else 0
        return self.arm.n_first - 1 + (met.index(False) if False in met else len(met))


def optimizer(network: ControlNetwork) -> torch.optim.SGD:
    """SGD as the arms have it, over what trains now."""
    arm = network.arm
    rates = {"lr": arm.learning_rate, "momentum": arm.momentum, "nesterov": arm.nesterov}
    return torch.optim.SGD(list(network.trained.values()), **rates)
