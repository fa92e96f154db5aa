"""Why chains stick: do their first modules learn from their own start, and from that of a later module?"""

import itertools

import numpy as np
import pyarrow as pa

from modgrow.figures import style
from modgrow.store.schema import FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column
from modgrow.study import Study


def rows(trained, n_last=5, n_later=20, epochs=4, draws=3):
    """Rows of one trained network; see `experiments/transplants.py`, which loads torch."""
    from modgrow.experiments import transplants

    table = transplants.rows(trained, n_last, n_later, epochs, draws)
    return table.assign(n_solved=trained.n_solved, lost=trained.arm.n_limit - trained.n_solved)


def draw(table, arms):
    """A panel: accuracy after the first epoch against the live units of the start, a colour per N.

    Filled: the module's own start; open: that of a later module. The mean of the draws, a dot each.
    """
    figure, axes = style.new_figure(4.2, 2.8)
    colours = dict(zip(sorted(set(table["n"])), itertools.cycle(style.COLOURS)))
    means = table.groupby(["arm", "seed", "n", "start"], as_index=False)[["live", "first_accuracy"]].mean()
    for n, colour in colours.items():
        for start, fill in {"own": colour, "later": "white"}.items():
            own = means[(means["n"] == n) & (means["start"] == start)]
            label = f"$N$ = {n}" if start == "own" else None
            beside = own["live"] + 0.12 * (n - np.mean(list(colours))) + 0.015 * (own["seed"] % 10 - 4.5)
            axes.plot(
                beside,
                own["first_accuracy"],
                "o",
                color=colour,
                markerfacecolor=fill,
                markersize=3,
                label=label,
            )
    axes.set(xlabel="live units of the start", ylabel="accuracy after one epoch")
    style.whole_numbers(axes)
    style.legend_beside(axes, "filled: own start\nopen: a later one's")
    return figure


STUDY = Study(
    schema=Schema(
        "sticking",
        pa.schema(
            [
                column("n", INTEGER),
                column("start", NAME),
                column("draw", INTEGER),
                column("live", INTEGER),
                column("epochs", INTEGER, null=True),
                column("updates", INTEGER, null=True),
                column("first_accuracy", NUMBER),
                column("accuracy", NUMBER),
                column("n_solved", INTEGER),
                column("lost", INTEGER),
                column("arm", NAME),
                column("seed", INTEGER),
            ]
        ),
        keys=("arm", "seed", "n", "start", "draw"),
        ranges={
            "seed": FROM_0,
            "n": FROM_1,
            "draw": FROM_0,
            "live": FROM_0,
            "epochs": FROM_1,
            "updates": FROM_1,
            "first_accuracy": FRACTION,
            "accuracy": FRACTION,
            "n_solved": FROM_0,
            "lost": FROM_0,
        },
    ),
    rows=rows,
    draw=draw,
    label="Sticking: starts exchanged",
)
