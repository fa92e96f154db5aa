"""Smooth quantities: log half-points, accuracies, ratios of variances. Student's t."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from modgrow.verdict.intervals.interval import LEVEL, Interval, Values

DIFFERENCE = (1.0, -1.0)


def smooth(*groups: Values, weights: Sequence[float] = (1.0,), level: float = LEVEL) -> Interval:
    """The groups' means, weighted and added up, with Welch's and Satterthwaite's degrees of freedom.

    One group gives Student's interval of a mean, of networks paired by seed that of their differences; two
    with `DIFFERENCE` give Welch's; families of arms are means of arms. NaN bounds where one of the groups
    has a single network. Not for N_solved: where few networks stick it covers 0.4 (`ends.bounded`).
    """
    groups = [np.asarray(group, float) for group in groups]
    estimate = sum(w * g.mean() for w, g in zip(weights, groups, strict=True))
    if min(map(len, groups)) < 2:
        return Interval(float(estimate), np.nan, np.nan)
    parts = np.array([w**2 * g.var(ddof=1) / len(g) for w, g in zip(weights, groups, strict=True)])
    variance = parts.sum()
    if variance == 0:
        return Interval(float(estimate), float(estimate), float(estimate))
    freedom = np.array([len(group) - 1 for group in groups])
    half_width = stats.t.ppf((1 + level) / 2, variance**2 / (parts**2 / freedom).sum()) * variance**0.5
    return Interval(float(estimate), float(estimate - half_width), float(estimate + half_width))
