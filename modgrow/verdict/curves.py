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


def last_success(evidence: Evidence, arm: str) -> pd.Series:
    """The epoch in which the last task was solved; 0 if none was."""
    curves = _curves(evidence, arm)
    successes = curves["epoch"].where(curves["n_solved"] >= curves["n"], 0)
    return successes.groupby(curves["seed"]).max()


def epochs_to(evidence: Evidence, arm: str, n: int) -> pd.Series:
    """The epoch in which `n` was solved; one more than there were where it never was."""
    curves = _curves(evidence, arm)
    solved = curves["epoch"].where(curves["n_solved"] >= n)
    return solved.groupby(curves["seed"]).min().fillna(_n_epochs(evidence, arm) + 1)


def log_updates_to_learn(evidence: Evidence, arm: str) -> pd.Series:
    """log10 of the updates until a new head answered its batches, mean over the tasks that were solved.

    Epochs before the one in which it learnt (`learnt_after`) count in full, and so does an epoch that ended
    with the task solved although no twenty updates had been right often enough. Of all N but the first, which
    no module was there to help with. NaN of a network that solved no second task, and where the curves do not
    say when a head had learnt.
    """
    curves = _curves(evidence, arm)
    whole = evidence.arms[arm].updates_per_epoch
    found = {}
    for seed, own in curves.groupby("seed"):
        solved = own[own["n"] <= own["n_solved"].max()]
        solved = solved[solved["n"] > evidence.arms[arm].n_first]
        counts = [_updates(task["learnt_after"], whole) for _, task in solved.groupby("n")]
        found[seed] = np.mean(np.log10(counts)) if counts and own["learnt_after"].notna().any() else np.nan
    return pd.Series(found, dtype=float)


def _updates(learnt_after: pd.Series, whole: int) -> float:
    """Updates on one task, of its epochs in order: in which one the head had learnt, and after how many."""
    known = learnt_after.notna().to_numpy()
    epoch = int(known.argmax()) if known.any() else len(known) - 1
    return epoch * whole + (float(learnt_after.iloc[epoch]) if known.any() else whole)


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
