"""Fig. 3: tasks still solved against the strength of a perturbation of weights (a) or tau (b)."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Figure

COLUMNS = ("arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy")
PANELS = {"weights": "weights", "tau": r"$\tau$"}


@style.theme()
def draw(table: pd.DataFrame, arms: dict[str, Arm], threshold: float) -> Figure:
    """Thick lines are means over seeds and draws, thin lines single networks."""
    figure, axes = style.new_figure(7.0, 3.0, 1, 2, sharey=True)
    solved = table.assign(solved=table["accuracy"] > threshold)
    counts = solved.groupby(["arm", "pathway", "seed", "draw", "epsilon"])["solved"].sum()
    counts = counts.groupby(["arm", "pathway", "seed", "epsilon"]).mean()
    for panel, (pathway, words) in zip(axes, PANELS.items(), strict=True):
        for name, look in style.looks(arms).items():
            curve = counts.loc[(name, pathway)].unstack("seed")
            curve.index = style.with_zero(panel, curve.index)
            line = {key: look[key] for key in ("color", "linestyle")}
            panel.plot(curve, linewidth=0.4, alpha=0.5, **line)
            label = style.label(name, arms[name], curve.shape[1])
            panel.plot(curve.mean(axis=1), linewidth=1.4, markersize=3.5, label=label, **look)
        panel.set_xlabel(rf"$\varepsilon$ on {words}")
        panel.set_title("ab"[list(PANELS).index(pathway)], loc="left", fontweight="bold")
    if not counts.any():
        axes[0].set_ylim(-0.05, 1.0)
    axes[0].set_ylabel(f"tasks with accuracy > {threshold:g}")
    style.legend_beside(axes[1], "thick: mean; thin: each seed")
    return figure
