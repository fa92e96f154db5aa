"""The fused kernels are held to the plain torch reference, in value and gradient, over odd sizes."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest
import torch

from modgrow.model import dynamics, kernels
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


@pytest.mark.parametrize("leak", ["outside", "inside"])
@pytest.mark.parametrize(("dtype", "atol"), [(torch.float64, 1e-12), (torch.float32, 2e-4)])
@pytest.mark.parametrize("size", SIZES, ids=lambda s: "-".join(map(str, s)))
def test_values_and_gradients_equal_the_reference(rng, size, dtype, atol, leak):
    bits, initial, upstream, weights = draw(rng, *size, dtype)
    learnt = {"initial": initial} | {name: value for name, value in weights.items() if value is not None}
    for value in learnt.values():
        value.requires_grad_()
    direction = torch.from_numpy(rng.normal(size=tuple(initial.shape))).to(dtype)
    reference = dynamics.run(bits, initial, upstream, **weights, leak=leak)
    expected = torch.autograd.grad((reference[-1] * direction).sum(), list(learnt.values()))
    final = kernels.final_state(bits, initial, upstream, weights, leak=leak)
    found = torch.autograd.grad((final * direction).sum(), list(learnt.values()))
    with torch.no_grad():
        states = kernels.activity(bits, initial, upstream, weights, leak=leak)
    torch.testing.assert_close(final, reference[-1], rtol=1e-5 if dtype == torch.float32 else 0, atol=atol)
    torch.testing.assert_close(states, reference, rtol=1e-5 if dtype == torch.float32 else 0, atol=atol)
    for name, mine, theirs in zip(learnt, found, expected, strict=True):
        scale = 1.0 + theirs.abs().max().item()
        torch.testing.assert_close(mine / scale, theirs / scale, rtol=0, atol=atol, msg=name)


def test_the_diagonal_gets_no_gradient(rng):
    bits, initial, upstream, weights = draw(rng, 10, 0, 20, 5, torch.float64)
    weights["recurrent"].requires_grad_()
    kernels.final_state(bits, initial, upstream, weights).sum().backward()
    assert torch.equal(weights["recurrent"].grad.diagonal(), torch.zeros(10, dtype=torch.float64))


def test_not_a_number_stays_visible(rng):
    bits, initial, upstream, weights = draw(rng, 5, 0, 4, 3, torch.float32)
    weights["bias"][2] = torch.nan
    assert kernels.final_state(bits, initial, upstream, weights).isnan().any()


def test_a_gradient_of_frozen_activity_is_refused(rng):
    bits, initial, upstream, weights = draw(rng, 5, 5, 4, 3, torch.float32)
    upstream.requires_grad_()
    with pytest.raises(NotImplementedError, match="frozen"):
        kernels.final_state(bits, initial, upstream, weights).sum().backward()


def test_two_forward_passes_before_a_backward_pass_keep_their_own_activity(rng):
    first, second = (draw(rng, 5, 5, 8, 6, torch.float64) for _ in range(2))
    for *_, weights in (first, second):
        weights["recurrent"].requires_grad_()
    states = [kernels.final_state(*case) for case in (first, second)]
    for state in reversed(states):
        state.sum().backward()
    for bits, initial, upstream, weights in (first, second):
        alone = weights["recurrent"].detach().clone().requires_grad_()
        kernels.final_state(bits, initial, upstream, {**weights, "recurrent": alone}).sum().backward()
        assert torch.equal(alone.grad, weights["recurrent"].grad)


def test_a_second_backward_pass_through_used_activity_is_refused(rng):
    bits, initial, upstream, weights = draw(rng, 5, 0, 4, 3, torch.float32)
    weights["bias"].requires_grad_()
    loss = kernels.final_state(bits, initial, upstream, weights).sum()
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="used up"):
        loss.backward()


def test_cutting_a_matrix_into_blocks_loses_and_doubles_nothing(rng):
    for units, columns in ((5, 5), (7, 12), (54, 6), (10, 0)):
        matrix = rng.normal(size=(units, columns))
        cut = kernels._cut(units, columns)
        assert cut.fresh.sum() == matrix.size
        if columns:
            assert cut.blocks(matrix).sum() == pytest.approx(matrix.sum())
            overlapping = matrix.ravel()[cut.index]
            assert np.array_equal(cut.whole(overlapping), matrix)


def test_jobs_that_start_together_on_a_cold_cache_all_compile_the_same(tmp_path):
    code = """
        import torch
        from modgrow.model import kernels
        weights = dict(input=torch.ones(5), recurrent=torch.eye(5) + 0.1, feedforward=None,
                       bias=torch.zeros(5), tau=torch.full((5,), 2.0))
        print(kernels.final_state(torch.ones(3, 4), torch.zeros(5, 4), None, weights).sum().item())
    """
    jobs = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            cwd=ROOT,
            env={"NUMBA_CACHE_DIR": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    answers = {job.communicate(timeout=300)[0].strip() for job in jobs}
    assert all(job.returncode == 0 for job in jobs)
    assert len(answers) == 1
    assert answers != {""}
