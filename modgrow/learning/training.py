"""One update and one epoch."""

import math

import numpy as np

from modgrow import task
from modgrow.learning.activity import Batch, Fresh, Pool
from modgrow.learning.descent import Descent, FusedDescent
from modgrow.learning.draws import draw_initial
from modgrow.model.network import Network


def make_optimizer(network: Network) -> Descent:
    """SGD over what trains now; frozen tensors are not in it, so no momentum can move them."""
    return (FusedDescent if network.newest.tau.device.type == "cpu" else Descent)(network)


def update(network: Network, optimizer: Descent, batch: Batch, rng: np.random.Generator) -> float:
    """One step down the cross-entropy at the last time step, summed over the heads being trained."""
    arm = network.arm
    initial = draw_initial(rng, arm.units, batch.bits.shape[1], arm.initial_state).to(batch.bits)
    n_last = network.n_newest
    n_first = n_last - network.newest.readout.shape[0] + 1  # of the newest module; older ones are frozen
    labels = task.named(arm.task).final_labels(batch.bits, n_first, n_last)
    return optimizer.learn(batch.bits, initial, batch.upstream, labels)


def train_epoch(
    network: Network, optimizer: Descent, source: Pool | Fresh, rng: np.random.Generator
) -> float:
    """`updates_per_epoch` updates on the newest N; the mean loss.

    The first loss that is not finite ends the epoch, and the mean is not finite either.
    """
    losses = []
    n = network.n_newest
    for _ in range(network.arm.updates_per_epoch):
        losses.append(update(network, optimizer, source.draw(network, n, rng), rng))
        if not math.isfinite(losses[-1]):
            break
    return float(np.mean(losses))
