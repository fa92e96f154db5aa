"""Fig. 4: trained (a) and effective (b) timescales against N, beside what an ideal parity reader shows."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from modgrow.arm import Arm
from modgrow.figures import style

COLUMNS = ("arm", "seed", "n", "drive", "unit", "tau", "state", "tau_effective", "tau_weighted", "tau_refit")
DASHES = {"uniform": "-", "0.5": (0, (1, 1))}
WORDS = {"uniform": "each run its own p", "0.5": "p = 0.5"}


def draw(table: pd.DataFrame, ideal: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """Means over neurons, then over seeds; bands are the standard deviation over seeds.

    Neurons with an effective tau of at most 1 are left out of (b), as published; so are silent ones. (b) is
    cut at twice the highest mean under the published drive: with p = 0.5 a few fits at the bound lead means.
    """
    figure, axes = style.new_figure(8.0, 5.2, 2, 2)
    axes = axes.flat
    for name in arms:
        own, colour = table[table["arm"] == name], style.contrast(arms[name])
        words = style.label(name, arms[name], own["seed"].nunique())
        _line(axes[0], own[own["drive"] == "uniform"], "tau", colour, "-", words)
        for drive, dash in DASHES.items():
            driven = own[own["drive"] == drive]
            kept = driven["tau_effective"] > 1
            label = f"{words}, {WORDS[drive]} ({1 - kept.mean():.0%} left out)"
            driven = driven[kept]
            _line(axes[1], driven, "tau_effective", colour, dash, label)
            _line(axes[2], driven, "tau_weighted", colour, dash, f"{words}, {WORDS[drive]}")
        checked = own.dropna(subset=["tau_refit"])
        mark = {
            "marker": "o" if arms[name].architecture == "modular" else "s",
            "linestyle": "",
            "markersize": 2,
        }
        axes[3].plot(checked["tau_effective"], checked["tau_refit"], color=colour, label=words, **mark)
    axes[1].plot(
        ideal["n"],
        ideal["tau_effective"],
        color="0.5",
        linewidth=1.2,
        linestyle="--",
        label="ideal parity reader, each run its own p",
    )
    axes[0].set(xlabel="$N$", ylabel=r"trained $\tau$ (time steps)", title="a")
    axes[1].set(xlabel="$N$", ylabel=r"effective $\tau$ (slower of two; time steps)", title="b")
    axes[2].set(xlabel="$N$", ylabel=r"amplitude-weighted $\tau$ (time steps)", title="b, weighted")
    published = table[(table["drive"] == "uniform") & (table["tau_effective"] > 1)]
    means = published.groupby(["arm", "n"])["tau_effective"].mean()
    axes[1].set_ylim(top=2 * max(means.max(), ideal["tau_effective"].max()))
    for panel in axes[:3]:
        panel.set_ylim(bottom=0)
        style.whole_numbers(panel)
    axes[3].axline((1.0, 1.0), slope=1, color="0.5", linewidth=0.8)
    axes[3].set(xscale="log", yscale="log", title="b, self-check")
    for axis in (axes[3].xaxis, axes[3].yaxis):
        axis.set_major_locator(LogLocator())
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("")
    axes[3].set(xlabel=r"effective $\tau$ of a neuron", ylabel=r"of a process of that $\tau$, fitted again")
    axes[0].legend(frameon=False)
    style.legend_beside(axes[3], "median and 90 % neuron of\neach network, $N$ and drive")
    style.legend_beside(axes[1], "mean over neurons and seeds\nband: SD over seeds")
    return figure


def _line(panel: plt.Axes, own: pd.DataFrame, column: str, colour, dash, label: str) -> None:
    per_seed = own.groupby(["n", "seed"])[column].mean().unstack("seed")
    mean, spread = per_seed.mean(axis=1), per_seed.std(axis=1).fillna(0.0)
    panel.plot(mean, color=colour, linestyle=dash, linewidth=1.4, label=label)
    low, high = np.asarray(mean - spread), np.asarray(mean + spread)
    panel.fill_between(mean.index, low, high, color=colour, alpha=0.15, linewidth=0)
