"""One look for all figures: a colour per size, solid for modular, dashed for flat."""

import math
import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure

from modgrow.arm import Arm
from modgrow.store import files

MARKERS = "osD^vPX*<"
WIDTH = 3.5  # inches, one column


def new_figure(width: float = WIDTH, height: float = 2.8, rows: int = 1, columns: int = 1, **panels):
    """A figure in the common theme and its empty panels, as `plt.subplots` gives them."""
    sns.set_theme(
        context="paper",
        style="ticks",
        rc={
            "font.size": 8,
            "axes.labelsize": 8,
            "legend.fontsize": 6.5,
            "svg.hashsalt": "modgrow",
            "svg.fonttype": "none",
        },
    )
    return plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **panels)


def looks(arms: dict[str, Arm]) -> dict[str, dict]:
    """Colour, dash and marker per arm: by size, a flat arm's those of the modular arm that it matches."""
    ranks = _ranks(arms)
    colours = sns.color_palette("viridis", n_colors=max(*ranks.values(), 3) + 1)
    return {
        name: {
            "color": colours[rank],
            "linestyle": "-" if arms[name].growth else (0, (3, 1.5)),
            "marker": MARKERS[rank % len(MARKERS)],
            "markerfacecolor": colours[rank] if arms[name].growth else "white",
        }
        for name, rank in ranks.items()
    }


def _ranks(arms: dict[str, Arm]) -> dict[str, int]:
    """Place of each arm in the row of sizes; a flat arm shares that of the modular arm nearest in weights."""
    by_size = sorted(arms, key=lambda name: (arms[name].units, name))
    ranks = {name: rank for rank, name in enumerate(name for name in by_size if arms[name].growth)}
    free = dict(ranks)
    for name in by_size:
        if name not in ranks:
            distance = {other: abs(math.log(_weights(arms[name]) / _weights(arms[other]))) for other in free}
            nearest = min(distance, key=distance.get, default=None)
            ranks[name] = free.pop(nearest) if nearest else max(ranks.values(), default=-1) + 1
    return ranks


def _weights(arm: Arm) -> int:
    """Weights at N = 30, where the paper matches flat and modular networks."""
    return arm.n_weights(30 - arm.n_first + 1)


def contrast(arm: Arm) -> tuple[float, float, float]:
    """Modular against flat where only the two are compared: dark blue and light orange."""
    return (0.05, 0.25, 0.5) if arm.architecture == "modular" else (0.9, 0.55, 0.1)


def whole_numbers(axes: plt.Axes) -> None:
    """Ticks of the horizontal axis at whole numbers only."""
    axes.xaxis.get_major_locator().set_params(integer=True)


def with_zero(axes: plt.Axes, strengths: Sequence[float]) -> list[float]:
    """Places of perturbation strengths on a log axis: 0, the first, stands at the left under a tick."""
    zero, smallest, largest = strengths[1] / 4, strengths[1], strengths[-1]
    decades = [10.0**power for power in range(-9, 10) if 0.999 * smallest <= 10.0**power <= 1.001 * largest]
    axes.set_xscale("log")
    axes.set_xticks([zero, *decades], ["0", *(f"{decade:g}" for decade in decades)])
    axes.xaxis.set_minor_formatter("")
    return [zero, *strengths[1:]]


def legend_beside(axes: plt.Axes, title: str, source: plt.Axes | None = None) -> None:
    """A legend to the right of the panel, of its own lines or those of `source`."""
    handles, labels = (source or axes).get_legend_handles_labels()
    beside = {"loc": "center left", "bbox_to_anchor": (1.01, 0.5), "handlelength": 3.2}
    axes.legend(handles, labels, frameon=False, title=title, title_fontsize=6.5, **beside)


def label(name: str, arm: Arm, n_seeds: int) -> str:
    """`modular, 10 units (n = 5)`."""
    plain = name == f"{arm.architecture}_{arm.units}"
    words = f"{arm.architecture}, {arm.units} units" if plain else name
    return f"{words} (n = {n_seeds})"


def maths(text: str) -> str:
    """`W^FF` and `tau` in plain text as formulas."""
    return re.sub(r"\btau\b", r"$\\tau$", re.sub(r"W\^(FF|R|I)", r"$W^{\1}$", text))


def _settle(figure: Figure) -> None:
    """Fix the layout with rounded positions: the solver's last digit varies from run to run."""
    figure.canvas.draw()
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


def save(figure: Figure, svg: str | Path, png: str | Path, note: str = "") -> None:
    """Write both formats, over a `note` if there is one; the same data give the same bytes."""
    sns.despine(figure)
    _settle(figure)
    if note:
        _footnote(figure, note)
    files.write(svg, lambda path: figure.savefig(path, format="svg", metadata={"Date": None}))
    files.write(png, lambda path: figure.savefig(path, format="png", dpi=200, metadata={"Software": None}))
    plt.close(figure)
