"""Fig. 2a: N solved against epochs of training, every network and the mean of each arm."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Figure

COLUMNS = ("arm", "seed", "epoch", "n_solved")


@style.theme()
def draw(curves: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """Thin lines are single networks, thick lines the mean over the seeds of an arm."""
    figure, axes = style.new_figure(width=5.0, height=3.0)
    curves = curves[curves["arm"].isin(arms)]
    last = int(curves["epoch"].max())  # of the arms shown: the one driven to N = 200 takes longer
    some_markers = max(last // 6, 1)
    for name, look in style.looks(arms).items():
        by_seed = curves[curves["arm"] == name].pivot(index="epoch", columns="seed", values="n_solved")
        by_seed = by_seed.reindex(range(1, last + 1)).ffill()
        line = {key: look[key] for key in ("color", "linestyle")}
        axes.plot(by_seed, linewidth=0.4, alpha=0.6, **line)
        label = style.label(name, arms[name], by_seed.shape[1])
        mean = by_seed.mean(axis=1)
        axes.plot(mean, linewidth=1.6, markevery=some_markers, markersize=4, label=label, **look)
    style.one_per_epoch(axes, arms, last, color="0.1", zorder=3)
    epoch = "epoch (500 updates)" if _paper_epochs(arms) else "epoch"
    axes.set(xlabel=epoch, ylabel="$N_{solved}$", xlim=(0, last))
    axes.set_ylim(bottom=0)
    style.whole_numbers(axes)
    style.legend_beside(axes, "thick: mean; thin: each seed")
    return figure


def _paper_epochs(arms: dict[str, Arm]) -> bool:
    """Whether an epoch is as long as the paper's in every arm."""
    return all(arm.updates_per_epoch == 500 for arm in arms.values())
