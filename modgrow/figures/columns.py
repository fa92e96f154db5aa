"""Under which readings each claim holds: claims by columns, in each cell the effect and its interval."""

import textwrap

import numpy as np
import pandas as pd

from modgrow.figures import style
from modgrow.figures.claims import LOOKS, legend, margin
from modgrow.figures.style import Axes, Figure
from modgrow.verdict.columns import turned

COLUMNS = (
    "column", "claim", "panel", "statement", "estimate", "low", "high", "direction", "threshold",
    "threshold_high", "verdict", "main",
)  # fmt: skip
HALF = 0.42  # of a cell's width, which the largest effect of the row fills


@style.theme()
def draw(table: pd.DataFrame) -> Figure:
    """Each row on a scale of its own, the threshold in the middle of a cell, the claim's side to its right.

    Empty: the column lacks the claim's arms. Shaded: it turns a firm verdict of the main run round.
    """
    if table.empty:
        return style.notice("no claim of the paper can be judged on the arms of this run")
    names = list(table["column"].unique())
    claims = table.drop_duplicates("claim")
    figure, axes = style.new_figure(5.0 + 0.42 * len(names), 1.6 + 0.26 * len(claims))
    places = {name: place for place, name in enumerate(names)}
    opposite = turned(table)
    for y, claim in enumerate(claims["claim"]):
        own = table[table["claim"] == claim]
        margins = np.array([_margins(row) for row in own.itertuples()], dtype=float)
        finite = np.abs(margins[np.isfinite(margins)])
        scale = (finite.max() if finite.size else 0.0) or 1.0
        for row, values, round_ in zip(own.itertuples(), margins / scale, opposite[own.index], strict=True):
            _cell(axes, places[row.column], y, values, row.verdict, round_)
    _scales(axes, names, claims)
    title = "mean and 95 % interval, each row on its own scale around its threshold; shaded: turned round"
    legend(figure, "outside lower center", title, table)
    return figure


def _margins(row: tuple) -> list[float]:
    """Low, estimate and high from the threshold, the claim's side positive."""
    return [margin(row, value) for value in (row.low, row.estimate, row.high)]


def _cell(axes: Axes, x: int, y: int, values: np.ndarray, verdict: str, turned_round: bool) -> None:
    """The interval of one claim under one column."""
    if turned_round:
        axes.fill_between([x - 0.5, x + 0.5], y - 0.5, y + 0.5, color="#f3d9c4", linewidth=0)
    axes.plot([x, x], [y - 0.5, y + 0.5], color="0.6", linewidth=0.7, zorder=1)
    low, estimate, high = x + HALF * values
    if np.isfinite(values).all():
        ends = [min(low, estimate, high), max(low, estimate, high)]
        axes.plot(ends, [y, y], color=LOOKS[verdict]["color"], linewidth=1.2)
    middle = estimate if np.isfinite(values[1]) else x
    axes.plot(middle, y, linestyle="", markersize=3.5, **LOOKS[verdict])


def _scales(axes: Axes, names: list[str], claims: pd.DataFrame) -> None:
    """The statements beside the rows, the columns' names above."""
    statements = claims["statement"] + "  [" + claims["panel"] + "]"
    labels = [style.maths(textwrap.fill(statement, 92)) for statement in statements]
    axes.set_yticks(range(len(claims)), labels, fontsize=6.2)
    axes.set_xticks(range(len(names)), map(style.plain, names), rotation=45, ha="left", fontsize=6.5)
    axes.tick_params(length=0)
    axes.xaxis.tick_top()
    axes.hlines(
        np.arange(len(claims) - 1) + 0.5, -0.5, len(names) - 0.5, color="0.93", linewidth=0.4, zorder=0
    )
    axes.vlines(
        np.arange(len(names) - 1) + 0.5, -0.5, len(claims) - 0.5, color="0.93", linewidth=0.4, zorder=0
    )
    axes.set(xlim=(-0.5, len(names) - 0.5), ylim=(len(claims) - 0.5, -0.5))
