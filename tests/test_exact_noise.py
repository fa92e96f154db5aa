"""The null of Fig. 3a: networks built by hand under the noise that trained ones are asked to bear."""

import numpy as np
import pandas as pd
import pytest

from modgrow.arm import Arm
from modgrow.experiments import exact as experiment
from modgrow.experiments import perturbation
from modgrow.figures import fig3, style
from modgrow.model import exact
from modgrow.plan.jobs import exact_networks
from modgrow.schemas import exact as schema
from modgrow.verdict import half_points

WEIGHTS = {"lowest": 0.01, "highest": 10.0, "count": 10}
FINE = {"lowest": 0.04, "highest": 0.6, "count": 3}
THIN = fig3.BY_HAND["modular"]["linewidth"]
ALIKE = {"n": 20, "negative_slope": 0.01, "dtype": "float32"}


def rows(networks, draws=3):
    return experiment.rows(networks, WEIGHTS, FINE, draws=draws, steps=100)


def test_rows_are_those_of_the_perturbed_network_built_by_hand():
    built = {
        "exact_4": {"flat": False, "units": 4, **ALIKE},
        "exact_flat_9": {"flat": True, "units": 9, **ALIKE},
    }
    table = rows(built)
    schema.SCHEMA.table(table)  # refuses what is no such table
    assert table["seed"].unique().tolist() == [0]
    noise = perturbation.EVERYWHERE["weights"]
    for name, network in {"exact_4": exact.chain(4, 20), "exact_flat_9": exact.flat(9)}.items():
        asked = experiment.strengths(WEIGHTS, FINE)
        alone = perturbation.sweep(network.network, 0, "weights", noise, asked, 3, 100)
        found = table[table["arm"] == name].drop(columns=["arm", "seed"])
        pd.testing.assert_frame_equal(found.reset_index(drop=True), alone.reset_index(drop=True))
        assert (found[found["epsilon"] == 0.0]["accuracy"] == 1.0).all()
        assert found["n"].max() == network.n_solved


def test_the_draws_are_independent_noises():
    table = rows({"exact_4": {"flat": False, "units": 4, **ALIKE}}, draws=4)
    struck = table[np.isclose(table["epsilon"], 0.1)].pivot(index="draw", columns="n", values="accuracy")
    assert len(struck.drop_duplicates()) == 4


def test_without_networks_the_table_has_no_rows():
    assert len(schema.SCHEMA.table(rows({}))) == 0


def test_weaker_strengths_join_those_that_trained_networks_are_asked():
    found = experiment.strengths(WEIGHTS, FINE)
    assert found == sorted(found)
    assert {*perturbation.strengths(**WEIGHTS), *perturbation.strengths(**FINE)} < set(found)
    weaker = [strength for strength in found if 0.0 < strength < 0.01]
    assert weaker == pytest.approx([0.01 * 10 ** (-k / 3) for k in range(6, 0, -1)])


def test_copies_bear_more_noise():
    built = {f"exact_{u}": {"flat": False, "units": u, **ALIKE} for u in (2, 5, 20)}
    found = half_points.half_points(rows(built), 0.9).set_index("arm")
    assert not found["censored"].any()
    half = found["half_epsilon"]
    assert 2.0 * half["exact_2"] < half["exact_5"] < half["exact_20"] / 2.0


def test_a_network_is_built_for_every_size_that_is_compared_and_could_be_built():
    arms = [
        Arm(units=5),
        Arm(units=5, epochs=9),  # a second of this size
        Arm(architecture="flat", units=20, dtype="float64"),
        Arm(units=1),
        Arm(units=6, task="match"),
        Arm(units=7, feedforward_delay=0),
        Arm(units=8, negative_slope=1.0),
        Arm(units=9, n_first=3),
    ]
    found = exact_networks(arms)
    assert list(found) == ["exact_5", "exact_2", "exact_14", "exact_flat_20"]
    assert found["exact_14"] == {
        "flat": False,
        "units": 14,
        "n": 61,
        "negative_slope": 0.01,
        "dtype": "float32",
    }
    assert found["exact_flat_20"]["dtype"] == "float64"
    assert exact_networks(arms[3:]) == {}


def table_of(arms, pathways):
    keys = [
        (arm, pathway, e, n) for arm in arms for pathway in pathways for e in (0.0, 0.1, 1.0) for n in (2, 3)
    ]
    found = pd.DataFrame(keys, columns=["arm", "pathway", "epsilon", "n"])
    return found.assign(seed=0, draw=0, accuracy=1.0 - found["epsilon"] * (found["n"] - 1) / 4.0)


def drawn(table, built, arms):
    return fig3.draw(table, half_points.summary(table, 0.9), built, arms, 0.9)


def test_fig_3_draws_them_thin_in_the_colours_of_the_arms_of_their_size():
    arms = {
        "modular_5": Arm(units=5),
        "flat_20": Arm(architecture="flat", units=20),
        "modular_7": Arm(units=7),
    }
    built = table_of(["exact_5", "exact_flat_20", "exact_14"], ["weights"])
    weaker = built[built["epsilon"] == 0.1].assign(epsilon=0.001)
    figure = drawn(table_of(arms, ["weights", "tau"]), pd.concat([built, weaker]), arms)
    left, right = figure.axes[:2]
    looks = style.looks(arms)
    dotted = [line for line in left.lines if line.get_linewidth() == THIN]
    assert [line.get_color() for line in dotted] == [
        looks[name]["color"] for name in ("modular_5", "flat_20")
    ]
    for line in dotted:
        assert list(line.get_xdata()) == [0.1 / 4, 0.1, 1.0]  # 0 stands at the left; nothing weaker is shown
        assert list(line.get_ydata()) == [2.0, 2.0, 0.0]
    labels = right.get_legend_handles_labels()[1]
    assert labels[-2:] == ["modular, by hand, as many units", "flat, by hand, as many units"]


def test_fig_3_without_any_of_them_has_no_word_on_them():
    arms = {"modular_5": Arm(units=5)}
    figure = drawn(table_of(arms, ["weights", "tau"]), table_of([], []), arms)
    assert not [line for line in figure.axes[0].lines if line.get_linewidth() == THIN]
    assert not [label for label in figure.axes[1].get_legend_handles_labels()[1] if "by hand" in label]
