"""The pool holds exactly what running the whole chain gives, and the look-up what a head would answer."""

import numpy as np
import pytest
import torch

from modgrow.errors import ModgrowError
from modgrow.learning import curriculum
from modgrow.learning.activity import Fresh, Pool
from modgrow.learning.draws import draw_initial, draw_length
from modgrow.learning.held_out import FreshTest, PoolTest, final_accuracy
from modgrow.model import dynamics
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.streams import stream
from tests.conftest import small_arm


def untrained(arm, modules):
    network = Network(arm)
    for _ in range(modules):
        grow(network, 0)
    return network


def test_the_pool_after_three_freezes_is_the_whole_chain_run_on_its_bits():
    arm = small_arm(dtype="float64")
    network, pool = untrained(arm, 3), Pool(arm, 0, "training pool", 2)
    for module in network.chain:
        pool.extend(module)
    for index in range(2):
        upstream = None
        for depth, module in enumerate(network.chain, 1):
            draws = stream(0, "training pool", "initial", depth, index)
            initial = draw_initial(draws, 5, 64, 0.1).double()
            weights = module._weights()
            upstream = dynamics.run(pool.bits[index], initial, upstream, **weights).detach()
        torch.testing.assert_close(pool.activity[index], upstream, rtol=0, atol=1e-12)


def test_a_batch_is_a_prefix_and_a_view_not_a_copy():
    arm = small_arm()
    pool = Pool(arm, 0, "training pool", 3)
    pool.extend(untrained(arm, 1).newest)
    batch = pool.batch(1, 7)
    assert batch.bits.shape == (7, 64)
    assert batch.upstream.shape == (8, 5, 64)
    assert batch.bits.data_ptr() == pool.bits[1].data_ptr()
    assert batch.upstream.data_ptr() == pool.activity[1].data_ptr()


def test_the_pool_is_as_long_as_the_longest_sequence_of_the_last_task():
    arm = small_arm(epochs=None, n_max=9)
    assert Pool(arm, 0, "training pool", 1).bits.shape[1] == 36


def test_the_memory_forecast_is_what_the_pools_hold():
    arm = small_arm(units=7)
    pools = [Pool(arm, 0, purpose, count) for purpose, count in (("a", 6), ("b", 4))]
    for pool in pools:
        pool.extend(untrained(arm, 1).newest)
    held = sum(t.numel() * t.element_size() for pool in pools for t in (pool.bits, pool.activity))
    assert held == arm.pool_bytes


def test_a_pool_that_cannot_fit_is_refused_before_it_starts():
    with pytest.raises(ModgrowError, match=r"activity pool needs .* GiB .* lower pool_batches"):
        curriculum.Curriculum(small_arm(pool_batches=1_000_000, n_max=10_000, epochs=None), 0)


def test_looked_up_answers_equal_asking_the_frozen_head():
    arm = small_arm()
    network, test = untrained(arm, 3), PoolTest(arm, 0)
    upstream = []
    for module in list(network.chain)[:2]:
        before = test.pool.activity
        upstream.append(None if before is None else before.clone())
        test.extend(module)
    for place, module in enumerate(list(network.chain)[:2]):
        for index in range(arm.test_batches):
            initial = draw_initial(
                stream(0, "test pool", "initial", place + 1, index), 5, 64, arm.initial_state
            )
            for length in (6, 11, 16):
                bits = test.pool.bits[index, :length]
                below = None if upstream[place] is None else upstream[place][index, : length + 1]
                labels = (bits[-place - 2 :].sum(0) % 2).long()[None]
                asked = final_accuracy(module, bits, initial, below, labels)
                assert test.frozen[place][length - 1, index] == pytest.approx(asked.item(), abs=1 / 64 / 2)


def test_a_test_looks_up_the_answer_at_the_length_it_has_drawn():
    arm, epoch = small_arm(), 3
    network, test = untrained(arm, 3), PoolTest(arm, 0)
    upstream = []
    for module in list(network.chain)[:2]:
        upstream.append(None if test.pool.activity is None else test.pool.activity.clone())
        test.extend(module)
    draws = stream(0, "test", epoch)
    lengths = [draw_length(arm, 4, draws) for _ in range(arm.test_batches)]
    asked = np.zeros((2, arm.test_batches))
    for place in range(2):
        for index, length in enumerate(lengths):
            purpose = ("test pool", "initial", place + 1, index)
            initial = draw_initial(stream(0, *purpose), 5, 64, arm.initial_state)
            below = None if upstream[place] is None else upstream[place][index, : length + 1]
            bits, module = test.pool.bits[index, :length], network.chain[place]
            labels = (bits[-place - 2 :].sum(0) % 2).long()[None]
            asked[place, index] = final_accuracy(module, bits, initial, below, labels).item()
    found = test.accuracies(network, epoch)
    np.testing.assert_allclose(found[:2], asked.mean(1), rtol=0, atol=1 / 64 / 4)


def test_fresh_and_pool_tests_agree_on_the_same_network():
    """Two ways to the same accuracies: fresh bits through the chain, and the pool with its look-up."""
    arm = small_arm(units=10, test_batches=120, epochs=4, updates_per_epoch=500, batch_size=256)
    trained = curriculum.Curriculum(arm, 0)
    list(trained)
    network = trained.network
    assert len(network.chain) >= 3
    pool, fresh = PoolTest(arm, 5), FreshTest(arm, 6)
    for module in list(network.chain)[:-1]:
        pool.extend(module)
    first, second = pool.accuracies(network, 1), fresh.accuracies(network, 1)
    assert len(first) == len(second) == len(network.chain)
    np.testing.assert_allclose(first, second, atol=0.03)


def test_the_batched_chain_equals_the_chain_module_by_module(monkeypatch):
    """What a GPU runs, run here: `Fresh` on a device that is not the CPU takes the batched product."""
    arm = small_arm(dtype="float64")
    network, fresh = untrained(arm, 4), Fresh(arm)
    bits = fresh.new_bits(5, stream(0, "bits"))
    one_by_one = [states.clone() for states in fresh.run(list(network.chain), bits, stream(0, "initial"))]
    assert len(one_by_one) == 4
    monkeypatch.setattr("modgrow.learning.activity.on_cpu", lambda tensor: False)
    together = fresh.run(list(network.chain), bits, stream(0, "initial"))
    for mine, theirs in zip(together, one_by_one, strict=True):
        torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)
