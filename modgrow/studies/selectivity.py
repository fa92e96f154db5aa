"""To which N each unit of a flat network is selective: of its variance, what the answer to N explains.

Beyond every function of the newest two bits, two regressors stand for N: the right answer to head N, and that
answer against the newest bit. Of parity they are P_N(t) and P_{N-1}(t-1), the parity of the N - 1 bits before
the newest; of match the bit N - 1 steps before, and whether the newest is the same.
"""

import copy
import dataclasses

import numpy as np
import pandas as pd
import pyarrow as pa
from jaxtyping import Float, Int

from modgrow import task
from modgrow.errors import ModgrowError
from modgrow.figures import style
from modgrow.store.schema import FLAG, FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column
from modgrow.streams import stream
from modgrow.study import Study

COLUMNS = ("trained", "unit", "rank", "n", "share", "carries", "newest")
N_FROM = 3  # the answer to N = 2 is a function of the newest two bits
RANKS = 2  # the best n of a unit, and the next
SILENT = 1e-12  # variance below which there is nothing to explain


def rows(trained, steps=4000, sequences=5, threshold=0.1):
    """Rows (trained, unit, rank, n, share, carries, newest) of the network when it had solved its last N.

    `share` is the added R^2 of n, from 3 to one beyond what is solved; rank 1 is the n with the largest one.
    `carries`: whether it is above `threshold`. `newest` is the R^2 of the newest two bits. `trained` False:
    the same units at birth, on the same bits. One continuous run of so many `sequences` at P(bit = 1) = 0.5:
    warm-up max(100, 4 N) steps, then `steps` scored ones. No rows if nothing was solved. Raises ModgrowError
    for a chain.
    """
    refuse_chain(trained, "selectivity")
    known = trained.at(trained.n_solved)
    if known is None:
        return pd.DataFrame(columns=COLUMNS)
    warmup = max(100, 4 * known.n_solved)
    bits = stream(known.seed, "selectivity").random((warmup + steps, sequences)) < 0.5
    found = []
    for was_trained, network in ((True, known), (False, at_birth(trained))):
        shares, newest = explained(network, bits, known.n_solved + 1, warmup)
        found.append(_ranked(shares, newest, threshold).assign(trained=was_trained))
    return pd.concat(found, ignore_index=True)[list(COLUMNS)]


def refuse_chain(trained, study):
    """Raise ModgrowError for a network that grows."""
    if trained.arm.grows:
        raise ModgrowError(
            f"{study}: a chain has a module for each N, so its units need no search; name flat arms alone"
        )


def at_birth(trained):
    """The network with the values that its modules began with."""
    network = copy.deepcopy(trained.network)
    for module in network.chain:
        for name, value in module.start.items():
            getattr(module, name).data.copy_(value)
    return dataclasses.replace(trained, network=network, snapshots={})


def explained(network, bits, n_last, warmup):
    """(shares, newest): the added R^2 of every n from 3 on, (n, unit), and the R^2 of the newest two bits."""
    (states,) = network.activity(bits)
    learnt = task.named(network.arm.task)
    orders = range(N_FROM, n_last + 1)
    given = states.new_tensor(bits)
    answers = np.stack([learnt.labels(given, n).numpy()[warmup:].ravel() for n in orders])
    long = states[warmup:].double().numpy().transpose(0, 2, 1).reshape(answers.shape[1], -1)
    return added(long, answers, bits[warmup:].ravel(), bits[warmup - 1 : -1].ravel())


def added(
    states: Float[np.ndarray, "time unit"],
    answers: Int[np.ndarray, "n time"],
    newest: np.ndarray,
    before: np.ndarray,
) -> tuple[Float[np.ndarray, "n unit"], Float[np.ndarray, " unit"]]:
    """R^2 that each answer adds to the newest bit and the one before, and what these two explain.

    Within one value of the newest bit both regressors are the same but for a sign, so each value has one of
    its own, and what they explain adds up.
    """
    cells = 2 * newest.astype(int) + before.astype(int)
    total = ((states - states.mean(0)) ** 2).sum(0)
    left = _without_means(states, cells)
    shares = []
    for answer in answers:
        regressor = _without_means(answer[:, None].astype(float), cells)[:, 0]
        shares.append(sum(_projected(left[own], regressor[own]) for own in (newest == 0, newest == 1)))
    newest_two = total - (left**2).sum(0)
    moves = total > SILENT * len(states)
    scale = np.where(moves, total, np.inf)
    return np.array(shares) / scale, newest_two / scale


def _without_means(values, cells):
    """Values (time, column) minus the mean of their cell: what no function of the cell explains."""
    left = values.copy()
    for cell in np.unique(cells):
        left[cells == cell] -= values[cells == cell].mean(0)
    return left


def _projected(values, regressor):
    """Sum of squares of the columns' part along a regressor; none where that never changes."""
    square = regressor @ regressor
    return (regressor @ values) ** 2 / square if square > SILENT * len(regressor) else 0.0 * values[0]


def _ranked(shares, newest, threshold):
    """A row for the best n of each unit, and the next where there are several."""
    order = np.argsort(-shares, axis=0, kind="stable")[:RANKS]
    found = []
    for rank, places in enumerate(order, 1):
        own = np.take_along_axis(shares, places[None], 0)[0]
        part = {"unit": np.arange(len(places)), "rank": rank, "n": N_FROM + places, "share": own}
        found.append(pd.DataFrame({**part, "carries": own > threshold, "newest": newest}))
    return pd.concat(found, ignore_index=True)


def draw(table, arms, threshold):
    """Above, how many units carry n; below, the share of each unit at its best n. A column per arm.

    Thin: each network, thick: their mean, grey: the same networks at birth. Dotted: the threshold.
    """
    size = {"width": 2.2 * len(arms) + 0.6, "height": 4.0}
    figure, panels = style.new_figure(
        **size, rows=2, columns=len(arms), sharex="col", sharey="row", squeeze=False
    )
    look = style.contrasts(arms)
    for (above, below), (name, arm) in zip(panels.T, arms.items(), strict=True):
        own = table[table["arm"] == name]
        above.set_title(style.label(name, arm, own["seed"].nunique()))
        below.set_xlabel("$n$")
        style.whole_numbers(below)
        if own.empty:
            style.missing(above, "no network solved a task")
            continue
        for trained, colour in ((False, "0.6"), (True, look[name])):
            _counts(above, own, trained, colour)
            _shares(below, own[(own["trained"] == trained) & (own["rank"] == 1)], colour)
        below.axhline(threshold, color="0.4", linewidth=0.8, linestyle=":")
    panels[0, 0].set_ylabel("units that carry $n$")
    panels[1, 0].set_ylabel("share of a unit's variance")
    style.legend_beside(panels[0, -1], "thin: each network")
    return figure


def _counts(panel, own, trained, colour):
    every = range(N_FROM, own["n"].max() + 1)
    carried = own[own["carries"] & (own["trained"] == trained)].groupby(["n", "seed"]).size().unstack("seed")
    by_seed = carried.reindex(index=every, columns=own["seed"].unique()).fillna(0)
    panel.plot(by_seed, color=colour, linewidth=0.4, alpha=0.5)
    words = "trained" if trained else "at birth"
    panel.plot(by_seed.mean(axis=1), color=colour, linewidth=1.4, label=words)


def _shares(panel, own, colour):
    panel.plot(own["n"], own["share"], ".", color=colour, markersize=2.5, alpha=0.6)


STUDY = Study(
    schema=Schema(
        "selectivity",
        pa.schema(
            [
                column("trained", FLAG),
                column("unit", INTEGER),
                column("rank", INTEGER),
                column("n", INTEGER),
                column("share", NUMBER),
                column("carries", FLAG),
                column("newest", NUMBER),
                column("arm", NAME),
                column("seed", INTEGER),
            ]
        ),
        keys=("arm", "seed", "trained", "unit", "rank"),
        ranges={
            "seed": FROM_0,
            "unit": FROM_0,
            "rank": FROM_1,
            "n": (N_FROM, None),
            "share": FRACTION,
            "newest": FRACTION,
        },
    ),
    rows=rows,
    draw=draw,
    label="Selectivity: which units of a flat network carry which N",
    minutes=10,
)
