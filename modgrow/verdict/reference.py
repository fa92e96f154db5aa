"""The authors' own numbers beside ours: from the paper, its text and figures, and their public code.

They are set beside networks of the paper's settings alone.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float
from tabulate import tabulate

from modgrow.verdict.evidence import Evidence

PerSeed = Float[np.ndarray, " seed"]

TYPES = dict.fromkeys(("what", "theirs", "source", "arm"), object)
TYPES |= dict.fromkeys(("ours", "lowest", "highest"), float) | {"n_seeds": "int64"}
COLUMNS = tuple(TYPES)


@dataclass(frozen=True)
class Reference:
    """One number of the authors (as text: many are ranges) and what to compare it with, per network."""

    what: str
    theirs: str
    source: str
    arm: str
    table: str
    ours: Callable[[Evidence, str], PerSeed]


def tasks_per_epoch(first: float = np.inf) -> Callable[[Evidence, str], PerSeed]:
    """Tasks solved per epoch over all epochs or the first so many."""

    def per_epoch(evidence: Evidence, arm: str) -> PerSeed:
        rows = evidence.of("learning_curves", arm)
        last = rows[rows["epoch"] <= first].groupby("seed")[["epoch", "n_tasks_solved"]].max()
        return (last["n_tasks_solved"] / last["epoch"]).to_numpy()

    return per_epoch


def tau_over(first: int, last: int, kind: str) -> Callable[[Evidence, str], PerSeed]:
    """Mean trained or effective tau (published drive) over N from `first` to `last`; NaN if not reached."""

    def mean(evidence: Evidence, arm: str) -> PerSeed:
        curves = getattr(evidence, kind)(arm)
        return curves.loc[:, [n for n in curves if first <= n <= last]].mean(axis=1).to_numpy()

    return mean


def _n_solved(evidence: Evidence, arm: str) -> PerSeed:
    """Largest N at the end of training."""
    return evidence.n_solved(arm).to_numpy(float)


def _flat(units: int, theirs: str) -> Reference:
    """What the authors' flat networks of one size solved."""
    what = f"N solved, flat, {units} units (theirs: the N that all of 5 networks reached in 24 h each)"
    return Reference(what, theirs, "authors' sparse networks", f"flat_{units}", "learning_curves", _n_solved)


REFERENCES = (
    Reference("new tasks per epoch", "1", "paper", "modular_10", "learning_curves", tasks_per_epoch()),
    Reference("new tasks per epoch", "1", "paper", "modular_15", "learning_curves", tasks_per_epoch()),
    Reference("new tasks per epoch", "1", "paper", "modular_20", "learning_curves", tasks_per_epoch()),
    Reference("new tasks per epoch", "below 1", "paper", "modular_5", "learning_curves", tasks_per_epoch()),
    Reference(
        "new tasks per epoch up to about 30 (theirs at learning rates 0.2 and 0.4)",
        "nearly 1; a few runs stick at 19 to 24",
        "authors' growing networks, at most 16 settings of one seed",
        "modular_10",
        "learning_curves",
        tasks_per_epoch(30),
    ),
    _flat(20, "11"),
    _flat(54, "26"),
    _flat(91, "42"),
    _flat(128, "52"),
    Reference("N solved in 60 epochs", "about 10", "paper", "flat_20", "learning_curves", _n_solved),
    Reference("N solved", "about 15", "paper", "frozen_recurrent_5", "learning_curves", _n_solved),
    Reference("N solved", "as fully trained", "paper", "frozen_recurrent_10", "learning_curves", _n_solved),
    Reference("N solved", "fails from N = 3", "paper", "frozen_feedforward_5", "learning_curves", _n_solved),
    Reference(
        "trained tau, mean over modules",
        "1.0 to 1.55",
        "paper, authors' code",
        "modular_15",
        "timescales",
        tau_over(2, 10_000, "tau"),
    ),
    Reference("trained tau from N = 20", "1", "paper", "flat_91", "timescales", tau_over(20, 10_000, "tau")),
    Reference(
        "effective tau at module 10 (N = 11), mean over all neurons (theirs: one network of 5-unit modules)",
        "about 2",
        "authors' notebook",
        "modular_15",
        "timescales",
        tau_over(11, 11, "tau_effective"),
    ),
    Reference(
        "effective tau at modules 15 to 30, mean over all neurons (theirs: one network of 5-unit modules)",
        "2 to 4",
        "authors' notebook",
        "modular_15",
        "timescales",
        tau_over(16, 31, "tau_effective"),
    ),
)


def compare(evidence: Evidence) -> pd.DataFrame:
    """One row per number that the evidence has a counterpart of: mean and range over networks."""
    rows = []
    for reference in REFERENCES:
        tables = (reference.table,)
        if not evidence.has(reference.arm, tables) or evidence.unlike([reference.arm], tables):
            continue
        ours = reference.ours(evidence, reference.arm)
        ours = ours[np.isfinite(ours)]
        if len(ours):
            numbers = (ours.mean(), ours.min(), ours.max(), len(ours))
            rows.append((reference.what, reference.theirs, reference.source, reference.arm, *numbers))
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(TYPES)


def markdown(found: pd.DataFrame, evidence: Evidence) -> str:
    """The numbers of `compare` for readers, under a line on the arms that these leave out, and why."""
    parts = [_left_out(evidence)]
    if len(found):
        parts.append(tabulate(found, headers="keys", tablefmt="pipe", showindex=False, floatfmt=".3g"))
    said = [part for part in parts if part]
    return "\n\n".join(said or ["No arm of this run has a number of the authors."]) + "\n"


def _left_out(evidence: Evidence) -> str:
    """Which arms have numbers of the authors but other settings than the paper's; empty if none."""
    arms = []
    tables = []
    for arm, table in dict.fromkeys((reference.arm, reference.table) for reference in REFERENCES):
        if evidence.has(arm, (table,)) and evidence.unlike([arm], [table]):
            arms.append(arm)
            tables.append(table)
    if not arms:
        return ""
    names = ", ".join(dict.fromkeys(arms))
    words = evidence.unlike(dict.fromkeys(arms), dict.fromkeys(tables))
    return f"The authors' numbers are not set beside {names}: not the paper's settings: {words}."
