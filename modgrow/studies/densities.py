"""Accuracy of every head on bits of another density than those it was trained on."""

import numpy as np
import pandas as pd
import pyarrow as pa

from modgrow import task
from modgrow.figures import style
from modgrow.store.schema import FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column
from modgrow.streams import stream
from modgrow.study import Study

COLUMNS = ("n", "p", "accuracy")


def rows(trained, densities, steps, sequences):
    """Rows (n, p, accuracy) of the network as it was when it solved its last N; none if it never did.

    For each P(bit = 1) of `densities` so many `sequences`: continuous runs, warm-up max(100, 4 N) steps, then
    `steps` scored ones.
    """
    from modgrow.experiments.drive import accuracies

    known = trained.at(trained.n_solved)
    if known is None:
        return pd.DataFrame(columns=COLUMNS)
    warmup = max(100, 4 * known.n_solved)
    found = []
    for p in densities:
        bits = stream(trained.seed, "densities", str(p)).random((warmup + steps, sequences)) < p
        found += [(n, p, right) for n, right in accuracies(known, bits, warmup)]
    return pd.DataFrame(found, columns=COLUMNS)


def draw(table, arms, densities):
    """A panel per arm, a colour per density: thick the mean, thin each network.

    Dotted: what a reader scores who knows p alone.
    """
    figure, panels = style.new_figure(2.2 * len(arms) + 1.2, 2.6, 1, len(arms), sharey=True, squeeze=False)
    palette = style.colours("viridis", len(densities))
    for panel, (name, arm) in zip(panels[0], arms.items(), strict=True):
        own = table[table["arm"] == name]
        panel.set(title=style.label(name, arm, own["seed"].nunique()), xlabel="$N$")
        style.whole_numbers(panel)
        for p, colour in zip(densities if len(own) else [], palette, strict=False):
            _curve(panel, own[np.isclose(own["p"], p)], arm, p, colour)
    panels[0, 0].set_ylabel("accuracy")
    style.legend_beside(panels[0, -1], "P(bit = 1)")
    return figure


def _curve(panel, own, arm, p, colour):
    by_seed = own.pivot(index="n", columns="seed", values="accuracy")
    panel.plot(by_seed, color=colour, linewidth=0.4, alpha=0.5)
    panel.plot(by_seed.mean(axis=1), color=colour, linewidth=1.4, label=f"{p:g}")
    chance = [task.named(arm.task).chance(n, p) for n in by_seed.index]
    panel.plot(by_seed.index, chance, color=colour, linewidth=0.8, linestyle=":")


STUDY = Study(
    schema=Schema(
        "densities",
        pa.schema(
            [
                column("n", INTEGER),
                column("p", NUMBER),
                column("accuracy", NUMBER),
                column("arm", NAME),
                column("seed", INTEGER),
            ]
        ),
        keys=("arm", "seed", "n", "p"),
        ranges={"seed": FROM_0, "n": FROM_1, "p": FRACTION, "accuracy": FRACTION},
    ),
    rows=rows,
    draw=draw,
    label="Densities: accuracy on other P(bit = 1)",
)
