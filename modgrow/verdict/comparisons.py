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
    rows = []
    for arm, other in pairs:
        first, second = evidence.n_solved(arm), evidence.n_solved(other)
        alike = arms[arm].grows == arms[other].grows and arms[arm].units == arms[other].units
        paired = alike and len(first) == len(second)
        difference = difference_of_means(first, second, paired)
        improvement = probability_of_improvement(first, second)
        rows.append(
            {
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
        )
    return pd.DataFrame(rows)
