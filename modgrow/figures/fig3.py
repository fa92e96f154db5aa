"""Fig. 3: tasks still solved against the strength of a perturbation of weights (a) or tau (b)."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

COLUMNS = ("arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy")
PANELS = {"weights": "weights", "tau": r"$\tau$"}
BY_HAND = {  # networks built by hand, by family
    "modular": {"linewidth": 0.9, "linestyle": (0, (1, 1.2))},
    "flat": {"linewidth": 0.9, "linestyle": (0, (4, 1.2, 1, 1.2))},
}


@style.theme()
def draw(table: pd.DataFrame, exact: pd.DataFrame, arms: dict[str, Arm], threshold: float) -> Figure:
    """Thick lines are means over seeds and draws, thin lines single networks; dotted in a: by hand."""
    figure, axes = style.new_figure(7.0, 3.0, 1, 2, sharey=True)
    n_solved = _solved(table, threshold)
    looks = style.looks(arms)
    for panel, letter, (pathway, words) in zip(axes, "ab", PANELS.items(), strict=True):
        for name, look in looks.items():
            _curves(panel, n_solved.loc[(name, pathway)].unstack("seed"), name, arms[name], look)
        panel.set_xlabel(rf"$\varepsilon$ on {words}")
        panel.set_title(letter, loc="left", fontweight="bold")
    alike = exact[exact["epsilon"].isin(table["epsilon"])]  # they are asked weaker noise, too
    _by_hand(axes, _solved(alike, threshold), looks, arms)
    if not n_solved.any():
        axes[0].set_ylim(-0.05, 1.0)  # a line at 0 alone has no scale
    axes[0].set_ylabel(f"tasks with accuracy > {threshold:g}")
    style.legend_beside(axes[1], "thick: mean; thin: each seed")
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
    panel.plot(by_seed.mean(axis=1), linewidth=1.4, markersize=3.5, label=label, **look)


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
