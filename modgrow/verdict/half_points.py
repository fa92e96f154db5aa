"""The perturbation strength at which half of the unperturbed tasks are still solved."""

import numpy as np
import pandas as pd

from modgrow.verdict.intervals.smooth import smooth


def summary(table: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Half-points per network, with each arm's geometric mean and t-interval over seeds beside.

    `arm_half_epsilon`, `low`, `high` and `n_seeds` leave out networks that solve nothing unperturbed.
    """
    found = half_points(table, threshold)
    rows = []
    for (arm, pathway), own in found.groupby(["arm", "pathway"], sort=False):
        logs = np.log10(own["half_epsilon"].dropna())
        interval = [10**value for value in smooth(logs)] if len(logs) else [np.nan] * 3
        rows.append((arm, pathway, *interval, len(logs)))
    columns = ["arm", "pathway", "arm_half_epsilon", "low", "high", "n_seeds"]
    return found.merge(pd.DataFrame(rows, columns=columns), on=["arm", "pathway"])


def half_points(table: pd.DataFrame, threshold: float) -> pd.DataFrame:
    """Per network and pathway, the epsilon at which half of the unperturbed tasks are still solved.

    A task is solved at an accuracy above `threshold`; the number solved is averaged over draws, and
    interpolated linearly in log10 epsilon. A half-point outside the sweep is `censored` at its end; a
    network that solves nothing unperturbed has none (NaN). `steepest_epsilon` is where most tasks are lost
    per decade. Noise in one module alone is left out: tasks below it cannot be lost.
    """
    keys = ["arm", "seed", "pathway"]
    everywhere = table[~table["pathway"].str.contains(r"_of_\d+$")]
    solved = everywhere.assign(solved=everywhere["accuracy"] > threshold)
    per_draw = solved.groupby([*keys, "epsilon", "draw"])["solved"].sum()
    mean_solved = per_draw.groupby([*keys, "epsilon"]).mean()
    rows = []
    for key, of_network in mean_solved.groupby(keys, sort=False):
        curve = of_network.droplevel(keys)
        epsilons, counts = curve.index.to_numpy(), curve.to_numpy()
        half, censored = _half(epsilons, counts)
        rows.append((*key, curve.loc[0.0], half, censored, _steepest(epsilons, counts)))
    found = ["solved_unperturbed", "half_epsilon", "censored", "steepest_epsilon"]
    return pd.DataFrame(rows, columns=[*keys, *found])


def _half(epsilons: np.ndarray, solved: np.ndarray) -> tuple[float, bool]:
    """First crossing of half the value at epsilon 0, which comes first; (epsilon, whether censored)."""
    if solved[0] == 0:
        return np.nan, False
    half = solved[0] / 2
    below = np.flatnonzero(solved[1:] <= half)
    if len(below) == 0:
        return float(epsilons[-1]), True
    first = below[0] + 1
    if first == 1:  # crossed below the weakest strength; 0, the one before, has no logarithm
        return float(epsilons[1]), True
    low = np.log10(epsilons[first - 1])
    high = np.log10(epsilons[first])
    share = (solved[first - 1] - half) / (solved[first - 1] - solved[first])
    return float(10 ** (low + share * (high - low))), False


def _steepest(epsilons: np.ndarray, solved: np.ndarray) -> float:
    """The middle, in log10, of the neighbours between which most tasks per decade are lost; NaN if none."""
    logs = np.log10(epsilons[1:])  # 0, the first, has none
    lost = -np.diff(solved[1:]) / np.diff(logs)
    if not (lost > 0).any():
        return np.nan
    place = int(lost.argmax())
    return float(10 ** logs[place : place + 2].mean())
