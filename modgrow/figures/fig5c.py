"""Fig. 5c, d: change of weights from module to module, by size of module (c) and along the chain (d)."""

import numpy as np
import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Axes
from modgrow.verdict.intervals.smooth import smooth

SIDES = {"feedforward": (0.97, "o", "0.2", "$W^{FF}$"), "recurrent": (1.03, "s", "white", "$W^R$")}
TITLES = ("change, mean over modules", "change of $W^{FF}$ over that of $W^R$")


def draw(axes: list[Axes], change: pd.DataFrame, arms: dict[str, Arm]) -> None:
    """(c) Variance of the weight change per arm, its mean over modules; (d) the ratio of both, by module.

    Dots in c are networks. In d modules are taken together in spans that double (3, 4 to 7, 8 to 15 ...):
    points are geometric means over networks that got there, bars their 95 % t-interval.
    """
    by_size, by_module = axes
    by_size.set_ylabel("variance of normalised change")
    per_seed = change.groupby(["arm", "pathway", "seed"])["variance"].mean().unstack("pathway")
    if not (per_seed > 0).any(axis=None):
        for panel in axes:
            style.missing(panel, "no weight changes" if len(per_seed) else "no network solved two tasks")
        return
    _by_size(by_size, per_seed, arms)
    _by_module(by_module, change, arms)


def ratios(change: pd.DataFrame) -> pd.DataFrame:
    """Variance of W^FF over that of W^R: per arm and seed (rows) and span of modules (columns, by first).

    Only modules count of which both are known, and spans in which both change.
    """
    both = change.pivot(index=["arm", "seed", "module"], columns="pathway", values="variance")
    both = both.reindex(columns=list(SIDES)).dropna().reset_index()
    first = 2 ** np.floor(np.log2(both["module"])).astype(int)
    means = both.groupby(["arm", "seed", first])[list(SIDES)].mean()
    means = means[(means > 0).all(axis=1)]
    return (means["feedforward"] / means["recurrent"]).unstack("module")


def _by_module(panel: Axes, change: pd.DataFrame, arms: dict[str, Arm]) -> None:
    """The ratio along the chain, an arm beside the other."""
    found = ratios(change)
    if found.empty:
        style.missing(panel, "nothing to compare")
        return
    shown = {name: arms[name] for name in arms if name in found.index.get_level_values("arm")}
    shifts = np.linspace(-0.12, 0.12, len(shown)) if len(shown) > 1 else [0.0]
    for (name, look), shift in zip(style.looks(shown).items(), shifts, strict=True):
        own = found.loc[name].rename(columns=dict(zip(found, range(found.shape[1]), strict=True)))
        _ratio(
            panel, own.dropna(axis="columns", how="all"), shift, look, style.label(name, arms[name], len(own))
        )
    panel.axhline(1.0, color="0.4", linewidth=0.8, linestyle="--")
    panel.set_yscale("log", base=2)
    panel.yaxis.set_major_formatter("{x:g}")
    panel.set(xlabel="modules", ylabel="ratio of variances", xlim=(-0.5, found.shape[1] - 0.5))
    panel.set_xticks(range(found.shape[1]), _spans(found.columns, int(change["module"].max())))
    style.legend_beside(panel, "mean, 95 % interval")


def _spans(firsts: pd.Index, last: int) -> list[str]:
    """`3`, `4-7`, `8-15`: W^FF changes from module 3 on."""
    spans = [(max(first, 3), min(2 * first - 1, last)) for first in firsts]
    return [f"{low}" if low == high else f"{low}\N{EN DASH}{high}" for low, high in spans]


def _ratio(panel: Axes, own: pd.DataFrame, shift: float, look: dict, label: str) -> None:
    """Geometric means of one arm (network by place of the span), and their intervals."""
    intervals = [smooth(np.log2(own[place].dropna())) for place in own]
    estimates, lows, highs = (2.0 ** np.array(values) for values in zip(*intervals, strict=True))
    places = np.array(own.columns) + shift
    panel.vlines(places, lows, highs, color=look["color"], linewidth=0.8)
    panel.plot(places, estimates, linewidth=1.0, label=label, **look)


def _by_size(panel: Axes, per_seed: pd.DataFrame, arms: dict[str, Arm]) -> None:
    """Both pathways side by side, and what there is nothing to show of."""
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
