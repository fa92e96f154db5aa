"""Fig. 2b: N solved against the number of weights, and the Pareto front of the arms."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.experiments import by_hand
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

COLUMNS = ("arm", "seed", "n", "n_weights", "n_solved", "on_front")
BY_HAND = {  # label -> weights of the network that answers parity up to n, and how it is drawn
    "by hand, not trained: chain": (lambda n: by_hand.chain(n).n_weights, "-"),
    "by hand, not trained: flat": (lambda n: by_hand.flat(n).n_weights, (0, (3, 1.5))),
    "either by hand: weights not zero": (lambda n: by_hand.chain(n).n_nonzero, ":"),
}


@style.theme()
def draw(table: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """Small markers are finished networks, large ones arm means; the front joins undominated arms.

    Grey: networks that nobody trained, whose weights are known to suffice for parity up to each N.
    """
    figure, axes = style.new_figure(width=5.0, height=3.0)
    table = table[table["arm"].isin(list(arms))]
    final = table[table["n"] == table["n_solved"]]
    means = final.groupby("arm").agg(
        n_weights=("n_weights", "mean"), n_solved=("n_solved", "mean"), on_front=("on_front", "first")
    )
    front = means[means["on_front"]].sort_values("n_weights")
    words = "Pareto front of the means"
    axes.step(front["n_weights"], front["n_solved"], where="post", color="0.4", label=words)
    for name, look in style.looks(arms).items():
        growing = table[table["arm"] == name].groupby("n")["n_weights"].first()
        line = {"color": look["color"], "linestyle": look["linestyle"]}
        axes.plot(growing.to_numpy(), growing.index, linewidth=0.5, alpha=0.6, **line)
        own = final[final["arm"] == name]
        mean = means.loc[name]
        label = style.label(name, arms[name], len(own))
        dots = {key: look[key] for key in ("color", "marker", "markerfacecolor")} | {"linestyle": ""}
        axes.plot(own["n_weights"], own["n_solved"], markersize=2.5, alpha=0.6, **dots)
        axes.plot(mean["n_weights"], mean["n_solved"], markersize=6, label=label, **dots)
    if any(arm.task == "parity" for arm in arms.values()):
        _suffices(axes, max(table["n_solved"].max(), 2))
    axes.set(xscale="log", xlabel="weights (off-diagonal $W^R$, $W^{FF}$, readout)", ylabel="$N_{solved}$")
    axes.tick_params(axis="x", which="minor", labelsize=5, labelrotation=45)  # if all lies in one decade
    axes.set_ylim(bottom=0)
    style.whole_numbers(axes, "y")
    style.legend_beside(axes, "large: mean; small: each seed\nthin line: size while growing")
    return figure


def _suffices(axes: Axes, n_last: int) -> None:
    """Weights with which networks built by hand answer parity, for every N from 2 on."""
    orders = range(2, n_last + 1)
    for label, (weights, dashes) in BY_HAND.items():
        look = {"color": "0.65", "linewidth": 0.9, "linestyle": dashes, "zorder": 1}
        axes.plot([weights(n) for n in orders], orders, label=label, **look)
