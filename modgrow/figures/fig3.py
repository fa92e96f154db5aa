"""Fig. 3: tasks still solved against the strength of a perturbation of weights (a) or tau (b)."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

COLUMNS = ("arm", "seed", "pathway", "epsilon", "draw", "n", "accuracy")
PANELS = {"weights": "weights", "tau": r"$\tau$"}


@style.theme()
def draw(table: pd.DataFrame, arms: dict[str, Arm], threshold: float) -> Figure:
    """Thick lines are means over seeds and draws, thin lines single networks."""
    figure, axes = style.new_figure(7.0, 3.0, 1, 2, sharey=True)
    solved = table.assign(solved=table["accuracy"] > threshold)
    per_draw = solved.groupby(["arm", "pathway", "seed", "draw", "epsilon"])["solved"].sum()
    n_solved = per_draw.groupby(["arm", "pathway", "seed", "epsilon"]).mean()
    for panel, letter, (pathway, words) in zip(axes, "ab", PANELS.items(), strict=True):
        for name, look in style.looks(arms).items():
            _curves(panel, n_solved.loc[(name, pathway)].unstack("seed"), name, arms[name], look)
        panel.set_xlabel(rf"$\varepsilon$ on {words}")
        panel.set_title(letter, loc="left", fontweight="bold")
    if not n_solved.any():
        axes[0].set_ylim(-0.05, 1.0)  # a line at 0 alone has no scale
    axes[0].set_ylabel(f"tasks with accuracy > {threshold:g}")
    style.legend_beside(axes[1], "thick: mean; thin: each seed")
    return figure


def _curves(panel: Axes, by_seed: pd.DataFrame, name: str, arm: Arm, look: dict) -> None:
    """Every network of an arm (epsilon by seed), and their mean."""
    by_seed.index = style.with_zero(panel, by_seed.index)
    line = {key: look[key] for key in ("color", "linestyle")}
    panel.plot(by_seed, linewidth=0.4, alpha=0.5, **line)
    label = style.label(name, arm, by_seed.shape[1])
    panel.plot(by_seed.mean(axis=1), linewidth=1.4, markersize=3.5, label=label, **look)
