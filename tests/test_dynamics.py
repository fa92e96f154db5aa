"""Equations 1-4: against a plain NumPy loop, finite differences, and the batched form of the chain."""

import numpy as np
import pytest
import torch

from modgrow.model import dynamics

SLOPE = 0.01


def draw_module(rng, units, below):
    """Weights of one module in float64; tau partly below 1, so that the clamp matters."""
    weights = {
        "input": rng.normal(size=units),
        "recurrent": rng.normal(size=(units, units)) / units,
        "feedforward": rng.normal(size=(units, below)) / below if below else None,
        "bias": rng.normal(size=units),
        "tau": rng.uniform(0.5, 4.0, size=units),
    }
    return {name: None if value is None else torch.from_numpy(value) for name, value in weights.items()}


def loop(bits, initial, upstream, weights, leak, delay):
    """One neuron, one sequence, one step at a time, straight from the paper."""
    w = {name: None if value is None else value.numpy() for name, value in weights.items()}
    time, sequences = bits.shape
    units = len(initial)
    r = np.empty((time + 1, units, sequences))
    r[0] = initial
    for s in range(sequences):
        for t in range(1, time + 1):
            for i in range(units):
                c = w["input"][i] * bits[t - 1, s] + w["bias"][i]
                c += sum(w["recurrent"][i, j] * r[t - 1, j, s] for j in range(units) if j != i)
                if upstream is not None:
                    below = upstream[t - delay, :, s]
                    c += sum(w["feedforward"][i, k] * below[k] for k in range(len(below)))
                tau = max(w["tau"][i], 1.0)
                if leak == "outside":
                    bent = c if c >= 0 else SLOPE * c
                    r[t, i, s] = (1 - 1 / tau) * r[t - 1, i, s] + bent / tau
                else:
                    x = (1 - 1 / tau) * r[t - 1, i, s] + c / tau
                    r[t, i, s] = x if x >= 0 else SLOPE * x
    return r


@pytest.mark.parametrize("delay", [0, 1])
@pytest.mark.parametrize("leak", ["outside", "inside"])
def test_three_modules_against_a_plain_loop_eqs_1_to_4(rng, leak, delay):
    bits = rng.integers(0, 2, size=(9, 4)).astype(float)
    upstream = reference = None
    for units, below in ((3, 0), (4, 3), (2, 4)):
        weights, initial = draw_module(rng, units, below), rng.uniform(0, 0.1, size=(units, 4))
        reference = loop(bits, initial, reference, weights, leak, delay)
        given = torch.from_numpy(bits), torch.from_numpy(initial), upstream
        upstream = dynamics.run(*given, **weights, leak=leak, delay=delay)
        np.testing.assert_allclose(upstream.numpy(), reference, rtol=0, atol=1e-12)


@pytest.mark.parametrize("delay", [0, 1])
@pytest.mark.parametrize("leak", ["outside", "inside"])
def test_gradient_through_time_against_finite_differences_tau_included(rng, leak, delay):
    weights = draw_module(rng, 3, 2)
    weights["tau"] = torch.tensor([1.3, 2.5, 4.0], dtype=torch.float64)
    bits = torch.from_numpy(rng.integers(0, 2, size=(6, 2)).astype(float))
    upstream = torch.from_numpy(rng.normal(size=(7, 2, 2)))
    names = list(weights)

    def final(initial, *values):
        given = dict(zip(names, values, strict=True))
        return dynamics.run(bits, initial, upstream, **given, leak=leak, delay=delay)[-1]

    points = [torch.from_numpy(rng.uniform(0, 0.1, (3, 2))), *weights.values()]
    assert torch.autograd.gradcheck(final, [point.clone().requires_grad_() for point in points])


def test_the_diagonal_takes_no_part_in_value_or_gradient(rng):
    weights = draw_module(rng, 4, 0)
    bits, initial = torch.ones(5, 3, dtype=torch.float64), torch.zeros(4, 3, dtype=torch.float64)
    before = dynamics.run(bits, initial, None, **weights)
    weights["recurrent"] = weights["recurrent"].clone().fill_diagonal_(7.0).requires_grad_()
    after = dynamics.run(bits, initial, None, **weights)
    assert torch.equal(before, after)
    (gradient,) = torch.autograd.grad(after.sum(), weights["recurrent"])
    assert torch.equal(gradient.diagonal(), torch.zeros(4, dtype=torch.float64))
    assert gradient.abs().sum() > 0


def test_tau_below_one_acts_as_one_and_gets_no_gradient(rng):
    weights = draw_module(rng, 2, 0)
    weights["tau"] = torch.tensor([0.4, 3.0], dtype=torch.float64, requires_grad=True)
    bits, initial = torch.ones(4, 1, dtype=torch.float64), torch.zeros(2, 1, dtype=torch.float64)
    states = dynamics.run(bits, initial, None, **weights)
    clamped = {**weights, "tau": torch.tensor([1.0, 3.0], dtype=torch.float64)}
    assert torch.equal(states, dynamics.run(bits, initial, None, **clamped))
    (gradient,) = torch.autograd.grad(states.sum(), weights["tau"])
    assert gradient[0] == 0
    assert gradient[1] != 0


@pytest.mark.parametrize("delay", [0, 1])
def test_a_whole_chain_equals_module_by_module(rng, delay):
    modules, units = 4, 3
    weights = [draw_module(rng, units, units) for _ in range(modules)]
    bits = torch.from_numpy(rng.integers(0, 2, size=(8, 5)).astype(float))
    initial = torch.from_numpy(rng.uniform(0, 0.1, size=(modules, units, 5)))
    stacked = {name: torch.stack([w[name] for w in weights]) for name in weights[0]}
    together = dynamics.run_chain(bits, initial, **stacked, delay=delay)
    upstream = None
    for m, own in enumerate(weights):
        own = own if m else {**own, "feedforward": None}
        upstream = dynamics.run(bits, initial[m], upstream, **own, delay=delay)
        torch.testing.assert_close(together[:, m], upstream, rtol=0, atol=1e-12)


@pytest.mark.parametrize("leak", ["outside", "inside"])
@pytest.mark.parametrize("delay", [0, 1])
def test_a_bit_goes_up_the_chain_one_module_per_step_or_all_at_once(rng, delay, leak):
    """S(t) shows in module m at t + m - 1, or at t; every module above the first is blind to it itself."""
    modules, units, changed = 4, 3, 5
    weights = [draw_module(rng, units, units) for _ in range(modules)]
    stacked = {name: torch.stack([w[name] for w in weights]) for name in weights[0]}
    stacked["input"][1:] = 0
    bits = torch.from_numpy(rng.integers(0, 2, size=(12, 6)).astype(float))
    other = bits.clone()
    other[changed - 1] = 1 - other[changed - 1]  # S(t) is the bit in row t - 1
    initial = torch.from_numpy(rng.uniform(0, 0.1, size=(modules, units, 6)))
    one, two = (dynamics.run_chain(x, initial, **stacked, leak=leak, delay=delay) for x in (bits, other))
    differ = (one != two).any(-1).any(-1)  # (state, module)
    first = differ.int().argmax(0).tolist()
    assert first == [changed + delay * m for m in range(modules)]


def test_versions_side_by_side_equal_one_after_the_other(rng):
    versions = [draw_module(rng, 3, 2) for _ in range(4)]
    bits = torch.from_numpy(rng.integers(0, 2, size=(6, 4, 5)).astype(float))
    initial = torch.from_numpy(rng.uniform(0, 0.1, size=(4, 3, 5)))
    upstream = torch.from_numpy(rng.normal(size=(7, 4, 2, 5)))
    stacked = {name: torch.stack([w[name] for w in versions]) for name in versions[0]}
    together = dynamics.run(bits, initial, upstream, **stacked)
    for v, weights in enumerate(versions):
        alone = dynamics.run(bits[:, v], initial[v], upstream[:, v], **weights)
        torch.testing.assert_close(together[:, v], alone, rtol=0, atol=1e-13)


def test_an_impulse_decays_as_the_leak_says_eq_1():
    tau = torch.tensor([5.0], dtype=torch.float64)
    zero = torch.zeros(1, dtype=torch.float64)
    silent = {"input": zero, "recurrent": zero[:, None], "feedforward": None, "bias": zero, "tau": tau}
    start = torch.ones(1, 1, dtype=torch.float64)
    states = dynamics.run(torch.zeros(20, 1, dtype=torch.float64), start, None, **silent)
    expected = (1 - 1 / 5) ** torch.arange(21, dtype=torch.float64)
    torch.testing.assert_close(states[:, 0, 0], expected, rtol=0, atol=1e-14)
