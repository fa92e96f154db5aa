"""Arms beside each other: difference of N_solved, and how often one network beats another."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.statistics import difference_of_means, probability_of_improvement


def compare(curves: pd.DataFrame, pairs: list[tuple[str, str]], arms: dict[str, Arm]) -> pd.DataFrame:
    """One row per pair (arm, other): means of N_solved, arm minus other, probability that arm is ahead.

    Modular arms of one size start from the same first module and are paired by seed; others are not.
    """
    evidence = Evidence({"learning_curves": curves}, arms)
    return pd.DataFrame([_row(evidence, arm, other) for arm, other in pairs])


def _row(evidence: Evidence, arm: str, other: str) -> dict:
    first = evidence.n_solved(arm)
    second = evidence.n_solved(other)
    ours = evidence.arms[arm]
    theirs = evidence.arms[other]
    alike = ours.grows == theirs.grows and ours.units == theirs.units
    paired = alike and len(first) == len(second)
    difference = difference_of_means(first, second, paired)
    improvement = probability_of_improvement(first, second)
    return {
        "arm": arm,
        "other": other,
        "n_seeds": len(first),
        "n_seeds_other": len(second),
        "mean": first.mean(),
        "mean_other": second.mean(),
        "paired": paired,
        "difference": difference.estimate,
        "low": difference.low,
        "high": difference.high,
        "improvement": improvement.estimate,
        "improvement_low": improvement.low,
        "improvement_high": improvement.high,
    }
