"""The verdict on every claim, on one page: its interval, on one scale with those of its kind."""

import textwrap

import numpy as np
import pandas as pd

from modgrow.figures import style
from modgrow.figures.kinds import KINDS, OTHER, Kind, kind_of
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
    "panel", "statement", "statistic", "estimate", "low", "high", "n_seeds", "direction", "threshold",
    "threshold_high", "headline", "verdict",
)  # fmt: skip
LOOKS = {
    REPRODUCED: {"color": "#0a4a8f", "marker": "o", "markerfacecolor": "#0a4a8f"},
    DEPENDS: {"color": "#6a4fa3", "marker": "D", "markerfacecolor": "white"},
    CONTRADICTED: {"color": "#d9711a", "marker": "X", "markerfacecolor": "#d9711a"},
    EQUIVALENT: {"color": "#3d8f5f", "marker": "o", "markerfacecolor": "#3d8f5f"},
    UNDECIDED: {"color": "0.45", "marker": "o", "markerfacecolor": "white"},
    NOT_JUDGED: {"color": "0.7", "marker": "s", "markerfacecolor": "0.7"},
}


ROW = 0.235  # inches, of a claim
AROUND = 0.5  # of the name and the axis of a kind
CLAIMED = "#e3edf7"  # where a value is as claimed


@style.theme()
def draw(table: pd.DataFrame) -> Figure:
    """A row per claim: estimate and interval, shaded where the claim wants them; a scale for each kind."""
    if table.empty:
        return style.notice("no claim of the paper can be judged on the arms of this run")
    of_each = [kind_of(statistic) for statistic in table["statistic"]]
    kinds = [kind for kind in KINDS if kind in of_each]
    counts = [of_each.count(kind) for kind in kinds]
    figure = style.empty_figure(9.2, 0.6 + AROUND * len(kinds) + ROW * len(table))
    grid = figure.add_gridspec(len(kinds), 3, width_ratios=[4.9, 2.6, 2.1], height_ratios=counts)
    for row, kind in enumerate(kinds):
        panels = [figure.add_subplot(grid[row, column]) for column in range(3)]
        _group(panels, kind, table[[own == kind for own in of_each]])
    title = "point: estimate; bar: interval over networks; shaded: as claimed; *: headline claim"
    legend(figure, "outside upper center", title, table)
    return figure


def _group(panels: list[Axes], kind: Kind, table: pd.DataFrame) -> None:
    """The claims of one kind, in the order of the table: words, intervals, numbers."""
    words, axes, numbers = panels
    own_scale = kind == OTHER
    if not own_scale:
        axes.set_xlim(_ends(table))
    for place, row in enumerate(table.itertuples()):
        _interval(axes, place, row, own_scale)
        _write(words, 0.0, place, row.panel + (" *" if row.headline else ""))
        _write(words, 0.15, place, style.maths(textwrap.fill(row.statement, 92)))
        _write(numbers, 0.0, place, f"{_found(row)}; {_asked(row)}; n = {row.n_seeds}")
    for panel in panels:
        panel.set_ylim(len(table) - 0.5, -0.5)
    words.set_title(kind.title, loc="left", fontsize=8, fontweight="bold")
    words.set_axis_off()
    numbers.set_axis_off()
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.tick_params(labelsize=6.5, length=3)
    axes.set_xlabel(kind.axis, fontsize=6.5, labelpad=1)
    if own_scale:
        axes.set(xlim=(-1.1, 1.1))
        axes.set_xticks([-0.6, 0.6], ["against", "as claimed"])


def _ends(table: pd.DataFrame) -> tuple[float, float]:
    """A scale that holds every interval and threshold of a kind."""
    values = table[["estimate", "low", "high", "threshold", "threshold_high"]].astype(float).to_numpy()
    within = (table["direction"] == "within").to_numpy()
    values = np.append(values, -table.loc[within, "threshold"])
    values = values[np.isfinite(values)]
    room = 0.06 * ((values.max() - values.min()) or 1.0)
    return values.min() - room, values.max() + room


def _interval(axes: Axes, place: int, row: tuple, own_scale: bool) -> None:
    """One row; on its own scale as far from its threshold, at 0, as the axis is wide."""
    values = [row.low, row.estimate, row.high]
    claimed = _claimed(row, axes.get_xlim())
    if own_scale:
        margins = np.array([margin(row, value) for value in values])
        values = np.sort(margins / (np.nanmax(np.abs([*margins, 0.0])) or 1.0))
        claimed = (0.0, 1.1)
    axes.fill_between(claimed, place - 0.42, place + 0.42, color=CLAIMED, linewidth=0, zorder=0)
    low, estimate, high = values
    look = LOOKS[row.verdict]
    axes.plot([low, high], [place, place], color=look["color"], linewidth=1.6)
    axes.plot(estimate, place, markersize=5, linestyle="", **look)


def _claimed(row: tuple, ends: tuple[float, float]) -> tuple[float, float]:
    """Where a value is as claimed, up to the ends of the axis."""
    low, high = ends
    bounds = {
        "above": (row.threshold, high),
        "below": (low, row.threshold),
        "within": (-row.threshold, row.threshold),
    }
    return bounds.get(row.direction, (row.threshold, row.threshold_high))


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
