"""Fig. 6: learning with pathways frozen (a) and with pathways copied or not at birth (b)."""

import itertools
import math
import textwrap

import numpy as np
import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import policies, style
from modgrow.figures.policies import words
from modgrow.figures.style import Axes, Figure, Line2D

COLUMNS = ("arm", "seed", "epoch", "n_solved")
ACROSS = 4  # panels in a row, below the first
END = 0.04  # of the epochs, that an arm takes at the right end


@style.theme()
def draw(curves: pd.DataFrame, panels: list[tuple[str, list[str]]], arms: dict[str, Arm]) -> Figure:
    """Lines are means over seeds, bands their standard error, dots at the right every network's end.

    Colour and marker say whether W^R and W^FF are copied or frozen, the dash what else is copied, a white
    marker that the modules have more than five units: one legend, beside the first panel.
    """
    shown = {name: arms[name] for name in dict.fromkeys(itertools.chain(*(names for _, names in panels)))}
    curves = curves[curves["arm"].isin(list(shown))]
    looks = policies.of_all(shown)
    figure, axes, beside = _laid_out(len(panels))
    for panel, (title, names) in zip(axes, panels, strict=True):
        wide = 26 if panel is not axes[0] else 60
        panel.set_title(style.maths(textwrap.fill(title, wide)), loc="left", fontsize=8)
        if names:
            _panel(panel, curves[curves["arm"].isin(names)], {name: looks[name] for name in names})
        else:
            style.missing(panel, "no arms are named")
    top = curves["n_solved"].max() if len(curves) else 1
    axes[0].set_ylim(0, 1.06 * top)  # of all panels, which share it
    style.whole_numbers(axes[0], "y")
    _explain(beside, curves, shown, looks)
    return figure


def _laid_out(count: int) -> tuple[Figure, list[Axes], Axes]:
    """The first panel beside a place for the legend; below it rows of panels, each filled."""
    rows = math.ceil((count - 1) / ACROSS)
    figure = style.empty_figure(8.0, 2.9 + 1.75 * rows)
    parts = figure.add_gridspec(1 + rows, 12, height_ratios=[1.7] + [1.0] * rows)
    axes = [figure.add_subplot(parts[0, :6])]
    beside = figure.add_subplot(parts[0, 6:])
    beside.set_axis_off()
    for row in range(rows):
        many = min(ACROSS, count - 1 - row * ACROSS)
        for place in range(many):
            across = slice(12 * place // many, 12 * (place + 1) // many)
            panel = figure.add_subplot(parts[1 + row, across], sharey=axes[0])
            panel.tick_params(labelleft=not place)
            axes.append(panel)
    return figure, axes, beside


def _panel(panel: Axes, curves: pd.DataFrame, looks: dict[str, dict]) -> None:
    """The arms of one panel."""
    if curves.empty:
        style.missing(panel, "no network of these arms")
        return
    last = int(curves["epoch"].max())
    for place, (name, look) in enumerate(looks.items()):
        curve = curves[curves["arm"] == name].pivot(index="epoch", columns="seed", values="n_solved")
        _arm(panel, look, place / len(looks), curve.reindex(range(1, last + 1)).ffill())
        _ends(panel, look, last * (1.0 + END * (place + 1.2)), curve.ffill().iloc[-1], last)
    right = last * (1.0 + END * (len(looks) + 1.4))
    panel.set_xlim(0, right)
    style.whole_numbers(panel)
    panel.set_xticks([tick for tick in panel.get_xticks() if 0 <= tick <= last])
    panel.axvspan(last, right, color="0.95", linewidth=0, zorder=0)
    panel.set_xlabel("epoch")
    if panel.get_subplotspec().colspan.start == 0:
        panel.set_ylabel("$N_{solved}$")


def _arm(panel: Axes, look: dict, share: float, curve: pd.DataFrame) -> None:
    """Mean and standard error of one arm; its marks begin at its own share of the distance between two."""
    mean = curve.mean(axis=1)
    error = curve.sem(axis=1).fillna(0.0)
    apart = max(len(curve) // 4, 1)
    panel.plot(mean, linewidth=1.2, markersize=3.5, markevery=(int(share * apart), apart), **look)
    panel.fill_between(mean.index, mean - error, mean + error, color=look["color"], alpha=0.2, linewidth=0)


def _ends(panel: Axes, look: dict, x: float, ends: pd.Series, last: int) -> None:
    """Where the networks of one arm end, beside each other."""
    across = x + last * END * np.linspace(-0.35, 0.35, len(ends))
    panel.plot(across, ends, ".", color=look["color"], markersize=3, alpha=0.7)


def _explain(beside: Axes, curves: pd.DataFrame, arms: dict[str, Arm], looks: dict[str, dict]) -> None:
    """What every look stands for."""
    handles = [*_of_policies(arms, looks), *_of_names(arms, looks), *_of_the_rest(arms)]
    n_seeds = curves.groupby("arm")["seed"].nunique()
    said = "line: mean; band: SEM; dots on grey: networks at the end"
    if len(n_seeds):
        said += f"; n = {' to '.join(map(str, dict.fromkeys((n_seeds.min(), n_seeds.max()))))}"
    look = {"loc": "center left", "ncols": 2, "frameon": False, "handlelength": 2.6, "columnspacing": 1.0}
    beside.legend(handles=handles, title=said, **look).set_in_layout(False)


def _of_policies(arms: dict[str, Arm], looks: dict[str, dict]) -> list[Line2D]:
    """The colours and markers of policies that some arm has."""
    handles = []
    for role, (marker, colour, said) in policies.ROLES.items():
        if said and any(
            policies.role(arms[name]) == role and _by_policy(arms[name], looks[name]) for name in arms
        ):
            handles.append(Line2D([], [], color=colour, marker=marker, label=said))
    return handles


def _of_names(arms: dict[str, Arm], looks: dict[str, dict]) -> list[Line2D]:
    """Arms with a look or words of their own."""
    said = [words(arm) for arm in arms.values()]
    handles = []
    for (name, arm), called in zip(arms.items(), said, strict=True):
        if not policies.ROLES[policies.role(arm)][2] or not _by_policy(arm, looks[name]):
            label = called if said.count(called) == 1 else style.plain(name)
            handles.append(Line2D([], [], label=label, **looks[name]))
    return handles


def _by_policy(arm: Arm, look: dict) -> bool:
    """Whether an arm has the look of its policy."""
    return look == policies.look_of(policies.role(arm), arm)


def _of_the_rest(arms: dict[str, Arm]) -> list[Line2D]:
    """Dashes for what else is copied, filled and white marks for sizes; only where there are several."""
    grown = [arm for arm in arms.values() if arm.grows]
    dashes = [dash for dash in policies.DASHES if any(policies.others(arm) == dash for arm in grown)]
    handles = []
    for copied in dashes:
        label = rf"$W^I$, $b$, $\tau$ {copied}"
        handles.append(Line2D([], [], color="0.2", linestyle=policies.DASHES[copied], label=label))
    for face, larger in (("0.2", False), ("white", True)):
        sizes = sorted({arm.units for arm in grown if (arm.units > policies.SMALL_MODULES) == larger})
        if sizes:
            label = f"{', '.join(map(str, sizes))} units"
            handles.append(
                Line2D([], [], color="0.2", marker="o", linestyle="", markerfacecolor=face, label=label)
            )
    return handles
