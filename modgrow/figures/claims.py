"""The verdict on every claim, on one page: where its interval lies, seen from its threshold."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from modgrow.figures import style

COLUMNS = (
    "panel", "statement", "estimate", "low", "high", "n_seeds", "direction", "threshold", "threshold_high",
    "calibrated", "verdict",
)  # fmt: skip
LOOKS = {
    "reproduced": {"color": "#0a4a8f", "marker": "o", "markerfacecolor": "#0a4a8f"},
    "not reproduced": {"color": "#d9711a", "marker": "X", "markerfacecolor": "#d9711a"},
    "inconclusive": {"color": "0.45", "marker": "o", "markerfacecolor": "white"},
}


def draw(table: pd.DataFrame) -> Figure:
    """One row per claim, each on its own scale: the threshold at 0, the claim's side to the right."""
    figure, axes = style.new_figure(8.2, 1.2 + 0.32 * len(table))
    for place, row in enumerate(table.itertuples()):
        ends = [_margin(row, value) for value in (row.low, row.estimate, row.high)]
        scale = np.nanmax(np.abs(ends)) or 1.0
        ends, look = np.array(ends) / (1.08 * scale), LOOKS[row.verdict]
        axes.plot([min(ends), max(ends)], [place, place], color=look["color"], linewidth=1.6)
        axes.plot(ends[1], place, markersize=5, linestyle="", **look)
        note = " *" if row.calibrated else ""
        statement = textwrap.shorten(row.statement, 108, placeholder=" ...")
        label = style.maths(f"{statement}{note}  [{row.panel}]")
        axes.text(-1.06, place, label, ha="right", va="center", fontsize=6.2)
        spread = f"({row.low:.3g}, {row.high:.3g})" if np.isfinite(row.low) else "(no interval)"
        numbers = f"{row.estimate:.3g} {spread}; {_asked(row)}; n = {row.n_seeds}"
        axes.text(1.06, place, numbers, ha="left", va="center", fontsize=6.2)
    axes.axvline(0.0, color="0.2", linewidth=0.8)
    axes.set(xlim=(-1, 1), ylim=(len(table) - 0.4, -0.6), yticks=[], xticks=[-1, 0, 1])
    axes.set_xticklabels(["against", "", "as claimed"], fontsize=6.5)
    axes.spines["left"].set_color("none")
    handles = [
        axes.plot([], [], linestyle="", markersize=5, label=name, **look)[0] for name, look in LOOKS.items()
    ]
    axes.legend(
        handles=handles,
        loc="lower center",
        bbox_to_anchor=(0.5, 1.0),
        ncols=3,
        frameon=False,
        title="95 % interval over seeds; each row its own scale\n* a setting was chosen on this claim",
        title_fontsize=6.5,
    )
    return figure


def _margin(row, value: float) -> float:
    """Signed distance to the threshold, positive on the claim's side."""
    if row.direction == "above":
        return value - row.threshold
    if row.direction == "below":
        return row.threshold - value
    return min(value - row.threshold, row.threshold_high - value)


def _asked(row) -> str:
    sign = {"above": ">", "below": "<"}.get(row.direction)
    return f"{sign} {row.threshold:g}" if sign else f"{row.threshold:g} to {row.threshold_high:g}"
