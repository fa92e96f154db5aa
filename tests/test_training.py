"""One update against a recursion written by hand: loss, clipping, Nesterov's momentum."""

import numpy as np
import pytest
import torch

from modgrow.learning.activity import source
from modgrow.learning.draws import draw_initial
from modgrow.learning.training import make_optimizer, update
from modgrow.model import dynamics
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.streams import stream
from tests.conftest import small_arm


@pytest.mark.parametrize("clip", [1e-3, 2.0])
def test_updates_follow_clipped_nesterov_sgd_written_by_hand(clip):
    arm = small_arm(dtype="float64", momentum=0.3, clip_norm=clip, learning_rate=0.2)
    network, pool = Network(arm), source(arm, 0)
    grow(network, 0)
    optimizer = make_optimizer(network)
    values = {name: p.detach().clone() for name, p in network.newest.named_parameters()}
    velocity = {name: torch.zeros_like(value) for name, value in values.items()}
    mine, theirs = stream(0, "updates"), stream(0, "updates")
    for _ in range(4):
        update(network, optimizer, pool.draw(network, 2, mine), mine)

        batch = pool.draw(network, 2, theirs)
        initial = draw_initial(theirs, 5, 64, 0.1).double()
        gradients = by_hand(values, batch.bits, initial)
        norm = np.sqrt(sum((g**2).sum().item() for g in gradients.values()))
        scale = min(1.0, clip / (norm + 1e-6))
        for name, gradient in gradients.items():
            g = gradient * scale
            velocity[name] = 0.3 * velocity[name] + g
            values[name] = values[name] - 0.2 * (g + 0.3 * velocity[name])
    for name, p in network.newest.named_parameters():
        torch.testing.assert_close(p.detach(), values[name], rtol=0, atol=1e-10, msg=name)


def by_hand(values, bits, initial):
    """Gradients of the cross-entropy of the last step, by autograd through the reference dynamics."""
    leaves = {name: value.clone().requires_grad_() for name, value in values.items()}
    weights = {name: leaves[name] for name in ("input", "recurrent", "bias", "tau")}
    state = dynamics.run(bits, initial, None, feedforward=None, **weights)[-1]
    logits = torch.einsum("lu,us->ls", leaves["readout"][0], state) + leaves["readout_bias"][0][:, None]
    label = (bits[-2:].sum(0) % 2).long()
    chosen = logits.log_softmax(0).gather(0, label[None])
    return dict(zip(leaves, torch.autograd.grad(-chosen.mean(), list(leaves.values())), strict=True))


def test_the_loss_of_a_flat_network_sums_over_its_heads():
    arm = small_arm(flat=True)
    network = Network(arm)
    for _ in range(3):
        grow(network, 0)
    for p in (network.newest.readout, network.newest.readout_bias):
        p.data.zero_()
    batch = source(arm, 0).draw(network, 4, stream(0, "bits"))
    loss = update(network, make_optimizer(network), batch, stream(0, "initial"))
    assert loss == pytest.approx(3 * np.log(2))
