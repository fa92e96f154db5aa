"""One update and one epoch, with torch's own optimiser, loss and clipping."""

import math

import numpy as np
import torch
from torch import nn

from modgrow.learning import task
from modgrow.learning.activity import Batch, Fresh, Pool
from modgrow.model.network import Network


def make_optimizer(network: Network) -> torch.optim.SGD:
    """SGD over what trains now; frozen tensors are not in it, so no momentum can move them."""
    arm = network.arm
    return torch.optim.SGD(
        network.trained(), lr=arm.learning_rate, momentum=arm.momentum, nesterov=arm.nesterov, fused=True
    )


def update(
    network: Network, optimizer: torch.optim.SGD, batch: Batch, rng: np.random.Generator
) -> torch.Tensor:
    """One step down the cross-entropy at the last time step, summed over the heads being trained."""
    arm, module = network.arm, network.newest
    initial = task.draw_initial(rng, arm.units, batch.bits.shape[1], arm.initial_state).to(batch.bits)
    logits = module.logits(module.final_state(batch.bits, initial, batch.upstream))
    n_last = network.n_newest
    labels = task.final_parities(batch.bits, n_last - len(logits) + 1, n_last)
    loss = nn.functional.cross_entropy(logits, labels, reduction="sum") / batch.bits.shape[1]
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_([p for group in optimizer.param_groups for p in group["params"]], arm.clip_norm)
    optimizer.step()
    return loss.detach()


def train_epoch(
    network: Network, optimizer: torch.optim.SGD, source: Pool | Fresh, rng: np.random.Generator
) -> float:
    """`updates_per_epoch` updates on the newest parity order; the mean loss.

    The first loss that is not finite ends the epoch, and the mean is not finite either.
    """
    losses, n = [], network.n_newest
    for _ in range(network.arm.updates_per_epoch):
        losses.append(update(network, optimizer, source.draw(network, n, rng), rng))
        if not math.isfinite(losses[-1]):
            break
    return torch.stack(losses).double().mean().item()
