"""Fig. 8: which arms stand in it, and that what it shows is what the tables say."""

import numpy as np
import pandas as pd
import pytest
import yaml

from modgrow import config
from modgrow.arm import Arm, Growth
from modgrow.experiments import neuron_cost
from modgrow.figures import costs, dots, fig8, held
from modgrow.holding import Holding, controlled, holding
from modgrow.plan.plan import Plan
from tests import planted
from tests.jobs import ends
from tests.planted import ARMS, FLAT, MODULAR, SEEDS
from tests.test_figures import says, texts

SETTINGS = config.load("config.yaml")
CHAINS = controlled(ARMS, SETTINGS.plain_arms)
NAMED = {"delay": "no_delay", "recurrent": "no_recurrent", "tau": "no_leak", "input": "input_once"}
N_SOLVED = {name: 50 for own in CHAINS.values() for name in own} | planted.N_SOLVED
FILLED = {"trained": "full", "frozen": "left", "none": "none"}
THRESHOLD = 0.9


# which arms


def test_of_ten_units_all_eight_combinations_are_there_and_of_five_those_with_a_leak():
    eight = {
        size: sorted(tuple(held_by)[:3] for held_by in map(holding, arms) if held_by.input == "trained")
        for size, arms in ((size, [ARMS[name] for name in CHAINS[f"modular_{size}"]]) for size in (5, 10))
    }
    either = ("none", "trained")
    whole = [(delay, recurrent, tau) for delay in either for recurrent in either for tau in either]
    frozen = ("trained", "frozen", "trained")
    assert eight[10] == sorted([*whole, frozen])
    assert eight[5] == sorted([*(own for own in whole if own[2] == "trained"), frozen])
    assert list(CHAINS) == ["modular_5", "modular_10"]


@pytest.mark.parametrize("name", [name for own in CHAINS.values() for name in own])
def test_what_an_arm_lacks_is_what_its_name_says(name):
    for part, word in NAMED.items():
        state = getattr(holding(ARMS[name]), part)
        assert (state == "none") == (word in name)
        assert (state == "frozen") == (name.startswith("frozen_") and part == "recurrent")


def test_an_arm_that_differs_in_anything_else_is_not_compared():
    lacking = Arm(units=5, feedforward_delay=0)
    other = Growth(bias="random train")
    arms = {
        "plain": Arm(units=5),
        "lacking": lacking,
        "larger": Arm(units=6, feedforward_delay=0),
        "longer": Arm(units=5, feedforward_delay=0, epochs=61),
        "fresh_bias": Arm(units=5, feedforward_delay=0, growth=other),
        "fresh_input": Arm(units=5, growth=Growth(input="random train")),
        "flat": Arm(architecture="flat", units=5),
    }
    assert controlled(arms, ["plain", "larger", "flat"]) == {"plain": ["plain", "lacking"]}
    assert controlled({"plain": arms["plain"]}, ["plain"]) == {}
    match = {"a": Arm(units=5, task="match"), "b": Arm(units=5, task="match", feedforward_delay=0)}
    assert controlled(match, ["a"]) == {}


def test_chains_of_which_only_copies_are_frozen_are_no_such_comparison():
    arms = {"plain": Arm(units=5), "frozen": Arm(units=5, growth=Growth(recurrent="copy freeze"))}
    assert controlled(arms, ["plain"]) == {}


# the figure


def summary():
    """Half-points that tell networks apart; one network solved nothing."""
    rows = [
        (name, seed, pathway, 10.0 + seed, 0.01 * ARMS[name].units * (1 + seed), False)
        for name in (*MODULAR, *FLAT)
        for seed in range(3)
        for pathway in ("weights", "tau")
    ]
    columns = ["arm", "seed", "pathway", "solved_unperturbed", "half_epsilon", "censored"]
    table = pd.DataFrame(rows, columns=columns)
    table.loc[0, ["solved_unperturbed", "half_epsilon"]] = (0.0, np.nan)
    return table


def exact():
    """Networks by hand that lose all at a strength of their own: the half-point lies right below it."""
    rows = [
        (name, 0, "weights", epsilon, 0, n, 1.0 if epsilon < last else 0.5)
        for name, last in {"exact_2": 0.01, "exact_10": 0.1, "exact_5": 0.1, "exact_flat_20": 0.01}.items()
        for epsilon in (0.0, 0.001, 0.01, 0.1)
        for n in range(2, 12)
    ]
    return pd.DataFrame(rows, columns=["arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy"])


def cloning():
    """Of module 3 (own N 4) clones are right to N = 5 + seed; of module 10 wrong and right in turn to 20."""
    rows = []
    for seed in range(3):
        for cloned, module, last in (("10", 10, 20), ("3", 3, 5 + seed), ("last", 50 + seed, 60)):
            for n in range(module + 1, 61):
                alternating = cloned == "10" and n % 2
                kind = ("complement" if alternating else "right") if n <= last else "chance"
                turned = None if n == module + 1 or n > last else cloned == "10"
                rows.append(("modular_10", seed, cloned, module, n, kind, turned))
    return pd.DataFrame(rows, columns=["arm", "seed", "cloned", "module", "n", "kind", "turned"])


@pytest.fixture(scope="module")
def tables():
    learned = planted.curves(N_SOLVED, right=True)
    plain = {name: ARMS[name] for name in ("modular_5", "modular_10", "flat_20", "flat_54")}
    return {
        "learning_curves": learned,
        "perturbation_summary": summary(),
        "exact": exact(),
        "cloning": cloning(),
        "costs": neuron_cost.costs(learned, plain),
    }


def drawn(tables):
    return fig8.draw(tables, ARMS, CHAINS, [*MODULAR, *FLAT], THRESHOLD)


@pytest.fixture(scope="module")
def panels(tables):
    """By letter, and `matrix`."""
    axes = drawn(tables).axes
    return dict(zip(("a", "matrix", *"bcdef"), axes, strict=True))


def marks(panel, **look):
    """Where single networks stand, from left to right, of those that look so."""
    single = [line for line in panel.lines if line.get_markersize() == dots.DOT["markersize"]]
    alike = [
        line for line in single if all(getattr(line, f"get_{key}")() == value for key, value in look.items())
    ]
    found = [point for line in alike for point in zip(*line.get_data(), strict=True)]
    return sorted(found)


def test_a_column_holds_every_network_of_the_arms_that_have_what_its_matrix_says(panels):
    at = held.places({holding(ARMS[name]) for own in CHAINS.values() for name in own})
    for own, place in at.items():
        shown = sorted(y for x, y in marks(panels["a"]) if abs(x - place) < 0.5)
        arms = [name for names in CHAINS.values() for name in names if holding(ARMS[name]) == own]
        solved = [N_SOLVED[name] for name in arms]
        expected = [n + seed % 2 * (n < 60) for n in solved for seed in range(SEEDS)]
        assert shown == sorted(expected)
        rows = [line for line in panels["matrix"].lines if line.get_xdata()[0] == place]
        fills = {line.get_ydata()[0]: line.get_fillstyle() for line in rows}
        assert fills == {row: FILLED[state] for row, state in enumerate(own)}


def test_the_bar_of_an_arm_is_its_median_and_not_its_mean():
    figure = fig8.Figure()
    panel = figure.add_subplot()
    dots.side_by_side(panel, 3.0, 1.0, [1, 2, 60], [dots.DOT | {"marker": "o"}] * 3)
    *networks, bar = panel.lines
    assert [line.get_ydata() for line in networks] == [[1], [2], [60]]
    np.testing.assert_allclose(bar.get_ydata(), [2, 2])
    assert list(bar.get_xdata()) == [2.5, 3.5]


def test_columns_go_from_all_to_nothing_and_what_is_frozen_or_lacks_the_input_stands_apart():
    all_of_it = Holding("trained", "trained", "trained", "trained")
    nothing = all_of_it._replace(delay="none", recurrent="none", tau="none")
    frozen = all_of_it._replace(recurrent="frozen")
    blind = all_of_it._replace(input="none")
    found = held.places({blind, nothing, frozen, all_of_it})
    assert list(found) == [all_of_it, nothing, blind, frozen]
    assert list(found.values()) == [0.0, held.GAP, 2 * held.GAP, 2 * held.GAP + 1.0]


def test_half_points_stand_over_the_units_per_task_and_those_by_hand_on_a_line(panels, tables):
    found = marks(panels["b"])
    known = tables["perturbation_summary"].query("pathway == 'weights' and solved_unperturbed > 0")
    assert sorted(y for _, y in found) == sorted(known["half_epsilon"])
    ten = [x for x, y in found if np.isclose(y, [0.1, 0.2, 0.3]).any() and 9 < x < 11]
    np.testing.assert_allclose(np.mean(ten), 10.0)
    flat = [x for x, y in found if np.isclose(y, [0.54, 1.08, 1.62]).any()]
    np.testing.assert_allclose(np.mean(flat), np.mean([54 / 10, 54 / 11, 54 / 12]))
    chain, single = [line for line in panels["b"].lines if line.get_marker() == "P"]
    assert list(chain.get_xdata()) == [2, 5, 10]
    low, *high = chain.get_ydata()
    assert 0.001 < low < 0.01 < min(high) == max(high) < 0.1
    np.testing.assert_allclose(single.get_xdata(), [20 / 10])


def test_clones_stand_at_their_reach_and_are_open_where_right_and_wrong_alternate(panels):
    panel = panels["c"]
    assert [label.get_text() for label in panel.get_xticklabels()] == ["3", "10", "last"]
    assert [y for _, y in marks(panel, markerfacecolor="white")] == [20, 20, 20]
    assert [y for x, y in marks(panel) if x < 0.5] == [5, 6, 7]
    assert [y for x, y in marks(panel) if x > 1.5] == [60, 60, 60]
    own = [line.get_ydata()[0] for line in panel.lines if line.get_linewidth() == fig8.ITSELF["linewidth"]]
    assert own == [4, 11]  # the last module is not the same in all


def cost(arm, n, lam):
    heads = ARMS[arm].heads(n)
    return lam * ARMS[arm].units * ARMS[arm].modules(heads) + ARMS[arm].n_weights(heads)


@pytest.mark.parametrize(("letter", "lam"), [*zip("de", costs.LAMBDAS, strict=True)])
def test_a_cost_is_that_of_the_smallest_size_and_a_line_ends_where_the_next_begins(panels, letter, lam):
    of_modular = [line for line in panels[letter].lines if line.get_label() == "modular"]
    small, large = of_modular
    at = range(2, N_SOLVED["modular_5"] + 1)
    np.testing.assert_array_equal(small.get_xdata(), at)
    np.testing.assert_allclose(small.get_ydata(), [cost("modular_5", n, lam) for n in at])
    assert large.get_xdata()[0] == at[-1] + 1
    np.testing.assert_allclose(large.get_ydata()[-1], cost("modular_10", 61, lam))
    assert panels["d"].get_ylim() == panels["e"].get_ylim()


def test_families_cost_the_same_at_the_lambda_drawn_and_a_bound_is_open(panels):
    first, second = [line for line in panels["f"].lines if line.get_label() == "flat"]
    for line, arm in ((first, "flat_20"), (second, "flat_54")):
        for n, lam in zip(*line.get_data(), strict=True):
            assert cost(arm, int(n), lam) == pytest.approx(cost("modular_5", int(n), lam))
    (bound,) = [line for line in panels["f"].lines if line.get_marker() == "^"]
    assert bound.get_markerfacecolor() == "white"
    assert bound.get_xdata().min() == N_SOLVED["flat_54"] + 1


def test_an_arm_has_the_colour_that_it_has_in_other_figures(panels):
    looks = fig8.style.looks({name: ARMS[name] for name in (*MODULAR, *FLAT)})
    for chain, own in CHAINS.items():
        shown = marks(panels["a"], color=looks[chain]["color"])
        assert len(shown) == SEEDS * len(own)


@pytest.mark.parametrize(
    ("lacking", "words"),
    [
        ({"exact", "perturbation_summary"}, "no arms are compared"),
        ({"cloning"}, "no module was cloned"),
        ({"costs"}, "no plain arm learns parity"),
    ],
)
def test_a_panel_whose_table_lacks_says_so(tables, lacking, words, tmp_path):
    left = {name: table for name, table in tables.items() if name not in lacking}
    assert says(words, texts(drawn(left), tmp_path))
    assert not says(words, texts(drawn(tables), tmp_path))


def test_tables_without_rows_are_drawn(tables, tmp_path):
    empty = {name: table.iloc[:0] for name, table in tables.items()}
    found = texts(drawn(empty | {"costs": tables["costs"]}), tmp_path)
    assert says("no network solved a task", found)
    assert says("no module was cloned", found)


# the plan


def test_it_is_in_the_plan_with_all_that_it_reads():
    plan = Plan(SETTINGS)
    (job,) = [job for job in plan.jobs if job.name == "fig8"]
    names = ["learning_curves", "perturbation_summary", "exact", "cloning", "costs"]
    assert job.reads == [f"tables/{name}.parquet" for name in names]
    assert job.uses["controlled"] == CHAINS
    assert job.files == ["modgrow/studies/cloning.py"]
    assert {"no_leak_10", "modular_20", "flat_128", "modular_2"} <= set(job.arms)
    assert job.uses["note"] == ""


OWN = "comparison: [{}]\narms: {{p: {{units: 5}}, q: {{units: 5, feedforward_delay: 0}}}}"


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("arms: {p: {units: 5}}", None),
        ("arms: {p: {units: 5}, q: {units: 5, growth: {recurrent: copy freeze}}}", None),
        (OWN.format(""), ["learning_curves", "costs"]),
        (OWN.format("p"), ["learning_curves", "perturbation_summary", "exact", "costs"]),
    ],
)
def test_under_other_settings_it_is_there_if_an_arm_lacks_something_and_reads_what_there_is(text, reads):
    found = [job.reads for job in Plan(config.check(yaml.safe_load(text))).jobs if job.name == "fig8"]
    assert found == ([[f"tables/{name}.parquet" for name in reads]] if reads else [])


TINY = """
results: results/tiny
comparison: [modular_5, flat_6]
perturbation:
  draws: 1
  steps: 20
  weights: {lowest: 0.1, highest: 10.0, count: 2}
  tau: {lowest: 0.1, highest: 10.0, count: 2}
  fine: {lowest: 0.2, highest: 0.3, count: 2}
studies: {cloning: {arms: [modular_5], settings: {modules: [2], n_max: 8, steps: 20, sequences: 2}}}
defaults: {epochs: 2, updates_per_epoch: 2, batch_size: 8, test_batches: 1, pool_batches: 2, threshold: 0.0}
arms:
  modular_5: {units: 5, seeds: 2}
  flat_6: {architecture: flat, units: 6, seeds: 1}
  no_delay_5: {units: 5, feedforward_delay: 0, seeds: 1}
"""


@pytest.mark.workflow
def test_the_workflow_draws_it_from_tables_of_networks(tmp_path):
    results = ends(tmp_path, yaml.safe_load(TINY), "results/tiny/figures/fig8.svg")
    said = (results / "figures/fig8.svg").read_text()
    assert "modules from the second on" in said
    assert "modular, 5 units" in said
    assert "not the paper" in said
