"""Perturbations (eq. 5), accuracies on a continuous run, half-points, and conservation of weights."""

import numpy as np
import pandas as pd
import pytest
import torch

from modgrow import task
from modgrow.experiments import conservation, perturbation
from modgrow.experiments.drive import drive, head_accuracies
from modgrow.learning.draws import draw_bits
from modgrow.model import dynamics
from modgrow.model.growth import grow
from modgrow.model.network import WEIGHTS, Network
from modgrow.streams import stream
from modgrow.verdict import half_points
from tests.conftest import small_arm


def untrained(modules, **overrides):
    network = Network(small_arm(dtype="float64", **overrides))
    for _ in range(modules):
        grow(network, 0)
    return network


def parity(bits, n):
    """By a plain sum over the last n bits, at every time."""
    return torch.stack([bits[max(t - n + 1, 0) : t + 1].sum(0) % 2 for t in range(len(bits))]).long()


def test_the_perturbation_has_the_norm_eq_5_says(rng):
    noise = [torch.from_numpy(rng.normal(size=(6, 6))) for _ in range(2)]
    weights = torch.from_numpy(rng.normal(size=(6, 6)))
    found = perturbation.perturbed(weights, "feedforward", np.array([0.5, 2.0]), noise)
    for version, epsilon in zip(found, (0.5, 2.0), strict=True):
        assert (version - weights).norm().item() == pytest.approx(epsilon * weights.norm().item())
    assert torch.equal(perturbation.perturbed(weights, "feedforward", np.zeros(1), noise[:1])[0], weights)


def test_the_diagonal_is_neither_perturbed_nor_counted(rng):
    noise = [torch.from_numpy(rng.normal(size=(5, 5)))]
    weights = torch.from_numpy(rng.normal(size=(5, 5))).fill_diagonal_(0.0)
    (found,) = perturbation.perturbed(weights, "recurrent", np.array([1.0]), noise)
    assert torch.equal(found.diagonal(), torch.zeros(5, dtype=torch.float64))
    assert (found - weights).norm().item() == pytest.approx(weights.norm().item())
    with_diagonal = perturbation.perturbed(weights + 9 * torch.eye(5), "recurrent", np.array([1.0]), noise)
    assert torch.allclose(with_diagonal[0], found)


def test_a_single_unit_has_no_recurrent_weight_to_perturb():
    one = torch.zeros(1, 1)
    assert (
        perturbation.perturbed(one, "recurrent", np.array([0.0, 1.0]), [one + 1] * 2).tolist() == [[[0]]] * 2
    )


def test_tau_is_only_lengthened_from_its_clamped_value():
    tau = torch.tensor([0.2, 1.5, 3.0], dtype=torch.float64)
    noise = [torch.tensor([-1.0, 0.5, -2.0], dtype=torch.float64)]
    (found,) = perturbation.perturbed(tau, "tau", np.array([0.7]), noise)
    clamped = tau.clamp(min=1)
    assert (found > clamped).all()
    assert (found - clamped).norm().item() == pytest.approx(0.7 * clamped.norm().item())


def test_a_sweep_scores_what_a_plain_run_of_the_perturbed_network_scores():
    network = untrained(3)
    table = perturbation.sweep(network, 4, "weights", [0.0, 0.3], draws=2, steps=50)
    assert len(table) == 2 * 2 * 3
    draw, upstream, warmup = 1, None, 100
    bits = draw_bits(stream(4, "perturbation bits", draw), warmup + 50, 1, 0.5).double()
    for m, module in enumerate(network.chain, 1):
        weights = {name: getattr(module, name) for name in WEIGHTS}
        for name in ("recurrent", "feedforward"):
            if weights[name] is not None:
                shape = tuple(weights[name].shape)
                noise = stream(4, "perturbation", "weights", name, m, draw).standard_normal(shape)
                used = ~np.eye(5, dtype=bool) if name == "recurrent" else np.ones(shape, bool)
                old = weights[name].detach().numpy()
                xi, w = noise * used, old * used
                step = 0.3 * xi / np.linalg.norm(xi) * np.linalg.norm(w)
                weights[name] = torch.from_numpy(w + step)
        initial = torch.zeros(5, 1, dtype=torch.float64)
        upstream = dynamics.run(bits, initial, upstream, **weights).detach()
        logits = torch.stack([module.logits(state)[0] for state in upstream[1:]]).detach()
        answers = (logits[:, 1, 0] > logits[:, 0, 0]).long()
        right = (answers == parity(bits, m + 1)[:, 0])[warmup:].float().mean().item()
        row = table.query("epsilon == 0.3 and draw == 1 and n == @m + 1")
        assert row["accuracy"].item() == pytest.approx(right)


def test_flat_heads_are_all_read_from_the_one_module():
    network = untrained(3, flat=True, units=6)
    bits = draw_bits(stream(0, "bits"), 60, 3, 0.5).double()
    ((module, states),) = drive(network, bits)
    found = head_accuracies(module, states, bits, task.named("parity"), 2, warmup=20)
    logits = torch.stack([module.logits(state) for state in states[21:]]).detach()
    for place in range(3):
        answers = logits[:, place].argmax(1)
        expected = (answers == parity(bits, 2 + place)[20:]).float().mean()
        assert found[place].item() == pytest.approx(expected.item())


def curve(solved, epsilons=(0.0, 0.01, 0.1, 1.0, 10.0), tasks=10):
    rows = [
        ("a", 0, "weights", epsilon, 0, n, 0.99 if n < count else 0.5)
        for epsilon, count in zip(epsilons, solved, strict=True)
        for n in range(tasks)
    ]
    return pd.DataFrame(rows, columns=["arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy"])


@pytest.mark.parametrize(
    ("solved", "half", "censored"),
    [
        ((10, 10, 10, 0, 0), 10**-0.5, False),
        ((10, 10, 8, 4, 0), 10 ** (-1 + 0.75), False),
        ((10, 10, 10, 10, 9), 10.0, True),
        ((10, 2, 0, 0, 0), 0.01, True),
        ((0, 0, 0, 0, 0), np.nan, False),
    ],
)
def test_half_points_of_planted_curves(solved, half, censored):
    (row,) = half_points.half_points(curve(solved), 0.9).to_dict("records")
    assert row["half_epsilon"] == pytest.approx(half, nan_ok=True)
    assert row["censored"] == censored
    assert row["solved_unperturbed"] == solved[0]


def test_the_published_strengths():
    weights, tau = perturbation.strengths(1e-2, 10.0, 10), perturbation.strengths(1e-3, 10.0, 13)
    assert (len(weights), weights[0], weights[1], weights[-1]) == (11, 0.0, pytest.approx(0.01), 10.0)
    assert (len(tau), tau[1], tau[-1]) == (14, pytest.approx(0.001), pytest.approx(10))


def test_conservation_is_0_for_a_scaled_copy_and_2_for_unrelated_weights(rng):
    old = rng.normal(size=(200, 200))
    assert conservation.change_variance(old, 3 * old + 1, recurrent=False) == pytest.approx(0, abs=1e-12)
    fresh = conservation.change_variance(old, rng.normal(size=(200, 200)), recurrent=True)
    assert fresh == pytest.approx(2, abs=0.05)
    changed = old + np.diag(rng.normal(size=200))
    assert conservation.change_variance(old, changed, recurrent=True) == pytest.approx(0, abs=1e-12)


def test_recurrent_weights_are_compared_from_module_2_and_feedforward_from_module_3(rng):
    matrices = [rng.normal(size=(4, 4)) for _ in range(5)]
    rows = conservation.conservation(matrices, matrices[1:])
    assert [r["module"] for r in rows if r["pathway"] == "recurrent"] == [2, 3, 4, 5]
    assert [r["module"] for r in rows if r["pathway"] == "feedforward"] == [3, 4, 5]
