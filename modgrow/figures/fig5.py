"""Fig. 5: accuracy of every module under noise on W^FF (a) or W^R (b), and change of weights (c)."""

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.figure import Figure

from modgrow.arm import Arm
from modgrow.figures import style

COLUMNS = ("arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy")
CHANGE_COLUMNS = ("arm", "seed", "pathway", "module", "variance")
SHOWN = (2, 3, 5, 8, 12, 20, 30, 45, 60)  # N of the modules drawn: sixty lines would hide each other


def draw(table: pd.DataFrame, change: pd.DataFrame, arm: str, arms: dict[str, Arm]) -> Figure:
    """(a, b): mean over draws and seeds, SEM over seeds. (c): mean over modules and seeds, dots are seeds."""
    figure, axes = style.new_figure(9.0, 2.9, 1, 3, width_ratios=[1, 1.3, 1])
    own = table[(table["arm"] == arm) & table["n"].isin(SHOWN)]
    for panel, pathway, words in ((axes[0], "feedforward", "$W^{FF}$"), (axes[1], "recurrent", "$W^R$")):
        _accuracies(panel, own[own["pathway"] == pathway])
        panel.axhline(0.5, color="0.6", linewidth=0.8, linestyle="--", label="chance")
        panel.set(xlabel=rf"$\varepsilon$ on {words}", ylim=(0.45, 1.02))
    axes[0].set_ylabel("accuracy of each module")
    words = style.label(arm, arms[arm], own["seed"].nunique())
    style.legend_beside(axes[1], f"{words}\n$N$ of the module\n(mean, SEM over seeds)")
    per_seed = change.groupby(["arm", "pathway", "seed"])["variance"].mean().reset_index()
    per_seed["units"] = [arms[name].units for name in per_seed["arm"]]
    _changes(axes[2], per_seed)
    for panel, letter in zip(axes, "abc", strict=True):
        panel.set_title(letter, loc="left", fontweight="bold")
    return figure


def _accuracies(panel: plt.Axes, own: pd.DataFrame) -> None:
    """A line per module against epsilon, darker with N."""
    colours = sns.color_palette("viridis_r", n_colors=len(SHOWN))
    per_seed = own.groupby(["n", "epsilon", "seed"])["accuracy"].mean()
    for colour, marker, (n, curves) in zip(colours, style.MARKERS, per_seed.groupby("n"), strict=False):
        curves = curves.droplevel("n").unstack("seed")
        strengths = style.with_zero(panel, curves.index)
        look = {"color": colour, "marker": marker, "markersize": 3, "linewidth": 1.0, "elinewidth": 0.7}
        panel.errorbar(strengths, curves.mean(axis=1), curves.sem(axis=1).fillna(0.0), label=n, **look)


def _changes(panel: plt.Axes, per_seed: pd.DataFrame) -> None:
    """Variance of the weight change per module size; pathways stand side by side."""
    pairs = per_seed.pivot(index=["units", "seed"], columns="pathway", values="variance").dropna()
    for (units, _), pair in pairs.iterrows():
        ends = [0.97 * units, 1.03 * units]
        panel.plot(ends, pair[["feedforward", "recurrent"]], color="0.7", linewidth=0.4, zorder=0)
    sides = (0.97, "feedforward", "o", "$W^{FF}$"), (1.03, "recurrent", "s", "$W^R$")
    for shift, pathway, marker, words in sides:
        points = per_seed[per_seed["pathway"] == pathway]
        mean = points.groupby("units")["variance"].mean()
        face = "0.2" if pathway == "feedforward" else "white"
        dots = {"linestyle": "", "marker": marker, "markersize": 2.5, "markeredgewidth": 0.5}
        panel.plot(points["units"] * shift, points["variance"], color="0.55", markerfacecolor=face, **dots)
        panel.plot(mean.index * shift, mean, color="0.2", marker=marker, markerfacecolor=face, label=words)
    panel.set(xlabel="units per module", ylabel="variance of normalised weight change", yscale="log")
    panel.set_xticks(sorted(per_seed["units"].unique()))
    panel.legend(frameon=False, title="large: mean\nsmall: each network", title_fontsize=6.5)
