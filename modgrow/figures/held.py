"""N solved by what the modules of a chain can hold the bit before with (panel a of Fig. 8)."""

import numpy as np
import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import dots
from modgrow.figures.style import Axes
from modgrow.figures.theme import SMALL
from modgrow.holding import Holding, holding

ROWS = {"delay": "delay of $W^{FF}$", "recurrent": "$W^R$", "tau": r"leak ($\tau > 1$)", "input": "$W^I$"}
STATES = {"trained": "full", "frozen": "left", "none": "none"}  # how a mark is filled
WORDS = "modules from the second on:  ● trained  ◐ frozen copy  ○ none"
WIDE = 0.8  # of the place of a column, what its networks take
BAND = 0.46  # half the width of what shades it
GAP = 1.35  # from a column to the first of the next kind; from one to the next it is 1
GREY = {"color": "0.6", "linewidth": 0.7, "linestyle": ":", "zorder": 0}


def draw(
    panel: Axes,
    matrix: Axes,
    curves: pd.DataFrame,
    arms: dict[str, Arm],
    controlled: dict[str, list[str]],
    looks: dict[str, dict],
) -> None:
    """Every network of the `controlled` arms in the column of what it has; `matrix`, below, says what.

    `controlled`: for each chain it and the arms that are it but for that (`holding.py`), in its look.
    """
    finals = curves.groupby(["arm", "seed"])["n_solved"].max()
    every = [name for own in controlled.values() for name in own]
    at = places({holding(arms[name]) for name in every})
    each = WIDE / len(controlled)
    for rank, (chain, own) in enumerate(controlled.items()):
        shift = (rank - (len(controlled) - 1) / 2) * each
        look = dots.mark(looks[chain])
        for name in own:
            values = np.sort(finals.get(name, []))
            where = at[holding(arms[name])] + shift
            dots.side_by_side(panel, where, each, values, [look] * len(values))
    _limit(panel, max(arms[name].n_limit for name in every), max(at.values()))
    _matrix(matrix, at)
    for place in at.values():
        for axes in (panel, matrix):
            axes.axvspan(place - BAND, place + BAND, color="0.96", linewidth=0, zorder=-1)


def places(held: set[Holding]) -> dict[Holding, float]:
    """A column each: what is there or not, from all to nothing; then what is frozen, or lacks W^I."""
    found = {}
    place = 0.0
    kind = None
    for own in sorted(held, key=_order):
        if found:
            place += 1.0 if _kind(own) == kind else GAP
        kind = _kind(own)
        found[own] = place
    return found


def _kind(own: Holding) -> tuple[bool, str]:
    """Columns of one kind stand together: whether they are among the eight, and whether there is a delay."""
    return "frozen" in own or own.input != "trained", own.delay


def _order(own: Holding) -> tuple:
    among, _ = _kind(own)
    return among, *(list(STATES).index(state) for state in own)


def _limit(panel: Axes, limit: int, last: float) -> None:
    """The N that training ends at, whatever is learnt."""
    panel.axhline(limit, **GREY)
    words = {"ha": "right", "va": "bottom", "fontsize": SMALL, "color": "0.4"}
    panel.text(last + BAND, 1.035 * limit, "as far as the epochs go", **words)
    panel.set(ylabel="$N_{solved}$", ylim=(0, 1.14 * limit))
    panel.tick_params(axis="x", bottom=False, labelbottom=False)


def _matrix(matrix: Axes, at: dict[Holding, float]) -> None:
    """A row per part that a module has; W^I only if some arm lacks it."""
    rows = [part for part in ROWS if part != "input" or any(own.input != "trained" for own in at)]
    for height, part in enumerate(rows):
        for own, place in at.items():
            state = getattr(own, part)
            look = {"color": "0.2", "markerfacecoloralt": "white", "fillstyle": STATES[state]}
            look |= {"markeredgecolor": "0.65"} if state == "none" else {}
            matrix.plot(place, height, marker="o", markersize=4.6, markeredgewidth=0.8, **look)
    matrix.set_yticks(range(len(rows)), [ROWS[part] for part in rows])
    matrix.set(ylim=(len(rows) - 0.45, -0.55), xlim=(-0.6, max(at.values()) + 0.6), xlabel=WORDS)
    matrix.set_xticks([])
    matrix.tick_params(axis="y", length=0)
    for side in matrix.spines.values():
        side.set_visible(False)
