"""The fused kernels are held to the plain torch reference, in value and gradient, over odd sizes."""

import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch
from numba import njit

from modgrow.learning.descent import FusedDescent
from modgrow.model import dynamics, kernels, loops, vectors
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


@njit
def products(matrix, start, x, adds_up):
    out = start.copy()
    loops._multiply_add(out, out if adds_up else start, loops._panels(matrix, adds_up), x, 0)
    return out


@njit
def outer_products(y, x, rows, columns, steps):
    sums = loops._no_sums(rows, columns, y)
    size = len(y) // steps
    loops._outer_add(sums, y, rows, size, x, 0, columns, len(x) // steps, steps)
    return loops._matrix(sums, rows, columns)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "shape", [(5, 5), (5, 12), (6, 1), (7, 9), (11, 20), (20, 42), (54, 56), (91, 93), (128, 130)]
)
def test_tiles_cover_a_matrix_once(rng, shape, dtype):
    """Whole numbers, which add up without rounding, in sizes that tiles divide and do not divide."""
    matrix = rng.integers(-9, 10, shape).astype(dtype)
    x = rng.integers(-9, 10, (shape[1], loops.STRIP)).astype(dtype)
    start = rng.integers(-9, 10, (shape[0], loops.STRIP)).astype(dtype)
    for adds_up in (False, True):
        found = products(matrix, start.ravel(), x.ravel(), adds_up).reshape(start.shape)
        assert np.array_equal(found, start + matrix @ x)
    columns = max(shape[1], 5)
    y = rng.integers(-9, 10, (3, shape[0], loops.STRIP)).astype(dtype)
    x = rng.integers(-9, 10, (3, columns, loops.STRIP)).astype(dtype)
    found = outer_products(y.ravel(), x.ravel(), shape[0], columns, 3)
    assert np.array_equal(found, np.einsum("tis,tjs->ij", y, x))


@njit
def vector_arithmetic(numbers):
    """Every operation on the first two vectors of `numbers`, each result a vector further on."""
    width = vectors.width(numbers)
    a = vectors.load(numbers, 0)
    b = vectors.load(numbers, width)
    signs = vectors.negative(a)
    results = (
        a + b, a - b, a * b, vectors.fma(a, b, a), vectors.choose(signs, a, b), vectors.fill(vectors.total(a))
    )  # fmt: skip
    for k, result in enumerate(results):
        vectors.store(numbers, (2 + k) * width, result)
    return signs


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_vectors_compute_as_numpy_does(rng, dtype):
    width = 64 // np.dtype(dtype).itemsize
    numbers = rng.integers(-99, 100, (8, width)).astype(dtype) / 4
    numbers[0, :4] = 0.0, -0.0, np.nan, -1.0
    a, b = numbers[:2].copy()
    signs = vector_arithmetic(numbers.ravel())
    below = ~(a >= 0)
    assert signs == sum(1 << int(k) for k in np.flatnonzero(below))
    expected = [a + b, a - b, a * b, a * b + a, np.where(below, a, b), np.full_like(a, a.sum())]
    assert np.array_equal(numbers[2:], np.stack(expected), equal_nan=True)


def test_the_same_bytes_where_vectors_are_narrower(tmp_path):
    """AVX2 has registers of half the size and half as many: other tiles, and no other digit."""
    code = """
        import sys
        import numpy as np
        import torch
        from modgrow import machine
        if sys.argv[1] == "narrow":
            name, features = machine.processor()
            machine.processor = lambda: (name, features.replace("+avx512f", "-avx512f"))
        from modgrow.arm import Arm
        from modgrow.learning.curriculum import Curriculum
        short = {"updates_per_epoch": 20, "test_batches": 2}
        for arm in (Arm(units=7, epochs=2, pool_batches=4, threshold=0.1, **short),
                    Arm(units=21, epochs=1, architecture="flat", pool_batches="fresh", **short)):
            curriculum = Curriculum(arm, 1)
            list(curriculum)
            print([value.detach().numpy().tobytes().hex() for value in curriculum.network.parameters()])
    """
    found = {}
    for kind in ("as it is", "narrow"):
        environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / kind)}
        command = [sys.executable, "-c", textwrap.dedent(code), kind]
        found[kind] = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
        assert found[kind].returncode == 0, found[kind].stderr
    assert found["as it is"].stdout == found["narrow"].stdout


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
