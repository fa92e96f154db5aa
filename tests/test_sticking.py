"""Starts exchanged between chains: planted starts that have the answer, and planted ones that are dead."""

import numpy as np
import pandas as pd
import pytest
import torch

from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.experiments import transplants
from modgrow.learning.curriculum import Curriculum
from modgrow.model import exact
from modgrow.model.trained import Trained
from modgrow.streams import stream
from modgrow.studies.sticking import STUDY
from tests.conftest import small_arm

SMALL = {
    "learning_rate": 0.001,
    "updates_per_epoch": 30,
    "batch_size": 64,
    "test_batches": 4,
    "pool_batches": 6,
}


def chain(dead_at=None, seed=0, n=6, **settings):
    """An exact chain, whose starts are the answer itself; at one N the start is dead: far below zero."""
    trained = exact.chain(4, n, **{**SMALL, **settings})
    trained.seed = seed
    if dead_at is not None:
        trained.network.head(dead_at)[0].start["bias"] -= 100.0
    return trained


def ends(table):
    """Epochs by chain and start, of all draws."""
    return {place: own["epochs"].tolist() for place, own in table.groupby(["chain", "start"])}


@pytest.mark.parametrize("n", [2, 4])
def test_a_dead_start_learns_on_no_chain_and_the_answer_on_both(n):
    table = transplants.between(chain(), chain(dead_at=n, seed=1), n, epochs=2, draws=2)
    assert list(table.columns) == list(transplants.BETWEEN)
    found = ends(table)
    assert found[0, 0] == found[1, 0] == [1, 1]
    assert np.isnan([*found[0, 1], *found[1, 1]]).all()
    dead = table[table["start"] == 1]
    assert set(dead["live"]) == {0}
    assert (dead["accuracy"] < 0.8).all()
    alive = table[table["start"] == 0]
    assert (alive["live"] > 1).all()
    assert (alive["updates"] == 20).all(), "20 updates are the window over which batches are averaged"


def test_a_chain_below_that_hands_up_nothing_lets_no_start_learn():
    broken = chain(seed=1)
    broken.network.chain[1].readout.zero_()
    for name in ("input", "feedforward", "bias"):
        getattr(broken.network.chain[1], name).zero_()
    found = ends(transplants.between(chain(), broken, 4, epochs=1, draws=1))
    assert found[0, 0] == found[0, 1] == [1]
    assert np.isnan([found[1, 0][0], found[1, 1][0]]).all()


def test_the_study_tries_the_own_start_and_a_later_one_of_the_same_chain():
    """Module 1 and 2 of the exact chain are of another kind than later ones: those starts are no use."""
    table = STUDY.rows(chain(dead_at=4), n_last=4, n_later=5, epochs=1, draws=2).assign(arm="a", seed=0)
    stored = STUDY.schema.frame(STUDY.schema.table(table))
    assert stored.groupby(["n", "start"])["epochs"].count().to_dict() == {
        (2, "own"): 2, (3, "own"): 2, (4, "own"): 0, (2, "later"): 0, (3, "later"): 0, (4, "later"): 2,
    }  # fmt: skip
    assert stored["draw"].tolist() == [0, 1] * 6
    assert (stored["n_solved"] == 6).all()
    assert (stored["lost"] == 0).all()


def test_a_later_module_that_is_not_there_is_the_last_one():
    one, two = (transplants.rows(chain(), 3, later, 1, 1) for later in (6, 60))
    pd.testing.assert_frame_equal(one, two)


def test_live_units_are_those_that_a_plain_loop_finds_above_zero():
    curriculum = Curriculum(small_arm(threshold=0.0), 3)
    list(curriculum)
    trained = Trained.of(curriculum)
    counts = []
    for dead in range(6):
        start = transplants.start_of(trained, 3)
        start["bias"][:dead] -= 3.0
        network = transplants.planted(trained, start, 3)
        counts.append(transplants.live_units(network, 3))
        assert counts[-1] == (shares_above_zero(network) >= 0.01).sum()
    assert len(set(counts)) > 2


def shares_above_zero(network):
    """How often the drive of each unit of the second of two modules is above zero, step by step."""
    bits = (stream(3, "live units").random((200, 64)) < 0.5).astype(float)
    chain = [{name: v.detach().double().numpy() for name, v in m.named_parameters()} for m in network.chain]
    states = [np.zeros((5, 64)), np.zeros((5, 64))]
    above = np.zeros(5)
    for bit in bits:
        drives = []
        for weights, state in zip(chain, states, strict=True):
            others = weights["recurrent"] - np.diag(np.diag(weights["recurrent"]))
            drives.append(others @ state + np.outer(weights["input"], bit) + weights["bias"][:, None])
        drives[1] = drives[1] + chain[1]["feedforward"] @ states[0]
        above += (drives[1] > 0).mean(axis=1) / len(bits)
        for m, (weights, drive) in enumerate(zip(chain, drives, strict=True)):
            rate = 1.0 / np.maximum(weights["tau"], 1.0)[:, None]
            states[m] = (1 - rate) * states[m] + rate * np.where(drive > 0, drive, 0.01 * drive)
    return above


def test_nothing_of_the_networks_changes_and_what_the_arm_freezes_stays_frozen():
    trained = chain(growth={"recurrent": "copy freeze"})
    before = {name: value.clone() for name, value in trained.network.state_dict().items()}
    starts = [{name: value.clone() for name, value in m.start.items()} for m in trained.network.chain]
    transplants.rows(trained, 4, 5, 1, 1)
    for name, value in trained.network.state_dict().items():
        assert torch.equal(value, before[name]), name
    for module, start in zip(trained.network.chain, starts, strict=True):
        assert all(torch.equal(module.start[name], value) for name, value in start.items())
    trained.network.requires_grad_(True)  # as those that are read from files
    network = transplants.planted(trained, transplants.start_of(trained, 4), 4)
    trains = {name for name, value in network.newest.named_parameters() if value.requires_grad}
    assert trains == {"input", "feedforward", "bias", "tau", "readout", "readout_bias"}
    assert len(network.trained()) == len(trains)


REFUSED = {
    "flat, 4 units: no chain with a pool": lambda: transplants.rows(exact.flat(4), 3, 3, 1, 1),
    "modular, 4 units: no chain with a pool": lambda: transplants.rows(
        chain(pool_batches="fresh"), 3, 3, 1, 1
    ),
    "the two networks are of different arms": lambda: transplants.between(chain(), chain(n=7), 3, 1, 1),
    "N = 9: the network has no such head": lambda: transplants.between(chain(), chain(), 9, 1, 1),
    "the start of a first module has no W": lambda: transplants.planted(
        chain(), transplants.start_of(chain(), 2), 3
    ),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_exchanged_is_refused(said):
    with pytest.raises(ModgrowError, match=f"^{said}"):
        REFUSED[said]()


def test_the_figure_has_a_dot_for_every_network_n_and_start():
    rows = [
        ("a", seed, n, start, draw, 3, 1.0)
        for seed in (0, 1) for n in (2, 3) for start in ("own", "later") for draw in (0, 1)
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["arm", "seed", "n", "start", "draw", "live", "first_accuracy"])
    (axes,) = STUDY.draw(table, {"a": Arm(units=5)}).axes
    assert sum(len(line.get_xdata()) for line in axes.lines) == 2 * 2 * 2
    assert (
        np.ptp(np.concatenate([line.get_xdata() for line in axes.lines])) < 0.8
    )  # beside their whole number
