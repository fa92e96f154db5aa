"""What all figures share: panels, axes, words, and how a figure is saved; how an arm looks: `looks.py`.

The only file that imports matplotlib. Figures are drawn and saved under settings of their own: nothing of a
personal matplotlibrc, of a backend or of installed fonts reaches them, and nothing of theirs is left behind.
"""

import contextlib
import importlib.util
import os
import re
import sys
import textwrap
import warnings
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from modgrow.arm import Arm
from modgrow.figures.looks import contrasts, looks, usual  # noqa: F401, the first two for those who draw
from modgrow.figures.theme import SMALL, THEME
from modgrow.store import files


def _import_matplotlib() -> None:
    """Import it; where the user's own settings of it are broken, without them.

    A backend that does not exist, or a matplotlibrc that cannot be read, ends its import with an exception.
    """
    if "matplotlib" in sys.modules:
        return
    spec = importlib.util.find_spec("matplotlib")
    module = sys.modules["matplotlib"] = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (OSError, ValueError):
        os.environ.pop("MPLBACKEND", None)
        with contextlib.chdir(Path(spec.origin).parent / "mpl-data"):  # holds a matplotlibrc, found first
            spec.loader.exec_module(module)


_import_matplotlib()

import matplotlib
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D  # noqa: F401, for those who draw, as the next
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch  # noqa: F401
from matplotlib.ticker import LogLocator

MARKERS = "osD^vPX*<"
WIDTH = 3.5  # inches, one column
WARNING = "#b3400e"
COLOURS = ("#0173b2", "#de8f05", "#029e73", "#d55e00", "#cc78bc", "#ca9161")  # seaborn's "colorblind"


@contextlib.contextmanager
def theme() -> Iterator[None]:
    """Matplotlib's own defaults with `THEME`; the settings of before come back. Also a decorator."""
    defaults = {key: value for key, value in matplotlib.rcParamsDefault.items() if key != "backend"}
    with matplotlib.rc_context(defaults | THEME), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # of a title: a box is drawn for it
        yield


def new_figure(width: float = WIDTH, height: float = 2.8, rows: int = 1, columns: int = 1, **panels):
    """A figure and its empty panels, as `plt.subplots` gives them; pyplot does not know of it."""
    figure = empty_figure(width, height)
    return figure, figure.subplots(rows, columns, **panels)


def empty_figure(width: float, height: float) -> Figure:
    """A figure for panels of several sizes."""
    return Figure(figsize=(width, height), layout="constrained")


def letter(panels: Iterable[Axes], titles: Sequence[str]) -> None:
    """A bold letter over each panel, from `a` on, and what the panel shows."""
    for panel, sign, title in zip(panels, "abcdefghijklmnopqrstuvwxyz", titles, strict=False):
        panel.set_title(rf"$\mathbf{{{sign}}}$  {title}", loc="left", fontsize=8.5)


def colours(name: str, count: int) -> list[tuple[float, ...]]:
    """So many colours of a map, evenly spaced, without its ends."""
    return [matplotlib.colormaps[name](place / (count + 1))[:3] for place in range(1, count + 1)]


def colour_map(name: str, **extremes):
    """A map of matplotlib, with colours for what is not on its scale."""
    return matplotlib.colormaps[name].with_extremes(**extremes)


def whole_numbers(axes: Axes, which: str = "x") -> None:
    """Ticks at whole numbers only, of the axes named: `x`, `y` or both, `xy`."""
    for name in which:
        getattr(axes, f"{name}axis").get_major_locator().set_params(integer=True, min_n_ticks=1)


def one_per_epoch(axes: Axes, arms: dict[str, Arm], last: int, **look) -> None:
    """The pace of one new task in every epoch, from each N that the arms start with."""
    words = "one new task per epoch"
    for first in sorted({arm.n_first for arm in arms.values()}):
        ends = [first - 1, first - 1 + last]
        axes.plot([0, last], ends, label=words, **{"linewidth": 0.8, "linestyle": ":"} | look)
        words = None


def decades(axis: Axis) -> None:
    """Ticks of a log axis at powers of ten, as plain numbers."""
    axis.set_major_locator(LogLocator())
    axis.set_major_formatter("{x:g}")
    axis.set_minor_formatter("")


def with_zero(axes: Axes, strengths: Sequence[float]) -> list[float]:
    """Places of perturbation strengths on a log axis: 0, the first, stands at the left under a tick."""
    smallest = strengths[1]
    largest = strengths[-1]
    zero = smallest / 4
    powers = [10.0**power for power in range(-9, 10) if 0.999 * smallest <= 10.0**power <= 1.001 * largest]
    axes.set_xscale("log")
    axes.set_xticks([zero, *powers], ["0", *(f"{power:g}" for power in powers)])
    axes.xaxis.set_minor_formatter("")
    return [zero, *strengths[1:]]


def missing(axes: Axes, words: str) -> None:
    """Say in the place of a panel, which stays without lines and ticks, why nothing is in it."""
    for line in list(axes.lines):
        line.remove()
    without = dict.fromkeys(("left", "bottom", "labelleft", "labelbottom"), False)
    axes.tick_params(which="both", **without)  # others may share the ticks themselves
    centred = {"ha": "center", "va": "center", "transform": axes.transAxes, "in_layout": False}
    axes.text(0.5, 0.5, textwrap.fill(plain(words), 28), color="0.4", fontsize=SMALL, **centred)


def notice(words: str) -> Figure:
    """A figure that says why there is nothing to draw."""
    figure, axes = new_figure(height=1.2)
    missing(axes, words)
    return figure


def has_data(axes: Axes) -> bool:
    """Whether any line of a panel has a point."""
    return any(len(line.get_xdata()) for line in axes.lines)


def counted(count: int, noun: str) -> str:
    """`1 head`, `2 heads`."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def legend_beside(axes: Axes, title: str) -> None:
    """A legend of its lines to the right of the panel, if there are any."""
    if axes.get_legend_handles_labels()[0]:
        beside = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5), "handlelength": 3.2}
        axes.legend(frameon=False, title=title, **beside)


def label(name: str, arm: Arm, n_seeds: int) -> str:
    """`modular, 10 units (n = 5)`."""
    return f"{named(name, arm)} (n = {n_seeds})"


def named(name: str, arm: Arm) -> str:
    """`modular, 10 units`; an arm that is called otherwise by its name."""
    return arm.title if usual(name, arm) else plain(name)


def plain(text: str) -> str:
    """A user's text as it stands: no formulas, nothing that cannot be printed."""
    return "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in text).replace("$", r"\$")


def maths(text: str) -> str:
    """The same, but `W^FF` and `tau` as formulas."""
    text = re.sub(r"(?<!\\)\bW\^(FF|R|I)\b", r"$W^{\1}$", plain(text))
    return re.sub(r"(?<!\\)\btau\b", r"$\\tau$", text)


def _settle(figure: Figure) -> None:
    """Fix the layout with rounded positions: the solver's last digit varies from run to run."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_position([round(value, 6) for value in axes.get_position().bounds])


def _footnote(figure: Figure, note: str) -> None:
    """A note below everything, for which the settled figure grows: plain up to its colon, then small."""
    head, _, rest = note.partition(": ")
    parts = _broken(rest, int(26 * figure.get_figwidth()))
    width = figure.get_figwidth()
    strip = 0.1 * len(parts) + 0.19  # inches
    total = _grow(figure, strip)
    words = {"va": "bottom", "parse_math": False, "linespacing": 1.1}
    place = 0.04 / width
    top = (strip - 0.14) / total
    figure.text(place, top, head, fontsize=7, fontweight="bold", color=WARNING, **words)
    figure.text(place, 0.03 / total, "\n".join(parts), fontsize=5.8, color="0.35", **words)


def _broken(text: str, width: int) -> list[str]:
    """Its lines, broken between its parts only."""
    unbroken = re.sub(r"(?<![,;:]) ", "\0", text)
    return [line.replace("\0", " ") for line in textwrap.wrap(unbroken, width, break_on_hyphens=False)]


def _grow(figure: Figure, strip: float) -> float:
    """Make room at the foot of a settled figure; its new height, in inches as `strip`."""
    width, height = figure.get_size_inches()
    total = height + strip
    figure.set_size_inches(width, total)
    for axes in figure.axes:
        left, bottom, wide, high = axes.get_position(original=True).bounds
        axes.set_position([left, (bottom * height + strip) / total, wide, high * height / total])
    for legend in figure.legends:
        legend.set_bbox_to_anchor((0.0, strip / total, 1.0, height / total), figure.transFigure)
    return total


@theme()
def save(figure: Figure, svg: str | Path | None, png: str | Path | None, note: str = "") -> None:
    """Write both formats, or the one named, over a `note` if given; the same data give the same bytes."""
    _settle(figure)
    if note:
        _footnote(figure, note)
    if svg:
        files.write(svg, lambda path: figure.savefig(path, format="svg", metadata={"Date": None}))
    if png:
        files.write(
            png, lambda path: figure.savefig(path, format="png", dpi=200, metadata={"Software": None})
        )
