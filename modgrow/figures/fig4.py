"""Fig. 4: trained (a) and effective (b) timescales against N, beside what an ideal reader shows."""

import numpy as np
import pandas as pd

from modgrow import task
from modgrow.arm import Arm
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure

KEYS = ("arm", "seed", "n", "trained", "drive", "unit")
COLUMNS = (*KEYS, "tau", "state", "tau_effective", "tau_published", "tau_weighted", "tau_refit")
DRIVES = {"uniform": "published drive", "0.5": "P(1) = 0.5"}


@style.theme()
def draw(table: pd.DataFrame, ideal: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """Means over neurons, then over seeds, at every N that all seeds solved; bands are the SD over seeds.

    All neurons count that could be fitted; silent ones could not. Dash-dotted in (b): fitted from the
    published starting values. (b) is cut at twice the highest mean under the published drive: with p = 0.5 a
    few fits at the bound lead means.
    """
    figure, axes = style.new_figure(8.0, 5.4, 2, 3)
    slower = axes[0, 1:]
    weighted = axes[1, :2]
    check = axes[1, 2]
    untrained = table[~table["trained"].astype(bool)]
    table = table[table["trained"].astype(bool)]
    for name, colour in style.contrasts(arms).items():
        _arm(axes, table[table["arm"] == name], name, arms[name], colour)
    for panel, drive in zip(slower, DRIVES, strict=True):
        _untrained(panel, untrained[untrained["drive"] == drive], arms)
    slower[0].plot([], [], "k-.", linewidth=0.8, label="fitted from the published starts")
    for panel in slower:  # before the ideal reader, which stands in the figure's legend
        if not table.empty:
            panel.legend(frameon=False, loc="upper left")
    for panel, column in ((slower[0], "tau_effective"), (weighted[0], "tau_weighted")):
        panel.plot(ideal["n"], ideal[column], color="0.4", linestyle="--", label=_reader(arms))
    axes[0, 0].set(ylabel=r"trained $\tau$ (steps)", title="a")
    slower[0].set_ylabel(r"slower effective $\tau$ (steps)")
    weighted[0].set_ylabel(r"weighted effective $\tau$ (steps)")
    for panels, letter in ((slower, "b"), (weighted, "b, weighted")):
        for panel, words in zip(panels, DRIVES.values(), strict=True):
            panel.set_title(f"{letter}: {words}")
    top = _twice_the_highest(table, ideal)
    for panel in (axes[0, 0], *slower, *weighted):
        panel.set_xlabel("$N$")
        panel.set_ylim(bottom=0, top=top if panel in slower else None)
        style.whole_numbers(panel)
    weighted[1].set_ylim(weighted[0].get_ylim())
    _scale_of_check(check)
    for panel in axes.flat:
        if table.empty:
            style.missing(panel, "no network of these arms solved a task")
        elif not style.has_data(panel):
            style.missing(panel, "no neuron could be fitted")
    handles, labels = weighted[0].get_legend_handles_labels()
    title = "line: mean over neurons and seeds; band: SD over seeds"
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, title=title)
    return figure


def _untrained(panel: Axes, rows: pd.DataFrame, arms: dict[str, Arm]) -> None:
    """What chains show that grew without training: as the trained ones, means without their spread."""
    per_seed = rows.groupby(["arm", "n", "seed"])["tau_effective"].mean()
    for name, own in per_seed.groupby("arm"):
        mean = own.groupby("n").mean()
        label = f"{style.label(name, arms[name], own.index.get_level_values('seed').nunique())}, untrained"
        panel.plot(mean.index, mean, color=style.contrasts(arms)[name], linestyle=":", label=label)


def _arm(axes: np.ndarray, own: pd.DataFrame, name: str, arm: Arm, colour) -> None:
    """One arm in every panel; of an arm that solved nothing only the words, in the figure's legend."""
    slower = axes[0, 1:]
    weighted = axes[1, :2]
    check = axes[1, 2]
    if own.empty:
        weighted[0].plot([], [], " ", label=f"no network of {style.named(name, arm)} solved a task")
        return
    words = style.label(name, arm, own["seed"].nunique())
    _line(axes[0, 0], own[own["drive"] == "uniform"], "tau", colour, words)
    for column, drive in enumerate(DRIVES):
        driven = own[own["drive"] == drive]
        unfitted = f"{driven['tau_effective'].isna().mean():.0%} of neurons without a fit"
        _line(slower[column], driven, "tau_effective", colour, unfitted)
        published = _over_seeds(driven, "tau_published").mean(axis=1)
        slower[column].plot(published, "-.", color=colour, linewidth=0.8)
        _line(weighted[column], driven, "tau_weighted", colour, words)
    checked = own.dropna(subset=["tau_refit"])
    marker = "o" if arm.grows else "s"
    check.plot(checked["tau_effective"], checked["tau_refit"], marker, color=colour, markersize=2, alpha=0.6)


def _reader(arms: dict[str, Arm]) -> str:
    """What the reference curve shows: a neuron that holds the right answer."""
    titles = dict.fromkeys(task.named(arm.task).title for arm in arms.values())
    return f"ideal {' or '.join(titles)} reader"


def _twice_the_highest(table: pd.DataFrame, ideal: pd.DataFrame) -> float | None:
    """Twice the highest mean under the published drive, the ideal reader's among them, if there is one."""
    published = table[table["drive"] == "uniform"]
    means = published.groupby(["arm", "n"])[["tau_effective", "tau_published"]].mean()
    highest = [*means.max().astype(float), ideal["tau_effective"].max()]
    return 2 * np.nanmax(highest) if np.isfinite(highest).any() else None


def _line(panel: Axes, own: pd.DataFrame, column: str, colour, label: str) -> None:
    per_seed = _over_seeds(own, column)
    mean = per_seed.mean(axis=1)
    spread = per_seed.std(axis=1).fillna(0.0)
    panel.plot(mean, color=colour, linewidth=1.4, label=label)
    low = np.asarray(mean - spread)
    high = np.asarray(mean + spread)
    panel.fill_between(mean.index, low, high, color=colour, alpha=0.15, linewidth=0)


def _over_seeds(own: pd.DataFrame, column: str) -> pd.DataFrame:
    """Means over neurons: a row per N that all seeds solved, a column per seed."""
    values = own[column].astype(float)
    return values.groupby([own["n"], own["seed"]]).mean().unstack("seed").dropna()


def _scale_of_check(panel: Axes) -> None:
    """Both axes alike, with the diagonal on which a found tau is found again."""
    panel.axline((1.0, 1.0), slope=1, color="0.4", linewidth=0.8)
    panel.set(xscale="log", yscale="log", title="b, self-check")
    style.decades(panel.xaxis)
    style.decades(panel.yaxis)
    panel.set(xlabel=r"effective $\tau$ of a neuron (steps)", ylabel=r"the same, simulated and fitted again")
