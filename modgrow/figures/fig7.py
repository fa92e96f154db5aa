"""Fig. 7: what a module does, along the chain (a to f) and arm by arm (g to l)."""

import itertools
from typing import NamedTuple

import numpy as np
import pandas as pd

from modgrow.arm import PATHWAYS, Arm
from modgrow.figures import style
from modgrow.figures.style import Axes, Figure
from modgrow.figures.theme import SMALL

N_LEAST = 6  # what is said of arms is said of modules from here on: the first ones do something looser
LEAST_ERROR = 1e-4  # errors that are less, or none, stand here
FEWEST = 5  # errors without which a share of them is not drawn
CUT = {"lesion_recurrent": "recurrent", "lesion_leak": "tau"}  # what a lesion cuts
CLOSED = {"marker": "o", "markersize": 4.2}
OPEN = {"marker": "o", "markersize": 4.2, "markerfacecolor": "white"}
COLUMNS = (  # title, what a full mark and what an open one stands for: words, probe, measure
    ("swap", ("bit and message", "swap", "agreement"), ("other bits", "swap", "upstream")),
    (
        "$W^R$ cut",
        ("in one module", "lesion_recurrent", "itself"),
        ("in all from 6 on", "lesion_recurrent", "from"),
    ),
    (r"$\tau = 1$", ("in one module", "lesion_leak", "itself"), ("in all from 6 on", "lesion_leak", "from")),
    ("one bit up", ("of one module", "bottleneck", "one"), ("in all from 6 on", "bottleneck", "from")),
    (
        "planted error",
        ("at the next", "error_wave", "planted_next"),
        ("at the end", "error_wave", "planted_end"),
    ),
    ("gain", ("mean", "gain", "along_message_mean"), ("rms", "gain", "along_message_rms")),
)


@style.theme()
def draw(table: pd.DataFrame, arms: dict[str, Arm]) -> Figure:
    """Above: networks, thin, and the median of a kind of chain. Below: means over N; dots are networks."""
    if table.empty:
        return style.notice("no network solved any N")
    figure = style.Figure(figsize=(7.4, 5.2 + 0.2 * len(arms)), layout="constrained")
    above, below = figure.add_gridspec(2, 1, height_ratios=[4.2, 0.8 + 0.2 * len(arms)])
    upper = above.subgridspec(2, 3).subplots().flat
    lower = below.subgridspec(1, 6).subplots(sharey=True)
    own = {name: table[table["arm"] == name] for name in arms}
    kinds = _kinds(arms)
    for panel, along in zip(upper, (_swap, _cut, _bottleneck, _drive, _wave), strict=False):
        along(panel, own, kinds)
        _axis_of_n(panel)
    _prediction(upper[5], own, kinds)
    for panel, (title, first, second) in zip(lower, COLUMNS, strict=True):
        _column(panel, title, own, kinds, first, second)
    _names(lower[0], own, arms)
    _legend(figure, kinds)
    for panel, letter in zip([*upper, *lower], "abcdefghijkl", strict=True):
        panel.set_title(letter, loc="left", fontweight="bold", fontsize=8)
    return figure


class Kind(NamedTuple):
    """What kind of chain an arm trains: in words, its colour, and what its modules never have."""

    words: str
    colour: str
    lacks: tuple[str, ...]


def _kinds(arms: dict[str, Arm]) -> dict[str, Kind]:
    """The kind of each arm; a colour per task and delay of W^FF."""
    said = {}
    for name, arm in arms.items():
        delay = "W^FF one step late" if arm.feedforward_delay else "W^FF without delay"
        said[name] = f"{arm.task}, {delay}"
    palette = dict(zip(dict.fromkeys(said.values()), itertools.cycle(style.COLOURS)))
    return {name: Kind(words, palette[words], _lacks(arms[name])) for name, words in said.items()}


def _lacks(arm: Arm) -> tuple[str, ...]:
    """Pathways that are zero for good from module 2 on; for tau that means no leak."""
    return tuple(name for name in PATHWAYS if arm.growth.birth(name) == "zero" and not arm.trains(name))


def _having(own: dict, kinds: dict, pathway: str) -> dict:
    """Without the rows of arms that lack a pathway, of which no lesion and no share says anything."""
    return {name: rows.iloc[:0] if pathway in kinds[name].lacks else rows for name, rows in own.items()}


def _lines(panel: Axes, own: dict, kinds: dict, probe: str, measure: str, **look) -> None:
    """A thin line per network; the median of a kind, as far as half of those go that go to N_LEAST."""
    for colour in dict.fromkeys(kind.colour for kind in kinds.values()):
        alike = [own[name] for name, kind in kinds.items() if kind.colour == colour]
        every = _by_n(pd.concat(alike), probe, measure)
        if every.empty:
            continue
        panel.plot(every, color=colour, linewidth=0.3, alpha=0.35)
        there = every.notna().sum(axis=1)
        median = every.median(axis=1)[there >= max(1, there.get(N_LEAST, 0) / 2)]
        panel.plot(median, **{"color": colour, "linewidth": 1.6} | look)


def _by_n(own: pd.DataFrame, probe: str, measure: str) -> pd.DataFrame:
    """A column per network, a row per N."""
    rows = own[(own["probe"] == probe) & (own["measure"] == measure)]
    return rows.pivot(index="n", columns=["arm", "seed"], values="value")


def _swap(panel: Axes, own: dict, kinds: dict) -> None:
    _lines(panel, own, kinds, "swap", "own", linestyle=":")
    _lines(panel, own, kinds, "swap", "upstream", linestyle=(0, (3, 1)))
    _lines(panel, own, kinds, "swap", "agreement")
    panel.set(ylabel="agreement after a swap", ylim=(0.4, 1.03))
    _marks(
        panel,
        {
            "newest bit and message": "-",
            "right answer to the other bits": (0, (3, 1)),
            "to its own bits": ":",
        },
    )


def _cut(panel: Axes, own: dict, kinds: dict) -> None:
    _lines(panel, _having(own, kinds, "recurrent"), kinds, "lesion_recurrent", "itself")
    panel.set(ylabel="accuracy, $W^R$ cut", ylim=(0.4, 1.03))


def _bottleneck(panel: Axes, own: dict, kinds: dict) -> None:
    _lines(panel, own, kinds, "bottleneck", "one")
    panel.set(ylabel="accuracy, one bit handed up", ylim=(0.4, 1.03))


def _drive(panel: Axes, own: dict, kinds: dict) -> None:
    _lines(panel, _having(own, kinds, "recurrent"), kinds, "share_of_drive", "recurrent")
    _lines(panel, own, kinds, "share_of_drive", "feedforward", linestyle=(0, (3, 1)))
    panel.set(ylabel="share of the drive's variance", ylim=(-0.03, 1.03))
    _marks(panel, {"$W^R$": "-", "$W^{FF}$": (0, (3, 1))})


def _wave(panel: Axes, own: dict, kinds: dict) -> None:
    enough = {name: rows[~_too_few_errors(rows)] for name, rows in own.items()}
    _lines(panel, enough, kinds, "error_wave", "chance", linestyle=":")
    _lines(panel, enough, kinds, "error_wave", "returns")
    panel.set(ylabel="share of errors that return", ylim=(-0.03, 1.03))
    _marks(panel, {"measured": "-", "if independent": ":"})


def _too_few_errors(rows: pd.DataFrame) -> pd.Series:
    """Rows of modules that made hardly any error, of which no share can be told."""
    counts = rows[rows["measure"] == "errors"].set_index(["arm", "seed", "n"])["value"]
    made = pd.MultiIndex.from_frame(rows[["arm", "seed", "n"]]).map(counts)
    return pd.Series(np.asarray(made, float) < FEWEST, rows.index)


def _prediction(panel: Axes, own: dict, kinds: dict) -> None:
    """Error at the end of the chain against what the failures of modules above N_LEAST add up to."""
    for name, kind in kinds.items():
        ends = [_ends(rows) for _, rows in own[name].groupby("seed")]
        at = np.array([end for end in ends if end]).reshape(-1, 2).clip(LEAST_ERROR)
        panel.plot(*at.T, ".", color=kind.colour, markersize=4, alpha=0.8)
    panel.plot([LEAST_ERROR, 0.5], [LEAST_ERROR, 0.5], color="0.6", linewidth=0.8, linestyle="--", zorder=0)
    panel.set(xscale="log", yscale="log", xlim=(LEAST_ERROR / 1.6, 0.8), ylim=(LEAST_ERROR / 1.6, 0.8))
    panel.set(xlabel="error at the end of the chain, from $q$", ylabel="measured error")
    _small(panel)


def _ends(rows: pd.DataFrame) -> tuple[float, float] | None:
    """Error at the last N, predicted from N_LEAST on, and measured; None for a shorter chain."""
    rows = rows[rows["probe"] == "prediction"].pivot(index="n", columns="measure", values="value")
    if N_LEAST not in rows.index:
        return None
    passed_on = np.prod(1.0 - 2.0 * rows["q"].loc[N_LEAST + 1 :])
    predicted = 0.5 + (rows["accuracy"].loc[N_LEAST] - 0.5) * passed_on
    return 1.0 - predicted, 1.0 - rows["accuracy"].iloc[-1]


def _axis_of_n(panel: Axes) -> None:
    panel.axvspan(0, N_LEAST - 0.5, color="0.95", zorder=-1, linewidth=0)
    panel.set(xlabel="$N$", xlim=(2, None))
    style.whole_numbers(panel)
    _small(panel)


def _marks(panel: Axes, dashes: dict) -> None:
    """A legend of dashes alone, in grey."""
    shown = [style.Line2D([], [], color="0.3", linestyle=dash, linewidth=1.2) for dash in dashes.values()]
    panel.legend(
        shown,
        list(dashes),
        loc="center right",
        handlelength=2.0,
        fontsize=6,
        framealpha=0.8,
        edgecolor="none",
    )


def _small(panel: Axes) -> None:
    panel.tick_params(labelsize=7)
    panel.xaxis.label.set_size(7.5)
    panel.yaxis.label.set_size(7.5)


def _column(panel: Axes, title: str, own: dict, kinds: dict, first: tuple, second: tuple) -> None:
    """A value per network and mark: its mean over N, or, of all from N_LEAST on, at the end of the chain."""
    for shift, mark, (_, probe, measure) in ((-0.17, CLOSED, first), (0.17, OPEN, second)):
        shown = _having(own, kinds, CUT.get(probe, ""))
        for place, (name, kind) in enumerate(kinds.items()):
            values = _per_network(shown[name], probe, measure)
            at = np.full(len(values), place + shift)
            panel.plot(values, at, ".", color=kind.colour, markersize=2, alpha=0.5)
            if len(values):
                panel.plot(values.mean(), place + shift, color=kind.colour, **mark)
    panel.set_xlabel(f"{title}\n● {first[0]}\n○ {second[0]}")
    panel.axvline(1.0, color="0.7", linewidth=0.7, zorder=0)
    panel.set_xlim(*((0.0, None) if first[1] == "gain" else (0.44, 1.04)))
    panel.grid(axis="y", color="0.93", linewidth=0.6)
    _small(panel)
    panel.xaxis.label.set_size(SMALL)


def _per_network(own: pd.DataFrame, probe: str, measure: str) -> pd.Series:
    rows = own[(own["probe"] == probe) & (own["measure"] == measure) & (own["n"] >= N_LEAST)]
    if measure == "from":
        rows = rows[rows["n"] == N_LEAST]
    return rows.groupby("seed")["value"].mean().dropna()


def _names(panel: Axes, own: dict, arms: dict[str, Arm]) -> None:
    """Arms from above down, with how many of their networks go so far that something is said of them."""
    names = []
    for name, arm in arms.items():
        solved = own[name].groupby("seed")["n"].max()
        names.append(f"{style.named(name, arm)} ({(solved >= N_LEAST).sum()}/{len(solved)})")
    panel.set_yticks(range(len(names)), names, fontsize=SMALL)
    panel.set_ylim(len(names) - 0.4, -0.6)


def _legend(figure: Figure, kinds: dict) -> None:
    shown = {kind.words: kind.colour for kind in kinds.values()}
    lines = [style.Line2D([], [], color=colour, linewidth=1.6) for colour in shown.values()]
    words = [style.maths(words) for words in shown]
    figure.legend(lines, words, frameon=False, loc="outside upper center", ncols=max(len(words), 1))
