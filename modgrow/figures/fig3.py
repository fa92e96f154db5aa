"""Fig. 3: tasks still solved against the strength of a perturbation of weights (a) or tau (b)."""

import numpy as np
import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

COLUMNS = ("arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy")
HALF_COLUMNS = ("arm", "seed", "pathway", "half_epsilon", "arm_half_epsilon", "low", "high")
PANELS = {"weights": "weights", "tau": r"$\tau$"}
BY_HAND = {  # networks built by hand, by family
    "modular": {"linewidth": 0.9, "linestyle": (0, (1, 1.2))},
    "flat": {"linewidth": 0.9, "linestyle": (0, (4, 1.2, 1, 1.2))},
}
NOTHING = 0.5  # tasks: where no arm has as many on average, the axis ends


@style.theme()
def draw(
    table: pd.DataFrame, summary: pd.DataFrame, exact: pd.DataFrame, arms: dict[str, Arm], threshold: float
) -> Figure:
    """Thick lines are means over seeds and draws, thin lines single networks; dotted in a: by hand.

    Below, where half of the tasks are lost: every network, and each arm's mean with its 95 % interval.
    """
    heights = [3.0, 0.3 + 0.11 * len(arms)]
    figure, axes = style.new_figure(7.2, 4.2, 2, 2, height_ratios=heights, sharex="col", sharey="row")
    n_solved = _solved(table, threshold)
    looks = style.looks(arms)
    for (above, below), (pathway, words) in zip(axes.T, PANELS.items(), strict=True):
        for place, (name, look) in enumerate(looks.items()):
            _curves(above, n_solved.loc[(name, pathway)].unstack("seed"), name, arms[name], look)
            own = summary[(summary["arm"] == name) & (summary["pathway"] == pathway)]
            _half_points(below, place, own, look)
        below.set_xlabel(rf"$\varepsilon$ on {words}")
    asked = table.loc[table["pathway"] == "weights", "epsilon"]
    alike = exact[exact["epsilon"].isin(asked)]  # they are asked weaker noise, too
    _by_hand(axes[0], _solved(alike, threshold), looks, arms)
    for panel, pathway in zip(axes[0], PANELS, strict=True):
        _end_at_nothing(panel, n_solved.xs(pathway, level="pathway"))
    top = n_solved.max()
    axes[0, 0].set_ylim(-0.05 * (top or 1.0), 1.06 * top or 1.0)  # a line at 0 alone has no scale
    style.whole_numbers(axes[0, 0], "y")
    axes[0, 0].set_ylabel(f"tasks with accuracy > {threshold:g}")
    axes[1, 0].set(yticks=[], ylim=(len(arms) - 0.4, -0.6))
    axes[1, 0].set_ylabel("half lost", fontsize=style.SMALL)
    style.letter(axes[0], [f"noise on {words}" for words in PANELS.values()])
    style.legend_beside(
        axes[0, 1], "thick: mean; thin: each seed\nbelow: where half are lost,\nmean and 95 % interval"
    )
    return figure


def _solved(table: pd.DataFrame, threshold: float) -> pd.Series:
    """Tasks solved by (arm, pathway, seed, epsilon), mean over draws."""
    solved = table.assign(solved=table["accuracy"] > threshold)
    per_draw = solved.groupby(["arm", "pathway", "seed", "draw", "epsilon"])["solved"].sum()
    return per_draw.groupby(["arm", "pathway", "seed", "epsilon"]).mean()


def _curves(panel: Axes, by_seed: pd.DataFrame, name: str, arm: Arm, look: dict) -> None:
    """Every network of an arm (epsilon by seed), and their mean."""
    by_seed.index = style.with_zero(panel, by_seed.index)
    line = {key: look[key] for key in ("color", "linestyle")}
    panel.plot(by_seed, linewidth=0.4, alpha=0.5, **line)
    label = style.label(name, arm, by_seed.shape[1])
    every = max(len(by_seed) // 8, 1)  # with finer strengths marks would hide each other
    panel.plot(by_seed.mean(axis=1), linewidth=1.4, markersize=3.5, markevery=every, label=label, **look)


def _half_points(panel: Axes, y: int, own: pd.DataFrame, look: dict) -> None:
    """Where half of the tasks are lost: networks of one arm, and their mean with its interval."""
    dots = {key: look[key] for key in ("color", "marker", "markerfacecolor")} | {"linestyle": ""}
    networks = own.dropna(subset=["half_epsilon"])
    panel.plot(networks["half_epsilon"], [y] * len(networks), **dots, markersize=2, alpha=0.5)
    for row in networks.head(1).itertuples():
        panel.hlines(y, row.low, row.high, color=look["color"], linewidth=1.2)
        panel.plot(row.arm_half_epsilon, y, **dots, markersize=4)


def _end_at_nothing(panel: Axes, n_solved: pd.Series) -> None:
    """No axis beyond the first strength at which nothing is left of any arm."""
    means = n_solved.groupby(["arm", "epsilon"]).mean().groupby("epsilon").max()
    left = np.flatnonzero(means.to_numpy() > NOTHING)
    end = means.index[min(left[-1] + 1 if len(left) else len(means), len(means) - 1)]
    panel.set_xlim(right=1.1 * end)


def _by_hand(axes: list[Axes], n_solved: pd.Series, looks: dict[str, dict], arms: dict[str, Arm]) -> None:
    """In a, the network built by hand of as many units as an arm has; in b, where the legend is, its name."""
    named = set()
    for name, arm in arms.items():
        own = f"exact_{arm.units}" if arm.grows else f"exact_flat_{arm.units}"
        if own in n_solved.index:
            curve = n_solved.loc[(own, "weights")].droplevel("seed")
            places = style.with_zero(axes[0], curve.index)
            axes[0].plot(places, curve, color=looks[name]["color"], **BY_HAND[arm.architecture])
            named.add(arm.architecture)
    for family in sorted(named, reverse=True):
        axes[1].plot([], [], color="0.3", label=f"{family}, by hand, as many units", **BY_HAND[family])
