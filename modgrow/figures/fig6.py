"""Fig. 6: learning with pathways frozen (a) and with pathways copied or not at birth (b)."""

import math

import numpy as np
import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

COLUMNS = ("arm", "seed", "epoch", "n_solved")


SYMBOLS = {"input": "$W^I$", "recurrent": "$W^R$", "feedforward": "$W^{FF}$", "bias": "$b$", "tau": r"$\tau$"}
ROLES = {  # marker and colour of what is copied or frozen
    "recurrent feedforward copied": ("o", style.COLOURS[0]),
    "recurrent copied": ("^", style.COLOURS[1]),
    "feedforward copied": ("v", style.COLOURS[2]),
    "neither copied": ("s", style.COLOURS[3]),
    "recurrent frozen": ("D", style.COLOURS[4]),
    "feedforward frozen": ("P", style.COLOURS[5]),
    "initial": ("h", "0.1"),
    "flat": ("*", "0.5"),
}


@style.theme()
def draw(curves: pd.DataFrame, panels: list[tuple[str, list[str]]], arms: dict[str, Arm]) -> Figure:
    """Lines are means over seeds, bands their standard error, dots at the right every network's end.

    Colour and marker say whether W^R and W^FF are copied or frozen, the dash what else is copied, a
    white marker that the modules are larger than the smallest of the figure.
    """
    columns = min(len(panels), 2)
    rows = math.ceil(len(panels) / columns)
    figure, axes = style.new_figure(4.8 * columns, 2.4 * rows, rows, columns, squeeze=False, sharey=True)
    for spare in axes.flat[len(panels) :]:
        spare.remove()
    smallest = min((arm.units for arm in arms.values() if arm.growth), default=0)
    for panel, (title, names) in zip(axes.flat, panels, strict=False):
        panel.set_title(style.maths(title), loc="left")
        if not names:
            style.missing(panel, "no arms are named")
            continue
        last = int(curves.loc[curves["arm"].isin(names), "epoch"].max())
        drawn: list[dict] = []
        said = [words(arms[name]) for name in names]
        for place, name in enumerate(names):
            curve = curves[curves["arm"] == name].pivot(index="epoch", columns="seed", values="n_solved")
            called = said[place] if said.count(said[place]) == 1 else style.plain(name)
            label = f"{called} (n = {curve.shape[1]})"
            look = _look(arms[name], arms[name].units > smallest)
            if look in drawn:  # the same policy and size: told apart by the place alone
                look |= {"color": f"C{place}", "marker": style.MARKERS[place % len(style.MARKERS)]}
            drawn.append(look)
            _arm(panel, label, look, place, curve.reindex(range(1, last + 1)).ffill())
        panel.set(xlabel="epoch", ylabel="$N_{solved}$", xlim=(0, last + 3 + 2.2 * len(names)))
        panel.set_ylim(bottom=0)
        style.whole_numbers(panel)
        panel.set_xticks([tick for tick in panel.get_xticks() if 0 <= tick <= last])
        style.legend_beside(panel, "line: mean; band: SEM over seeds\ndots: each network at the end")
    return figure


def words(arm: Arm) -> str:
    """What a new module of the arm copies or keeps frozen, and the units: `W^R frozen, 5 units`."""
    if arm.growth is None:
        return f"flat, {arm.units} units"
    frozen = [sign for name, sign in SYMBOLS.items() if not arm.growth.trains(name)]
    copied = [sign for name, sign in SYMBOLS.items() if arm.growth.birth(name) == "copy"]
    drawn = [sign for sign in SYMBOLS.values() if sign not in copied]
    if frozen:
        what = f"{', '.join(frozen)} frozen"
    elif _like_the_first(arm):
        what = "as the first module began"
    elif not drawn or not copied:
        what = "nothing copied" if drawn else "all copied"
    else:
        what = f"all but {', '.join(drawn)} copied" if len(drawn) < 3 else f"{', '.join(copied)} copied"
    return f"{what}, {arm.units} units"


def _like_the_first(arm: Arm) -> bool:
    return any(arm.growth.birth(name) == "initial" for name in SYMBOLS)


def _look(arm: Arm, larger: bool) -> dict:
    """Colour, marker and dash of one arm, the same in every panel."""
    if arm.growth is None:
        role, dash = "flat", (0, (5, 1, 1, 1))
    else:
        of_both = ("recurrent", "feedforward")
        frozen = [name for name in of_both if not arm.growth.trains(name)]
        copied = [name for name in of_both if arm.growth.birth(name) == "copy"]
        role = f"{frozen[0]} frozen" if frozen else f"{' '.join(copied) or 'neither'} copied"
        role = "initial" if _like_the_first(arm) else role
        others = [arm.growth.birth(name) == "copy" for name in ("input", "bias", "tau")]
        dash = "-" if all(others) else (0, (1, 1)) if any(others) else (0, (3, 1))
    marker, colour = ROLES[role]
    face = "white" if larger and role != "flat" else colour
    return {"color": colour, "marker": marker, "linestyle": dash, "markerfacecolor": face}


def _arm(panel: Axes, label: str, look: dict, place: int, curve: pd.DataFrame) -> None:
    """Mean and standard error of one arm; the networks' ends stand side by side."""
    mean, error, last = curve.mean(axis=1), curve.sem(axis=1).fillna(0.0), curve.index[-1]
    every = (place, max(last // 5, 1))
    panel.plot(mean, linewidth=1.3, markersize=4, markevery=every, label=label, **look)
    panel.fill_between(mean.index, mean - error, mean + error, color=look["color"], alpha=0.2, linewidth=0)
    ends = last + 2 + 2.2 * place + np.linspace(-0.7, 0.7, curve.shape[1])
    panel.plot(ends, curve.iloc[-1], ".", color=look["color"], markersize=3, alpha=0.7)
