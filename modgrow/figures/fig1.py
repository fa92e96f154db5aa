"""Fig. 1: a chain that grows, and the two architectures, drawn from the weights of real networks."""

import numpy as np

from modgrow.arm import Arm
from modgrow.figures import growth, style
from modgrow.figures.style import Axes, Figure
from modgrow.figures.theme import SMALL

DIVERGED = "the weights of this network are not finite: its training diverged"


def connectivity(modules: list[dict[str, np.ndarray]]) -> tuple[np.ndarray, list[int]]:
    """All weights of a chain as one matrix (to, from), and where each module ends.

    The first column is the input bit; the rows below the units are the heads (the difference of their
    two logits). W^R stands on the diagonal, W^FF below it.
    """
    sizes = [len(module["tau"]) for module in modules]
    ends = np.cumsum(sizes).tolist()
    heads = sum(len(module["readout"]) for module in modules)
    whole = np.full((ends[-1] + heads, 1 + ends[-1]), np.nan)
    row = ends[-1]
    for place, module in enumerate(modules):
        own = slice(ends[place] - sizes[place], ends[place])
        shifted = slice(own.start + 1, own.stop + 1)
        whole[own, 0] = module["input"]
        whole[own, shifted] = np.where(np.eye(sizes[place], dtype=bool), np.nan, module["recurrent"])
        if place:
            below = slice(own.start + 1 - sizes[place - 1], own.start + 1)
            whole[own, below] = module["feedforward"]
        for readout in module["readout"]:
            whole[row, shifted] = readout[1] - readout[0]
            row += 1
    return whole, ends


@style.theme()
def draw(modular: list[dict[str, np.ndarray]], flat: list[dict[str, np.ndarray]], arm: Arm) -> Figure:
    """(a) The chain as it grows, of the recipe `arm`; (b) all its weights, (c) those of flat."""
    figure = style.empty_figure(7.2, 4.6)
    grid = figure.add_gridspec(2, 2, width_ratios=[1.75, 1])
    grown, chain, population = (figure.add_subplot(place) for place in (grid[:, 0], grid[0, 1], grid[1, 1]))
    if _finite(modular):
        growth.draw(grown, modular, _limit(modular), arm)
    else:
        style.missing(grown, DIVERGED)
    for panel, modules in ((chain, modular), (population, flat)):
        if _finite(modules):
            _matrix(panel, modules)
        else:
            style.missing(panel, DIVERGED)
    titles = ("a chain that grows", _words_of_chain(modular), _words_of_flat(flat))
    style.letter((grown, chain, population), titles)
    return figure


def _words_of_chain(modular: list[dict[str, np.ndarray]]) -> str:
    return f"{style.counted(len(modular), 'module')} of {style.counted(_units(modular), 'unit')}"


def _words_of_flat(flat: list[dict[str, np.ndarray]]) -> str:
    heads = style.counted(len(flat[0]["readout"]), "head")
    return f"flat: {style.counted(_units(flat), 'unit')}, {heads}"


def _units(modules: list[dict[str, np.ndarray]]) -> int:
    return len(modules[0]["tau"])


def _limit(modules: list[dict[str, np.ndarray]]) -> float:
    """Where the colours end: at large weights between units; those of bits and heads are larger."""
    parts = [
        module[name].ravel() for module in modules for name in ("recurrent", "feedforward") if name in module
    ]
    return float(np.percentile(np.abs(np.concatenate(parts)), 98)) or 1.0


def _finite(modules: list[dict[str, np.ndarray]]) -> bool:
    return all(np.isfinite(values).all() for module in modules for values in module.values())


def _matrix(panel: Axes, modules: list[dict[str, np.ndarray]]) -> None:
    """All weights of one network in colour, lines between its modules, names beside them."""
    whole, ends = connectivity(modules)
    limit = _limit(modules)
    colours = style.colour_map("RdBu_r", bad="0.88")
    image = panel.imshow(whole, cmap=colours, vmin=-limit, vmax=limit, interpolation="nearest")
    for end in [0, *ends]:
        panel.axhline(end - 0.5, color="0.3", linewidth=0.4)
        panel.axvline(end + 0.5, color="0.3", linewidth=0.4)  # the input's column moves units by one
    middles = [(first + end - 1) / 2 for first, end in zip([0, *ends[:-1]], ends, strict=True)]
    names = [f"module {m}" for m in range(1, len(ends) + 1)] if len(ends) > 1 else ["units"]
    heads_at = (ends[-1] + len(whole) - 1) / 2
    panel.set_yticks([*middles, heads_at], [*names, "heads"], fontsize=SMALL)
    panel.set_xticks([0], ["bit"], fontsize=SMALL)
    _name_blocks(panel, middles)
    panel.set_xlabel("from", fontsize=SMALL)
    panel.set_ylabel("to", fontsize=SMALL)
    panel.tick_params(length=0)
    bar = panel.figure.colorbar(image, ax=panel, shrink=0.8, extend="both")
    bar.set_label("weight", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)


def _name_blocks(panel: Axes, middles: list[float]) -> None:
    """W^R and, in a chain, W^FF on the blocks of the newest module; what grey means on an empty one."""
    names = [("$W^R$", middles[-1], middles[-1])]
    if len(middles) > 1:
        names += [("$W^{FF}$", middles[-2], middles[-1])]
        names += [("no connection", (middles[1] + middles[-1]) / 2, middles[0])]
    paper = {"boxstyle": "round,pad=0.15", "facecolor": "white", "alpha": 0.75, "edgecolor": "none"}
    for name, column, row in names:
        panel.text(column + 1, row, name, ha="center", va="center", fontsize=7, bbox=paper)
