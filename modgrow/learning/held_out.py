"""The test at the end of each epoch: accuracy of every head on held-out sequences.

For a pool, a frozen head's answers on the held-out sequences are computed once, at every length a
later test can ask for, and looked up from then on.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from modgrow import task
from modgrow.arm import Arm
from modgrow.learning.activity import Fresh, Pool
from modgrow.learning.draws import draw_initial, draw_length
from modgrow.model.heads import answers
from modgrow.model.network import LeakyModule, Network
from modgrow.streams import stream


class PoolTest:
    """Held-out sequences with frozen activity, and how often frozen heads were right on them."""

    def __init__(self, arm: Arm, seed: int, device: str = "cpu"):
        self.arm = arm
        self.seed = seed
        self.pool = Pool(arm, seed, "test pool", arm.test_batches, device)
        self.frozen: list[Float[np.ndarray, "time batch"]] = []

    def extend(self, module: LeakyModule) -> None:
        """Push the held-out sequences through a module that has just been frozen; keep how it answered."""
        self.pool.extend(module)
        n = self.arm.n_first + len(self.frozen)
        labels_of = task.named(self.arm.task).labels
        correct = []
        for bits, states in zip(self.pool.bits, self.pool.activity, strict=True):
            (answered,) = answers(module, states[1:])
            correct.append((answered == labels_of(bits, n)).sum(1) / self.arm.batch_size)
        self.frozen.append(torch.stack(correct, 1).double().cpu().numpy())

    def accuracies(self, network: Network, epoch: int) -> Float[np.ndarray, " head"]:
        """Accuracy of every head, the newest last, on sequences of this epoch's random lengths."""
        n = network.n_newest
        rng = stream(self.seed, "test", epoch)
        lengths = [draw_length(self.arm, n, rng) for _ in range(len(self.pool))]
        last_steps = np.array(lengths) - 1
        looked_up = [correct[last_steps, np.arange(len(lengths))].mean() for correct in self.frozen]
        newest = [self._of_newest(network, index, length, rng) for index, length in enumerate(lengths)]
        return np.array([*looked_up, np.mean(newest)])

    def _of_newest(self, network: Network, index: int, length: int, rng: np.random.Generator) -> float:
        """Accuracy of the newest head on the first `length` steps of batch `index`."""
        arm = self.arm
        n = network.n_newest
        bits, upstream = self.pool.batch(index, length)
        initial = draw_initial(rng, arm.units, arm.batch_size, arm.initial_state).to(bits)
        labels = task.named(arm.task).final_labels(bits, n, n)
        return final_accuracy(network.newest, bits, initial, upstream, labels).mean()


class FreshTest:
    """New sequences for every test, and the whole network run on them."""

    def __init__(self, arm: Arm, seed: int, device: str = "cpu"):
        self.arm = arm
        self.seed = seed
        self.fresh = Fresh(arm, device)

    def extend(self, module: LeakyModule) -> None:
        """Nothing is kept."""

    def accuracies(self, network: Network, epoch: int) -> Float[np.ndarray, " head"]:
        """Accuracy of every head, the newest last."""
        rng = stream(self.seed, "test", epoch)
        return np.mean([self._batch(network, rng) for _ in range(self.arm.test_batches)], axis=0)

    def _batch(self, network: Network, rng: np.random.Generator) -> Float[np.ndarray, " head"]:
        bits = self.fresh.new_bits(network.n_newest, rng)
        chain = list(network.chain)
        answered = [
            answers(module, states[-1])
            for module, states in zip(chain, self.fresh.run(chain, bits, rng), strict=True)
        ]
        labels = task.named(self.arm.task).final_labels(bits, self.arm.n_first, network.n_newest)
        return (torch.cat(answered) == labels).double().mean(1).cpu().numpy()


def held_out(arm: Arm, seed: int, device: str = "cpu") -> PoolTest | FreshTest:
    """The test that goes with the arm's source of batches."""
    return (FreshTest if arm.pool_batches == "fresh" else PoolTest)(arm, seed, device)


def final_accuracy(
    module: LeakyModule,
    bits: Float[Tensor, "time sequence"],
    initial: Float[Tensor, "unit sequence"],
    upstream: Float[Tensor, "states unit sequence"] | None,
    labels: Int[Tensor, "#head sequence"],
) -> Float[np.ndarray, " head"]:
    """Accuracy at the last step of every head of the module; `labels` of each, or one row for all."""
    answered = answers(module, module.final_state(bits, initial, upstream))
    return (answered == labels).double().mean(1).cpu().numpy()
