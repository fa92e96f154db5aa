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
FEWEST_POINTS = 3  # two points always lie on a line


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
        whole = [group[_complete(group)] for group in groups]
        n_seeds = min(map(len, whole))
        n_left_out = sum(map(len, groups)) - sum(map(len, whole))
        if not n_seeds:
            return Measured(Interval(np.nan, np.nan, np.nan), 0, n_left_out)
        return Measured(worst(whole, self.components, direction), n_seeds, n_left_out)


def _complete(group: np.ndarray) -> np.ndarray:
    """Per network of a group (seed, ...), whether all of its values are there."""
    values = tuple(range(1, group.ndim))
    return np.isfinite(group).all(axis=values)


def by_column(means: np.ndarray) -> list[np.ndarray]:
    """The last axis of a group's means (..., column) taken apart: one component for each column."""
    return list(np.moveaxis(means, -1, 0))


def matched(evidence: Evidence, arms: Arms) -> list[str]:
    """All modular arms, then their flat matches."""
    modular, flat = evidence.split(arms)
    return modular + flat


def differences(*means: np.ndarray) -> list[np.ndarray]:
    """First half minus second half, pair by pair."""
    half = len(means) // 2
    pairs = zip(means[:half], means[half:], strict=True)
    return [first - second for first, second in pairs]


def paired(*values: pd.Series) -> pd.DataFrame:
    """One group: values of networks that have them all, matched by seed."""
    return pd.concat(values, axis=1, join="inner")


def within(*means: np.ndarray) -> list[np.ndarray]:
    """First minus second column of each group."""
    return [mean[..., 0] - mean[..., 1] for mean in means]


def spearman(curve: pd.Series) -> float:
    """Rank correlation of a curve's values with its index.

    NaN of fewer than `FEWEST_POINTS` values, and of values that are all the same.
    """
    if len(curve) < FEWEST_POINTS or curve.nunique() == 1:
        return np.nan
    return float(spearmanr(curve.index, curve).statistic)


def slope(curve: pd.Series) -> float:
    """Slope of the straight line through a curve, by least squares; NaN of fewer than `FEWEST_POINTS`."""
    if len(curve) < FEWEST_POINTS:
        return np.nan
    return float(np.polyfit(curve.index.astype(float), curve, 1)[0])
