"""The verdict on every claim, on one page: where its interval lies, seen from its threshold."""

import textwrap

import numpy as np
import pandas as pd

from modgrow.figures import style
from modgrow.figures.style import Axes, Figure, Line2D
from modgrow.verdict.verdicts import (
    CONTRADICTED,
    DEPENDS,
    EQUIVALENT,
    NOT_JUDGED,
    REPRODUCED,
    UNDECIDED,
    VERDICTS,
)

COLUMNS = (
    "panel", "statement", "estimate", "low", "high", "n_seeds", "direction", "threshold", "threshold_high",
    "headline", "verdict",
)  # fmt: skip
LOOKS = {
    REPRODUCED: {"color": "#0a4a8f", "marker": "o", "markerfacecolor": "#0a4a8f"},
    DEPENDS: {"color": "#6a4fa3", "marker": "D", "markerfacecolor": "white"},
    CONTRADICTED: {"color": "#d9711a", "marker": "X", "markerfacecolor": "#d9711a"},
    EQUIVALENT: {"color": "#3d8f5f", "marker": "o", "markerfacecolor": "#3d8f5f"},
    UNDECIDED: {"color": "0.45", "marker": "o", "markerfacecolor": "white"},
    NOT_JUDGED: {"color": "0.7", "marker": "s", "markerfacecolor": "0.7"},
}


@style.theme()
def draw(table: pd.DataFrame) -> Figure:
    """One row per claim, each on its own scale: the threshold at 0, the claim's side to the right."""
    if table.empty:
        return style.notice("no claim of the paper can be judged on the arms of this run")
    figure, (words, axes, numbers) = style.new_figure(
        8.0, 1.0 + 0.25 * len(table), 1, 3, width_ratios=[4.6, 1.6, 2.2], sharey=True
    )
    for place, row in enumerate(table.itertuples()):
        _interval(axes, place, row)
        note = " *" if row.headline else ""
        _write(words, 0.0, place, row.panel + note)
        _write(words, 0.16, place, style.maths(textwrap.fill(row.statement, 78)))
        _write(numbers, 0.0, place, f"{_found(row)}; {_asked(row)}; n = {row.n_seeds}")
    words.set_axis_off()
    numbers.set_axis_off()
    _scale(axes, len(table))
    title = "estimate and interval over networks, each row on its own scale; *: headline claim"
    legend(figure, "outside upper center", title, table)
    return figure


def _interval(axes: Axes, place: int, row: tuple) -> None:
    """The interval of one row around its estimate, as far from the threshold as the axis is wide."""
    margins = [margin(row, value) for value in (row.low, row.estimate, row.high)]
    scale = np.nanmax(np.abs([*margins, 0.0])) or 1.0  # NaN: no interval, or no estimate either
    low, estimate, high = np.array(margins) / scale
    look = LOOKS[row.verdict]
    ends = [min(low, estimate, high), max(low, estimate, high)]  # "below" turns low and high round
    axes.plot(ends, [place, place], color=look["color"], linewidth=1.6)
    axes.plot(estimate, place, markersize=5, linestyle="", **look)


def _scale(axes: Axes, n_rows: int) -> None:
    """The threshold as a line, a guide along each row, and what left and right mean."""
    axes.axvline(0.0, color="0.2", linewidth=0.8)
    axes.hlines(np.arange(n_rows), -1.1, 1.1, color="0.9", linewidth=0.5, zorder=0)
    axes.set(xlim=(-1.1, 1.1), ylim=(n_rows - 0.4, -0.6), yticks=[], xticks=[-0.6, 0.6])
    axes.set_xticklabels(["against", "as claimed"], fontsize=6.5)
    axes.tick_params(length=0)
    axes.spines["left"].set_color("none")


def legend(figure: Figure, loc: str, title: str, table: pd.DataFrame) -> None:
    """The look of each verdict, under `title`; of claims not judged only where the table has some."""
    shown = {*VERDICTS, *table["verdict"]}
    handles = [
        Line2D([], [], linestyle="", markersize=5, label=name, **look)
        for name, look in LOOKS.items()
        if name in shown
    ]
    figure.legend(
        handles=handles, loc=loc, ncols=len(handles), frameon=False, title=title, title_fontsize=6.5
    )


def _write(axes: Axes, x: float, place: int, text: str) -> None:
    """Text beside a row; the layout takes no notice of it, the columns' widths are given."""
    beside = axes.get_yaxis_transform()
    axes.text(x, place, text, va="center", fontsize=6.2, transform=beside, in_layout=False)


def margin(row: tuple, value: float) -> float:
    """Signed distance to the threshold, positive on the claim's side."""
    if row.direction == "above":
        return value - row.threshold
    if row.direction == "below":
        return row.threshold - value
    if row.direction == "within":
        return row.threshold - abs(value)
    return min(value - row.threshold, row.threshold_high - value)


def _found(row: tuple) -> str:
    """`0.31 (0.2 to 0.4)`."""
    spread = f"({row.low:.3g} to {row.high:.3g})" if np.isfinite(row.low) else "(no interval)"
    return f"{row.estimate:.3g} {spread}" if np.isfinite(row.estimate) else "no value"


def _asked(row: tuple) -> str:
    """`> 0.95`, `10 to 20`."""
    sign = {"above": ">", "below": "<", "within": "±"}.get(row.direction)
    return f"{sign} {row.threshold:g}" if sign else f"{row.threshold:g} to {row.threshold_high:g}"
