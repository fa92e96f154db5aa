"""Generalisation (Fig. 2c) and the recording of timescales (Fig. 4)."""

import itertools

import numpy as np
import pytest
import torch

from modgrow.experiments import fits, generalisation, timescales
from modgrow.experiments.drive import stream_states
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.descent import Descent
from modgrow.learning.draws import draw_bits, draw_initial
from modgrow.model import dynamics
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.model.trained import Trained
from modgrow.streams import stream
from tests.conftest import small_arm


@pytest.fixture(scope="module")
def trained():
    run = Curriculum(small_arm(units=10, updates_per_epoch=500, batch_size=256, epochs=4, pool_batches=40), 0)
    list(run)
    assert run.n_solved >= 3
    return run


def untrained(modules, **overrides):
    network = Network(small_arm(dtype="float64", **overrides))
    for _ in range(modules):
        grow(network, 0)
    return network


def solved(network, n):
    """The network as if it had just solved `n`."""
    newest = network.n_newest
    return Trained(network, 0, newest, snapshots={newest: network} if len(network.chain) == 1 else {}).at(n)


def test_the_readout_variant_moves_the_head_alone():
    for flat, modules in ((False, 3), (True, 3)):
        network = untrained(modules, flat=flat)
        substrate = generalisation.Substrate(solved(network, 4), 2, test_batches=2)
        for variant in generalisation.VARIANTS:
            learner = generalisation.with_new_heads(substrate.module, substrate.arm, 0, [6], variant)
            names = {name for name, p in learner.newest.named_parameters() if p.requires_grad}
            head = {"readout", "readout_bias"}
            below = set() if flat else {"feedforward"}
            everything = head | below | {"input", "recurrent", "bias", "tau"}
            assert names == (head if variant == "readout" else everything)
            assert learner.n_newest == 6
            assert learner.newest.readout.shape[0] == 1
            assert not torch.equal(learner.newest.readout[0], substrate.module.readout[-1])


@pytest.mark.parametrize("flat", [False, True])
def test_heads_trained_together_are_those_trained_one_by_one(flat):
    """Referee: torch's own clipping and optimiser, for one head at a time on states stepped by hand."""
    network = untrained(3, flat=flat, units=6, clip_norm=0.3)
    substrate = generalisation.Substrate(solved(network, 4), 3, test_batches=2)
    orders = range(5, 8)
    together = generalisation.with_new_heads(substrate.module, substrate.arm, 0, orders, "readout")
    velocities = [torch.zeros(3, 2, 6), torch.zeros(3, 2)]
    alone = [
        generalisation.with_new_heads(substrate.module, substrate.arm, 0, [n], "readout") for n in orders
    ]
    optimizers = [Descent(one) for one in alone]
    rng, clipped = np.random.default_rng(0), 0
    for _ in range(4):
        states, labels = generalisation.read_apart(substrate, orders, rng)
        generalisation.update_heads(together.newest, velocities, states, labels, together.arm)
        for head, (one, own) in enumerate(zip(alone, optimizers, strict=True)):
            loss = torch.nn.functional.cross_entropy(one.newest.logits(states[head])[0].T, labels[head])
            own.zero_grad()
            loss.backward()
            clipped += torch.nn.utils.clip_grad_norm_(one.trained(), 0.3) > 0.3
            own.step()
    assert 0 < clipped < 12
    for head, one in enumerate(alone):
        for name in ("readout", "readout_bias"):  # torch adds 1e-6 to the norm that it clips by
            mine = getattr(together.newest, name)[head]
            torch.testing.assert_close(mine, getattr(one.newest, name)[0], rtol=1e-5, atol=1e-6)
    for name in ("input", "recurrent", "bias", "tau"):
        assert torch.equal(getattr(together.newest, name), getattr(substrate.module, name))


@pytest.mark.parametrize("flat", [False, True])
def test_many_heads_are_tested_as_each_would_be_alone(flat):
    """Also where sequences of the smallest N + K are shorter than the largest N + K."""
    substrate = generalisation.Substrate(solved(untrained(3, flat=flat, units=6), 4), 8, test_batches=50)
    orders = range(5, 13)
    many = generalisation.with_new_heads(substrate.module, substrate.arm, 0, orders, "readout")
    for n in orders:
        one = generalisation.with_new_heads(substrate.module, substrate.arm, 0, [n], "readout")
        assert generalisation.test(many, substrate, n) == generalisation.test(one, substrate, n)
    assert len(generalisation.learn_heads(substrate, 8, 1)) == 8


def test_each_head_reads_the_pass_at_a_length_of_its_own_and_answers_for_it():
    """Referee: the same batch, stepped from its start by the plain reference, and bits summed in Python."""
    substrate = generalisation.Substrate(solved(untrained(3, units=6), 4), 3, test_batches=2)
    orders, rng = range(5, 8), np.random.default_rng(1)
    states, labels = generalisation.read_apart(substrate, orders, np.random.default_rng(1))
    batch = substrate.longest(7, rng)
    initial = draw_initial(rng, 6, substrate.arm.batch_size, substrate.arm.initial_state).double()
    module = substrate.module
    plain = dynamics.run(batch.bits, initial, batch.upstream, **module._weights()).detach()
    assert len(batch.bits) == 28
    for head, n in enumerate(orders):
        length = int(rng.integers(n + 2, 4 * n + 1))
        torch.testing.assert_close(states[head], plain[length], rtol=0, atol=1e-12)
        assert labels[head].tolist() == [
            sum(column) % 2 for column in batch.bits[length - n : length].T.tolist()
        ]


def test_the_module_below_is_the_one_that_had_solved_n():
    network = untrained(5)
    substrate = generalisation.Substrate(solved(network, 4), 2, test_batches=2)
    assert substrate.module is network.chain[2]
    assert substrate.training.depth == substrate.test.depth == 2


def test_a_trained_network_learns_the_next_task_and_is_left_as_it_was(trained):
    before = {name: value.clone() for name, value in trained.network.state_dict().items()}
    n = trained.n_solved
    found = generalisation.rows(Trained.of(trained, {}), n, k_max=1, epochs=3, test_batches=10)
    assert list(found[["variant", "k", "n"]].itertuples(index=False, name=None)) == [
        ("default", 1, n + 1),
        ("readout", 1, n + 1),
    ]
    default, readout = found["accuracy"]
    assert default > 0.8
    assert default > readout
    for name, value in trained.network.state_dict().items():
        assert torch.equal(value, before[name])


def test_a_network_that_never_got_there_gives_rows_that_say_so():
    trained = Trained(untrained(3), 0, n_solved=3)
    found = generalisation.rows(trained, 10, k_max=2, epochs=1, test_batches=1)
    assert len(found) == 4
    assert found["accuracy"].isna().all()


@pytest.mark.parametrize("leak", ["outside", "inside"])
def test_a_run_in_chunks_is_the_whole_run(leak):
    network = untrained(3, units=6, leak=leak)
    bits = draw_bits(stream(0, "bits"), 57, 3, 0.5).double()
    pieces = {}
    for place, states in stream_states(list(network.chain), iter(bits.split(20))):
        pieces.setdefault(place, []).append(states.clone())
    upstream = None
    for place, module in enumerate(network.chain):
        weights = module._weights()
        start = torch.zeros(6, 3, dtype=torch.float64)
        settings = {"negative_slope": module.negative_slope, "leak": leak}
        upstream = dynamics.run(bits, start, upstream, **weights, **settings).detach()
        torch.testing.assert_close(torch.cat(pieces[place]), upstream[1:], rtol=0, atol=1e-12)


def test_bits_of_a_recording_have_both_drives_and_the_burn_in_first():
    chunks = list(timescales.long_bits(0, 4, 3000, 500, torch.float32))
    assert [burning for burning, _ in chunks] == [True] + [False] * (len(chunks) - 1)
    assert len(chunks[0][1]) == 500
    bits = torch.cat([bits for burning, bits in chunks if not burning])
    assert bits.shape == (3000, 8)
    assert (bits[:, 4:].mean(0) - 0.5).abs().max() < 0.05
    assert bits[:, :4].mean(0).std() > 0.1


def test_a_recording_is_the_autocorrelation_of_the_run_after_its_burn_in():
    """Referee: the whole run at once, and the sum of the definition for every lag."""
    network = untrained(3, units=6)
    asked = {"runs": 2, "steps": 1500, "burn_in": 700}
    recorded = timescales.record(list(network.chain), 0, **asked, max_lag=5)
    bits = torch.cat([bits for _, bits in timescales.long_bits(0, **asked, dtype=torch.float64)])
    activity = Trained(network, 0, 4).activity(bits)[:, 700:].numpy()
    for found, own in zip(recorded, activity, strict=True):
        centred = own - own.mean(0)
        covariance = np.stack([(centred[lag:] * centred[: 1500 - lag]).mean(0) for lag in range(6)])
        for drive, runs in zip(timescales.DRIVES, (slice(0, 2), slice(2, 4)), strict=True):
            mean = covariance[..., runs].mean(-1)
            np.testing.assert_allclose(found[drive], mean / mean[0], atol=1e-10)


@pytest.mark.parametrize("flat", [False, True])
def test_recorded_rows_name_every_solved_n_drive_and_unit(flat, trained):
    if flat:
        run = Curriculum(small_arm(flat=True, units=6, threshold=0.0, epochs=3, updates_per_epoch=5), 0)
        list(run)
    else:
        run = trained
    found = timescales.rows(Trained.of(run, {}), runs=2, steps=2000, burn_in=100, max_lag=30)
    solved = range(2, run.n_solved + 1)
    units = 6 if flat else 10
    drives = ("uniform", "0.5")
    kinds = [True] if flat else [True, False]
    keys = ["n", "trained", "drive", "unit"]
    assert sorted(found[keys].itertuples(index=False, name=None)) == sorted(
        itertools.product(solved, kinds, drives, range(units))
    )
    assert (found["tau_published"].notna() <= (found["drive"] == "uniform")).all()
    assert (found["tau"] >= 1).all()
    assert set(found["state"]) <= {"fitted", "silent"}


def test_an_untrained_chain_is_what_its_births_make_of_the_first_module(trained):
    """All is copied but the heads: every module is the first one as it was drawn, and W^FF module 2's."""
    chain = timescales.untrained(Trained.of(trained, {}), 4)
    first = Network(trained.arm)
    grow(first, trained.seed)
    for module in chain:
        assert torch.equal(module.recurrent, first.newest.recurrent)
        assert torch.equal(module.tau, first.newest.tau)
        assert not module.recurrent.requires_grad
    assert torch.equal(chain[3].feedforward, chain[1].feedforward)
    assert not torch.equal(chain[0].recurrent, trained.network.chain[0].recurrent)


def test_the_self_check_fits_again_a_process_of_what_was_found(rng):
    """Long AR(1)s of the median and of a slow unit come back; units without a fit take no part."""
    lags = np.arange(31.0)
    fitted = [fits.fit(np.exp(-lags / tau)) for tau in (2.0, 6.0, 20.0)]
    fitted.append(fits.fit(np.full(31, np.nan)))
    checked = timescales.self_check(fitted, 10, 50_000, 30, rng)
    assert checked == {1: pytest.approx(6.0, rel=0.15), 2: pytest.approx(20.0, rel=0.15)}
    assert timescales.self_check(fitted[3:], 2, 500, 30, rng) == {}
