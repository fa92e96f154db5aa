"""W^FF with and without its delay: every way to run, train, record and keep a chain is the same chain."""

import numpy as np
import pytest
import torch

from modgrow.experiments.drive import drive, stream_states
from modgrow.learning import draws
from modgrow.learning.activity import Fresh, Pool
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.descent import Descent, FusedDescent
from modgrow.learning.held_out import FreshTest, PoolTest
from modgrow.model import dynamics
from modgrow.model.growth import grow
from modgrow.model.network import WEIGHTS, Network
from modgrow.model.trained import Trained
from modgrow.store import networks
from modgrow.streams import stream
from tests.conftest import small_arm

DELAYS = pytest.mark.parametrize("delay", [0, 1])


def untrained(delay, modules=4, **settings):
    """A chain that has only grown, in float64."""
    network = Network(small_arm(feedforward_delay=delay, dtype="float64", **settings))
    for _ in range(modules):
        grow(network, 0)
    return network


def unrolled(network, bits, initial):
    """States (module, state, unit, sequence): step by step, module by module, straight from eqs. 1 to 4."""
    delay, slope = network.arm.feedforward_delay, network.arm.negative_slope
    states = [[start] for start in initial]
    for t, bit in enumerate(bits, 1):
        for m, module in enumerate(network.chain):
            others = module.recurrent - module.recurrent.diag().diag()
            drive = others @ states[m][t - 1] + module.input[:, None] * bit + module.bias[:, None]
            if m > 0:
                drive = drive + module.feedforward @ states[m - 1][t - delay]
            rate = 1 / module.tau.clamp(min=1)[:, None]
            bent = torch.where(drive >= 0, drive, slope * drive)
            states[m].append((1 - rate) * states[m][t - 1] + rate * bent)
    return torch.stack([torch.stack(own) for own in states])


def pool_of(network, batches=2):
    """A pool pushed through all modules but the newest, and the initial states it drew (batch, module)."""
    arm, chain = network.arm, list(network.chain)
    pool, purpose = Pool(arm, 0, "training pool", batches), ("training pool", "initial")
    for module in chain[:-1]:
        pool.extend(module)
    return pool, [
        [
            draws.draw_initial(stream(0, *purpose, depth, index), arm.units, arm.batch_size, 0.1).double()
            for depth in range(1, len(chain))
        ]
        for index in range(batches)
    ]


@DELAYS
def test_a_step_from_the_pool_is_the_step_through_the_whole_chain_on_the_same_bits(rng, delay):
    """Loss and every gradient of the newest module: the pool and the kernels, and the chain with autograd."""
    network = untrained(delay)
    pool, drawn = pool_of(network)
    fused, plain = FusedDescent(network), Descent(network)
    for index, length in ((0, 6), (1, 16), (0, 13)):
        bits, upstream = pool.batch(index, length)
        initial = torch.from_numpy(rng.uniform(0, 0.1, (5, 64)))
        labels = torch.from_numpy(rng.integers(0, 2, (1, 64)))
        whole = unrolled(network, bits, [*drawn[index], initial])
        torch.testing.assert_close(upstream, whole[-2].detach(), rtol=0, atol=1e-12)
        logits = network.newest.logits(whole[-1, -1])
        expected = torch.nn.functional.cross_entropy(logits, labels, reduction="sum") / 64
        plain.zero_grad(set_to_none=True)
        expected.backward()
        loss, found = fused.gradients(bits, initial, upstream, labels)
        assert loss == pytest.approx(expected.item(), rel=1e-12)
        for name, value in network.newest.named_parameters():
            own = torch.from_numpy(found[name]).view(value.shape)
            torch.testing.assert_close(own, value.grad, rtol=0, atol=1e-12, msg=name)


@DELAYS
def test_the_chain_run_afresh_is_the_chain_unrolled_on_a_cpu_and_batched(delay, monkeypatch):
    network = untrained(delay)
    fresh, chain = Fresh(network.arm), list(network.chain)
    bits, rng = fresh.new_bits(5, stream(0, "bits")), stream(0, "initial")
    initial = [draws.draw_initial(rng, 5, 64, 0.1).double() for _ in chain]
    expected = unrolled(network, bits, initial).detach()
    one_by_one = [states.clone() for states in fresh.run(chain, bits, stream(0, "initial"))]
    monkeypatch.setattr("modgrow.learning.activity.on_cpu", lambda tensor: False)
    batched = list(fresh.run(chain, bits, stream(0, "initial")))
    for found in (one_by_one, batched):
        torch.testing.assert_close(torch.stack(found), expected, rtol=0, atol=1e-12)


@DELAYS
def test_looked_up_answers_are_those_of_the_chain_unrolled(delay):
    network = untrained(delay)
    test, purpose = PoolTest(network.arm, 0), ("test pool", "initial")
    for module in network.chain[:-1]:
        test.extend(module)
    initial = [draws.draw_initial(stream(0, *purpose, m, 1), 5, 64, 0.1).double() for m in (1, 2, 3, 4)]
    bits = test.pool.bits[1, :11]
    states = unrolled(network, bits, initial)
    for m, module in enumerate(network.chain[:-1]):
        assert test.frozen[m][10, 1] == pytest.approx(_share_right(module, states[m, -1], bits, m + 2))


@DELAYS
def test_a_test_on_fresh_bits_asks_the_chain_unrolled(delay):
    network = untrained(delay)
    test, rng, expected = FreshTest(network.arm, 0), stream(0, "test", 1), []
    for _ in range(network.arm.test_batches):
        bits = test.fresh.new_bits(5, rng)
        initial = [draws.draw_initial(rng, 5, 64, 0.1).double() for _ in network.chain]
        states = unrolled(network, bits, initial)
        chain = zip(network.chain, states, strict=True)
        expected.append([_share_right(module, own[-1], bits, n) for n, (module, own) in enumerate(chain, 2)])
    np.testing.assert_allclose(test.accuracies(network, 1), np.mean(expected, 0), rtol=0, atol=1e-12)


def _share_right(module, state, bits, n):
    answers = (module.logits(state)[0, 1] > module.logits(state)[0, 0]).long()
    return (answers == bits[-n:].sum(0) % 2).double().mean().item()


@DELAYS
@pytest.mark.parametrize("leak", ["outside", "inside"])
def test_a_recording_in_chunks_is_one_run(rng, delay, leak):
    network = untrained(delay, leak=leak)
    bits = torch.from_numpy(rng.integers(0, 2, (40, 7)).astype(float))
    chunks = [bits[:1], bits[1:2], bits[2:17], bits[17:38], bits[38:]]
    recorded = [[] for _ in network.chain]
    for place, states in stream_states(list(network.chain), iter(chunks)):
        recorded[place].append(states)
    for own, (_, whole) in zip(recorded, drive(network, bits), strict=True):
        torch.testing.assert_close(torch.cat(own), whole[1:], rtol=0, atol=1e-12)


@DELAYS
def test_driving_a_network_in_versions_is_the_chain_unrolled(rng, delay):
    network = untrained(delay)
    bits = torch.from_numpy(rng.integers(0, 2, (20, 3, 2)).astype(float))
    found = torch.stack([states for _, states in drive(network, bits)])
    for version in range(3):
        expected = unrolled(network, bits[:, version], [torch.zeros(5, 2).double() for _ in network.chain])
        torch.testing.assert_close(found[:, :, version], expected.detach(), rtol=0, atol=1e-12)


@DELAYS
def test_a_bit_goes_up_the_chain_one_module_per_step_or_all_at_once(rng, delay):
    """By every way to run a chain: module by module, driven, and recorded.

    S(t) shows in module m at t + m - 1, or at t; every module above the first is made blind to it itself.
    """
    network, changed = untrained(delay), 7
    for module in network.chain[1:]:
        module.input.data.zero_()
    bits = torch.from_numpy(rng.integers(0, 2, (15, 6)).astype(float))
    other = bits.clone()
    other[changed - 1] = 1 - other[changed - 1]  # S(t) is the bit in row t - 1
    for run in (_module_by_module, _driven, _recorded):
        differ = (run(network, bits) != run(network, other)).flatten(2).any(2)  # (module, state)
        assert differ.int().argmax(1).tolist() == [changed + delay * m for m in range(4)]


def _module_by_module(network, bits):
    states, found = None, []
    for module in network.chain:
        states = module.states(bits, torch.zeros(5, bits.shape[1]).double(), states)
        found.append(states)
    return torch.stack(found)


def _driven(network, bits):
    return torch.stack([states for _, states in drive(network, bits)])


def _recorded(network, bits):
    whole = [torch.zeros(1, 5, bits.shape[1]).double() for _ in network.chain]
    for place, states in stream_states(list(network.chain), iter(bits.split(4))):
        whole[place] = torch.cat([whole[place], states])
    return torch.stack(whole)


def test_chains_with_and_without_delay_share_their_first_module_and_no_other():
    curves, trained = {}, {}
    for delay in (0, 1):
        curriculum = Curriculum(small_arm(feedforward_delay=delay, threshold=0.3), 0)
        curves[delay] = [record.loss for record in curriculum]
        trained[delay] = curriculum.network
    assert [len(network.chain) for network in trained.values()] == [3, 3]
    assert curves[0][0] == curves[1][0]
    assert curves[0][1] != curves[1][1]
    for name in WEIGHTS:
        first = [getattr(network.chain[0], name) for network in trained.values()]
        assert first[0] is first[1] is None or torch.equal(*first)
        assert not torch.equal(*(getattr(network.chain[1], name) for network in trained.values()))


def test_without_delay_a_chain_learns_from_the_pool_and_from_fresh_bits():
    """A task that both solve: three modules in a few epochs."""
    for pool in (100, "fresh"):
        arm = small_arm(
            units=10, epochs=4, updates_per_epoch=300, batch_size=256, test_batches=10,
            pool_batches=pool, feedforward_delay=0, learning_rate=0.2,
        )  # fmt: skip
        records = list(Curriculum(arm, 0))
        assert records[-1].n_tasks_solved >= 2, pool


@DELAYS
def test_a_network_read_from_its_file_reads_with_the_delay_it_was_trained_with(delay, tmp_path, rng):
    curriculum = Curriculum(small_arm(feedforward_delay=delay, threshold=0.3), 0)
    list(curriculum)
    networks.write(tmp_path / "n.safetensors", Trained.of(curriculum, {}))
    again = networks.read(tmp_path / "n.safetensors").network
    assert [module.delay for module in again.chain] == [delay] * 3
    bits = torch.from_numpy(rng.integers(0, 2, (12, 4)).astype(np.float32))
    for (_, mine), (_, theirs) in zip(drive(curriculum.network, bits), drive(again, bits), strict=True):
        assert torch.equal(mine, theirs)


@DELAYS
def test_the_reference_descent_learns_what_the_fused_one_does(delay, rng):
    """What a GPU runs, run here: torch's autograd and SGD, three steps."""
    losses = []
    for kind in (FusedDescent, Descent):
        network = untrained(delay)
        optimizer, draws = kind(network), np.random.default_rng(3)
        for _ in range(3):
            bits = torch.from_numpy(draws.integers(0, 2, (9, 64)).astype(float))
            upstream = torch.from_numpy(draws.normal(size=(10, 5, 64)))
            initial = torch.from_numpy(draws.uniform(0, 0.1, (5, 64)))
            labels = torch.from_numpy(draws.integers(0, 2, (1, 64)))
            losses += optimizer.learn(bits, initial, upstream, labels)
    assert losses[:9] == pytest.approx(losses[9:], rel=1e-12)


def test_the_reference_refuses_too_few_states_without_delay():
    network = untrained(0, modules=2)
    weights = network.newest._weights()
    bits, initial = torch.ones(6, 4).double(), torch.zeros(5, 4).double()
    with pytest.raises(IndexError):
        dynamics.run(bits, initial, torch.zeros(6, 5, 4).double(), **weights, delay=0)
