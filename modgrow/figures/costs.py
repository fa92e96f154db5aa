"""Neurons against connections: what each family costs over N, and where the families change places."""

import pandas as pd

from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

LAMBDAS = (1.0, 100.0, 1000.0)  # connections that one neuron is worth
LOOKS = {
    "modular": {"color": style.COLOURS[0], "linestyle": "-"},
    "flat": {"color": style.COLOURS[1], "linestyle": "-"},
    "chain by hand": {"color": "0.35", "linestyle": "-", "linewidth": 0.8},
    "flat by hand": {"color": "0.35", "linestyle": (0, (3, 1.5)), "linewidth": 0.8},
}
TRAINED = ("modular", "flat")


@style.theme()
def draw(table: pd.DataFrame) -> Figure:
    """A panel per lambda with the cost of each family; the last, the lambda at which they change places."""
    figure, panels = style.new_figure(width=7.2, height=2.4, columns=len(LAMBDAS) + 1)
    for panel, lam in zip(panels, LAMBDAS, strict=False):
        cost(panel, table, lam)
    panels[0].set_ylabel(r"cost $\lambda\,$units + weights")
    change(panels[-1], table)
    for panel in panels:
        panel.set_xlim(0, table["n"].max() + 1)
    lines = [line for panel in (panels[0], panels[-1]) for line in panel.get_legend_handles_labels()[0]]
    figure.legend(handles=lines, loc="outside lower center", ncols=len(lines), frameon=False)
    return figure


def cost(panel: Axes, table: pd.DataFrame, lam: float) -> None:
    """What the smallest size that solves N costs, if a neuron is worth `lam` connections."""
    for family, own in table[table["suffices"]].groupby("family", sort=False):
        words = family if family in TRAINED else f"{family} (not trained)"
        panel.plot(own["n"], lam * own["n_units"] + own["n_weights"], label=words, **LOOKS[family])
    panel.set(yscale="log", xlabel="$N$", title=rf"$\lambda$ = {lam:g}")
    style.whole_numbers(panel)


def change(panel: Axes, table: pd.DataFrame) -> None:
    """The lambda below which a modular network is cheaper; open: of flat networks too small to solve N."""
    for family, own in table.groupby("family", sort=False):
        known = own[own["change"] == "at"]
        least = own[own["change"] == "beyond"]
        panel.plot(known["n"], known["lambda_change"], **LOOKS[family])
        if len(least):
            words = f"{family}: at least, as no size tried solves $N$"
            panel.plot(least["n"], least["lambda_change"], "^", label=words, **_open(family))
    panel.set(yscale="log", xlabel="$N$", ylabel=r"$\lambda$", title="equal to modular")
    style.whole_numbers(panel)


def _open(family: str) -> dict:
    return {"color": LOOKS[family]["color"], "markerfacecolor": "white", "markersize": 2.5}
