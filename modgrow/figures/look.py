"""A network while it runs: the bits, the activity of some modules, and what every head answers."""

from dataclasses import dataclass

import numpy as np

from modgrow.figures import style
from modgrow.figures.style import Axes, Figure
from modgrow.figures.theme import SMALL

COLOURS = {  # of a head's field at one step
    "answer 0": (1.0, 1.0, 1.0),
    "answer 1": (0.80, 0.86, 0.92),
    "wrong": (0.84, 0.37, 0.0),
    "not asked yet": (0.93, 0.93, 0.93),
}
MANY_BITS = 150  # more than these take the width of two columns
BITS = 0.1  # height of the bits, in inches as all below
ROW = 0.035  # of a unit or a head
TALLEST = 2.4  # of rows as high as that; more of them are drawn thinner
LOWEST = 0.22  # of a panel, for its name
LOWEST_HEADS = 0.5  # whose name stands upright
THINNEST = 0.012  # of a row or a step: two pixels


@dataclass(frozen=True)
class Running:
    """What a network did on some bits.

    `bits` (time,); `activity` (time, unit) by module, counted from 1; `answers`, `asked` and `wrong`
    (head, time), the first head standing for N = `n_first`. A head is asked once it has seen its N bits.
    """

    bits: np.ndarray
    activity: dict[int, np.ndarray]
    answers: np.ndarray
    asked: np.ndarray
    wrong: np.ndarray
    n_first: int
    flat: bool = False


@style.theme()
def draw(running: Running, title: str) -> Figure:
    """Time goes to the right, up the chain goes down: an error that is handed up runs along a diagonal."""
    steps = len(running.bits)
    heights = [BITS, *(_height(states.shape[1]) for states in running.activity.values())]
    heights.append(max(_height(len(running.answers)), LOWEST_HEADS))
    width = style.WIDTH if steps <= MANY_BITS else max(2 * style.WIDTH, THINNEST * steps)
    total = sum(heights) + 0.07 * len(heights) + 0.85
    figure, axes = style.new_figure(width, total, len(heights), 1, sharex=True, height_ratios=heights)
    figure.get_layout_engine().set(hspace=0.0, h_pad=0.02)
    _bits(axes[0], running.bits)
    for panel, (m, states) in zip(axes[1:-1], running.activity.items(), strict=True):
        _activity(panel, states, _name(running, m, states))
    _heads(axes[-1], running)
    axes[0].set_title(style.plain(title), loc="left", fontsize=8)
    style.whole_numbers(axes[-1])
    figure.legend(
        handles=_legend(),
        loc="outside lower center",
        ncols=4,
        frameon=False,
        handlelength=1.0,
        columnspacing=1.2,
    )
    return figure


def fields(running: Running) -> np.ndarray:
    """The colour (head, time, 3) of what every head answers at every step."""
    shown = np.where(running.answers[..., None] == 1, COLOURS["answer 1"], COLOURS["answer 0"])
    shown = np.where(running.wrong[..., None], COLOURS["wrong"], shown)
    return np.where(running.asked[..., None], shown, COLOURS["not asked yet"])


def _height(rows: int) -> float:
    """Of a panel of so many rows."""
    return max(min(ROW * rows, TALLEST), THINNEST * rows, LOWEST)


def _name(running: Running, m: int, states: np.ndarray) -> str:
    if running.flat:
        return f"all {states.shape[1]}\nunits"
    return f"module {m}\n$N$ = {running.n_first + m - 1}"


def _image(panel: Axes, values: np.ndarray, first_row: float = 1.0, **look) -> None:
    """A matrix (row, time), its rows from the top downward."""
    rows, steps = values.shape[:2]
    place = (0.5, steps + 0.5, first_row + rows - 0.5, first_row - 0.5)
    panel.imshow(values, aspect="auto", interpolation="nearest", extent=place, **look)
    for side in ("top", "right"):
        panel.spines[side].set_visible(True)
    for spine in panel.spines.values():
        spine.set(linewidth=0.5, color="0.5")
    panel.tick_params(width=0.6, length=2.5, labelsize=7)


def _beside(panel: Axes, words: str) -> None:
    """The name of a panel to its left, upright."""
    panel.set_yticks([])
    panel.set_ylabel(words, rotation=0, ha="right", va="center", fontsize=SMALL, labelpad=3)
    panel.tick_params(bottom=False)


def _bits(panel: Axes, bits: np.ndarray) -> None:
    _image(panel, bits[None], cmap="Greys", vmin=0.0, vmax=1.2)
    _beside(panel, "bit")


def _activity(panel: Axes, states: np.ndarray, name: str) -> None:
    """The units of a module, one row each: white is zero or below, dark what few of its values are above."""
    most = np.percentile(states, 99) if states.size else 1.0
    _image(panel, states.T, cmap="Blues", vmin=0.0, vmax=most if most > 0.0 else 1.0)
    _beside(panel, name)


def _heads(panel: Axes, running: Running) -> None:
    _image(panel, fields(running), running.n_first)
    panel.yaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    panel.set_ylabel("head, $N$")
    panel.set_xlabel("step")


def _legend() -> list:
    """A square for each colour of the heads' fields."""
    look = {
        "linestyle": "none",
        "marker": "s",
        "markersize": 5,
        "markeredgecolor": "0.5",
        "markeredgewidth": 0.5,
    }
    return [style.Line2D([], [], color=colour, label=words, **look) for words, colour in COLOURS.items()]
