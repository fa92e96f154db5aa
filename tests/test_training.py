"""One update against a recursion written by hand: loss, clipping, Nesterov's momentum."""

import numpy as np
import pytest
import torch

from modgrow.learning import training
from modgrow.learning.activity import Batch, source
from modgrow.learning.descent import Step
from modgrow.learning.draws import draw_initial
from modgrow.learning.training import WINDOW, first_above, make_optimizer, update
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
    step = update(network, make_optimizer(network), batch, stream(0, "initial"))
    assert step.loss == pytest.approx(3 * np.log(2))


def test_a_step_says_how_often_the_newest_head_was_right_and_whether_it_was_clipped():
    for clip in (0.001, 1000.0):
        arm = small_arm(flat=True, clip_norm=clip)
        network = Network(arm)
        for _ in range(3):
            grow(network, 0)
        pool = source(arm, 0)
        bits = pool.draw(network, 4, stream(0, "bits")).bits
        initial = draw_initial(stream(0, "initial"), 5, 64, arm.initial_state)
        newest = network.newest.logits(network.newest.reference(bits, initial, None)[-1])[-1]
        answered = newest[1] > newest[0]
        right = (answered == (bits[-4:].sum(0) % 2 == 1)).double().mean().item()
        step = update(network, make_optimizer(network), Batch(bits, None), stream(0, "initial"))
        assert step.accuracy == pytest.approx(right, abs=1e-12)
        assert step.clipped == (clip < 1)


def test_a_head_has_learnt_with_the_first_update_whose_last_twenty_are_right_often_enough(rng):
    accuracies = np.clip(np.linspace(0.5, 1.1, 200) + 0.03 * rng.standard_normal(200), 0, 1)
    expected = next(k for k in range(WINDOW, 201) if accuracies[k - WINDOW : k].mean() > 0.9)
    assert first_above(accuracies, 0.9) == expected
    assert first_above(accuracies[: expected - 1], 0.9) is None
    assert first_above(np.ones(WINDOW), 0.9) == WINDOW
    assert first_above(np.ones(WINDOW - 1), 0.9) is None


def test_an_epoch_sums_up_its_updates(monkeypatch):
    steps = [Step(loss, float(loss > 1.5), loss > 2.5) for loss in np.repeat([1.0, 2.0, 3.0], [10, 20, 10])]
    told = iter(steps)
    monkeypatch.setattr(training, "update", lambda *_: next(told))
    network = Network(small_arm(updates_per_epoch=40, threshold=0.9))
    grow(network, 0)
    pool = source(network.arm, 0)
    epoch = training.train_epoch(network, make_optimizer(network), pool, stream(0, "updates"))
    assert epoch == (2.0, 0.25, 29)  # 19 of the 20 updates up to the 29th are right
