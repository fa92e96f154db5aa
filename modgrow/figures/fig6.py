"""Fig. 6: learning with pathways frozen (a) and with pathways copied or not at birth (b)."""

import math

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from modgrow.arm import Arm
from modgrow.figures import style

COLUMNS = ("arm", "seed", "epoch", "n_solved")


def draw(curves: pd.DataFrame, panels: list[tuple[str, list[str]]], arms: dict[str, Arm]) -> Figure:
    """Lines are means over seeds, bands their standard error, dots at the right every network's end."""
    columns = min(len(panels), 2)
    rows = math.ceil(len(panels) / columns)
    figure, axes = style.new_figure(5.0 * columns, 2.6 * rows, rows, columns, squeeze=False, sharey=True)
    for spare in axes.flat[len(panels) :]:
        spare.remove()
    for panel, (title, names) in zip(axes.flat, panels, strict=False):
        last = int(curves.loc[curves["arm"].isin(names), "epoch"].max())
        for place, name in enumerate(names):
            curve = curves[curves["arm"] == name].pivot(index="epoch", columns="seed", values="n_solved")
            _arm(panel, name, arms[name], place, curve.reindex(range(1, last + 1)).ffill())
        panel.set(xlabel="epoch", ylabel="$N_{solved}$", xlim=(0, last + 3 + 1.5 * len(names)))
        panel.set_ylim(bottom=0)
        style.whole_numbers(panel)
        panel.set_title(style.maths(title), loc="left")
        style.legend_beside(panel, "line: mean; band: SEM over seeds\ndots: each network at the end")
    return figure


def _arm(panel: plt.Axes, name: str, arm: Arm, place: int, curve: pd.DataFrame) -> None:
    """Mean and standard error of one arm; 5 units solid, larger modules dashed, flat dash-dotted."""
    colour = sns.color_palette("colorblind")[place % 10]
    mean, error, last = curve.mean(axis=1), curve.sem(axis=1).fillna(0.0), curve.index[-1]
    dash = (0, (5, 1, 1, 1)) if arm.architecture == "flat" else "-" if arm.units == 5 else (0, (2, 1))
    look = {"color": colour, "linestyle": dash, "marker": style.MARKERS[place % len(style.MARKERS)]}
    every = (place, max(last // 5, 1))
    label = f"{name} (n = {curve.shape[1]})"
    panel.plot(mean, linewidth=1.4, markersize=4, markevery=every, label=label, **look)
    panel.fill_between(mean.index, mean - error, mean + error, color=colour, alpha=0.2, linewidth=0)
    ends = [last + 2 + 1.5 * place] * curve.shape[1]
    panel.plot(ends, curve.iloc[-1], ".", color=colour, markersize=3, alpha=0.7)
