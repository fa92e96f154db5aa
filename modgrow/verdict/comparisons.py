"""Arms beside each other: difference of N_solved, and how often one network beats another."""

import pandas as pd

from modgrow.arm import Arm
from modgrow.verdict import sample
from modgrow.verdict.evidence import Evidence


def compare(curves: pd.DataFrame, pairs: list[tuple[str, str]], arms: dict[str, Arm]) -> pd.DataFrame:
    """One row per pair (arm, other): means of N_solved, arm minus other, probability that arm is ahead.

    Networks count as independent, also where arms start from the same first modules; an interval of the
    difference knows the ends of the scale.
    """
    evidence = Evidence({"learning_curves": curves}, arms)
    return pd.DataFrame([_row(evidence, arm, other) for arm, other in pairs])


def _row(evidence: Evidence, arm: str, other: str) -> dict:
    first = evidence.n_solved(arm)
    second = evidence.n_solved(other)
    ahead = sample.ahead(first, second, evidence.ends(arm, other))
    improvement = ahead.at()
    difference = ahead.of_means().at()
    return {
        "arm": arm,
        "other": other,
        "n_seeds": len(first),
        "n_seeds_other": len(second),
        "mean": first.mean(),
        "mean_other": second.mean(),
        "median": first.median(),
        "median_other": second.median(),
        "share_stuck": evidence.stuck(arm).mean(),
        "share_stuck_other": evidence.stuck(other).mean(),
        "difference": difference.estimate,
        "low": difference.low,
        "high": difference.high,
        "improvement": improvement.estimate,
        "improvement_low": improvement.low,
        "improvement_high": improvement.high,
    }
