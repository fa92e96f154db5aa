"""One update and one epoch."""

import math
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from modgrow import task
from modgrow.learning.activity import Batch, Fresh, Pool
from modgrow.learning.descent import Descent, FusedDescent, Optimizer, Step
from modgrow.learning.draws import draw_initial
from modgrow.model.network import Network

WINDOW = 20  # updates: of 256 sequences each, 5,120, whose share of 0.98 has a standard error of 0.002


def make_optimizer(network: Network) -> Optimizer:
    """SGD over what trains now; frozen tensors are not in it, so no momentum can move them."""
    return (FusedDescent if network.newest.tau.device.type == "cpu" else Descent)(network)


def update(network: Network, optimizer: Optimizer, batch: Batch, rng: np.random.Generator) -> Step:
    """One step down the cross-entropy at the last time step, summed over the heads being trained."""
    arm = network.arm
    initial = draw_initial(rng, arm.units, batch.bits.shape[1], arm.initial_state).to(batch.bits)
    n_last = network.n_newest
    n_first = n_last - network.newest.readout.shape[0] + 1  # of the newest module; older ones are frozen
    labels = task.named(arm.task).final_labels(batch.bits, n_first, n_last)
    return optimizer.learn(batch.bits, initial, batch.upstream, labels)


class Epoch(NamedTuple):
    """What the updates of an epoch say by themselves, without a test.

    `loss`: their mean; not finite if one is not. `clipped`: share of updates whose gradient was clipped.
    `learnt_after`: the first update with which the newest head's accuracy on the batches themselves, over
    this update and the `WINDOW` - 1 before, was above the arm's threshold; None if there was none.
    """

    loss: float
    clipped: float
    learnt_after: int | None


def train_epoch(
    network: Network, optimizer: Optimizer, source: Pool | Fresh, rng: np.random.Generator
) -> Epoch:
    """`updates_per_epoch` updates on the newest N. The first loss that is not finite ends the epoch."""
    steps = []
    n = network.n_newest
    for _ in range(network.arm.updates_per_epoch):
        steps.append(update(network, optimizer, source.draw(network, n, rng), rng))
        if not math.isfinite(steps[-1].loss):
            break
    losses, accuracies, clipped = map(np.array, zip(*steps, strict=True))
    learnt_after = first_above(accuracies, network.arm.threshold)
    return Epoch(float(losses.mean()), float(clipped.mean()), learnt_after)


def first_above(accuracies: Float[np.ndarray, " update"], threshold: float) -> int | None:
    """How many updates it took until the mean of the last `WINDOW` accuracies was above `threshold`."""
    if len(accuracies) < WINDOW:
        return None
    running = np.lib.stride_tricks.sliding_window_view(accuracies, WINDOW).mean(1)
    above = np.flatnonzero(running > threshold)
    return int(above[0]) + WINDOW if len(above) else None
