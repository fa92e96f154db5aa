"""Threads and devices. Tests that need a GPU skip without one and say so."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from modgrow.arm import Growth
from modgrow.errors import ModgrowError
from modgrow.learning import training
from modgrow.learning.activity import source
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.descent import Descent
from modgrow.learning.devices import choose_device
from modgrow.learning.training import make_optimizer, update
from modgrow.model.growth import grow
from modgrow.model.network import TENSORS, Network
from modgrow.streams import stream
from tests.conftest import small_arm
from tests.runs import ROOT

needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU, and torch sees none here")


def test_a_gpu_that_is_not_there_is_an_error_and_auto_does_without(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ModgrowError, match="device: is cuda, but torch sees no GPU"):
        choose_device("cuda")
    assert choose_device("auto") == "cpu"


def test_a_job_uses_no_more_threads_than_it_was_given():
    """CPU time over wall time of a training job with a wide flat network stays near one."""
    code = """
import time
from modgrow.learning.devices import use_threads
use_threads(1)
from modgrow.learning.curriculum import Curriculum
from tests.conftest import small_arm
import torch
run = Curriculum(small_arm(flat=True, units=128, batch_size=256, epochs=1, updates_per_epoch=20), 0)
list(run)
import threadpoolctl
pools = threadpoolctl.threadpool_info()
assert torch.get_num_threads() == 1
assert all(p["num_threads"] == 1 for p in pools), pools
cpu, wall = time.process_time(), time.perf_counter()
list(Curriculum(small_arm(flat=True, units=128, batch_size=256, epochs=1, updates_per_epoch=60), 0))
assert time.process_time() - cpu < 1.1 * (time.perf_counter() - wall) + 0.1
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def losses(arm, device, updates=100):
    """Of the first updates of a two-module network: loss, accuracy, whether it was clipped."""
    network, pool = Network(arm), source(arm, 0, device)
    for step in range(2):
        if step and arm.grows:
            pool.extend(network.newest)
        grow(network, 0)
        network.to(device)
    optimizer, rng = make_optimizer(network), stream(0, "updates")
    n = network.n_newest
    return np.array([update(network, optimizer, pool.draw(network, n, rng), rng) for _ in range(updates)])


@needs_gpu
@pytest.mark.gpu
@pytest.mark.parametrize("overrides", [{}, {"pool_batches": "fresh"}, {"flat": True}])
def test_the_first_100_losses_on_a_gpu_agree_with_the_cpus_to_1e_8(overrides):
    arm = small_arm(dtype="float64", **overrides)
    np.testing.assert_allclose(losses(arm, "cuda"), losses(arm, "cpu"), rtol=0, atol=1e-8)


@needs_gpu
@pytest.mark.gpu
@pytest.mark.parametrize("flat", [False, True])
def test_a_curriculum_runs_on_a_gpu(flat):
    arm = small_arm(units=20, epochs=3, updates_per_epoch=500, batch_size=256, flat=flat)
    assert list(Curriculum(arm, 0, "cuda"))[-1].n_solved >= 3


@pytest.mark.parametrize(
    "overrides",
    [
        {},
        {"growth": Growth(recurrent="copy freeze", input="copy freeze"), "clip_norm": 0.05},
        {"nesterov": False, "momentum": 0.9},
        {"nesterov": False, "momentum": 0.0},
        {"flat": True, "leak": "inside"},
    ],
    ids=lambda overrides: " ".join(overrides) or "paper",
)
def test_the_reference_path_trains_to_the_same_losses_as_the_kernels(monkeypatch, overrides):
    """What a GPU computes, computed here: the plain dynamics instead of the fused kernels."""
    arm = small_arm(dtype="float64", **overrides)
    fused = losses(arm, "cpu", 30)
    monkeypatch.setattr(training, "FusedDescent", Descent)
    np.testing.assert_allclose(losses(arm, "cpu", 30), fused, rtol=0, atol=1e-10)


def test_tiny_numbers_are_zero_while_a_gradient_is_taken_and_at_no_other_time():
    network = Network(small_arm())
    grow(network, 0)
    optimizer, batch = make_optimizer(network), source(network.arm, 0).batch(0, 6)
    initial, labels = torch.zeros(5, 64), torch.zeros(1, 64, dtype=torch.long)
    optimizer.learn(*batch[:1], initial, None, labels)
    assert (torch.tensor([1e-39]) * 1).item() != 0
    with pytest.raises(AttributeError):
        optimizer.learn(*batch[:1], initial, None, None)
    assert (torch.tensor([1e-39]) * 1).item() != 0


@pytest.mark.parametrize("flat", [False, True])
def test_the_fused_step_works_on_the_memory_of_the_modules_own_tensors(flat):
    """After growth, new heads and a restored state too."""
    arm = small_arm(flat=flat, threshold=0.0, epochs=3, updates_per_epoch=2)
    run = Curriculum(arm, 0)
    list(run)
    again = Curriculum(arm, 0)
    again.restore(run.state({}))
    for curriculum in (run, again):
        optimizer, newest = curriculum._optimizer, curriculum.network.newest
        for name, values, kept in zip(TENSORS, optimizer._values, optimizer._velocities, strict=True):
            tensor = getattr(newest, name)
            if tensor is not None:
                assert values.ctypes.data == tensor.data_ptr()
                assert kept.ctypes.data == optimizer.velocities[name].data_ptr()
