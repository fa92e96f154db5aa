"""Neurons against connections: counts against networks that are built, costs against a plain loop."""

import itertools

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from modgrow import config
from modgrow.arm import Arm
from modgrow.experiments import by_hand, neuron_cost
from modgrow.figures import fig2b
from modgrow.model import exact
from modgrow.plan.plan import Plan
from modgrow.schemas.costs import SCHEMA
from tests.planted import SEEDS
from tests.planted import curves as planted_curves
from tests.runs import ROOT

SOLVED = {"modular_3": 14, "modular_5": 25, "modular_10": 40, "flat_20": 10, "flat_54": 22}
ARMS = {name: arm for name, arm in config.load(ROOT / "config.yaml").arms.items() if name in SOLVED}
LAMBDAS = (0.0, 0.3, 3.0, 30.0, 95.0, 300.0, 1e4)


@pytest.fixture(scope="module")
def table():
    """Of planted curves: of every arm the networks with odd seeds solve one N more."""
    return neuron_cost.costs(planted_curves(SOLVED, right=True), ARMS)


def weights(trained):
    """(all, not zero) of a network that is there: off-diagonal W^R, W^FF, readout."""
    every, used = 0, 0
    for module in trained.network.chain:
        off_diagonal = ~torch.eye(module.units, dtype=torch.bool)
        parts = [module.recurrent[off_diagonal], module.readout]
        parts += [] if module.feedforward is None else [module.feedforward]
        every += sum(part.numel() for part in parts)
        used += sum(int((part != 0).sum()) for part in parts)
    return every, used


@pytest.mark.parametrize("n", [2, 3, 4, 7, 30])
def test_networks_by_hand_are_as_large_as_the_formula_says(n):
    chain, flat = exact.chain(2, n), exact.flat(2 * (n - 1))
    assert flat.n_solved == chain.n_solved == n
    for size, built in ((by_hand.chain(n), chain), (by_hand.flat(n), flat)):
        assert size.n_units == sum(module.units for module in built.network.chain)
        assert (size.n_weights, size.n_nonzero) == weights(built)
        assert size.n_weights == built.arm.n_weights(n - 1)


def solves(arm, n):
    """Share of the planted networks of an arm that solve n."""
    finals = [SOLVED[arm] + seed % 2 for seed in range(SEEDS)]
    return sum(final >= n for final in finals) / SEEDS


def cost(arm, n, lam):
    """Counted module by module."""
    units, heads = ARMS[arm].units, n - 1
    if ARMS[arm].architecture == "flat":
        return lam * units + units * (units - 1) + heads * 2 * units
    total = 0.0
    for m in range(heads):
        total += lam * units + units * (units - 1) + 2 * units + (units**2 if m else 0)
    return total


@pytest.mark.parametrize("lam", LAMBDAS)
def test_the_size_taken_is_the_cheapest_that_suffices_whatever_a_neuron_costs(table, lam):
    for family, n in itertools.product(("modular", "flat"), range(2, 42)):
        may = [arm for arm in SOLVED if arm.startswith(family) and solves(arm, n) >= 0.8]
        row = table[(table["family"] == family) & (table["n"] == n)].iloc[0]
        assert row["suffices"] == bool(may), (family, n)
        if may:
            assert row["arm"] == min(may, key=lambda arm: cost(arm, n, lam))
            least = min(cost(arm, n, lam) for arm in may)
            assert lam * row["n_units"] + row["n_weights"] == pytest.approx(least)
        else:
            assert row["arm"] == ("flat_54" if family == "flat" else "modular_10")


def test_at_the_lambda_of_change_the_families_cost_the_same_and_below_it_modular_is_cheaper(table):
    checked = 0
    for n in range(2, 42):
        own = table[table["n"] == n].set_index("family")
        if own.loc["flat", "change"] != "at":
            continue
        lam = own.loc["flat", "lambda_change"]
        flat, modular = own.loc["flat", "arm"], own.loc["modular", "arm"]
        assert cost(modular, n, lam) == pytest.approx(cost(flat, n, lam))
        assert cost(modular, n, 0.9 * lam) < cost(flat, n, 0.9 * lam)
        assert cost(modular, n, 1.1 * lam) > cost(flat, n, 1.1 * lam)
        checked += 1
    assert checked > 10


def test_where_no_flat_size_suffices_the_lambda_is_a_lower_bound(table):
    """Any larger flat network, which might solve N, changes places at a larger lambda, or never."""
    own = table[table["family"] == "flat"].set_index("n")
    assert not own["suffices"].loc[23:].any()
    assert own["suffices"].loc[:22].all()
    bound = own.loc[30, "lambda_change"]
    assert own.loc[30, "change"] == "beyond"
    units, connections = 10 * 29, 29 * 90 + 28 * 100 + 29 * 20
    assert bound == pytest.approx((54 * 53 + 29 * 108 - connections) / (units - 54))
    for larger in range(55, units):
        assert (larger * (larger - 1) + 29 * 2 * larger - connections) / (units - larger) > bound


def test_a_flat_network_with_more_units_is_never_cheaper(table):
    own = table.set_index(["family", "n"])
    assert own.loc[("modular", 5), "n_units"] < own.loc[("flat", 5), "n_units"]
    assert own.loc[("flat", 5), "change"] == "never"
    assert np.isnan(own.loc[("flat", 5), "lambda_change"])


def test_by_hand_costs_less_than_any_trained_chain_and_flat_by_hand_more_weights(table):
    own = table.set_index(["family", "n"])
    assert set(own.loc["chain by hand", "change"]) == {"always", "unknown"}
    assert own.loc[("flat by hand", 20), "change"] == "at"
    assert own.loc[("flat by hand", 41), "change"] == "unknown"  # no modular network suffices there
    assert own.loc[("chain by hand", 10), ["n_units", "n_weights", "n_nonzero"]].tolist() == [18, 86, 52]


def curves(finals):
    """One epoch of networks of one arm each."""
    rows = [(arm, seed, 1, n) for arm, own in finals.items() for seed, n in enumerate(own)]
    return pd.DataFrame(rows, columns=["arm", "seed", "epoch", "n_solved"])


@pytest.mark.parametrize("count", [5, 10, 15, 20, 35, 200])
def test_four_of_five_networks_suffice_and_one_less_does_not(count):
    enough = 4 * count // 5
    for solving in (enough, enough - 1):
        found = curves({"modular_5": [9] * solving + [8] * (count - solving)})
        last = neuron_cost.costs(found, {"modular_5": Arm(units=5)}).query("family == 'modular' and n == 9")
        assert last["suffices"].item() == (solving == enough)
        assert (last["n_solving"].item(), last["n_seeds"].item()) == (solving, count)


def test_where_nothing_was_solved_the_first_n_says_so():
    found = neuron_cost.costs(curves({"modular_5": [1, 1], "flat_20": [1, 1]}), ARMS_OF_TWO)
    assert found["n"].unique().tolist() == [2]
    own = found.set_index("family")
    assert not own.loc[["modular", "flat"], "suffices"].any()
    assert own.loc[["flat", "chain by hand"], "change"].tolist() == ["unknown", "unknown"]
    assert own["lambda_change"].isna().all()


ARMS_OF_TWO = {"modular_5": Arm(units=5), "flat_20": Arm(units=20, architecture="flat")}


def test_a_network_counts_with_the_most_it_solved_and_other_arms_do_not_count():
    found = curves({"modular_5": [4], "other": [60]})
    more = pd.concat([found, found.assign(epoch=2, n_solved=[6, 60])])
    table = neuron_cost.costs(more, {"modular_5": Arm(units=5)})
    assert table["n"].max() == 6
    assert set(table["family"]) == {"modular", "chain by hand", "flat by hand"}


def test_the_table_is_one_of_its_schema(table):
    assert SCHEMA.table(table).num_rows == 4 * 40
    one = neuron_cost.costs(curves({"modular_1": [1]}), {"modular_1": Arm(units=1, n_first=1)})
    assert SCHEMA.table(one).num_rows == 1  # by hand begins at N = 2


def plan(text):
    return Plan(config.check(yaml.safe_load(text)))


def test_the_sizes_are_the_plain_arms_on_parity_also_those_in_no_comparison():
    papers = Plan(config.load(ROOT / "config.yaml"))
    sizes = {f"modular_{units}" for units in (2, 3, 5, 7, 10, 15, 20)}
    assert set(papers.costed) == sizes | {f"flat_{units}" for units in (20, 54, 91, 128)}
    (job,) = [job for job in papers.jobs if job.name == "costs"]
    assert (job.reads, job.makes) == (["tables/learning_curves.parquet"], ["tables/costs.parquet"])
    assert job.arms == papers.costed
    assert {"tables/costs.parquet", "pages/costs.html"} <= set(papers.makes())


@pytest.mark.parametrize(
    "text",
    [
        "arms: {a: {units: 5, epochs: 9}}",
        "defaults: {task: match}\narms: {a: {units: 5}}",
        "arms: {f: {units: 5, n_max: 9, target: pool_proof, pool_batches: fresh}, a: {units: 5, n_max: 9}}",
    ],
)
def test_without_such_arms_there_is_no_table(text):
    found = plan(text)
    assert found.costed == []
    assert "tables/costs.parquet" not in found.makes()
    assert "costs" not in [job.name for job in found.jobs]


def of_parameters():
    rows = [("m", 0, 4, 100, 4, True), ("m", 0, 3, 60, 4, True)]
    return pd.DataFrame(rows, columns=list(fig2b.COLUMNS))


def test_fig_2b_shows_what_suffices_and_says_that_nobody_trained_it():
    figure = fig2b.draw(of_parameters(), {"m": Arm(units=5)})
    lines = {line.get_label(): line for line in figure.axes[0].lines if line.get_label() in fig2b.BY_HAND}
    assert list(lines) == list(fig2b.BY_HAND)
    assert all("by hand" in label for label in lines)
    chain, flat, nonzero = lines.values()
    np.testing.assert_array_equal(chain.get_ydata(), [2, 3, 4])
    np.testing.assert_array_equal(chain.get_xdata(), [weights(exact.chain(2, n))[0] for n in (2, 3, 4)])
    np.testing.assert_array_equal(flat.get_xdata(), [weights(exact.flat(u))[0] for u in (2, 4, 6)])
    np.testing.assert_array_equal(nonzero.get_xdata(), [weights(exact.flat(u))[1] for u in (2, 4, 6)])


def test_fig_2b_of_another_task_knows_nothing_that_suffices():
    figure = fig2b.draw(of_parameters(), {"m": Arm(units=5, task="match")})
    assert not {line.get_label() for line in figure.axes[0].lines} & set(fig2b.BY_HAND)
