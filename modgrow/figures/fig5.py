"""Fig. 5: accuracy of every module under noise on W^FF (a) or W^R (b), and change of weights (c)."""

import matplotlib.pyplot as plt
import pandas as pd
import seaborn as sns
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from modgrow.arm import Arm
from modgrow.figures import style

COLUMNS = ("arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy")
CHANGE_COLUMNS = ("arm", "seed", "pathway", "module", "variance")


def draw(table: pd.DataFrame, change: pd.DataFrame, arm: str, arms: dict[str, Arm]) -> Figure:
    """(a, b): mean over draws and seeds, one line per module. (c): mean over modules, dots are seeds."""
    figure, axes = style.new_figure(9.0, 2.9, 1, 3, width_ratios=[1, 1.2, 1])
    own = table[table["arm"] == arm]
    colours, scale = sns.color_palette("viridis_r", as_cmap=True), Normalize(own["n"].min(), own["n"].max())
    for panel, pathway, words in ((axes[0], "feedforward", "$W^{FF}$"), (axes[1], "recurrent", "$W^R$")):
        means = own[own["pathway"] == pathway].groupby(["epsilon", "n"])["accuracy"].mean().unstack("n")
        means.index = [means.index[1] / 4, *means.index[1:]]
        for n in means:
            panel.plot(means[n], color=colours(scale(n)), linewidth=0.8)
        panel.set(xscale="log", xlabel=rf"$\varepsilon$ on {words} (leftmost: 0)", ylim=(0.45, 1.02))
    axes[0].set_ylabel("accuracy of each module")
    mappable = plt.cm.ScalarMappable(scale, colours)
    figure.colorbar(mappable, ax=axes[1], label="$N$ of the module")
    per_seed = change.groupby(["arm", "pathway", "seed"])["variance"].mean().reset_index()
    per_seed["units"] = [arms[name].units for name in per_seed["arm"]]
    for pathway, marker, words in (("feedforward", "o", "$W^{FF}$"), ("recurrent", "s", "$W^R$")):
        points = per_seed[per_seed["pathway"] == pathway]
        mean = points.groupby("units")["variance"].mean()
        face = "0.2" if pathway == "feedforward" else "white"
        axes[2].plot(points["units"], points["variance"], ".", color="0.6", markersize=3)
        axes[2].plot(mean, color="0.2", marker=marker, markerfacecolor=face, label=words)
    axes[2].set(xlabel="units per module", ylabel="variance of normalised weight change")
    axes[2].set_ylim(bottom=0)
    axes[2].set_xticks(sorted(per_seed["units"].unique()))
    axes[2].legend(frameon=False, title="line: mean; dots: seeds", title_fontsize=6.5)
    for panel, letter in zip(axes, "abc", strict=True):
        panel.set_title(letter, loc="left", fontweight="bold")
    return figure
