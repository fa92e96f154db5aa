"""Pool against fresh sequences: mean curves of both, and their difference with its interval."""

import pandas as pd

from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

COLUMNS = (
    "arm_pool",
    "arm_fresh",
    "quantity",
    "epoch",
    "mean_pool",
    "mean_fresh",
    "difference",
    "low",
    "high",
)
NAMES = {"n_solved": "$N_{solved}$", "accuracy": "accuracy"}


@style.theme()
def draw(table: pd.DataFrame) -> Figure:
    """One column per pair of arms, two rows per quantity: the means, and pool minus fresh."""
    pairs = table[["arm_pool", "arm_fresh"]].drop_duplicates().to_numpy().tolist()
    n_rows = 2 * len(NAMES)
    figure, axes = style.new_figure(2.9 * len(pairs), 5.6, n_rows, len(pairs), sharex=True, squeeze=False)
    for column, (pool, fresh) in enumerate(pairs):
        own = table[(table["arm_pool"] == pool) & (table["arm_fresh"] == fresh)]
        n_seeds = own["n_seeds"].iloc[0]
        title = f"{style.plain(pool)} against {style.plain(fresh)} (n = {n_seeds})"
        axes[0, column].set_title(title, fontsize=8)
        for row, (quantity, label) in enumerate(NAMES.items()):
            curve = own[own["quantity"] == quantity].set_index("epoch")
            _panel(axes[2 * row, column], axes[2 * row + 1, column], curve, label)
        axes[-1, column].set_xlabel("epoch")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    band, words = axes[1, 0].get_legend_handles_labels()
    figure.legend(handles + band, labels + words, loc="outside lower center", ncols=3, frameon=False)
    return figure


def _panel(means: Axes, difference: Axes, curve: pd.DataFrame, label: str) -> None:
    """Both means by epoch, and below them their difference in its interval."""
    means.plot(curve["mean_pool"], color="#4c72b0", label="pool (mean)")
    means.plot(curve["mean_fresh"], color="#dd8452", linestyle="--", label="fresh (mean)")
    means.set_ylabel(label)
    difference.axhline(0, color="0.6", linewidth=0.8)
    difference.plot(curve["difference"], color="0.2")
    words = "95 % interval, t over seeds"
    difference.fill_between(curve.index, curve["low"], curve["high"], color="0.2", alpha=0.2, label=words)
    difference.set_ylabel("pool - fresh,\n" + label)
