"""What a claim's statistic is made of: groups of networks, and what is computed from their means.

A claim about several arms (or K, or pathways) has one component for each and holds if all of them do:
`statistics.worst`.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from modgrow.verdict.evidence import Evidence
from modgrow.verdict.statistics import Interval, worst

Arms = Sequence[str]


class Measured(NamedTuple):
    """An interval, the smallest number of networks per group behind it, and how many were left out."""

    interval: Interval
    n_seeds: int
    n_left_out: int


class Sample(NamedTuple):
    """Groups of networks, (seed, ...) each, and the components of the claim from the groups' means."""

    groups: Sequence[pd.Series | pd.DataFrame | np.ndarray]
    components: Callable[..., Sequence[np.ndarray]] = lambda *means: means

    def interval(self, direction: str) -> Measured:
        """Networks that lack a value are left out, and counted; an empty group has no estimate."""
        groups = [np.asarray(group, float) for group in self.groups]
        whole = [group[np.isfinite(group).all(tuple(range(1, group.ndim)))] for group in groups]
        n_seeds, left_out = min(map(len, whole)), sum(map(len, groups)) - sum(map(len, whole))
        if not n_seeds:
            return Measured(Interval(np.nan, np.nan, np.nan), 0, left_out)
        return Measured(worst(whole, self.components, direction), n_seeds, left_out)


def matched(evidence: Evidence, arms: Arms) -> list[str]:
    """All modular arms, then their flat matches."""
    modular, flat = evidence.split(arms)
    return modular + flat


def differences(*means: np.ndarray) -> list[np.ndarray]:
    """First half minus second half, pair by pair."""
    half = len(means) // 2
    return [first - second for first, second in zip(means[:half], means[half:], strict=True)]


def paired(*values: pd.Series) -> pd.DataFrame:
    """One group: values of networks that have them all, matched by seed."""
    return pd.concat(values, axis=1, join="inner")


def within(*means: np.ndarray) -> list[np.ndarray]:
    """First minus second column of each group."""
    return [mean[..., 0] - mean[..., 1] for mean in means]


def spearman(curve: pd.Series) -> float:
    """NaN of fewer than three values, and of values that are all the same."""
    varies = len(curve) > 2 and curve.nunique() > 1
    return float(spearmanr(curve.index, curve).statistic) if varies else np.nan
