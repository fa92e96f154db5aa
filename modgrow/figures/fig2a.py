"""Fig. 2a: N solved against epochs of training, every network and the mean of each arm."""

import numpy as np
import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

COLUMNS = ("arm", "seed", "epoch", "n_solved")


@style.theme()
def draw(curves: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """Left thin lines are single networks, thick lines the mean over the seeds of an arm; right their ends.

    Arms that keep the pace lie upon each other: their marks stand at different epochs, and their ends beside
    each other.
    """
    widths = [3.0, 0.2 + 0.17 * len(arms)]
    figure, (axes, ends) = style.new_figure(6.6, 3.2, 1, 2, width_ratios=widths, sharey=True)
    curves = curves[curves["arm"].isin(arms)]
    last = int(curves["epoch"].max())  # of the arms shown: the one driven to N = 200 takes longer
    style.one_per_epoch(axes, arms, last, color="0.87", linewidth=4.0, linestyle="-", zorder=0.5)
    for place, (name, look) in enumerate(style.looks(arms).items()):
        by_seed = curves[curves["arm"] == name].pivot(index="epoch", columns="seed", values="n_solved")
        by_seed = by_seed.reindex(range(1, last + 1)).ffill()
        label = style.label(name, arms[name], by_seed.shape[1])
        _curves(axes, by_seed, look, label, (place / len(arms), last))
        _ends(ends, place, by_seed.iloc[-1], look)
    epoch = "epoch (500 updates)" if _paper_epochs(arms) else "epoch"
    axes.set(xlabel=epoch, ylabel="$N_{solved}$", xlim=(0, last))
    axes.set_ylim(bottom=0)
    style.whole_numbers(axes, "xy")
    _beside(ends, arms)
    handles, labels = axes.get_legend_handles_labels()
    beside = {"loc": "outside right center", "handlelength": 3.2}
    figure.legend(
        handles, labels, frameon=False, title="thick, large: mean\nthin, small: each seed", **beside
    )
    return figure


def _curves(axes: Axes, by_seed: pd.DataFrame, look: dict, label: str, share: tuple[float, int]) -> None:
    """Networks and mean of one arm, whose marks begin at its own share of the distance between two."""
    own, last = share
    line = {key: look[key] for key in ("color", "linestyle")}
    axes.plot(by_seed, linewidth=0.4, alpha=0.6, **line)
    every = max(last // 4, 1)
    marks = (int(own * every), every)
    axes.plot(by_seed.mean(axis=1), linewidth=1.4, markevery=marks, markersize=4, label=label, **look)


def _ends(axes: Axes, place: int, last: pd.Series, look: dict) -> None:
    """Where the networks of one arm end, side by side, and their mean."""
    dots = {key: look[key] for key in ("color", "marker", "markerfacecolor")} | {"linestyle": ""}
    across = place + np.linspace(-0.25, 0.25, len(last)) if len(last) > 1 else [place]
    axes.plot(across, last, markersize=2, alpha=0.6, markeredgewidth=0.5, **dots)
    axes.plot(place, last.mean(), markersize=6, **dots)


def _beside(axes: Axes, arms: dict[str, Arm]) -> None:
    """The panel of ends: units, or names where arms have some, below."""
    names = [_short(name, arm) for name, arm in arms.items()]
    axes.set_xticks(range(len(arms)), names, rotation=90, fontsize=style.SMALL)
    axes.set(xlabel="at the end", xlim=(-0.6, len(arms) - 0.4))
    axes.tick_params(axis="y", left=False, labelleft=False)
    axes.spines["left"].set_visible(False)


def _short(name: str, arm: Arm) -> str:
    """`flat 20`."""
    return f"{arm.architecture} {arm.units}" if style.usual(name, arm) else style.plain(name)


def _paper_epochs(arms: dict[str, Arm]) -> bool:
    """Whether an epoch is as long as the paper's in every arm."""
    return all(arm.updates_per_epoch == 500 for arm in arms.values())
