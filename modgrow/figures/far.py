"""Networks driven further than all others: Fig. n200 of them, and what a task took."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.figures import n200, style
from modgrow.figures.style import Figure


@style.theme()
def draw(curves: pd.DataFrame, cost: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """As `n200`, with the seconds per task of every network below its learning curve."""
    figure = n200.draw(curves, arms)
    lines = [_line(network) for network in cost[cost["arm"].isin(list(arms))].itertuples()]
    words = {"ha": "right", "va": "bottom", "fontsize": style.SMALL, "color": "0.3"}
    panel = figure.axes[0]
    panel.text(0.98, 0.03, "\n".join(lines), transform=panel.transAxes, **words)
    return figure


def _line(network) -> str:
    """`seed 100: 499 tasks, 7.1 s each, 4.2 GB`; without what nothing is known of."""
    said = [f"{network.n_tasks_solved} tasks"]
    if pd.notna(network.seconds_per_task):
        said.append(f"{network.seconds_per_task:.1f} s each")
    if pd.notna(network.max_rss_mb):
        said.append(f"{network.max_rss_mb / 1024:.1f} GB")
    return f"seed {network.seed}: {', '.join(said)}"
