"""Neurons against connections: what each family costs over N, and where the families change places."""

import pandas as pd

from modgrow.figures import style
from modgrow.figures.style import Axes, Line2D

LAMBDAS = (1.0, 100.0)  # connections that one neuron is worth
LOOKS = {
    "modular": {"color": style.COLOURS[0], "linestyle": "-"},
    "flat": {"color": style.COLOURS[1], "linestyle": "-"},
    "chain by hand": {"color": style.COLOURS[0], "linestyle": ":", "linewidth": 1.0},
    "flat by hand": {"color": style.COLOURS[1], "linestyle": ":", "linewidth": 1.0},
}
TRAINED = ("modular", "flat")
BOUND = {"linestyle": "", "marker": "^", "markersize": 2.6, "markerfacecolor": "white"}


def cost(panel: Axes, table: pd.DataFrame, lam: float) -> None:
    """What the smallest size that solves N costs, if a neuron is worth `lam` connections; a line per size."""
    for (family, _), own in _sizes(table[table["suffices"]]):
        panel.plot(own["n"], lam * own["n_units"] + own["n_weights"], label=family, **LOOKS[family])
    panel.set(yscale="log", xlabel="$N$")
    style.whole_numbers(panel)


def change(panel: Axes, table: pd.DataFrame) -> None:
    """The lambda below which a modular network is cheaper; open: of flat networks too small to solve N.

    A line ends where either family needs its next size.
    """
    modular = table[table["family"] == "modular"].set_index("n")["arm"]
    against = table.assign(against=table["n"].map(modular))
    for (family, *_), own in _sizes(against[against["change"] == "at"], "against"):
        panel.plot(own["n"], own["lambda_change"], label=family, **LOOKS[family])
    for family, own in against[against["change"] == "beyond"].groupby("family", sort=False):
        panel.plot(own["n"], own["lambda_change"], **LOOKS[family] | BOUND)
    panel.set(yscale="log", xlabel="$N$")
    style.whole_numbers(panel)


def legend() -> dict[str, Line2D]:
    """What stands for each family, by what it is called."""
    words = {family: family if family in TRAINED else f"{family}, not trained" for family in LOOKS}
    lines = {words[family]: Line2D([], [], **look) for family, look in LOOKS.items()}
    return lines | {"flat, at least: none solves $N$": Line2D([], [], **LOOKS["flat"] | BOUND)}


def _sizes(table: pd.DataFrame, *more: str):
    """The rows of every family and size."""
    return table.groupby(["family", "arm", *more], sort=False, dropna=False)
