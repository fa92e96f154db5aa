"""Fig. 8: what suffices for a chain to grow (a), what more units buy (b), clones (c), and costs (d to f)."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import costs, dots, held, style
from modgrow.figures.style import Axes, Figure, Line2D
from modgrow.figures.theme import SMALL
from modgrow.verdict.cloning import reaches
from modgrow.verdict.half_points import half_points

BY_HAND = {"color": "0.45", "linewidth": 0.9, "marker": "P", "markersize": 4.2, "markeredgewidth": 0.7}
FAMILIES = {"exact": ("-", BY_HAND["color"]), "exact_flat": ("", "white")}  # by hand: dash, filling
ITSELF = {"color": "0.6", "linewidth": 1.0, "zorder": 0}
SAID = {"fontsize": SMALL, "color": "0.4"}  # words within a panel
APART = 0.9  # units per task, what the networks of an arm take in (b)
FAR = 200  # the N that one network is driven to

Tables = Mapping[str, pd.DataFrame]
Looks = Mapping[str, dict]


@style.theme()
def draw(
    tables: Tables,
    arms: dict[str, Arm],
    controlled: dict[str, list[str]],
    comparison: list[str],
    threshold: float,
) -> Figure:
    """A mark is a network, a bar the median of an arm. Of `tables`, by name, those of (b) to (f) may lack.

    `controlled`: for each chain of (a) the arms (`holding.py`). `comparison`: the arms of (b), where a task
    counts as solved above `threshold`.
    """
    figure = Figure(figsize=(7.2, 6.7), layout="constrained")
    panel, matrix, units, cloned, *costly = _panels(figure)
    looks = _looks(tables, arms, [*controlled, *comparison])
    held.draw(panel, matrix, tables["learning_curves"], arms, controlled, looks)
    _units(units, tables, arms, comparison, threshold, looks)
    _clones(cloned, tables.get("cloning"), looks)
    _costs(costly, tables.get("costs"))
    for axes, letter in zip([panel, units, cloned, *costly], "abcdef", strict=True):
        axes.set_title(letter, loc="left", fontweight="bold", fontsize=8)
    for axes in figure.axes:
        axes.tick_params(labelsize=7)
        axes.xaxis.label.set_size(7.5)
        axes.yaxis.label.set_size(7.5)
    _legends(figure, arms, looks, tables)
    return figure


def _panels(figure: Figure) -> list[Axes]:
    """Those of (a), networks above their matrix; below it (b) and (c), and below these (d) to (f)."""
    first, second, third = figure.add_gridspec(3, 1, height_ratios=[1.35, 1.0, 0.95])
    networks, matrix = first.subgridspec(2, 1, height_ratios=[3.0, 1.0], hspace=0.03)
    above = figure.add_subplot(networks)
    found = [above, figure.add_subplot(matrix, sharex=above)]
    found += list(second.subgridspec(1, 2, width_ratios=[1.0, 1.6]).subplots())
    return [*found, *third.subgridspec(1, 3).subplots()]


def _looks(tables: Tables, arms: dict[str, Arm], shown: Iterable[str]) -> Looks:
    """As in every figure of the arms that are compared, with those that were cloned."""
    cloned = tables["cloning"]["arm"].unique() if "cloning" in tables else []
    return style.looks({name: arms[name] for name in dict.fromkeys([*shown, *cloned])})


# b: half-points, trained and by hand


def _units(
    panel: Axes, tables: Tables, arms: dict[str, Arm], comparison: list[str], threshold: float, looks: Looks
) -> None:
    """The noise on weights that halves the tasks, by units per task; grey: copies of units by hand."""
    panel.set(xlabel="units per task solved (mean)", ylabel=r"half-point ($\varepsilon$ on weights)")
    if not {"exact", "perturbation_summary"} <= set(tables):
        style.missing(panel, "no arms are compared")
        return
    _by_hand(panel, half_points(tables["exact"], threshold))
    summary = tables["perturbation_summary"].query("pathway == 'weights' and solved_unperturbed > 0")
    for name in comparison:
        own = summary[summary["arm"] == name]
        own = own.sort_values("half_epsilon")
        at = _per_task([arms[name].units] * len(own), own, arms[name].grows).mean() if len(own) else 0.0
        marks = [dots.mark(looks[name])] * len(own)
        dots.side_by_side(panel, at, APART, own["half_epsilon"].to_numpy(), marks)
    if not style.has_data(panel):
        style.missing(panel, "no network solved a task")
        return
    panel.set(yscale="log", xlim=(0, None))
    style.decades(panel.yaxis)


def _by_hand(panel: Axes, found: pd.DataFrame) -> None:
    """Chains by hand, from small to large, and flat networks by hand: `exact_10`, `exact_flat_54`."""
    names = [arm.rpartition("_") for arm in found["arm"]]
    sizes = [int(name[2]) for name in names]
    found = found.assign(family=[name[0] for name in names], units=sizes).sort_values("units")
    for family, (dash, face) in FAMILIES.items():
        own = found[found["family"] == family]
        at = _per_task(own["units"], own, grows=family == "exact")
        panel.plot(at, own["half_epsilon"], **BY_HAND | {"linestyle": dash, "markerfacecolor": face})


def _per_task(units: Iterable[int], own: pd.DataFrame, grows: bool) -> np.ndarray:
    """Units of a module, or of a flat network for each task that it solves unperturbed."""
    return np.array(list(units)) / (1.0 if grows else own["solved_unperturbed"].to_numpy())


# c: clones


def _clones(panel: Axes, table: pd.DataFrame | None, looks: Looks) -> None:
    """How far the clones of a module are right (full), or right and wrong in turn (open)."""
    panel.set(xlabel="module cloned  (● right  ○ right and wrong in turn)", ylabel="$N$ that clones reach")
    if table is None or table.empty:
        style.missing(panel, "no module was cloned")
        return
    reached = reaches(table)
    names = sorted(set(reached["cloned"]), key=lambda name: (not name.isdigit(), name.zfill(9)))
    shown = [name for name in looks if name in set(reached["arm"])]
    each = held.WIDE / len(shown)
    for place, cloned in enumerate(names):
        own = reached[reached["cloned"] == cloned]
        for rank, name in enumerate(shown):
            at = place + (rank - (len(shown) - 1) / 2) * each
            _reaches(panel, at, each, own[own["arm"] == name], dots.mark(looks[name]))
        _itself(panel, place, own)
    for n in (FAR, table["n"].max()):
        panel.axhline(n, **held.GREY)
    panel.text(-held.BAND, 1.08 * FAR, f"$N$ = {FAR}", **SAID)
    panel.set(yscale="log", xticks=range(len(names)), xticklabels=names, ylim=(0.55 * table["n"].min(), None))
    panel.tick_params(axis="x", length=0)
    style.decades(panel.yaxis)


def _reaches(panel: Axes, at: float, width: float, own: pd.DataFrame, mark: dict) -> None:
    """The networks of one arm, the shorter reach at the left."""
    own = own.sort_values("reach_by_sign")
    marks = [mark | {"markerfacecolor": "white"} if turns else mark for turns in own["alternates"]]
    dots.side_by_side(panel, at, width, own["reach_by_sign"].to_numpy(), marks)


def _itself(panel: Axes, place: float, own: pd.DataFrame) -> None:
    """The N that the module itself answers for, if it is the same in all networks."""
    if own["n_own"].nunique() == 1:
        n = own["n_own"].iloc[0]
        panel.plot([place - held.BAND, place + held.BAND], [n, n], **ITSELF)
        panel.text(place, 0.9 * n, "own $N$", ha="center", va="top", **SAID)


# d to f: costs


def _costs(panels: list[Axes], table: pd.DataFrame | None) -> None:
    """C(N; lambda) at two lambda, and the lambda at which a family costs what the modular one does."""
    if table is None:
        for panel in panels:
            style.missing(panel, "no plain arm learns parity")
        return
    for panel, lam in zip(panels, costs.LAMBDAS, strict=False):
        costs.cost(panel, table, lam)
        panel.set_title(rf"$\lambda$ = {lam:g}", fontsize=7.5)
    panels[0].set_ylabel(r"cost, $\lambda$ units + weights")
    _alike(panels[:-1])
    costs.change(panels[-1], table)
    panels[-1].set_ylabel(r"$\lambda$ of equal cost")
    if not style.has_data(panels[-1]):
        style.missing(panels[-1], "no two families cost the same")
        return
    words = {"transform": panels[-1].transAxes, "ha": "right"} | SAID
    panels[-1].text(0.98, 0.03, "below: modular\nis cheaper", **words)
    for panel in panels:
        panel.set_xlim(0, table["n"].max() + 1)


def _alike(panels: list[Axes]) -> None:
    """One scale for all, written at the first."""
    lows, highs = zip(*(panel.get_ylim() for panel in panels), strict=True)
    for panel in panels:
        panel.set_ylim(min(lows), max(highs))
    for panel in panels[1:]:
        panel.tick_params(labelleft=False)


def _legends(figure: Figure, arms: dict[str, Arm], looks: Looks, tables: Tables) -> None:
    """Above the arms of (a) to (c), below the families of (d) to (f)."""
    shown = {style.named(name, arms[name]): dots.mark(look) for name, look in looks.items()}
    if "exact" in tables:
        shown["by hand, units copied"] = BY_HAND
    marks = [Line2D([], [], **look | {"markersize": 4.2}) for look in shown.values()]
    figure.legend(marks, shown, loc="outside upper center", ncols=5, frameon=False, handlelength=1.5)
    if "costs" in tables:
        lines = costs.legend()
        below = {"loc": "outside lower right", "ncols": len(lines), "frameon": False}
        figure.legend(lines.values(), lines, **below)
