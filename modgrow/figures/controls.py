"""Growth, freezing and heads of their own: N solved by epoch of every kind, a panel per size and rate."""

import pandas as pd

from modgrow.controls.kinds import KINDS
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

COLUMNS = ("kind", "units", "learning_rate", "seed", "epoch", "n_solved")
N_BEFORE = 1  # N solved before any training


@style.theme()
def draw(table: pd.DataFrame) -> Figure:
    """Thick lines are means over networks, thin ones single networks."""
    sizes = sorted(table["units"].unique())
    rates = sorted(table["learning_rate"].unique(), reverse=True)
    size = (3.0 * len(rates) + 0.4, 2.3 * len(sizes) + 0.9)
    shared = {"sharex": True, "sharey": True, "squeeze": False}
    figure, axes = style.new_figure(*size, len(sizes), len(rates), **shared)
    last = int(table["epoch"].max())
    for row, units in enumerate(sizes):
        for column, rate in enumerate(rates):
            own = table[(table["units"] == units) & (table["learning_rate"] == rate)]
            _panel(axes[row, column], own, last)
            axes[row, column].set_title(f"{units} units per module, learning rate {rate:g}", fontsize=8)
    _words(figure, axes, table)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, last: int) -> None:
    """Every kind of one size and learning rate."""
    axes.plot([0, last], [N_BEFORE, N_BEFORE + last], linewidth=0.8, linestyle=":", color="0.1", zorder=3)
    for place, (name, look) in enumerate(_looks().items()):
        by_seed = rows[rows["kind"] == name].pivot(index="epoch", columns="seed", values="n_solved")
        by_seed = by_seed.reindex(range(last + 1))
        by_seed.loc[0] = N_BEFORE
        by_seed = by_seed.ffill()
        line = {key: look[key] for key in ("color", "linestyle")}
        axes.plot(by_seed, linewidth=0.4, alpha=0.5, **line)
        axes.plot(by_seed.mean(axis=1), linewidth=1.6, markevery=(place, 6), markersize=3.5, **look)


def _looks() -> dict[str, dict]:
    """A colour and marker per kind; flat ones dashed."""
    return {
        name: {"color": colour, "marker": marker, "linestyle": "-" if kind.chained else (0, (3, 1.5))}
        for (name, kind), colour, marker in zip(KINDS.items(), style.COLOURS, style.MARKERS, strict=False)
    }


def _words(figure: Figure, axes, table: pd.DataFrame) -> None:
    """Labels, ticks and the legend of all panels."""
    top = int(table["n"].max())
    for panel in axes.flat:
        panel.set(ylim=(0, top + 1), xlim=(0, int(table["epoch"].max())))
        panel.axhline(top, linewidth=0.6, color="0.7", zorder=0)
        style.whole_numbers(panel)
        panel.yaxis.get_major_locator().set_params(integer=True)
    for panel in axes[-1]:
        panel.set_xlabel("epoch")
    for panel in axes[:, 0]:
        panel.set_ylabel("$N_{solved}$")
    handles = [style.Line2D([], [], linewidth=1.6, markersize=3.5, **look) for look in _looks().values()]
    handles.append(style.Line2D([], [], linewidth=0.8, linestyle=":", color="0.1"))
    words = [kind.words for kind in KINDS.values()] + ["one new task per epoch"]
    title = _counted(table)
    figure.legend(handles, words, loc="outside lower center", ncols=2, frameon=False, title=title)


def _counted(table: pd.DataFrame) -> str:
    """How many networks are behind a mean."""
    counts = table.groupby(["kind", "units", "learning_rate"])["seed"].nunique()
    least = int(counts.min())
    most = int(counts.max())
    said = style.counted(most, "network")
    return f"thick: mean of {said if least == most else f'{least} to {said}'}; thin: each"
