"""Fig. 6: learning with pathways frozen (a) and with pathways copied or not at birth (b)."""

import math

import numpy as np
import pandas as pd

from modgrow.arm import Arm
from modgrow.birth import Birth, named
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
    "otherwise": ("h", "0.1"),  # born neither as a copy nor fresh
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
    smallest = min((arm.units for arm in arms.values() if arm.grows), default=0)
    for panel, (title, names) in zip(axes.flat, panels, strict=False):
        panel.set_title(style.maths(title), loc="left")
        if names:
            _panel(panel, curves[curves["arm"].isin(names)], {name: arms[name] for name in names}, smallest)
        else:
            style.missing(panel, "no arms are named")
    top = curves["n_solved"].max() if len(curves) else 1
    axes.flat[0].set_ylim(0, 1.04 * top)  # of all panels, which share it
    return figure


def _panel(panel: Axes, curves: pd.DataFrame, arms: dict[str, Arm], smallest: int) -> None:
    """The arms of one panel; `smallest` is the size of the smallest modules of the figure."""
    last = int(curves["epoch"].max())
    drawn: list[dict] = []
    said = [words(arm) for arm in arms.values()]
    for place, (name, arm) in enumerate(arms.items()):
        curve = curves[curves["arm"] == name].pivot(index="epoch", columns="seed", values="n_solved")
        called = said[place] if said.count(said[place]) == 1 else style.plain(name)
        look = _look(arm, arm.units > smallest)
        if look in drawn:  # the same policy and size: told apart by the place alone
            look |= {"color": f"C{place}", "marker": style.MARKERS[place % len(style.MARKERS)]}
        drawn.append(look)
        label = f"{called} (n = {curve.shape[1]})"
        _arm(panel, label, look, place, curve.reindex(range(1, last + 1)).ffill())
    panel.set(xlabel="epoch", ylabel="$N_{solved}$", xlim=(0, last + 3 + 2.2 * len(arms)))
    style.whole_numbers(panel)
    panel.set_xticks([tick for tick in panel.get_xticks() if 0 <= tick <= last])
    style.legend_beside(panel, "line: mean; band: SEM over seeds\ndots: each network at the end")


def words(arm: Arm) -> str:
    """How a new module of the arm is born or what is kept frozen, and the units: `W^R frozen, 5 units`."""
    if not arm.grows:
        return arm.title
    frozen = [name for name in SYMBOLS if not arm.growth.trains(name)]
    what = _frozen(arm, frozen) if frozen else _born(arm)
    return f"{what}, {arm.units} units"


def _frozen(arm: Arm, frozen: list[str]) -> str:
    """`W^R frozen`; of what is no plain copy also how it was born: `W^FF zero, frozen`."""
    said: dict[str, list[str]] = {}
    for name in frozen:
        birth = _birth(arm, name)
        how = "frozen" if birth.copies else f"{birth.words or 'fresh'}, frozen"
        said.setdefault(how, []).append(SYMBOLS[name])
    return "; ".join(f"{', '.join(signs)} {how}" for how, signs in said.items())


def _born(arm: Arm) -> str:
    """`all but W^R copied`: how pathways are born; those that are fresh are named only where they are few."""
    said: dict[str, list[str]] = {}
    for name, sign in SYMBOLS.items():
        said.setdefault(_birth(arm, name).words, []).append(sign)
    fresh = said.pop("", [])
    if not said:
        return "nothing copied"
    if len(said) > 1:
        return "; ".join(f"{', '.join(signs)} {how}" for how, signs in said.items())
    how, signs = said.popitem()
    if not fresh:
        return f"all {how}"
    return f"all but {', '.join(fresh)} {how}" if len(fresh) < 3 else f"{', '.join(signs)} {how}"


def _birth(arm: Arm, pathway: str) -> Birth:
    return named(arm.growth.birth(pathway))


def _look(arm: Arm, larger: bool) -> dict:
    """Colour, marker and dash of one arm, the same in every panel."""
    role = _role(arm)
    dash = (0, (5, 1, 1, 1))
    if arm.grows:
        others = [_birth(arm, name).copies for name in ("input", "bias", "tau")]
        dash = "-" if all(others) else (0, (1, 1)) if any(others) else (0, (3, 1))
    marker, colour = ROLES[role]
    face = "white" if larger and role != "flat" else colour
    return {"color": colour, "marker": marker, "linestyle": dash, "markerfacecolor": face}


def _role(arm: Arm) -> str:
    """Which of ROLES an arm has in the figure."""
    if not arm.grows:
        return "flat"
    births = [_birth(arm, name) for name in SYMBOLS]
    if any(birth.words and not birth.copies for birth in births):
        return "otherwise"
    weights = ("recurrent", "feedforward")
    if frozen := [name for name in weights if not arm.growth.trains(name)]:
        return f"{frozen[0]} frozen"
    copied = [name for name in weights if _birth(arm, name).copies]
    return f"{' '.join(copied) or 'neither'} copied"


def _arm(panel: Axes, label: str, look: dict, place: int, curve: pd.DataFrame) -> None:
    """Mean and standard error of one arm; the networks' ends stand side by side."""
    mean = curve.mean(axis=1)
    error = curve.sem(axis=1).fillna(0.0)
    last = curve.index[-1]
    every = (place, max(last // 5, 1))
    panel.plot(mean, linewidth=1.3, markersize=4, markevery=every, label=label, **look)
    panel.fill_between(mean.index, mean - error, mean + error, color=look["color"], alpha=0.2, linewidth=0)
    ends = last + 2 + 2.2 * place + np.linspace(-0.7, 0.7, curve.shape[1])
    panel.plot(ends, curve.iloc[-1], ".", color=look["color"], markersize=3, alpha=0.7)
