"""What learning curves say of each network of an arm, by seed."""

import numpy as np
import pandas as pd

from modgrow.verdict.evidence import Evidence


def share_at_once(evidence: Evidence, arm: str) -> pd.Series:
    """Tasks solved in the first epoch on them, as a share of the epochs there were."""
    curves = _curves(evidence, arm)
    first = ~curves.duplicated(["seed", "n"])
    at_once = (first & (curves["n_solved"] >= curves["n"])).groupby(curves["seed"]).sum()
    return at_once / _n_epochs(evidence, arm)


def epochs_to(evidence: Evidence, arm: str, n: int) -> pd.Series:
    """The epoch in which `n` was solved; one more than there were where it never was."""
    curves = _curves(evidence, arm)
    solved = curves["epoch"].where(curves["n_solved"] >= n)
    return solved.groupby(curves["seed"]).min().fillna(_n_epochs(evidence, arm) + 1)


def log_updates_to_learn(evidence: Evidence, *arms: str) -> list[pd.Series]:
    """log10 of the updates until a new head answered its batches, mean over tasks, of each arm.

    Over the N that the networks of a seed came to in all of these arms: the same tasks, solved or not. Of all
    N but the first, which no module was there to help with. NaN where there is none.
    """
    by_task = [_log_updates(evidence, arm) for arm in arms]
    seeds = sorted(set.intersection(*(set(own.index) for own in by_task)))
    tasks = sorted(set.intersection(*(set(own.columns) for own in by_task)))
    by_task = [own.reindex(index=seeds, columns=tasks) for own in by_task]
    shared = pd.concat(by_task).notna().groupby(level=0).all().reindex(seeds)
    return [own.where(shared).mean(axis=1) for own in by_task]


def _log_updates(evidence: Evidence, arm: str) -> pd.DataFrame:
    """Seeds by n: log10 of the updates on each task after the first.

    Epochs before the one in which the head learnt (`learnt_after`) count in full, and so does every epoch of
    a task on which it never did: of one on which a network sticks, all that was spent. Empty where the curves
    do not say when heads had learnt.
    """
    curves = _curves(evidence, arm)
    if not curves["learnt_after"].notna().any():
        return pd.DataFrame(dtype=float)
    recipe = evidence.arms[arm]
    later = curves[curves["n"] > recipe.n_first]
    task = [later["seed"], later["n"]]
    before = later.groupby(task).cumcount() * recipe.updates_per_epoch
    learnt = (before + later["learnt_after"]).groupby(task).min()
    spent = later.groupby(task).size() * recipe.updates_per_epoch
    return np.log10(learnt.fillna(spent)).unstack("n")


def shared_n(evidence: Evidence, *arms: str) -> int:
    """The largest N that every network of these arms solved which solved any; `n_first` - 1 if none did."""
    n_first = evidence.arms[arms[0]].n_first
    n_solved = pd.concat([evidence.n_solved(arm) for arm in arms])
    solved_any = n_solved[n_solved >= n_first]
    return int(solved_any.min()) if len(solved_any) else n_first - 1


def error_up_to(evidence: Evidence, arm: str, n: int) -> pd.Series:
    """Mean error of the undisturbed heads up to `n` at P(1) = 0.5; NaN of a network that never solved `n`."""
    rows = evidence.of("perturbation", arm, epsilon=0.0, pathway="weights")
    error = 1.0 - rows[rows["n"] <= n].groupby("seed")["accuracy"].mean()
    return error.where(evidence.n_solved(arm).reindex(error.index) >= n)


def _curves(evidence: Evidence, arm: str) -> pd.DataFrame:
    return evidence.of("learning_curves", arm).sort_values(["seed", "epoch"])


def _n_epochs(evidence: Evidence, arm: str) -> int:
    """All the epochs an arm was given: a network that stopped early solved nothing in the rest."""
    return evidence.arms[arm].epochs or int(_curves(evidence, arm)["epoch"].max())
