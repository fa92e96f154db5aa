"""The curriculum: train the newest parity order, test, and grow when everything is solved."""

import copy
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import psutil

from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.learning.activity import source
from modgrow.learning.held_out import held_out
from modgrow.learning.training import make_optimizer, train_epoch
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.streams import stream


@dataclass(frozen=True)
class Record:
    """One epoch of a learning curve. Accuracies are fractions; loss is in nats, summed over heads."""

    epoch: int
    n: int
    loss: float
    accuracy: float
    accuracy_previous: float | None
    n_solved: int
    n_tasks_solved: int


class Curriculum:
    """One network and its way through the curriculum; iterate over it to train.

    `snapshots` maps N to the network that had just solved N (flat arms only: a modular network
    carries its own past, since older modules never change).
    """

    def __init__(self, arm: Arm, seed: int, device: str = "cpu"):
        _check_memory(arm, device)
        self.arm, self.seed, self.device = arm, seed, device
        self.network = Network(arm)
        self.snapshots: dict[int, Network] = {}
        self.n_solved = arm.n_first - 1
        self.epoch = 0
        self.diverged = False
        self._source, self._test = source(arm, seed, device), held_out(arm, seed, device)
        self._grow()

    def __iter__(self) -> Iterator[Record]:
        """Yield a record after every epoch until the epochs, or N, run out, or the loss is not finite."""
        while not self.finished:
            yield self._train_one_epoch()

    @property
    def finished(self) -> bool:
        """Whether nothing is left to train."""
        out_of_epochs = self.arm.epochs is not None and self.epoch >= self.arm.epochs
        return out_of_epochs or self.diverged or self.n_solved >= self.arm.n_limit

    def _train_one_epoch(self) -> Record:
        if self.n_solved == self.network.n_newest:
            self._freeze()
            self._grow()
        self.epoch += 1
        rng = stream(self.seed, "training", self.epoch)
        loss = train_epoch(self.network, self._optimizer, self._source, rng)
        self.diverged = not math.isfinite(loss)
        accuracies = self._test.accuracies(self.network, self.epoch)
        if not self.diverged and solved(accuracies, self.arm.threshold):
            self.n_solved = self.network.n_newest
            if self.arm.architecture == "flat":
                self.snapshots[self.n_solved] = copy.deepcopy(self.network)
        return self._record(loss, accuracies)

    def _record(self, loss: float, accuracies: np.ndarray) -> Record:
        previous = float(accuracies[:-1].mean()) if len(accuracies) > 1 else None
        tasks = self.n_solved - self.arm.n_first + 1
        n, newest = self.network.n_newest, float(accuracies[-1])
        return Record(self.epoch, n, loss, newest, previous, self.n_solved, tasks)

    def _freeze(self) -> None:
        """The newest module will not change again: push the pools through it."""
        if self.arm.architecture == "modular":
            for pool in (self._source, self._test):
                pool.extend(self.network.newest)

    def _grow(self) -> None:
        grow(self.network, self.seed)
        self.network.to(self.device)
        self._optimizer = make_optimizer(self.network)


def solved(accuracies: np.ndarray, threshold: float) -> bool:
    """The paper's success criterion: above threshold on the newest task, and on the mean of all before."""
    return bool(accuracies[-1] > threshold and (len(accuracies) == 1 or accuracies[:-1].mean() > threshold))


def _check_memory(arm: Arm, device: str) -> None:
    free = psutil.virtual_memory().available
    if device == "cpu" and arm.pool_bytes > free:
        raise ModgrowError(
            f"the activity pool needs {arm.pool_bytes / 2**30:.1f} GiB and {free / 2**30:.1f} GiB are free: "
            "lower pool_batches, test_batches, batch_size or n_max, or set pool_batches to fresh"
        )
