"""One look for all figures: a colour per size, solid for modular, dashed for flat.

The only file that imports matplotlib. Figures are drawn and saved under settings of their own: nothing of a
personal matplotlibrc, of a backend or of installed fonts reaches them, and nothing of theirs is left behind.
"""

import contextlib
import importlib.util
import itertools
import math
import os
import re
import sys
import textwrap
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path

from modgrow.arm import Arm
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
from matplotlib.lines import Line2D  # noqa: F401, for those who draw
from matplotlib.ticker import LogLocator

MARKERS = "osD^vPX*<"
WIDTH = 3.5  # inches, one column
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
    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, **panels)


def colours(name: str, count: int) -> list[tuple[float, ...]]:
    """So many colours of a map, evenly spaced, without its ends."""
    return [matplotlib.colormaps[name](place / (count + 1))[:3] for place in range(1, count + 1)]


def colour_map(name: str, **extremes):
    """A map of matplotlib, with colours for what is not on its scale."""
    return matplotlib.colormaps[name].with_extremes(**extremes)


def looks(arms: dict[str, Arm]) -> dict[str, dict]:
    """Colour, dash and marker per arm: by size, a flat arm's those of the modular arm that it matches."""
    ranks = _ranks(arms)
    palette = colours("viridis", max(*ranks.values(), 3) + 1)
    return {
        name: {
            "color": palette[rank],
            "linestyle": "-" if arms[name].grows else (0, (3, 1.5)),
            "marker": MARKERS[rank % len(MARKERS)],
            "markerfacecolor": palette[rank] if arms[name].grows else "white",
        }
        for name, rank in ranks.items()
    }


def _ranks(arms: dict[str, Arm]) -> dict[str, int]:
    """Place of each arm in the row of sizes; a flat arm shares that of the modular arm nearest in weights."""
    by_size = sorted(arms, key=lambda name: (arms[name].units, name))
    chains = [name for name in by_size if arms[name].grows]
    ranks = {name: rank for rank, name in enumerate(chains)}
    free = dict(ranks)
    for name in by_size:
        if name not in ranks:
            distance = {other: abs(math.log(_weights(arms[name]) / _weights(arms[other]))) for other in free}
            nearest = min(distance, key=distance.get, default=None)
            ranks[name] = free.pop(nearest) if nearest else max(ranks.values(), default=-1) + 1
    return ranks


def _weights(arm: Arm) -> int:
    """Weights at N = 30, where the paper matches flat and modular networks."""
    return arm.n_weights(max(arm.heads(30), 1))


def contrasts(arms: dict[str, Arm]) -> dict[str, str | tuple[float, ...]]:
    """A colour per arm; where one modular and one flat arm are compared dark blue and light orange."""
    blue = (0.05, 0.25, 0.5)
    orange = (0.9, 0.55, 0.1)
    if len({arm.grows for arm in arms.values()}) == len(arms):
        return {name: blue if arm.grows else orange for name, arm in arms.items()}
    return dict(zip(arms, itertools.cycle(COLOURS)))


def whole_numbers(axes: Axes) -> None:
    """Ticks of the horizontal axis at whole numbers only."""
    axes.xaxis.get_major_locator().set_params(integer=True)


def one_per_epoch(axes: Axes, arms: dict[str, Arm], last: int, **look) -> None:
    """The pace of one new task in every epoch, from each N that the arms start with."""
    words = "one new task per epoch"
    for first in sorted({arm.n_first for arm in arms.values()}):
        axes.plot([0, last], [first - 1, first - 1 + last], linewidth=0.8, linestyle=":", label=words, **look)
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
    axes.set(xticks=[], yticks=[])
    axes.minorticks_off()
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
    usual = name == f"{arm.architecture}_{arm.units}"
    return arm.title if usual else plain(name)


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
    """A small grey note below everything, for which the settled figure grows; it breaks between its parts."""
    unbroken = re.sub(r"(?<![,;:]) ", "\0", note)
    parts = textwrap.wrap(unbroken, int(28 * figure.get_figwidth()), break_on_hyphens=False)
    width, height = figure.get_size_inches()
    strip = 0.1 * len(parts) + 0.05  # inches
    total = height + strip
    figure.set_size_inches(width, total)
    for axes in figure.axes:
        left, bottom, wide, high = axes.get_position(original=True).bounds
        axes.set_position([left, (bottom * height + strip) / total, wide, high * height / total])
    for legend in figure.legends:
        legend.set_bbox_to_anchor((0.0, strip / total, 1.0, height / total), figure.transFigure)
    words = {"fontsize": 5.5, "color": "0.5", "va": "bottom", "parse_math": False, "linespacing": 1.1}
    figure.text(0.04 / width, 0.03 / total, "\n".join(parts).replace("\0", " "), **words)


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
