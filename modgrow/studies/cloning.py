"""Accuracy of a chain that was made longer by clones of one module, untrained, far beyond what was learnt."""

import itertools

import numpy as np
import pyarrow as pa

from modgrow.figures import style
from modgrow.store.schema import FLAG, FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column
from modgrow.study import Study
from modgrow.verdict.cloning import reaches

HEADLINE = 200  # the N that one network is driven to
WIDE, HIGH = 2.2, 3.6  # inches of an arm's two panels
LAST = "last"
DOT = {"linestyle": "", "marker": "o", "markersize": 2.6}


def rows(trained, modules=(3, 10, 30), n_max=1000, steps=1000, sequences=32):
    """Rows of one trained network; see `experiments/clones.py`, which loads torch."""
    from modgrow.experiments import clones

    return clones.rows(trained, modules, n_max, steps, sequences)


def draw(table, arms, n_max):
    """Two panels per arm, a colour per cloned module.

    Above the accuracies, two thin lines per network: clones an even and an odd number of modules above the
    trained one. Where right and wrong alternate, one of the two is near 0 and the other near 1. Below, how
    far each network's clones stay right (filled), or right and wrong in turn (open).
    """
    figure, panels = _panels(len(arms))
    names = sorted(set(table["cloned"]), key=lambda name: (name == LAST, name.zfill(9)))
    palette = dict(zip(names, itertools.cycle(style.COLOURS)))
    reached = reaches(table)
    for (above, below), (name, arm) in zip(panels.T, arms.items(), strict=True):
        own = table[table["arm"] == name]
        above.set(title=style.label(name, arm, own["seed"].nunique()))
        below.set(xlabel="$N$", ylim=(len(names) - 0.5, -0.5))
        _lines(above, own, palette)
        _dots(below, reached[reached["arm"] == name], palette)
    panels[0, 0].set(ylabel="accuracy", ylim=(-0.03, 1.03))
    least = table["n"].min() if len(table) else 1
    panels[1, 0].set(
        xlim=(0.8 * least, 1.3 * n_max), ylabel="cloned module", yticks=range(len(names)), yticklabels=names
    )
    style.legend_beside(panels[0, -1], "cloned module")
    _explain(panels[1, -1])
    return figure


def _panels(columns):
    """Empty panels, 2 by `columns`, on one axis of N."""
    width = WIDE * columns + 1.4
    figure, panels = style.new_figure(
        width, HIGH, 2, columns, sharex=True, sharey="row", squeeze=False, height_ratios=(3, 1.6)
    )
    for panel in panels.flat:
        panel.axvline(HEADLINE, color="0.6", linewidth=0.8, linestyle=":")
        panel.set_xscale("log")
        style.decades(panel.xaxis)
    for panel in panels[0]:
        panel.axhline(0.5, color="0.6", linewidth=0.8, linestyle=":")
    return figure, panels


def _lines(panel, own, palette):
    """Of every network the accuracies at even and at odd distances from the trained module."""
    for cloned, colour in palette.items():
        panel.plot([], [], color=colour, label=cloned)
        for _, network in own[own["cloned"] == cloned].groupby("seed"):
            distance = network["n"] - network["n"].min()
            for odd in (0, 1):
                half = network[distance % 2 == odd]
                panel.plot(half["n"], half["accuracy"], color=colour, linewidth=0.7, alpha=0.8)


def _dots(panel, reached, palette):
    """How far the clones of every network reach, one below the other within the module's band."""
    for place, (cloned, colour) in enumerate(palette.items()):
        own = reached[reached["cloned"] == cloned].sort_values("seed")
        heights = place + 0.7 * ((np.arange(len(own)) + 0.5) / max(len(own), 1) - 0.5)
        for reach, alternates, height in zip(own["reach_by_sign"], own["alternates"], heights, strict=True):
            filled = "white" if alternates else colour
            panel.plot(reach, height, color=colour, markerfacecolor=filled, **DOT)


def _explain(panel):
    """A legend for the two kinds of dots."""
    kinds = {"right up to this N": "0.3", "right and wrong in turn": "white"}
    handles = []
    for words, fill in kinds.items():
        handles.append(style.Line2D([], [], color="0.3", markerfacecolor=fill, label=words, **DOT))
    panel.legend(handles=handles, frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))


STUDY = Study(
    schema=Schema(
        "cloning",
        pa.schema(
            [
                column("cloned", NAME),
                column("module", INTEGER),
                column("n", INTEGER),
                column("accuracy", NUMBER),
                column("complement", NUMBER),
                column("kind", NAME),
                column("turned", FLAG, null=True),
                column("arm", NAME),
                column("seed", INTEGER),
            ]
        ),
        keys=("arm", "seed", "cloned", "n"),
        ranges={"seed": FROM_0, "n": FROM_1, "module": FROM_1, "accuracy": FRACTION, "complement": FRACTION},
    ),
    rows=rows,
    draw=draw,
    label="Cloning: accuracy of copies that were never trained",
    minutes=15,
)
