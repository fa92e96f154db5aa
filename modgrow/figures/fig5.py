"""Fig. 5: accuracy of every module under noise on W^FF (a) or W^R (b), and change of weights (c)."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

COLUMNS = ("arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy")
CHANGE_COLUMNS = ("arm", "seed", "pathway", "module", "variance")
SHOWN = (1, 2, 4, 7, 11, 19, 29, 44, 59)  # modules drawn: sixty lines would hide each other
SIDES = {"feedforward": (0.97, "o", "0.2", "$W^{FF}$"), "recurrent": (1.03, "s", "white", "$W^R$")}


@style.theme()
def draw(table: pd.DataFrame, change: pd.DataFrame, arm: str, arms: dict[str, Arm]) -> Figure:
    """(a, b): mean over draws and seeds, SEM over seeds. (c): mean over modules and seeds, dots are seeds."""
    figure, axes = style.new_figure(9.0, 2.9, 1, 3, width_ratios=[1, 1.3, 1])
    own = table[(table["arm"] == arm) & arms[arm].heads(table["n"]).isin(SHOWN)]
    lowest = own.groupby(["pathway", "n", "epsilon"])["accuracy"].mean().min()
    for panel, (pathway, (*_, words)) in zip(axes[:2], SIDES.items(), strict=True):
        _accuracies(panel, own[own["pathway"] == pathway])
        panel.axhline(0.5, color="0.6", linewidth=0.8, linestyle="--", label="chance")
        panel.set(xlabel=rf"$\varepsilon$ on {words}")
        panel.set_ylim(min(0.45, lowest - 0.02), 1.02)
    axes[0].set_ylabel("accuracy of each module")
    words = style.label(arm, arms[arm], own["seed"].nunique())
    style.legend_beside(axes[1], f"{words}\n$N$ of the module\n(mean, SEM over seeds)")
    _changes(axes[2], change, arms)
    for panel, letter in zip(axes, "abc", strict=True):
        panel.set_title(letter, loc="left", fontweight="bold")
    return figure


def _accuracies(panel: Axes, own: pd.DataFrame) -> None:
    """A line per module against epsilon, darker with N."""
    colours = style.colours("viridis_r", len(SHOWN))
    per_seed = own.groupby(["n", "epsilon", "seed"])["accuracy"].mean()
    for colour, marker, (n, curves) in zip(colours, style.MARKERS, per_seed.groupby("n"), strict=False):
        curves = curves.droplevel("n").unstack("seed")
        strengths = style.with_zero(panel, curves.index)
        look = {"color": colour, "marker": marker, "markersize": 3, "linewidth": 1.0, "elinewidth": 0.7}
        panel.errorbar(strengths, curves.mean(axis=1), curves.sem(axis=1).fillna(0.0), label=n, **look)


def _changes(panel: Axes, change: pd.DataFrame, arms: dict[str, Arm]) -> None:
    """Variance of the weight change per arm; pathways stand side by side."""
    panel.set_ylabel("variance of normalised weight change")
    per_seed = change.groupby(["arm", "pathway", "seed"])["variance"].mean().unstack("pathway")
    if not (per_seed > 0).any(axis=None):
        style.missing(panel, "no weight changes" if len(per_seed) else "no network solved two tasks")
        return
    places = _places(panel, {name: arm for name, arm in arms.items() if name in per_seed.index})
    shifts = [shift for shift, *_ in SIDES.values()]
    for (name, _), pair in per_seed.reindex(columns=list(SIDES)).dropna().iterrows():
        ends = [shift * places[name] for shift in shifts]
        panel.plot(ends, pair, color="0.7", linewidth=0.4, zorder=0)
    for pathway, side in SIDES.items():
        if pathway in per_seed:
            mean = _side(panel, per_seed[pathway].dropna(), places, *side)
            for name in mean.index[mean == 0]:  # 0 has no place on a logarithmic axis
                _say(panel, f"{side[-1]} of {style.named(name, arms[name])}: no change")
    for name, arm in arms.items():
        if name not in places:
            _say(panel, f"{style.named(name, arm)}: nothing to compare")
    panel.set_yscale("log")
    panel.legend(frameon=False, title="large: mean\nsmall: each network")


def _side(
    panel: Axes, points: pd.Series, places: dict[str, int], shift: float, marker: str, face: str, words: str
) -> pd.Series:
    """One pathway's dots, a little beside the place of their arm, and the line of means, which it returns."""
    x = [shift * places[name] for name in points.index.get_level_values("arm")]
    dots = {"linestyle": "", "marker": marker, "markersize": 2.5, "markeredgewidth": 0.5}
    panel.plot(x, points, color="0.55", markerfacecolor=face, **dots)
    mean = points.groupby("arm").mean().reindex(list(places)).dropna()
    x = [shift * places[name] for name in mean.index]
    panel.plot(x, mean, color="0.2", marker=marker, markerfacecolor=face, label=words)
    return mean


def _say(panel: Axes, words: str) -> None:
    """A line of the legend that shows nothing."""
    panel.plot([], [], " ", label=words)


def _places(panel: Axes, arms: dict[str, Arm]) -> dict[str, int]:
    """Where each arm stands, smallest first: at its size, or, where two are of one size, side by side."""
    by_size = sorted(arms, key=lambda name: arms[name].units)
    units = {name: arms[name].units for name in by_size}
    if len(set(units.values())) == len(units):
        panel.set(xlabel="units per module", xticks=list(units.values()))
        return units
    places = {name: place for place, name in enumerate(units, 1)}
    names = [style.plain(name) for name in places]
    panel.set_xticks(list(places.values()), names, rotation=90, fontsize=style.SMALL)
    return places
