"""The test at the end of each epoch: accuracy of every head on held-out sequences.

For a pool, a frozen head's answers on the held-out sequences are computed once, at every length a
later test can ask for, and looked up from then on.
"""

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from modgrow.arm import Arm
from modgrow.learning import task
from modgrow.learning.activity import Fresh, Pool, draw_length
from modgrow.model.network import LeakyModule, Network
from modgrow.streams import stream


class PoolTest:
    """Held-out sequences with frozen activity, and what frozen heads answered on them."""

    def __init__(self, arm: Arm, seed: int, device: str = "cpu"):
        self.arm, self.seed = arm, seed
        self.pool = Pool(arm, seed, "test pool", arm.test_batches, device)
        self.answers: list[Float[np.ndarray, "time batch"]] = []

    def extend(self, module: LeakyModule) -> None:
        """Push the held-out sequences through a module that has just been frozen; keep its answers."""
        self.pool.extend(module)
        n = self.arm.n_first + len(self.answers)
        correct = [
            _correct(module, states[1:], task.parity(bits, n))
            for bits, states in zip(self.pool.bits, self.pool.activity, strict=True)
        ]
        self.answers.append(torch.stack(correct, 1).cpu().numpy())

    def accuracies(self, network: Network, epoch: int) -> Float[np.ndarray, " head"]:
        """Accuracy of every head, the newest last, on sequences of this epoch's random lengths."""
        n, rng = network.n_newest, stream(self.seed, "test", epoch)
        lengths = [draw_length(self.arm, n, rng) for _ in range(len(self.pool))]
        frozen = [
            np.mean([answers[length - 1, batch] for batch, length in enumerate(lengths)])
            for answers in self.answers
        ]
        newest = []
        for index, length in enumerate(lengths):
            bits, upstream = self.pool.batch(index, length)
            initial = task.draw_initial(rng, self.arm.units, self.arm.batch_size, self.arm.initial_state)
            newest.append(final_accuracy(network.newest, bits, initial.to(bits), upstream, n, n).mean())
        return np.array([*frozen, np.mean(newest)])


class FreshTest:
    """New sequences for every test, and the whole network run on them."""

    def __init__(self, arm: Arm, seed: int, device: str = "cpu"):
        self.arm, self.seed, self.fresh = arm, seed, Fresh(arm, device)

    def extend(self, module: LeakyModule) -> None:
        """Nothing is kept."""

    def accuracies(self, network: Network, epoch: int) -> Float[np.ndarray, " head"]:
        """Accuracy of every head, the newest last."""
        rng = stream(self.seed, "test", epoch)
        return np.mean([self._batch(network, rng) for _ in range(self.arm.test_batches)], axis=0)

    def _batch(self, network: Network, rng: np.random.Generator) -> Float[np.ndarray, " head"]:
        arm, n = self.arm, network.n_newest
        bits = self.fresh.draw_bits(n, rng)
        if arm.architecture == "flat":
            initial = task.draw_initial(rng, arm.units, arm.batch_size, arm.initial_state)
            return final_accuracy(network.newest, bits, initial.to(bits), None, arm.n_first, n)
        states = self.fresh.run(list(network.chain), bits, rng)
        labels = task.final_parities(bits, arm.n_first, n)
        return np.array(
            [
                _correct(module, own[-1:], label[None]).item()
                for module, own, label in zip(network.chain, states, labels, strict=True)
            ]
        )


def held_out(arm: Arm, seed: int, device: str = "cpu") -> PoolTest | FreshTest:
    """The test that goes with the arm's source of batches."""
    return (FreshTest if arm.pool_batches == "fresh" else PoolTest)(arm, seed, device)


@torch.no_grad()
def final_accuracy(
    module: LeakyModule,
    bits: Float[Tensor, "time sequence"],
    initial: Float[Tensor, "unit sequence"],
    upstream: Float[Tensor, "states unit sequence"] | None,
    n_first: int,
    n_last: int,
) -> Float[np.ndarray, " head"]:
    """Accuracy at the last step of the module's heads, which stand for n_first to n_last."""
    logits = module.logits(module.final_state(bits, initial, upstream))
    answers = logits[:, 1] > logits[:, 0]
    return (answers == task.final_parities(bits, n_first, n_last)).double().mean(1).cpu().numpy()


@torch.no_grad()
def _correct(
    module: LeakyModule,
    states: Float[Tensor, "time unit sequence"],
    labels: Int[Tensor, "time sequence"],
) -> Float[Tensor, " time"]:
    """Share of sequences on which the module's single head is right, at every time."""
    direction = module.readout[0, 1] - module.readout[0, 0]
    offset = module.readout_bias[0, 0] - module.readout_bias[0, 1]
    answers = torch.einsum("u,tus->ts", direction, states) > offset
    return (answers == labels).double().mean(1)
