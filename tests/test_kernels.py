"""The fused kernels are held to the plain torch reference, in value and gradient, over odd sizes."""

import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from modgrow.learning.descent import FusedDescent
from modgrow.model import dynamics, few, kernels, loops
from modgrow.model.network import LeakyModule, Network
from tests.conftest import small_arm
from tests.runs import ROOT

# units, upstream units (0: none), sequences, time
SIZES = [
    (1, 0, 1, 1),
    (1, 1, 3, 4),
    (3, 2, 7, 5),
    (5, 0, 256, 6),
    (5, 5, 256, 12),
    (6, 6, 255, 3),
    (7, 4, 33, 9),
    (10, 10, 257, 8),
    (13, 5, 1, 4),
    (20, 20, 300, 5),
    (54, 0, 17, 4),
    (91, 0, 256, 3),
    (128, 0, 20, 2),
]


def draw(rng, units, below, sequences, time, dtype):
    def tensor(value):
        return torch.from_numpy(value).to(dtype)

    weights = {
        "input": tensor(rng.normal(size=units)),
        "recurrent": tensor(rng.normal(size=(units, units)) / np.sqrt(units)),
        "feedforward": tensor(rng.normal(size=(units, below)) / np.sqrt(below)) if below else None,
        "bias": tensor(0.1 * rng.normal(size=units)),
        "tau": tensor(rng.uniform(0.6, 3.0, size=units)),
    }
    bits = tensor(rng.integers(0, 2, size=(time, sequences)).astype(float))
    initial = tensor(rng.uniform(0, 0.1, size=(units, sequences)))
    upstream = tensor(rng.normal(size=(time + 1, below, sequences))) if below else None
    return bits, initial, upstream, weights


HEADS = 3


def module_of(rng, weights, units, dtype, leak="outside", delay=1):
    """A network whose newest module has these weights, and heads drawn at random."""
    module = LeakyModule(
        {name: value for name, value in weights.items() if value is not None}
        | {
            "readout": torch.from_numpy(rng.normal(size=(HEADS, 2, units))).to(dtype),
            "readout_bias": torch.from_numpy(rng.normal(size=(HEADS, 2))).to(dtype),
        },
        0.01,
        leak,
        delay,
    )
    network = Network(small_arm(flat=True, units=units))
    network.chain.append(module)
    return network


def both_gradients(network, bits, initial, upstream, labels):
    """(loss, gradient by name) of the fused kernels, and by autograd through the plain dynamics."""
    module = network.newest
    loss, found = FusedDescent(network).gradients(bits, initial, upstream, labels)
    logits = module.logits(module.reference(bits, initial, upstream)[-1])
    expected = torch.nn.functional.cross_entropy(logits, labels, reduction="sum") / labels.shape[1]
    expected.backward()
    named = {name: value.grad for name, value in module.named_parameters()}
    found = {name: torch.from_numpy(found[name]).view(value.shape) for name, value in named.items()}
    return (loss, found), (expected.item(), named)


@pytest.mark.parametrize("delay", [1, 0])
@pytest.mark.parametrize("leak", ["outside", "inside"])
@pytest.mark.parametrize(("dtype", "atol"), [(torch.float64, 1e-12), (torch.float32, 2e-4)])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: "-".join(map(str, s)))
def test_values_and_gradients_equal_the_reference(rng, size, dtype, atol, leak, delay):
    bits, initial, upstream, weights = case = draw(rng, *size, dtype)
    variant = {"leak": leak, "delay": delay}
    reference = dynamics.run(*case[:3], **weights, **variant)
    close = {"rtol": 1e-5 if dtype == torch.float32 else 0, "atol": atol}
    torch.testing.assert_close(kernels.final_state(*case, **variant), reference[-1], **close)
    torch.testing.assert_close(kernels.activity(*case, **variant), reference, **close)
    labels = torch.from_numpy(rng.integers(0, 2, size=(HEADS, size[2])))
    network = module_of(rng, weights, size[0], dtype, **variant)
    few_states = few.states(network.newest, *case[:3])
    torch.testing.assert_close(few_states, reference, **close)
    (loss, found), (theirs, expected) = both_gradients(network, bits, initial, upstream, labels)
    assert loss == pytest.approx(theirs, rel=1e-5 if dtype == torch.float32 else 1e-12)
    for name, gradient in expected.items():
        scale = 1.0 + gradient.abs().max().item()
        torch.testing.assert_close(found[name] / scale, gradient / scale, rtol=0, atol=atol, msg=name)
    assert not found["recurrent"].diagonal().any()


@pytest.mark.parametrize("delay", [1, 0])
@pytest.mark.parametrize("leak", ["outside", "inside"])
def test_the_fused_gradient_against_finite_differences_of_the_fused_states(rng, leak, delay):
    """No autograd in it, and no torch but for the loss: central differences of what `final_state` says."""
    bits, initial, upstream, weights = draw(rng, 4, 3, 9, 6, torch.float64)
    weights["tau"] = torch.tensor([1.2, 1.9, 2.5, 3.0], dtype=torch.float64)
    module = module_of(rng, weights, 4, torch.float64, leak, delay).newest
    network = Network(small_arm(flat=True, units=4))
    network.chain.append(module)
    labels = torch.from_numpy(rng.integers(0, 2, size=(HEADS, 9)))

    def loss():
        logits = module.logits(module.final_state(bits, initial, upstream)).detach()
        return torch.nn.functional.cross_entropy(logits, labels, reduction="sum").item() / labels.shape[1]

    _, found = FusedDescent(network).gradients(bits, initial, upstream, labels)
    for name, value in module.named_parameters():
        flat, step = value.data.view(-1), 1e-6
        for place in range(len(flat)):
            middle = flat[place].item()
            flat[place] = middle + step
            above = loss()
            flat[place] = middle - step
            below = loss()
            flat[place] = middle
            slope = (above - below) / (2 * step)
            assert found[name][place] == pytest.approx(slope, abs=1e-7), (name, place)


def test_large_margins_neither_overflow_nor_lose_their_gradient(rng):
    bits, initial, upstream, weights = draw(rng, 5, 5, 64, 6, torch.float64)
    network = module_of(rng, weights, 5, torch.float64)
    with torch.no_grad():
        network.newest.readout *= 1000
    labels = torch.from_numpy(rng.integers(0, 2, size=(HEADS, 64)))
    (loss, found), (theirs, expected) = both_gradients(network, bits, initial, upstream, labels)
    assert loss > 100
    assert loss == pytest.approx(theirs, rel=1e-12)
    for name, gradient in expected.items():
        torch.testing.assert_close(found[name], gradient, rtol=1e-9, atol=1e-9, msg=name)


def test_not_a_number_stays_visible(rng):
    bits, initial, upstream, weights = draw(rng, 5, 0, 4, 3, torch.float32)
    weights["bias"][2] = torch.nan
    assert kernels.final_state(bits, initial, upstream, weights).isnan().any()
    network = module_of(rng, weights, 5, torch.float32)
    loss, found = FusedDescent(network).gradients(bits, initial, upstream, torch.ones(HEADS, 4).long())
    assert np.isnan(loss)
    assert np.isnan(found["recurrent"]).any()


@pytest.mark.parametrize("hollow", [False, True])
@pytest.mark.parametrize("shape", [(5, 5), (7, 12), (54, 6), (10, 10), (3, 3), (10, 0)])
def test_cutting_a_matrix_into_blocks_loses_and_doubles_nothing(rng, shape, hollow):
    matrix = rng.normal(size=shape)
    rows, columns = (loops._starts(max(size, 5) if size else 0) for size in shape)
    blocks = loops.cut(matrix.ravel(), shape, rows, columns, hollow)
    kept = matrix * (1 - np.eye(*shape)) if hollow else matrix
    assert np.sort(blocks[blocks != 0]) == pytest.approx(np.sort(kept[kept != 0]))
    again = np.full(matrix.size, np.nan)
    loops.join(blocks, shape, rows, columns, hollow, again)
    assert np.array_equal(again.reshape(shape), kept)


def test_jobs_that_start_together_on_a_cold_cache_all_compile_the_same(tmp_path):
    code = """
        import numpy as np
        from modgrow.experiments.autocorrelation import LagSums
        sums = LagSums(3)
        sums.add(np.sin(np.arange(60.0).reshape(30, 2) ** 2))
        print(sums.autocovariance().tolist())
    """
    skip = shutil.ignore_patterns("__pycache__")  # kernels that somebody keeps beside the source
    shutil.copytree(ROOT / "modgrow", tmp_path / "project" / "modgrow", ignore=skip)
    kept = tmp_path / "kept"
    jobs = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            cwd=tmp_path / "project",
            env={"NUMBA_CACHE_DIR": str(kept), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    answers = {job.communicate(timeout=300)[0].strip() for job in jobs}
    assert all(job.returncode == 0 for job in jobs)
    assert len(answers) == 1
    assert answers != {""}
    assert [path.suffix for path in sorted(kept.iterdir())] == [".kernels", ".lock"]
