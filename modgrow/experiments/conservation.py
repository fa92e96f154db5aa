"""How much weights change from one module to the next (Fig. 5c)."""

import itertools

import numpy as np
import pandas as pd
from jaxtyping import Float

from modgrow.store.weights import Weights

COLUMNS = ("pathway", "module", "variance", "relative_change")


def change_variance(
    older: Float[np.ndarray, "unit unit"], newer: Float[np.ndarray, "unit unit"], recurrent: bool
) -> float:
    """Variance of the change of corresponding z-scored weights, older module to newer.

    Each matrix is z-scored over its own entries; of W^R only those off the diagonal take part. For
    unrelated matrices the expectation is 2, for equal ones the value is 0. NaN where a matrix has no spread
    to measure a change in: that of a single unit.
    """
    used = ~np.eye(len(older), dtype=bool) if recurrent else np.ones(older.shape, bool)
    entries = [matrix[used] for matrix in (older, newer)]
    if any(len(np.unique(values)) < 2 for values in entries):
        return np.nan
    scores = [(values - values.mean()) / values.std() for values in entries]
    return float(np.var(scores[1] - scores[0]))


def relative_change(
    older: Float[np.ndarray, "unit unit"], newer: Float[np.ndarray, "unit unit"], recurrent: bool
) -> float:
    """||newer - older|| / ||older||, Frobenius, of W^R off the diagonal; nothing is normalised before."""
    used = ~np.eye(len(older), dtype=bool) if recurrent else np.ones(older.shape, bool)
    return float(np.linalg.norm((newer - older)[used]) / np.linalg.norm(older[used]))


def rows(network: Weights) -> pd.DataFrame:
    """Rows (pathway, module, variance, relative_change) of the modules that solved their task."""
    solved = network.chain[: network.n_tasks_solved]  # a single module, with many heads, changes to no other
    recurrent = [module["recurrent"] for module in solved]
    feedforward = [module["feedforward"] for module in solved[1:]]
    return pd.DataFrame(conservation(recurrent, feedforward), columns=COLUMNS)


def conservation(recurrent: list[np.ndarray], feedforward: list[np.ndarray]) -> list[dict]:
    """Rows (pathway, module, variance): W^R of modules 1, 2, ... and W^FF of modules 2, 3, ... of a chain.

    `module` is the newer of the two, counted from 1: W^R is compared from module 2, W^FF from module 3.
    A comparison that says nothing (a single unit) has no row.
    """
    found = []
    for pathway, matrices, first in (("recurrent", recurrent, 2), ("feedforward", feedforward, 3)):
        for module, (older, newer) in enumerate(itertools.pairwise(matrices), first):
            variance = change_variance(older, newer, pathway == "recurrent")
            if np.isfinite(variance):
                change = relative_change(older, newer, pathway == "recurrent")
                found.append(dict(zip(COLUMNS, (pathway, module, variance, change), strict=True)))
    return found
