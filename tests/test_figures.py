"""Figures of results that lack something say so, and a user's text is drawn as it stands."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pandas as pd
import pytest

from modgrow.arm import Arm
from modgrow.experiments.conservation import conservation
from modgrow.experiments.ideal import ideal_timescales
from modgrow.figures import claims, columns, fig1, fig2a, fig2c, fig4, fig5, fig6, n200, style
from modgrow.verdict import judge

ARMS = {"modular_5": Arm(units=5), "flat_20": Arm(architecture="flat", units=20)}


def texts(figure, folder) -> list[str]:
    """Every text of a saved figure; each piece of a formula is one."""
    style.save(figure, folder / "figure.svg", folder / "figure.png")
    tree = ElementTree.parse(folder / "figure.svg")
    return [" ".join("".join(node.itertext()).split()) for node in tree.iter() if node.tag.endswith("}text")]


def says(words: str, found: list[str]) -> bool:
    """Whether the words stand in the figure, however they are broken into lines and pieces."""
    return words.replace(" ", "") in "".join(found).replace(" ", "")


def curves(arms: dict[str, Arm], epochs: int = 3) -> pd.DataFrame:
    """Every network solves a task in every epoch."""
    keys = [(arm, seed, epoch) for arm in arms for seed in range(2) for epoch in range(1, epochs + 1)]
    table = pd.DataFrame(keys, columns=["arm", "seed", "epoch"])
    firsts = np.array([arms[name].n_first for name in table["arm"]])
    return table.assign(n_solved=firsts + table["epoch"] - 1, accuracy=1.0, accuracy_previous=1.0)


@pytest.mark.parametrize(
    "title",
    ["5 $", "$W_x$", r"\tau and \frac", r"a\$b$", "a_b^c {x} %d", "_a", "#1 <b>&amp;", "ä ß Ω", "日本 🙂"],
)
def test_a_title_is_text(tmp_path, title):
    found = texts(fig6.draw(curves(ARMS), [(title, list(ARMS))], ARMS), tmp_path)
    assert title in found


def test_of_a_title_only_the_papers_names_are_formulas(tmp_path):
    assert style.maths("W^R, tau") == r"$W^{R}$, $\tau$"
    assert style.maths(r"5 $, W^FF and \tau") == r"5 \$, $W^{FF}$ and \tau"
    assert style.maths(r"\W^R of tauon, W^Rest") == r"\W^R of tauon, W^Rest"
    assert "W^" not in " ".join(texts(fig6.draw(curves(ARMS), [("$ W^R", list(ARMS))], ARMS), tmp_path))


def test_what_cannot_be_printed_is_left_out_of_a_title(tmp_path):
    assert "a b" in texts(fig6.draw(curves(ARMS), [("a\x00b\x1b\ud800", list(ARMS))], ARMS), tmp_path)


def test_no_curve_of_fig_6_leaves_a_panel_though_a_later_one_is_higher():
    table = curves(ARMS, epochs=20)
    low = table["arm"] == "flat_20"
    table.loc[low, "n_solved"] = table.loc[low, "n_solved"].clip(upper=3)
    figure = fig6.draw(table, [("low", ["flat_20"]), ("high", ["modular_5"])], ARMS)
    for panel in figure.axes:
        for line in panel.lines:
            assert np.nanmax(line.get_ydata()) < panel.get_ylim()[1]


def test_a_panel_without_arms_says_so(tmp_path):
    found = texts(fig6.draw(curves(ARMS), [("full", list(ARMS)), ("empty", [])], ARMS), tmp_path)
    assert "no arms are named" in found


def test_an_arm_that_never_got_to_n_is_named_in_fig_2c(tmp_path):
    keys = [("modular_5", 0), ("flat_20", 0)]
    table = pd.DataFrame(keys, columns=["arm", "seed"]).assign(variant="default", k=1, n=4)
    table["accuracy"] = [0.9, np.nan]
    assert "no network of flat, 20 units solved N = 3" in texts(fig2c.draw(table, ARMS), tmp_path)


TAUS = {"tau_effective": 2.0, "tau_published": 1.8, "tau_weighted": 1.2, "tau_refit": 2.1}


def timescales(arm: str) -> pd.DataFrame:
    rows = [(arm, 0, n, drive, unit, 1.5) for n in (2, 3) for drive in ("uniform", "0.5") for unit in (0, 1)]
    table = pd.DataFrame(rows, columns=["arm", "seed", "n", "drive", "unit", "tau"])
    return table.assign(trained=True, state="fitted", **TAUS)


def test_fig_4_says_which_arm_solved_nothing(tmp_path):
    table = timescales("modular_5")
    found = texts(fig4.draw(table, ideal_timescales([2, 3], 30), ARMS), tmp_path)
    assert "no network of flat, 20 units solved a task" in found
    empty = fig4.draw(table.iloc[:0], ideal_timescales([], 30), ARMS)
    assert texts(empty, tmp_path).count("solved a task") >= 6  # the words of a panel, broken into lines


def test_fig_4_of_silent_neurons(tmp_path):
    silent = timescales("modular_5").assign(**dict.fromkeys(TAUS, np.nan))
    found = texts(fig4.draw(silent, ideal_timescales([1], 30), ARMS), tmp_path)
    assert says("modular, 5 units (n = 1); 100% of neurons without a fit", found)
    assert "no neuron could be fitted" in found


def perturbation(arm: str, orders: range) -> pd.DataFrame:
    rows = [(e, n, p) for e in (0.0, 0.1, 1.0) for n in orders for p in ("feedforward", "recurrent")]
    table = pd.DataFrame(rows, columns=["epsilon", "n", "pathway"])
    return table.assign(arm=arm, seed=0, draw=0, accuracy=1 - table["epsilon"] / 4)


def changes(arms: list[str], variances: tuple[float, float] = (1.0, 0.5)) -> pd.DataFrame:
    rows = [(arm, p, v) for arm in arms for p, v in zip(("feedforward", "recurrent"), variances, strict=True)]
    return pd.DataFrame(rows, columns=["arm", "pathway", "variance"]).assign(seed=0, module=3)


def test_fig_5_of_two_arms_of_one_size_names_them(tmp_path):
    arms = {"plain": Arm(units=5), "other": Arm(units=5), "large": Arm(units=9)}
    table = perturbation("plain", range(2, 5))
    found = texts(fig5.draw(table, changes(["plain", "other", "large"]), "plain", arms), tmp_path)
    assert {"plain", "other", "large"} <= set(found)
    alone = texts(fig5.draw(table, changes(["plain", "large"]), "plain", arms), tmp_path)
    assert "other: nothing to compare" in alone


@pytest.mark.parametrize(
    ("variances", "words"),
    [((0.0, 0.0), "no weight changes"), ((1.0, 0.0), "of modular, 5 units: no change")],
)
def test_fig_5_says_what_does_not_change(tmp_path, variances, words):
    arms = {"modular_5": Arm(units=5)}
    change = changes(list(arms), variances)
    found = texts(fig5.draw(perturbation("modular_5", range(2, 5)), change, "modular_5", arms), tmp_path)
    assert says(words, found)


def test_fig_5_without_any_change_to_measure(tmp_path):
    arms = {"modular_5": Arm(units=5)}
    table = perturbation("modular_5", range(2, 3))
    found = texts(fig5.draw(table, changes([]), "modular_5", arms), tmp_path)
    assert says("no network solved two tasks", found)


def test_fig_5_shows_the_first_modules_whatever_their_n(tmp_path):
    arms = {"late": Arm(units=5, n_first=33)}
    found = texts(fig5.draw(perturbation("late", range(33, 36)), changes(["late"]), "late", arms), tmp_path)
    assert {"33", "34"} <= set(found)


def test_one_task_per_epoch_starts_where_the_arms_start():
    arms = {"early": Arm(units=5, n_first=1), "late": Arm(units=6, n_first=7)}
    figure = fig2a.draw(curves(arms), arms)
    lines = [line.get_ydata() for line in figure.axes[0].lines if line.get_color() == "0.87"]
    assert [list(line) for line in lines] == [[0, 3], [6, 9]]
    ends = {line.get_ydata()[-1] for line in figure.axes[0].lines if line.get_color() != "0.87"}
    assert ends == {3.0, 9.0}


def test_arms_that_are_sized_for_no_n_of_30_have_looks():
    arms = {"a": Arm(units=5, n_first=40), "b": Arm(architecture="flat", units=5, n_first=40)}
    assert set(style.looks(arms)) == {"a", "b"}


def test_two_chains_of_one_figure_differ_in_colour():
    assert len(set(style.contrasts({name: Arm(units=n) for n, name in enumerate("abc", 2)}).values())) == 3


def test_a_flat_network_that_was_driven_is_called_flat(tmp_path):
    arms = {"far": Arm(architecture="flat", units=9, epochs=None, n_max=4)}
    assert "flat, 9 units (seed 0)" in texts(n200.draw(curves(arms), arms), tmp_path)


def test_fig_1_of_a_network_that_diverged(tmp_path):
    module = {"input": np.ones(2), "recurrent": np.eye(2), "bias": np.ones(2), "tau": np.ones(2)}
    module |= {"readout": np.ones((1, 2, 2)), "readout_bias": np.ones((1, 2))}
    figure = fig1.draw([module], [module | {"bias": np.full(2, np.nan)}], Arm(units=2))
    assert says("not finite", texts(figure, tmp_path))


@pytest.mark.parametrize("draw", [claims.draw, columns.draw])
def test_without_claims_the_verdict_says_so(tmp_path, draw):
    table = pd.DataFrame(columns=[*judge.COLUMNS, "column", "main"])
    assert says("no claim of the paper can be judged", texts(draw(table), tmp_path))
    assert judge.count(table)
    assert judge.problems(table) == []


def test_weights_without_spread_have_no_row():
    """One unit: no W^R off the diagonal, and a W^FF of one entry."""
    single = [np.array([[float(value)]]) for value in range(4)]
    assert conservation(single, single[1:]) == []
    mixed = conservation([np.ones((2, 2))] * 2, [np.arange(4.0).reshape(2, 2)] * 2)
    assert [row["pathway"] for row in mixed] == ["feedforward"]
