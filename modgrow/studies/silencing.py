"""What is lost if the units of a flat network that carry one N fall silent: only that N and above?"""

import copy
import dataclasses

import numpy as np
import pandas as pd
import pyarrow as pa

from modgrow import task
from modgrow.figures import style
from modgrow.store.schema import FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column
from modgrow.streams import stream
from modgrow.studies import selectivity
from modgrow.study import Study

COLUMNS = ("silenced", "n_units", "n", "accuracy")
NONE = 0  # in the place of the N that is silenced: the network as it is


def rows(trained, steps=1000, sequences=5, threshold=0.1):
    """Rows (silenced, n_units, n, accuracy) of the network as it was when it solved its last N.

    For every N that some unit carries (`selectivity`, with this `threshold`): all units that carry it silent,
    each head asked on the same continuous runs at P(bit = 1) = 0.5. `silenced` 0: none silent. Warm-up
    max(100, 4 N) steps, then `steps` scored ones. No rows if nothing was solved. Raises ModgrowError for a
    chain.
    """
    from modgrow.experiments.drive import accuracies

    selectivity.refuse_chain(trained, "silencing")
    known = trained.at(trained.n_solved)
    if known is None:
        return pd.DataFrame(columns=COLUMNS)
    warmup = max(100, 4 * known.n_solved)
    bits = stream(known.seed, "silencing").random((warmup + steps, sequences)) < 0.5
    (states,) = known.activity(bits)
    mean = states[warmup:].mean((0, 2))
    found = [(NONE, 0, n, right) for n, right in accuracies(known, bits, warmup)]
    for n_silenced, units in _carriers(trained, threshold).items():
        struck = silent(known, units, mean)
        rights = accuracies(struck, bits, warmup)
        found += [(n_silenced, len(units), n, right) for n, right in rights]
    return pd.DataFrame(found, columns=COLUMNS)


def silent(known, units, mean):
    """The network in which all that read these units read their `mean`, (unit,), instead."""
    network = copy.deepcopy(known.network)
    module = network.newest
    for weights, offset in ((module.recurrent, module.bias), (module.readout, module.readout_bias)):
        offset.data += weights.data[..., units] @ mean[units]
        weights.data[..., units] = 0.0
    return dataclasses.replace(known, network=network, snapshots={})


def _carriers(trained, threshold):
    """The units that carry each N, of those that are solved."""
    table = selectivity.rows(trained, threshold=threshold)
    carried = table[table["trained"] & table["carries"] & (table["n"] <= trained.n_solved)]
    return {n: sorted(own) for n, own in carried.groupby("n")["unit"]}


def draw(table, arms):
    """Above, accuracy by head and by the N that is silenced, mean of the networks; below, by their distance.

    Thin: each network, thick: their mean. Dotted: chance. A column per arm.
    """
    size = {"width": 2.4 * len(arms) + 0.8, "height": 4.4}
    figure, panels = style.new_figure(**size, rows=2, columns=len(arms), squeeze=False)
    colours = style.contrasts(arms)
    shown = None
    for (above, below), (name, arm) in zip(panels.T, arms.items(), strict=True):
        own = table[table["arm"] == name]
        above.set(title=style.label(name, arm, own["seed"].nunique()), xlabel="$N$ asked")
        below.set(xlabel="$N$ asked − $n$ silenced", ylim=(0.4, 1.02))
        struck = own[own["silenced"] != NONE]
        if struck.empty:
            style.missing(above, "no unit carries an N alone")
            continue
        shown = _map(above, struck)
        _by_distance(below, struck, colours[name])
        below.axhline(task.named(arm.task).chance(2, 0.5), color="0.4", linewidth=0.8, linestyle=":")
    panels[0, 0].set_ylabel("units of $n$ silenced")
    panels[1, 0].set_ylabel("accuracy")
    if shown:
        figure.colorbar(shown, ax=list(panels[0]), label="accuracy")
    return figure


def _map(panel, struck):
    means = struck.groupby(["silenced", "n"])["accuracy"].mean().unstack("n")
    every = range(means.index.min(), means.index.max() + 1)
    means = means.reindex(every)
    look = {"cmap": style.colour_map("viridis", bad="0.9"), "vmin": 0.5, "vmax": 1.0}
    panel.set_facecolor("0.9")
    return panel.pcolormesh(means.columns, means.index, np.ma.masked_invalid(means), **look)


def _by_distance(panel, struck, colour):
    distance = struck["n"] - struck["silenced"]
    by_seed = struck.groupby([distance.rename("distance"), "seed"])["accuracy"].mean().unstack("seed")
    panel.plot(by_seed, color=colour, linewidth=0.4, alpha=0.5)
    panel.plot(by_seed.mean(axis=1), color=colour, linewidth=1.4)
    style.whole_numbers(panel)


STUDY = Study(
    schema=Schema(
        "silencing",
        pa.schema(
            [
                column("silenced", INTEGER),
                column("n_units", INTEGER),
                column("n", INTEGER),
                column("accuracy", NUMBER),
                column("arm", NAME),
                column("seed", INTEGER),
            ]
        ),
        keys=("arm", "seed", "silenced", "n"),
        ranges={"seed": FROM_0, "silenced": FROM_0, "n_units": FROM_0, "n": FROM_1, "accuracy": FRACTION},
    ),
    rows=rows,
    draw=draw,
    label="Silencing: what is lost with the units that carry one N",
    minutes=20,
)
