"""Fig. 5: accuracy of every module under noise on W^FF (a) or W^R (b), and change of weights (c, d)."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import fig5c, style
from modgrow.figures.style import Axes, Figure

COLUMNS = ("arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy")
CHANGE_COLUMNS = ("arm", "seed", "pathway", "module", "variance")
SHOWN = (1, 2, 4, 7, 11, 19, 29, 44, 59)  # modules drawn: sixty lines would hide each other
SIDES = {"feedforward": "$W^{FF}$", "recurrent": "$W^R$"}


@style.theme()
def draw(table: pd.DataFrame, change: pd.DataFrame, arm: str, arms: dict[str, Arm]) -> Figure:
    """(a, b): mean over draws and seeds, SEM over seeds. (c, d): see `fig5c`."""
    figure, axes = style.new_figure(7.6, 5.4, 2, 2)
    own = table[(table["arm"] == arm) & arms[arm].heads(table["n"]).isin(SHOWN)]
    lowest = own.groupby(["pathway", "n", "epsilon"])["accuracy"].mean().min()
    for panel, (pathway, words) in zip(axes[0], SIDES.items(), strict=True):
        _accuracies(panel, own[own["pathway"] == pathway])
        panel.axhline(0.5, color="0.6", linewidth=0.8, linestyle="--", label="chance")
        panel.set(xlabel=rf"$\varepsilon$ on {words}")
        panel.set_ylim(min(0.45, lowest - 0.02), 1.02)
    axes[0, 0].set_ylabel("accuracy of each module")
    words = style.label(arm, arms[arm], own["seed"].nunique())
    style.legend_beside(axes[0, 1], f"{words}\n$N$ of the module\n(mean; band: SEM over seeds)")
    fig5c.draw(axes[1], change, arms)
    style.letter(axes.flat, ["noise on $W^{FF}$", "noise on $W^R$", *fig5c.TITLES])
    return figure


def _accuracies(panel: Axes, own: pd.DataFrame) -> None:
    """A line per module against epsilon, darker with N."""
    colours = style.colours("viridis_r", len(SHOWN))
    per_seed = own.groupby(["n", "epsilon", "seed"])["accuracy"].mean()
    for colour, marker, (n, curves) in zip(colours, style.MARKERS, per_seed.groupby("n"), strict=False):
        curves = curves.droplevel("n").unstack("seed")
        strengths = style.with_zero(panel, curves.index)
        mean = curves.mean(axis=1).to_numpy()
        error = curves.sem(axis=1).fillna(0.0).to_numpy()
        look = {"color": colour, "marker": marker, "markersize": 3, "linewidth": 1.0}
        panel.plot(strengths, mean, markevery=max(len(strengths) // 8, 1), label=n, **look)
        panel.fill_between(strengths, mean - error, mean + error, color=colour, alpha=0.2, linewidth=0)
