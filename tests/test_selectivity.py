"""Which units carry which n: against a regression by least squares, networks by hand, and damage to them."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch

from modgrow import task
from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.model import exact
from modgrow.model.growth import grow
from modgrow.model.network import LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.streams import stream
from modgrow.studies import selectivity

SLOPE = 0.01


def carried(table, trained=True):
    """How many units carry each n."""
    own = table[table["carries"] & (table["trained"] == trained)]
    return own.groupby("n").size().to_dict()


@pytest.mark.parametrize("units", [12, 13, 54, 55])
def test_of_the_exact_network_each_pair_of_units_carries_an_n_of_its_own(units):
    """The pair of N = 2, and the relay where there is one, carry nothing that the newest two bits lack."""
    table = selectivity.rows(exact.flat(units), steps=1000)
    assert carried(table) == dict.fromkeys(range(3, units // 2 + 2), 2)
    best = table[table["trained"] & (table["rank"] == 1)].set_index("unit")
    first = 2 + units % 2
    assert best["n"].to_dict().items() >= {first + k: 3 + k // 2 for k in range(units - first)}.items()
    assert not best["carries"][:first].any()


def leaky(x):
    return x if x > 0 else SLOPE * x


def closed_form(kind):
    """Of f(a' + S - kind) over the four equally likely (a', S): what a' adds to S, as a share."""
    values = {(a, s): leaky(a + s - kind) for a, s in itertools.product((0, 1), repeat=2)}
    mean = sum(values.values()) / 4
    total = sum((value - mean) ** 2 for value in values.values()) / 4
    left = sum((values[1, s] - values[0, s]) ** 2 / 4 for s in (0, 1)) / 2
    return left / total


def test_the_shares_of_the_exact_network_are_those_of_the_closed_form():
    """With a relay the first answer is exact: 2/3 for f(a' + S - 1), 1/2 for f(a' + S), but for the slope."""
    table = selectivity.rows(exact.flat(13), steps=20_000)
    best = table[table["trained"] & (table["rank"] == 1)].set_index("unit")["share"]
    assert closed_form(1) == pytest.approx(2 / 3, abs=0.01)
    assert best[3::2].to_numpy() == pytest.approx(closed_form(1), abs=0.01)
    assert best[4::2].to_numpy() == pytest.approx(closed_form(0), abs=0.01)


def untrained(units, seed, n=6, **settings):
    """A flat network at birth, which counts as having solved up to n."""
    network = Network(Arm(architecture="flat", units=units, **settings))
    for _ in range(n - 1):
        grow(network, seed)
    return Trained(network, seed, n, snapshots=dict.fromkeys(range(2, n + 1), network))


@pytest.mark.parametrize("seed", range(3))
def test_a_network_at_birth_carries_nothing_beyond_three_bits(seed):
    table = selectivity.rows(untrained(54, seed), steps=1000)
    assert set(carried(table)) <= {3}
    assert table[table["trained"]].drop(columns="trained").reset_index(drop=True).equals(
        table[~table["trained"]].drop(columns="trained").reset_index(drop=True)
    )  # fmt: skip


def r_squared(states, columns):
    """By least squares."""
    centred = states - states.mean(0)
    fitted = columns @ np.linalg.lstsq(columns, states, rcond=None)[0]
    return 1 - ((states - fitted) ** 2).sum(0) / (centred**2).sum(0)


@pytest.mark.parametrize("of", ["parity", "match"])
def test_the_shares_are_those_of_a_regression_by_least_squares(of):
    trained = untrained(9, 4, n=4, task=of, tau_initial=[1.0, 4.0])
    table = selectivity.rows(trained, steps=60, sequences=3)
    bits = (stream(4, "selectivity").random((160, 3)) < 0.5).astype(int)
    states = trained.activity(bits)[0].double().numpy()[100:].transpose(0, 2, 1).reshape(180, 9)
    places = [(t, k) for t in range(100, 160) for k in range(3)]
    two = np.array(
        [[bits[t, k] == a and bits[t - 1, k] == b for a in (0, 1) for b in (0, 1)] for t, k in places]
    )
    shares = []
    for n in (3, 4, 5):
        held = [bits[t - n + 1 : t, k].sum() % 2 if of == "parity" else bits[t - n + 1, k] for t, k in places]
        sign = 2.0 * np.array(held) - 1
        newest = np.array([bits[t, k] for t, k in places])
        more = np.column_stack([two, sign, sign * newest])
        shares.append(r_squared(states, more) - r_squared(states, two.astype(float)))
    own = table[table["trained"]]
    for rank in (1, 2):
        found = own[own["rank"] == rank].set_index("unit")
        expected = np.sort(shares, axis=0)[-rank]
        np.testing.assert_allclose(found["share"], expected, atol=1e-9)
        np.testing.assert_array_equal(found["n"], 3 + np.argsort(shares, axis=0)[-rank])
        np.testing.assert_allclose(found["newest"], r_squared(states, two.astype(float)), atol=1e-9)


def test_behind_a_cut_the_count_begins_anew():
    """The pair of N = 5 is left with the newest bit: the next has two bits, those after it three and more."""
    trained = exact.flat(17)
    trained.network.newest.recurrent[7:9] = 0.0  # what that pair reads
    table = selectivity.rows(trained, steps=1000)
    assert carried(table) == {3: 2 + 2, 4: 2 + 2, 5: 2}
    best = table[table["trained"] & (table["rank"] == 1)].set_index("unit")
    assert best["n"][[11, 12, 13, 14, 15, 16]].tolist() == [3, 3, 4, 4, 5, 5]
    assert not best["carries"][7:11].any()


def test_copies_of_the_units_carry_as_much_as_the_units():
    """Each unit twice, the weights from it halved: as many n, four units each, the same shares."""
    single = exact.flat(13)
    module = single.network.newest
    twice = {name: value.repeat_interleave(2, 0) for name, value in module.named_parameters()}
    twice["recurrent"] = twice["recurrent"].repeat_interleave(2, 1) / 2
    twice["readout"] = module.readout.repeat_interleave(2, 2) / 2
    twice["readout_bias"] = module.readout_bias
    network = Network(Arm(architecture="flat", units=26))
    network.chain.append(LeakyModule(twice, SLOPE, "outside").requires_grad_(False))
    table = selectivity.rows(Trained(network, 0, 7, snapshots=dict.fromkeys(range(2, 8), network)), 1000)
    assert carried(table) == dict.fromkeys(range(3, 8), 4)
    once = selectivity.rows(single, 1000)
    np.testing.assert_allclose(table["share"][:26:2], once["share"][:13], atol=1e-6)


def delay_line(units, of):
    """Unit k holds the bit k steps before the newest; nothing else."""
    network = Network(Arm(architecture="flat", units=units, task=of))
    values = {
        "input": torch.eye(units)[0],
        "recurrent": torch.diag(torch.ones(units - 1), -1),
        "bias": torch.zeros(units),
        "tau": torch.ones(units),
        "readout": torch.zeros(units - 1, 2, units),
        "readout_bias": torch.zeros(units - 1, 2),
    }
    network.chain.append(LeakyModule(values, SLOPE, "outside").requires_grad_(False))
    return Trained(network, 0, units, snapshots=dict.fromkeys(range(2, units + 1), network))


def test_of_match_it_is_the_bit_n_minus_1_steps_before_that_is_carried():
    table = selectivity.rows(delay_line(8, "match"), steps=1000)
    assert carried(table) == dict.fromkeys(range(3, 9), 1)
    best = table[table["trained"] & table["carries"]]
    assert (best["n"] == best["unit"] + 1).all()
    assert best["share"].to_numpy() == pytest.approx(1.0, abs=0.01)
    assert carried(selectivity.rows(delay_line(8, "parity"), steps=1000)) == {}


def test_of_any_task_an_answer_that_two_bits_give_adds_nothing():
    states = np.random.default_rng(0).random((400, 2))
    bits = np.random.default_rng(1).integers(0, 2, (2, 400))
    shares, newest = selectivity.added(states, (bits[0] ^ bits[1])[None], bits[0], bits[1])
    np.testing.assert_array_equal(shares, 0.0)
    still, _ = selectivity.added(np.ones((400, 1)), bits[:1], bits[1], bits[1])
    np.testing.assert_array_equal(still, 0.0)
    assert (newest < 0.1).all()


def test_the_null_of_a_share_is_two_over_the_length_of_the_run(rng):
    """Answers that have nothing to do with the states: two regressors explain 2/T on average."""
    states = rng.standard_normal((20_000, 50))
    answers = rng.integers(0, 2, (20, 20_000))
    newest, before = rng.integers(0, 2, (2, 20_000))
    shares, _ = selectivity.added(states, answers, newest, before)
    assert shares.mean() == pytest.approx(2 / 20_000, rel=0.2)
    assert shares.max() < 0.002


def test_at_birth_a_network_has_the_values_it_began_with():
    trained = exact.flat(12)
    trained.network.newest.start["tau"] += 1.0
    born = selectivity.at_birth(trained)
    assert torch.equal(born.network.newest.tau, trained.network.newest.tau + 1.0)
    table = selectivity.rows(trained, steps=500)
    assert carried(table) == dict.fromkeys(range(3, 8), 2)
    assert carried(table, trained=False) != carried(table)


def test_a_chain_is_refused_in_one_line():
    with pytest.raises(ModgrowError, match=r"^selectivity: a chain has a module for each N.*name flat arms"):
        selectivity.rows(exact.chain(2, 4))


def test_the_table_is_one_of_its_schema_also_where_nothing_was_solved():
    table = selectivity.rows(exact.flat(12), steps=500).assign(arm="a", seed=0)
    assert selectivity.STUDY.schema.table(table).num_rows == 2 * 2 * 12
    nothing = Trained(untrained(5, 0).network, 0, 1)
    empty = selectivity.rows(nothing).assign(arm="a", seed=0)
    assert selectivity.STUDY.schema.table(empty).num_rows == 0
    only_two = Trained(untrained(5, 0).network, 0, 2, snapshots={2: untrained(5, 0).network})
    alone = selectivity.rows(only_two, steps=50)
    assert set(alone["n"]) == {3}
    assert len(alone) == 10


def test_the_figure_counts_the_units_of_each_network_and_their_mean():
    one = selectivity.rows(exact.flat(12), steps=500)
    table = pd.concat([one.assign(seed=0), one.assign(seed=1)]).assign(arm="a")
    arms = {"a": Arm(architecture="flat", units=12), "stuck": Arm(architecture="flat", units=5)}
    figure = selectivity.draw(table, arms, 0.1)
    counts = figure.axes[0].lines
    assert len(counts) == 2 * (2 + 1)
    np.testing.assert_array_equal(counts[-1].get_xdata(), range(3, 9))
    np.testing.assert_array_equal(counts[-1].get_ydata(), [2, 2, 2, 2, 2, 0])
    assert "no network solved" in " ".join(text.get_text() for text in figure.axes[1].texts)


def test_the_task_says_what_is_carried():
    """Of parity, the answer to n against the newest bit is the parity of the n - 1 bits before it."""
    bits = torch.from_numpy(np.random.default_rng(0).integers(0, 2, (40, 3)))
    answer = task.named("parity").labels(bits, 5)
    before = task.named("parity").labels(bits, 4)
    assert torch.equal(answer[10:] ^ bits[10:], before[9:-1])
