"""Single networks as marks side by side, over a bar at their median."""

from collections.abc import Sequence

import numpy as np

from modgrow.figures.style import Axes

DOT = {"linestyle": "", "markersize": 2.6, "markeredgewidth": 0.6}
MEDIAN = {"color": "0.1", "linewidth": 1.3, "zorder": 1}
FULL = 0.75  # of their width, what the marks take; the bar is as wide as that


def mark(look: dict) -> dict:
    """The mark of an arm (`style.looks`) for single networks."""
    return DOT | {key: look[key] for key in ("color", "marker", "markerfacecolor")}


def side_by_side(panel: Axes, at: float, width: float, values: Sequence, marks: Sequence[dict]) -> None:
    """A mark for each value, in their order, from left to right around `at`."""
    if not len(values):
        return
    spread = at + FULL * width * ((np.arange(len(values)) + 0.5) / len(values) - 0.5)
    for x, value, look in zip(spread, values, marks, strict=True):
        panel.plot(x, value, **look)
    panel.plot([at - width / 2, at + width / 2], [np.median(values)] * 2, **MEDIAN)
