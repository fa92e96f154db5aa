"""Fig. 1: the two architectures, drawn from the weights of real networks."""

import numpy as np

from modgrow.figures import style
from modgrow.figures.style import Axes, Figure


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
def draw(modular: list[dict[str, np.ndarray]], flat: list[dict[str, np.ndarray]]) -> Figure:
    """Modular left, flat right; colour is the weight, grey is no connection."""
    figure, axes = style.new_figure(7.0, 3.6, 1, 2)
    chain = style.counted(len(modular), "module")
    each = style.counted(len(modular[0]["tau"]), "unit")
    all_of_it = style.counted(len(flat[0]["tau"]), "unit")
    heads = style.counted(len(flat[0]["readout"]), "head")
    titles = (f"modular: {chain} of {each}, a head each", f"flat: {all_of_it}, {heads}")
    for panel, modules, title in zip(axes, (modular, flat), titles, strict=True):
        panel.set_title(title)
        if _finite(modules):
            _matrix(panel, modules)
        else:
            style.missing(panel, "the weights of this network are not finite: its training diverged")
    return figure


def _finite(modules: list[dict[str, np.ndarray]]) -> bool:
    return all(np.isfinite(values).all() for module in modules for values in module.values())


def _matrix(panel: Axes, modules: list[dict[str, np.ndarray]]) -> None:
    """All weights of one network in colour, lines between its modules, names beside them."""
    whole, ends = connectivity(modules)
    limit = np.nanpercentile(np.abs(whole), 98) or 1.0  # one large weight would leave the others pale
    colours = style.colour_map("RdBu_r", bad="0.88")
    image = panel.imshow(whole, cmap=colours, vmin=-limit, vmax=limit, interpolation="nearest")
    for end in [0, *ends]:
        panel.axhline(end - 0.5, color="0.3", linewidth=0.4)
        panel.axvline(end + 0.5, color="0.3", linewidth=0.4)  # the input's column moves units by one
    middles = [(first + end - 1) / 2 for first, end in zip([0, *ends[:-1]], ends, strict=True)]
    names = [f"module {m}" for m in range(1, len(ends) + 1)] if len(ends) > 1 else ["all units"]
    heads_at = (ends[-1] + len(whole) - 1) / 2
    panel.set_yticks([*middles, heads_at], [*names, "heads"])
    panel.set_xticks([0, *(middle + 1 for middle in middles)], ["bit ($W^I$)", *names], rotation=90)
    _name_blocks(panel, middles)
    panel.set(xlabel="from", ylabel="to")
    panel.tick_params(length=0)
    panel.figure.colorbar(image, ax=panel, shrink=0.7, label="weight", extend="both")


def _name_blocks(panel: Axes, middles: list[float]) -> None:
    """W^R and, in a chain, W^FF on the blocks of the newest module; what grey means on an empty one."""
    names = [("$W^R$", middles[-1], middles[-1])]
    if len(middles) > 1:
        names += [("$W^{FF}$", middles[-2], middles[-1])]
        names += [("no connection", (middles[1] + middles[-1]) / 2, middles[0])]
    paper = {"boxstyle": "round,pad=0.15", "facecolor": "white", "alpha": 0.75, "edgecolor": "none"}
    for name, column, row in names:
        panel.text(column + 1, row, name, ha="center", va="center", fontsize=7, bbox=paper)
