"""Networks driven to a given N, however many epochs it takes: N solved and accuracy by epoch."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Figure

COLUMNS = ("arm", "seed", "epoch", "n_solved", "accuracy", "accuracy_previous")


@style.theme()
def draw(curves: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """(a) one line per network, beside a new task in every epoch; (b) its accuracy on the newest task."""
    figure, axes = style.new_figure(7.0, 2.8, 1, 2)
    curves = curves[curves["arm"].isin(list(arms))]
    colours = style.contrasts(arms)
    labels = iter(("newest task", "mean of all before"))  # once each
    for (name, seed), curve in curves.groupby(["arm", "seed"]):
        arm = arms[name]
        own = curve.set_index("epoch")
        words = f"{arm.title} (seed {seed})"
        axes[0].plot(own["n_solved"], color=colours[name], label=words)
        look = {"color": colours[name], "linewidth": 0.8}
        axes[1].plot(own["accuracy"], label=next(labels, None), **look)
        look |= {"color": "0.5"} if len(arms) == 1 else {"alpha": 0.5}
        axes[1].plot(own["accuracy_previous"], linestyle="--", label=next(labels, None), **look)
    style.one_per_epoch(axes[0], arms, int(curves["epoch"].max()), color="0.5")
    words = "solved above this"
    for threshold in sorted({arm.threshold for arm in arms.values()}):
        axes[1].axhline(threshold, color="0.2", linewidth=0.6, linestyle=":", label=words)
        words = None
    axes[0].set(xlabel="epoch", ylabel="$N_{solved}$", title="a")
    axes[1].set(xlabel="epoch", ylabel="accuracy (held-out, P(1) random)", title="b")
    for panel in axes:
        panel.legend(frameon=False)
        style.whole_numbers(panel)
    style.whole_numbers(axes[0], "y")
    return figure
