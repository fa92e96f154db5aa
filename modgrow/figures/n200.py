"""Networks driven to a given N, however many epochs it takes: N solved and accuracy by epoch."""

import pandas as pd
from matplotlib.figure import Figure

from modgrow.arm import Arm
from modgrow.figures import style

COLUMNS = ("arm", "seed", "epoch", "n_solved", "accuracy", "accuracy_previous")


def draw(curves: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """(a) one line per network, beside a new task in every epoch; (b) its accuracy on the newest task."""
    figure, axes = style.new_figure(7.0, 2.8, 1, 2)
    for (name, seed), curve in curves[curves["arm"].isin(list(arms))].groupby(["arm", "seed"]):
        units, own = arms[name].units, curve.set_index("epoch")
        axes[0].plot(own["n_solved"], color="#0a4a8f", label=f"modular, {units} units (seed {seed})")
        axes[1].plot(own["accuracy"], color="#0a4a8f", linewidth=0.8, label="newest task")
        axes[1].plot(
            own["accuracy_previous"], color="0.5", linewidth=0.8, linestyle="--", label="mean of all before"
        )
    last = int(curves.loc[curves["arm"].isin(list(arms)), "epoch"].max())
    axes[0].plot(
        [0, last], [1, last + 1], color="0.5", linewidth=0.8, linestyle=":", label="one task per epoch"
    )
    threshold = next(iter(arms.values())).threshold
    axes[1].axhline(threshold, color="0.2", linewidth=0.6, linestyle=":", label="solved above this")
    axes[0].set(xlabel="epoch", ylabel="$N_{solved}$", title="a")
    axes[1].set(xlabel="epoch", ylabel="accuracy (held-out, P(1) random)", title="b")
    for panel in axes:
        panel.legend(frameon=False)
        style.whole_numbers(panel)
    return figure
