"""The curriculum: when N counts as solved, what a record says, and that a seed fixes every byte."""

import numpy as np
import pytest
import torch

from modgrow.learning import curriculum, training
from modgrow.learning.curriculum import Curriculum, solved
from modgrow.learning.descent import Descent
from modgrow.model.trained import Trained
from modgrow.store import networks
from tests.conftest import small_arm

QUICK = {"updates_per_epoch": 500, "epochs": 4, "batch_size": 256}


def test_success_needs_the_newest_task_and_the_mean_of_all_before():
    assert solved(np.array([0.99]), 0.98)
    assert not solved(np.array([0.98]), 0.98)
    assert solved(np.array([0.97, 1.0, 0.985]), 0.98)
    assert not solved(np.array([0.97, 0.98, 0.99]), 0.98)
    assert not solved(np.array([1.0, 1.0, 0.97]), 0.98)
    assert not solved(np.array([np.nan]), 0.98)


@pytest.mark.parametrize("flat", [False, True])
def test_a_learning_curve_says_what_happened(flat):
    run = Curriculum(small_arm(flat=flat, units=20 if flat else 10, **QUICK), 0)
    records = list(run)
    assert [r.epoch for r in records] == [1, 2, 3, 4]
    assert records[0].n == 2
    assert records[0].accuracy_previous is None
    previous = 1
    for record in records:
        assert record.n_tasks_solved == record.n_solved - 1
        assert record.n_solved in (previous, record.n)
        assert record.n == previous + 1  # at most one new task per epoch
        assert 0 <= record.accuracy <= 1
        previous = record.n_solved
    assert run.n_solved >= 3, "too little was learnt for this test to say anything"
    assert sorted(run.snapshots) == (list(range(2, run.n_solved + 1)) if flat else [])
    for n, snapshot in run.snapshots.items():
        assert snapshot.n_newest == n


def test_training_stops_at_n_max():
    run = Curriculum(small_arm(units=10, pool_batches=40, **{**QUICK, "epochs": None}, n_max=3), 0)
    assert [r.n_solved for r in run][-1] == 3
    assert run.network.n_newest == 3


def test_nothing_solved_is_n_solved_1():
    run = Curriculum(small_arm(updates_per_epoch=1, epochs=2), 0)
    assert [(r.n_solved, r.n_tasks_solved) for r in run] == [(1, 0), (1, 0)]


DIVERGING = {"learning_rate": 100.0, "clip_norm": 1e9, "epochs": 9}


def count_updates(monkeypatch):
    seen, original = [], training.update
    monkeypatch.setattr(training, "update", lambda *what: seen.append(original(*what)) or seen[-1])
    return seen


@pytest.mark.parametrize("flat", [False, True])
def test_a_loss_that_is_not_finite_stops_the_network_at_once_and_is_recorded(flat, monkeypatch):
    steps = count_updates(monkeypatch)
    run = Curriculum(small_arm(flat=flat, **DIVERGING), 0)
    (record,) = run
    assert [bool(np.isfinite(step.loss)) for step in steps] == [True] * (len(steps) - 1) + [False]
    assert len(steps) < run.arm.updates_per_epoch
    assert run.diverged
    assert (record.epoch, record.n_solved, record.diverged) == (1, 1, True)
    assert np.isnan([record.loss, record.accuracy]).all()


def test_a_weight_that_is_not_finite_stops_the_network_though_the_loss_is(monkeypatch):
    run, original = Curriculum(small_arm(epochs=9, threshold=0.0), 0), curriculum.train_epoch

    def trained(network, *what):
        epoch = original(network, *what)
        if network.n_newest == 3:
            network.newest.feedforward.data[0, 0] = float("inf")
        return epoch

    monkeypatch.setattr(curriculum, "train_epoch", trained)
    assert [(r.epoch, r.n_solved, r.diverged) for r in run] == [(1, 2, False), (2, 2, True)]
    assert np.isfinite(run.records[-1].loss)
    assert run.network.chain[0].tau.isfinite().all()


@pytest.mark.parametrize("overrides", [{}, {"flat": True}, {"pool_batches": "fresh"}])
def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path, overrides):
    paths = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        run = Curriculum(small_arm(**overrides, epochs=2), seed)
        list(run)
        paths.append(tmp_path / name)
        networks.write(paths[-1], Trained.of(run, {}))
    first, again, other = (path.read_bytes() for path in paths)
    assert first == again
    assert first != other


def test_pool_and_fresh_arms_learn_alike():
    """Not a proof (that is the target `pool_proof`): both sources train the same task to success."""
    for pool_batches in (20, "fresh"):
        run = Curriculum(small_arm(units=10, **{**QUICK, "pool_batches": pool_batches}), 0)
        assert list(run)[-1].n_solved >= 3


def test_settings_reach_the_optimiser(monkeypatch):
    seen = []
    original = curriculum.make_optimizer
    monkeypatch.setattr(curriculum, "make_optimizer", lambda n: seen.append(original(n)) or seen[-1])
    run = Curriculum(small_arm(learning_rate=0.3, momentum=0.5, batch_size=32), 0)
    arm = seen[0].arm
    assert (arm.learning_rate, arm.momentum, arm.nesterov) == (0.3, 0.5, True)
    group = Descent(run.network).param_groups[0]
    assert (group["lr"], group["momentum"], group["nesterov"], group["weight_decay"]) == (0.3, 0.5, True, 0)


def test_float64_trains_in_float64():
    run = Curriculum(small_arm(dtype="float64", epochs=1), 0)
    list(run)
    assert all(p.dtype == torch.float64 for p in run.network.parameters())
