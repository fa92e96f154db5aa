"""The curriculum: train the newest N, test, and grow when everything is solved."""

import copy
import math
from collections.abc import Iterator

import numpy as np
import psutil
import torch
from jaxtyping import Float

from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.learning.activity import source
from modgrow.learning.held_out import held_out
from modgrow.learning.training import Epoch, make_optimizer, train_epoch
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.model.trained import Trained
from modgrow.store.states import Journal, Record, State
from modgrow.streams import stream


class Curriculum:
    """One network and its way through the curriculum; iterate over it to train.

    `records` has a row for every epoch so far. `snapshots` maps N to the network that had just solved
    N, for arms that do not grow: a chain keeps its past itself, as older modules never change.
    """

    def __init__(self, arm: Arm, seed: int, device: str = "cpu"):
        _check_memory(arm, device)
        self.arm = arm
        self.seed = seed
        self.device = device
        self.network = Network(arm)
        self.snapshots: dict[int, Network] = {}
        self.records: list[Record] = []
        self.n_solved = arm.n_first - 1
        self.diverged = False
        self._source = source(arm, seed, device)
        self._test = held_out(arm, seed, device)
        self._grow()

    def __iter__(self) -> Iterator[Record]:
        """Yield a record after every epoch until the epochs, or N, run out, or a number is not finite."""
        while not self.finished:
            yield self._train_one_epoch()

    @property
    def epoch(self) -> int:
        """How many epochs were trained."""
        return len(self.records)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to train."""
        out_of_epochs = self.arm.epochs is not None and self.epoch >= self.arm.epochs
        return out_of_epochs or self.diverged or self.n_solved >= self.arm.n_limit

    def state(self, provenance: dict, **more: object) -> State:
        """All that going on needs, valid until the next epoch; `provenance` says what it belongs to.

        `more` stands in the state's journal beside the records.
        """
        journal = Journal(self.records, **more)
        return State(Trained.of(self, provenance), journal, self._optimizer.velocities)

    @torch.no_grad()
    def restore(self, state: State) -> None:
        """Go on from `state`; for a curriculum that has not trained yet.

        Growth is replayed around the values that were saved, so that frozen activity, starts and what
        trains come out as they were.
        """
        saved = state.trained.network
        while self.network.n_newest < saved.n_newest:
            self._take_values(saved)
            self._freeze()
            self._grow()
        self._take_values(saved)
        for name, velocity in self._optimizer.velocities.items():
            velocity.copy_(state.momentum[name])
        self.records = list(state.records)
        self.n_solved = state.trained.n_solved
        self.diverged = state.trained.diverged
        self.snapshots = state.trained.snapshots

    def _take_values(self, saved: Network) -> None:
        """The newest module as it was saved; a flat network takes the heads that stand already."""
        theirs = dict(saved.chain[len(self.network.chain) - 1].named_parameters())
        for name, value in self.network.newest.named_parameters():
            value.copy_(theirs[name][: len(value)])

    def _train_one_epoch(self) -> Record:
        if self.n_solved == self.network.n_newest:
            self._freeze()
            self._grow()
        epoch = self.epoch + 1
        done = train_epoch(self.network, self._optimizer, self._source, stream(self.seed, "training", epoch))
        self.diverged = not (math.isfinite(done.loss) and self._weights_finite())
        accuracies = self._accuracies(epoch)
        if not self.diverged and solved(accuracies, self.arm.threshold):
            self.n_solved = self.network.n_newest
            if not self.arm.grows:
                self.snapshots[self.n_solved] = copy.deepcopy(self.network)
        self.records.append(self._record(epoch, done, accuracies))
        return self.records[-1]

    def _accuracies(self, epoch: int) -> Float[np.ndarray, " head"]:
        if self.diverged:
            return np.full(self.arm.heads(self.network.n_newest), np.nan)
        return self._test.accuracies(self.network, epoch)

    def _record(self, epoch: int, done: Epoch, accuracies: np.ndarray) -> Record:
        return Record(
            epoch=epoch,
            n=self.network.n_newest,
            loss=done.loss,
            accuracy=float(accuracies[-1]),
            accuracy_previous=float(accuracies[:-1].mean()) if len(accuracies) > 1 else None,
            n_solved=self.n_solved,
            n_tasks_solved=self.arm.heads(self.n_solved),
            diverged=self.diverged,
            clipped=done.clipped,
            learnt_after=done.learnt_after,
        )

    def _weights_finite(self) -> bool:
        return all(torch.isfinite(value).all() for value in self.network.trained())

    def _freeze(self) -> None:
        """Where another module comes, the newest will not change again: push the pools through it."""
        if self.arm.grows:
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
