"""One look for all figures: a colour per size, solid for modular, dashed for flat."""

import re
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
    """Colour, dash and marker per arm. The i-th smallest modular and flat arm share a colour and marker."""
    found = {}
    for architecture, dash in (("modular", "-"), ("flat", (0, (3, 1.5)))):
        names = [name for name, arm in arms.items() if arm.architecture == architecture]
        names.sort(key=lambda name: (arms[name].units, name))
        colours = sns.color_palette("viridis", n_colors=max(len(names), 4))
        for rank, name in enumerate(names):
            face = colours[rank] if architecture == "modular" else "white"
            found[name] = {
                "color": colours[rank],
                "linestyle": dash,
                "marker": MARKERS[rank % len(MARKERS)],
                "markerfacecolor": face,
            }
    return found


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


def save(figure: Figure, svg: str | Path, png: str | Path) -> None:
    """Write both formats; the same data give the same bytes."""
    sns.despine(figure)
    _settle(figure)
    files.write(svg, lambda path: figure.savefig(path, format="svg", metadata={"Date": None}))
    files.write(png, lambda path: figure.savefig(path, format="png", dpi=200, metadata={"Software": None}))
    plt.close(figure)
