"""Perturbations (eq. 5), accuracies on a continuous run, half-points, and conservation of weights."""

import numpy as np
import pandas as pd
import pytest
import torch

from modgrow import task
from modgrow.experiments import conservation, disturbance, perturbation
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
    xi, weights = (torch.from_numpy(rng.normal(size=(6, 6))) for _ in range(2))
    found = disturbance.by_norm(weights, xi, "feedforward")
    assert found.norm().item() == pytest.approx(weights.norm().item())
    assert torch.allclose(found / found.norm(), xi / xi.norm())


def test_the_noises_diagonal_counts_and_has_no_effect(rng):
    """Drawn for the whole matrix, as eq. 5 has it: W^R itself has no diagonal, whatever is stored there."""
    xi = torch.from_numpy(rng.normal(size=(5, 5)))
    weights = torch.from_numpy(rng.normal(size=(5, 5))).fill_diagonal_(0.0)
    found = disturbance.by_norm(weights, xi, "recurrent")
    assert torch.equal(found.diagonal(), torch.zeros(5, dtype=torch.float64))
    whole = xi / xi.norm() * weights.norm()
    assert torch.allclose(found, whole - torch.diag(whole.diagonal()))
    assert torch.allclose(disturbance.by_norm(weights + 9 * torch.eye(5), xi, "recurrent"), found)


def test_a_single_unit_has_no_recurrent_weight_to_perturb():
    assert disturbance.by_norm(torch.zeros(1, 1), torch.ones(1, 1), "recurrent").tolist() == [[0.0]]


def test_tau_is_only_lengthened_from_its_clamped_value():
    tau = torch.tensor([0.2, 1.5, 3.0], dtype=torch.float64)
    xi = torch.tensor([-1.0, 0.5, -2.0], dtype=torch.float64)
    found = disturbance.by_norm(tau, xi, "tau")
    assert (found > 0).all()
    assert found.norm().item() == pytest.approx(tau.clamp(min=1).norm().item())


def test_a_sweep_scores_what_a_plain_run_of_the_perturbed_network_scores():
    network = untrained(3)
    noise = perturbation.EVERYWHERE["weights"]
    table = perturbation.sweep(network, 4, "weights", noise, [0.0, 0.3], draws=2, steps=50)
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
                w = weights[name].detach().numpy() * used
                step = 0.3 * noise / np.linalg.norm(noise) * np.linalg.norm(w)
                weights[name] = torch.from_numpy(w + step * used)
        initial = torch.zeros(5, 1, dtype=torch.float64)
        upstream = dynamics.run(bits, initial, upstream, **weights).detach()
        logits = torch.stack([module.logits(state)[0] for state in upstream[1:]]).detach()
        answers = (logits[:, 1, 0] > logits[:, 0, 0]).long()
        right = (answers == parity(bits, m + 1)[:, 0])[warmup:].float().mean().item()
        row = table.query("epsilon == 0.3 and draw == 1 and n == @m + 1")
        assert row["accuracy"].item() == pytest.approx(right)


@pytest.mark.parametrize("delay", [1, 0])
def test_noise_in_the_drive_varies_as_much_as_the_drive_itself(delay):
    """Referee: the added term, stepped through the undisturbed run unit by unit."""
    network = untrained(3, feedforward_delay=delay)
    bits = draw_bits(stream(0, "bits"), 400, 3, 0.5).double()[:, :, None]
    found = disturbance.undisturbed(network, bits, warmup=100)
    rng, below = np.random.default_rng(1), None
    for own, (module, states) in zip(found, drive(network, bits), strict=True):
        reads = {"recurrent": states[:-1]}
        if below is not None:
            reads["feedforward"] = below[1 - delay :][:400]
        drives = module.input.detach()[:, None] * bits[..., None] + module.bias.detach()[:, None]
        for name, read in reads.items():
            w = getattr(module, name).detach().clone()
            if name == "recurrent":
                w.fill_diagonal_(0.0)
            drives = drives + torch.stack([w @ step for step in read])
        sd = drives[100:].flatten(0, 1)[..., 0].var(0, correction=0).mean().sqrt().item()
        assert own.drive_sd == pytest.approx(sd)
        for name, read in reads.items():
            direction = own.direction(torch.from_numpy(rng.normal(size=(5, 5))), name)
            added = torch.stack([direction @ step for step in read])[100:].flatten(0, 1)[..., 0]
            assert added.var(0, correction=0).mean().sqrt().item() == pytest.approx(sd)
        below = states
    assert set(found[0].covariances) == {"recurrent"}


def test_noise_in_one_module_leaves_those_below_it_exactly_as_they_were():
    network = untrained(4)
    with torch.no_grad():
        for (
            module
        ) in network.chain:  # untrained, heads say the same whatever comes: let them follow the state
            module.readout_bias.zero_()
            module.bias.mul_(0.1)
    kinds = perturbation.kinds(network, [3, 9])
    assert {"recurrent_of_3", "feedforward_of_3"} < set(kinds)
    assert not any(name.endswith("_9") for name in kinds)
    for name in ("recurrent_of_3", "feedforward_of_3"):
        table = perturbation.sweep(network, 0, name, kinds[name], [0.0, 500.0], draws=3, steps=200)
        accuracy = table.pivot(index=["draw", "n"], columns="epsilon", values="accuracy")
        below = accuracy.index.get_level_values("n") < 4  # module 3 answers for N = 4
        assert (accuracy.loc[below, 0.0] == accuracy.loc[below, 500.0]).all()
        assert (accuracy.loc[~below, 0.0] != accuracy.loc[~below, 500.0]).any()


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


@pytest.mark.parametrize(
    ("solved", "steepest"),
    [((10, 9, 8, 1, 0), 10**-0.5), ((10, 10, 4, 1, 0), 10**-1.5), ((10, 10, 10, 10, 10), np.nan)],
)
def test_the_steepest_point_of_planted_curves(solved, steepest):
    (row,) = half_points.half_points(curve(solved), 0.9).to_dict("records")
    assert row["steepest_epsilon"] == pytest.approx(steepest, nan_ok=True)


def test_noise_in_one_module_alone_has_no_half_point():
    alone = curve((10, 10, 8, 1, 0)).assign(pathway="recurrent_of_5")
    found = half_points.half_points(pd.concat([alone, curve((10, 10, 8, 1, 0))]), 0.9)
    assert found["pathway"].tolist() == ["weights"]


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


def test_the_raw_change_is_a_share_of_the_older_matrix(rng):
    old, change = rng.normal(size=(2, 6, 6))
    share = np.sqrt((change**2).sum() / (old**2).sum())
    assert conservation.relative_change(old, old + change, recurrent=False) == pytest.approx(share)
    assert conservation.relative_change(old, 3 * old, recurrent=True) == pytest.approx(2.0)
    assert conservation.relative_change(old, old + np.eye(6), recurrent=True) == 0.0


def test_recurrent_weights_are_compared_from_module_2_and_feedforward_from_module_3(rng):
    matrices = [rng.normal(size=(4, 4)) for _ in range(5)]
    rows = conservation.conservation(matrices, matrices[1:])
    assert [r["module"] for r in rows if r["pathway"] == "recurrent"] == [2, 3, 4, 5]
    assert [r["module"] for r in rows if r["pathway"] == "feedforward"] == [3, 4, 5]
