"""A chain as it grows, a row per module: what is there stays, the newest begins as a copy of the last.

Drawn from the weights of one real network, in Fig. 1; nothing else is to scale.
"""

import numpy as np

from modgrow.arm import Arm
from modgrow.birth import named
from modgrow.figures import style
from modgrow.figures.style import Axes
from modgrow.figures.theme import INK, SMALL
from modgrow.policy import PATHWAYS

Module = dict[str, np.ndarray]
PITCH = 3.3  # from module to module, in units of this panel as all below
ROW = 3.75  # from row to row
SIDE = 1.7  # of a module
BITS = 0.62  # how far below a module the bits run
FEED = 0.8  # side of W^FF between two modules
NEW = "#0a4a8f"
OLD = "0.55"
FROZEN = "0.95"


def draw(axes: Axes, chain: list[Module], limit: float, arm: Arm) -> None:
    """Row k shows the first k modules; weights in colour up to `limit`, the newest's on a blue ground."""
    for k in range(1, len(chain) + 1):
        _row(axes, chain[:k], -ROW * (k - 1), limit, arm)
    _explained(axes, len(chain))
    axes.set(xlim=(-1.9, PITCH * (len(chain) - 1) + 1.3), ylim=(-ROW * (len(chain) - 1) - 1.75, 2.15))
    axes.set_aspect("equal")
    axes.set_axis_off()


def _row(axes: Axes, chain: list[Module], y: float, limit: float, arm: Arm) -> None:
    """The chain when the last of these modules has just learnt its task."""
    newest = len(chain) - 1
    for place, module in enumerate(chain):
        colour = NEW if place == newest else OLD
        x = PITCH * place
        _module(axes, x, y, module["recurrent"], limit, colour, newest == place)
        _arrow(axes, (x, y - SIDE / 2 - BITS), (x, y - SIDE / 2 - 0.12), colour)
        _arrow(axes, (x, y + SIDE / 2 + 0.12), (x, y + SIDE / 2 + 0.5), colour)
        task = f"$N$ = {arm.n_first + place}"
        axes.text(x, y + SIDE / 2 + 0.56, task, color=colour, ha="center", va="bottom", fontsize=7)
        if place:
            _upstream(axes, x - PITCH / 2, y, module["feedforward"], limit, colour)
    axes.plot([-SIDE / 2, PITCH * newest], [y - SIDE / 2 - BITS] * 2, color=OLD, linewidth=0.9)
    axes.text(-SIDE / 2 - 0.1, y - SIDE / 2 - BITS, "bits", ha="right", va="center", fontsize=SMALL)
    if newest:
        _born(axes, PITCH * newest, y, arm)


def _module(
    axes: Axes, x: float, y: float, recurrent: np.ndarray, limit: float, colour: str, new: bool
) -> None:
    """A box with the module's W^R in it."""
    box = {"boxstyle": "round,pad=0.13", "linewidth": 1.4 if new else 0.9, "edgecolor": colour}
    ground = "#d6e4f2" if new else FROZEN
    corner = (x - SIDE / 2, y - SIDE / 2)
    axes.add_patch(style.FancyBboxPatch(corner, SIDE, SIDE, facecolor=ground, **box))
    weights = np.where(np.eye(len(recurrent), dtype=bool), np.nan, recurrent)
    _matrix(axes, x, y, 0.86 * SIDE, weights, limit)


def _upstream(axes: Axes, x: float, y: float, feedforward: np.ndarray, limit: float, colour: str) -> None:
    """The arrow from one module to the next, W^FF upon it."""
    reach = (PITCH - SIDE) / 2 - 0.18
    _arrow(axes, (x - reach, y), (x + reach, y), colour)
    frame = {"boxstyle": "square,pad=0.03", "facecolor": "white", "edgecolor": colour, "linewidth": 0.7}
    corner = (x - FEED / 2, y - FEED / 2)
    axes.add_patch(style.FancyBboxPatch(corner, FEED, FEED, zorder=3, **frame))
    _matrix(axes, x, y, FEED, feedforward, limit, zorder=4)


def _matrix(axes: Axes, x: float, y: float, side: float, weights: np.ndarray, limit: float, **look) -> None:
    place = (x - side / 2, x + side / 2, y - side / 2, y + side / 2)
    colours = style.colour_map("RdBu_r", bad=(0.0, 0.0, 0.0, 0.0))
    scale = {"cmap": colours, "vmin": -limit, "vmax": limit}
    axes.imshow(weights, extent=place, interpolation="nearest", **scale, **{"zorder": 2} | look)


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str, **look) -> None:
    shape = {"arrowstyle": "-|>", "mutation_scale": 6, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
    axes.add_patch(style.FancyArrowPatch(start, end, color=colour, **shape | look))


def _born(axes: Axes, x: float, y: float, arm: Arm) -> None:
    """From the module before to the newest, over the top: whether it begins as a copy."""
    births = [arm.growth.birth(pathway) for pathway in PATHWAYS if pathway != "readout"]
    if not all(named(birth).copies for birth in births):
        return
    high = y + SIDE / 2 + 0.2
    look = {"connectionstyle": "arc3,rad=-0.28", "linestyle": (0, (2, 1.2)), "linewidth": 1.2}
    _arrow(axes, (x - PITCH + 0.55, high), (x - 0.55, high), NEW, **look)
    axes.text(x - PITCH / 2, high + 0.5, "copied", color=NEW, ha="center", va="bottom", fontsize=SMALL)


def _explained(axes: Axes, count: int) -> None:
    """What the parts are, beside the first row."""
    words = {"fontsize": SMALL, "color": INK, "va": "center"}
    lines = ["in a module: $W^R$", "between two: $W^{FF}$"] if count > 1 else ["in the module: $W^R$"]
    lines += ["blue: trains", "grey: frozen, as it was"] if count > 1 else []
    for place, line in enumerate(lines):
        axes.text(SIDE / 2 + 0.7, 0.75 - 0.5 * place, line, **words)
