"""Fig. 4: trained and effective timescales against N, beside what an ideal reader shows."""

import numpy as np
import pandas as pd

from modgrow import task
from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

KEYS = ("arm", "seed", "n", "trained", "drive", "unit")
COLUMNS = (*KEYS, "tau", "state", "tau_effective", "tau_published", "tau_weighted", "tau_refit")
DRIVES = {"uniform": "published drive", "0.5": "P(1) = 0.5"}
STATISTICS = {  # of the neurons of a network: title, column
    "mean": (r"effective $\tau$, mean", "tau_effective"),
    "median": (r"effective $\tau$, median", "tau_effective"),
    "weighted": (r"effective $\tau$, by amplitude", "tau_weighted"),
}


@style.theme()
def draw(table: pd.DataFrame, ideal: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """Means over seeds at every N that all seeds solved; bands are the SD over seeds.

    (a) trained tau; (b) effective tau as published, the mean over neurons, (c) that of the median neuron,
    (d) both fitted taus weighted by amplitude; (f to h) the same with P(1) = 0.5; (e) neurons simulated and
    fitted again. All neurons count that could be fitted. Means are cut at twice the highest under the
    published drive: with P(1) = 0.5 a few fits at the bound lead them.
    """
    figure, axes = style.new_figure(10.0, 5.2, 2, 4)
    trained = table[table["trained"].astype(bool)]
    untrained = table[~table["trained"].astype(bool)]
    for name, colour in style.contrasts(arms).items():
        own = trained[trained["arm"] == name]
        if not own.empty:
            _arm(axes, own, colour, "o" if arms[name].grows else "s")
    for row, drive in enumerate(DRIVES):
        _untrained(axes[row, 1], untrained[untrained["drive"] == drive], arms)
    for panel, column in ((axes[0, 1], "tau_effective"), (axes[0, 3], "tau_weighted")):
        panel.plot(ideal["n"], ideal[column], color="0.4", linestyle="--")
    _scales(axes, _twice_the_highest(trained, ideal))
    for panel in axes.flat:
        if trained.empty:
            style.missing(panel, "no network of these arms solved a task")
        elif not style.has_data(panel):
            style.missing(panel, "no neuron could be fitted")
    _explain(figure, trained, untrained, arms)
    return figure


def _arm(axes: np.ndarray, own: pd.DataFrame, colour, marker: str) -> None:
    """One arm in every panel."""
    _line(axes[0, 0], own[own["drive"] == "uniform"], "mean", "tau", colour)
    for row, drive in zip(axes, DRIVES, strict=True):
        driven = own[own["drive"] == drive]
        for panel, (statistic, (_, column)) in zip(row[1:], STATISTICS.items(), strict=True):
            _line(panel, driven, statistic, column, colour)
        published = _over_seeds(driven, "mean", "tau_published").mean(axis=1)
        row[1].plot(published, "-.", color=colour, linewidth=0.8)
    checked = own.dropna(subset=["tau_refit"])
    dots = {"color": colour, "markersize": 2, "alpha": 0.6}
    axes[1, 0].plot(checked["tau_effective"], checked["tau_refit"], marker, **dots)


def _line(panel: Axes, own: pd.DataFrame, statistic: str, column: str, colour) -> None:
    per_seed = _over_seeds(own, statistic, column)
    mean = per_seed.mean(axis=1)
    spread = per_seed.std(axis=1).fillna(0.0)
    panel.plot(mean, color=colour, linewidth=1.4)
    low = np.asarray(mean - spread)
    high = np.asarray(mean + spread)
    panel.fill_between(mean.index, low, high, color=colour, alpha=0.15, linewidth=0)


def _over_seeds(own: pd.DataFrame, statistic: str, column: str) -> pd.DataFrame:
    """Of the neurons of a module: a row per N that all seeds solved, a column per seed."""
    grouped = own[column].astype(float).groupby([own["n"], own["seed"]])
    found = grouped.median() if statistic == "median" else grouped.mean()
    return found.unstack("seed").dropna()


def _untrained(panel: Axes, rows: pd.DataFrame, arms: dict[str, Arm]) -> None:
    """What chains show that grew without training: as the trained ones, means without their spread."""
    per_seed = rows.groupby(["arm", "n", "seed"])["tau_effective"].mean()
    for name, own in per_seed.groupby("arm"):
        mean = own.groupby("n").mean()
        panel.plot(mean.index, mean, color=style.contrasts(arms)[name], linestyle=":")


def _twice_the_highest(table: pd.DataFrame, ideal: pd.DataFrame) -> float | None:
    """Twice the highest mean under the published drive, the ideal reader's among them, if there is one."""
    published = table[table["drive"] == "uniform"]
    means = published.groupby(["arm", "n"])[["tau_effective", "tau_published"]].mean()
    highest = [*means.max().astype(float), ideal["tau_effective"].max()]
    return 2 * np.nanmax(highest) if np.isfinite(highest).any() else None


def _scales(axes: np.ndarray, top: float | None) -> None:
    """Titles and axes; the two drives on one scale."""
    titles = [
        rf"{words} over neurons" if key != "weighted" else words for key, (words, _) in STATISTICS.items()
    ]
    style.letter(axes.flat, [r"trained $\tau$", *titles, "fitted again", *titles])
    for row, words in zip(axes, DRIVES.values(), strict=True):
        row[1].set_ylabel(rf"{words}: $\tau$ (steps)")
    axes[0, 0].set_ylabel(r"$\tau$ (steps)")
    for panel in (axes[0, 0], *axes[:, 1:].flat):
        panel.set_xlabel("$N$")
        panel.set_ylim(bottom=0)
        style.whole_numbers(panel)
    for above, below in axes[:, 1:].T:
        highest = max(above.get_ylim()[1], below.get_ylim()[1])
        for panel in (above, below):
            panel.set_ylim(0, top if panel in axes[:, 1] else highest)
    _scale_of_check(axes[1, 0])


def _scale_of_check(panel: Axes) -> None:
    """Both axes alike, with the diagonal on which a found tau is found again."""
    panel.axline((1.0, 1.0), slope=1, color="0.4", linewidth=0.8)
    panel.set(xscale="log", yscale="log")
    style.decades(panel.xaxis)
    style.decades(panel.yaxis)
    panel.set(xlabel=r"effective $\tau$ of a neuron (steps)", ylabel="simulated, fitted again")


def _explain(figure: Figure, trained: pd.DataFrame, untrained: pd.DataFrame, arms: dict[str, Arm]) -> None:
    """One legend for all panels; neurons without a fit are spoken of only where there are some."""
    handles = []
    for name, colour in style.contrasts(arms).items():
        own = trained[trained["arm"] == name]
        handles.append(_handle(_said(name, arms[name], own), color=colour if len(own) else "none"))
        grown = untrained[untrained["arm"] == name]
        if len(grown):
            label = f"{style.label(name, arms[name], grown['seed'].nunique())}, untrained"
            handles.append(_handle(label, color=colour, linestyle=":"))
    if trained["tau_published"].notna().any():
        handles.append(_handle("fitted from the published starts", color="0.2", linestyle="-."))
    handles.append(_handle(_reader(arms), color="0.4", linestyle="--"))
    title = "line: mean over seeds; band: SD over seeds"
    figure.legend(handles=handles, loc="outside lower center", ncols=3, frameon=False, title=title)


def _handle(label: str, **look) -> style.Line2D:
    return style.Line2D([], [], label=label, **look)


def _said(name: str, arm: Arm, own: pd.DataFrame) -> str:
    """The name of an arm, and what is missing of it."""
    if own.empty:
        return f"no network of {style.named(name, arm)} solved a task"
    words = style.label(name, arm, own["seed"].nunique())
    lacking = own["tau_effective"].isna().mean()
    if not lacking:
        return words
    share = f"{lacking:.0%}" if lacking >= 0.005 else "under 1%"
    return f"{words}; {share} of neurons without a fit"


def _reader(arms: dict[str, Arm]) -> str:
    """What the reference curve shows: a neuron that holds the right answer."""
    titles = dict.fromkeys(task.named(arm.task).title for arm in arms.values())
    return f"ideal {' or '.join(titles)} reader"
