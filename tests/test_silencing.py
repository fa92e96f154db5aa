"""Silent units: against a plain loop in which what they say is their mean, and networks by hand."""

import numpy as np
import pandas as pd
import pytest
import torch

from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.model import exact
from modgrow.model.network import LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.streams import stream
from modgrow.studies import silencing
from tests.test_selectivity import SLOPE, untrained


@pytest.mark.parametrize("units", [13, 20])
def test_of_the_exact_network_a_silent_pair_costs_its_n_and_all_above_and_nothing_below(units):
    table = silencing.rows(exact.flat(units))
    n_last = units // 2 + 1
    as_it_is = table[table["silenced"] == 0]
    assert as_it_is["n"].tolist() == list(range(2, n_last + 1))
    assert (as_it_is["accuracy"] == 1.0).all()
    struck = table[table["silenced"] > 0]
    assert sorted(struck["silenced"].unique()) == list(range(3, n_last + 1))
    assert (struck["n_units"] == 2).all()
    below = struck["n"] < struck["silenced"]
    assert (struck["accuracy"][below] == 1.0).all()
    assert struck["accuracy"][~below].between(0.45, 0.55).all()


def match_by_hand(n_last):
    """A delay line d_k = S(t - k), and for every N a unit f(S + d_{N-2}' - 1), S d_{N-1} but for slope.

    The answer is 1 - S - d + 2 S d with S d = (f + alpha (1 - S - d)) / (1 - alpha).
    """
    heads, units = n_last - 1, 2 * n_last - 1
    values = {name: torch.zeros(units) for name in ("input", "bias")} | {"tau": torch.ones(units)}
    values |= {"recurrent": torch.zeros(units, units), "readout": torch.zeros(heads, 2, units)}
    values["readout_bias"] = torch.zeros(heads, 2)
    values["input"][0] = 1.0
    for n in range(2, n_last + 1):
        late, both = n - 1, n_last + n - 2
        values["recurrent"][[late, both], late - 1] = 1.0
        values["input"][both] = 1.0
        values["bias"][both] = -1.0
        slope = 2 * SLOPE / (1 - SLOPE)
        values["readout"][n - 2, 1, [0, late, both]] = torch.tensor([-1 - slope, -1 - slope, 2 + slope])
        values["readout_bias"][n - 2, 1] = 0.5 + slope
    network = Network(Arm(architecture="flat", units=units, task="match"))
    network.chain.append(LeakyModule(values, SLOPE, "outside").requires_grad_(False))
    return Trained(network, 0, n_last, snapshots=dict.fromkeys(range(2, n_last + 1), network))


def test_of_match_silent_units_cost_the_bit_that_they_hold_and_all_older_ones():
    table = silencing.rows(match_by_hand(7))
    struck = table[table["silenced"] > 0]
    assert (table["accuracy"][table["silenced"] == 0] == 1.0).all()
    assert sorted(struck["silenced"].unique()) == list(range(3, 8))
    assert (struck["n_units"] == 2).all()
    below = struck["n"] < struck["silenced"]
    assert (struck["accuracy"][below] == 1.0).all()
    assert struck["accuracy"][~below].between(0.4, 0.6).all()


def test_silent_units_are_replaced_by_their_mean_for_all_that_read_them():
    """Step by step: every unit goes on, and others read the mean of those that are silent."""
    known = untrained(6, 3, n=4, tau_initial=[1.0, 3.0])
    module = known.network.newest
    units = [1, 4]
    mean = torch.linspace(-1.0, 1.0, 6)
    bits = np.random.default_rng(0).integers(0, 2, 40)
    said = silencing.silent(known, units, mean).answers(bits)[:, :, 0].numpy()
    value = {name: tensor.detach().double().numpy() for name, tensor in module.named_parameters()}
    state = np.zeros(6)
    for t, bit in enumerate(bits):
        read = state.copy()
        read[units] = mean.double().numpy()[units]
        drive = value["recurrent"] @ read + value["input"] * bit + value["bias"]
        rate = np.where(drive > 0, drive, SLOPE * drive)
        state = (1 - 1 / value["tau"]) * state + rate / value["tau"]
        read = state.copy()
        read[units] = mean.double().numpy()[units]
        logits = value["readout"] @ read + value["readout_bias"]
        np.testing.assert_array_equal(said[:, t], logits.argmax(1))
    assert len(set(said.ravel())) == 2


def test_the_mean_is_over_the_scored_steps_of_every_sequence(monkeypatch):
    trained = exact.flat(12)
    said = []
    monkeypatch.setattr(silencing, "silent", lambda known, units, mean: said.append(mean) or known)
    silencing.rows(trained, steps=50, sequences=3)
    bits = stream(0, "silencing").random((150, 3)) < 0.5
    states = trained.activity(bits)[0].double().numpy()
    plain = [np.mean([states[t, unit, k] for t in range(100, 150) for k in range(3)]) for unit in range(12)]
    assert len(said) == 5
    np.testing.assert_allclose(said[0], plain, atol=1e-6)


def test_the_network_itself_is_left_as_it_was():
    trained = exact.flat(12)
    before = {name: value.clone() for name, value in trained.network.named_parameters()}
    silencing.rows(trained, steps=50)
    assert all(torch.equal(before[name], value) for name, value in trained.network.named_parameters())


def test_a_chain_is_refused_and_of_what_solved_nothing_there_are_no_rows():
    with pytest.raises(ModgrowError, match=r"^silencing: a chain has a module for each N"):
        silencing.rows(exact.chain(2, 4))
    empty = silencing.rows(Trained(untrained(5, 0).network, 0, 1)).assign(arm="a", seed=0)
    assert silencing.STUDY.schema.table(empty).num_rows == 0


def test_the_table_is_one_of_its_schema_and_the_figure_shows_accuracy_by_distance():
    one = silencing.rows(exact.flat(12), steps=200)
    table = pd.concat([one.assign(seed=0), one.assign(seed=1)]).assign(arm="a")
    assert silencing.STUDY.schema.table(table).num_rows == 2 * 6 * 6
    arms = {"a": Arm(architecture="flat", units=12), "stuck": Arm(architecture="flat", units=5)}
    figure = silencing.draw(table, arms)
    mean = figure.axes[2].lines[2]
    np.testing.assert_array_equal(mean.get_xdata(), range(-5, 5))
    np.testing.assert_array_equal(mean.get_ydata()[:5], 1.0)
    assert (mean.get_ydata()[5:] < 0.6).all()
    assert "no unit" in " ".join(text.get_text() for text in figure.axes[1].texts)
