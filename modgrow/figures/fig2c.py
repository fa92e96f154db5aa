"""Fig. 2c: accuracy on N + K after a little training of a new head, against K."""

import numpy as np
import pandas as pd

from modgrow import task
from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Figure

COLUMNS = ("arm", "seed", "variant", "k", "n", "accuracy")
DASHES = {"default": "-", "readout": ":"}
WORDS = {"default": "head and last-trained parameters", "readout": "head alone"}


@style.theme()
def draw(table: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """Lines are means over seeds, bars their standard deviation (as in the paper), dots single networks."""
    figure, axes = style.new_figure(height=3.8)
    trained = int((table["n"] - table["k"]).iloc[0])
    colours = style.contrasts(arms)
    for (name, look), shift in zip(style.looks(arms).items(), np.linspace(-0.1, 0.1, len(arms)), strict=True):
        tested = table[table["arm"] == name].dropna(subset="accuracy")
        if tested.empty:
            words = f"no network of {style.named(name, arms[name])} solved N = {trained}"
            axes.plot([], [], " ", label=words)
            continue
        for variant, dash in DASHES.items():
            own = tested[tested["variant"] == variant]
            grouped = own.groupby("k")["accuracy"]
            colour = colours[name]
            axes.plot(own["k"] + shift, own["accuracy"], ".", color=colour, markersize=2, alpha=0.5)
            label = f"{style.label(name, arms[name], own['seed'].nunique())}, {WORDS[variant]}"
            axes.errorbar(
                grouped.mean().index + shift,
                grouped.mean(),
                grouped.std().fillna(0.0),
                color=colour,
                linestyle=dash,
                marker=look["marker"],
                markersize=3,
                linewidth=1.2,
                elinewidth=0.7,
                label=label,
            )
    for name in dict.fromkeys(arm.task for arm in arms.values()):
        ks = sorted(table["k"].unique())
        chance = [task.named(name).chance(trained + int(k), 0.5) for k in ks]
        axes.plot(ks, chance, color="0.6", linewidth=0.8, linestyle="--", label="chance (p = 0.5)")
    axes.set(xlabel=f"$K$ (new task $N = {trained} + K$)", ylabel="accuracy")
    axes.set_ylim(min(0.45, table["accuracy"].min() - 0.02), 1.02)
    axes.set_xticks(sorted(table["k"].unique()))
    title = "line: mean; bar: standard deviation over seeds; dots: each network"
    figure.legend(
        loc="outside lower center", frameon=False, title=title, title_fontsize=6.5, handlelength=3.2
    )
    return figure
