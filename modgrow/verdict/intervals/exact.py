"""Exact intervals: shares by the binomial, medians by order statistics."""

import numpy as np
from scipy import stats

from modgrow.verdict.intervals.interval import LEVEL, Interval, Values


def share(hits: np.ndarray, level: float = LEVEL) -> Interval:
    """The share of networks that hit, of one truth value per network: Clopper and Pearson's interval."""
    n_hits = int(np.sum(hits))
    found = stats.binomtest(n_hits, len(hits)).proportion_ci(confidence_level=level, method="exact")
    return Interval(n_hits / len(hits), float(found.low), float(found.high))


def median(values: Values, least: float = -np.inf, most: float = np.inf, level: float = LEVEL) -> Interval:
    """The median between two order statistics that hold it at least as often as `level`.

    At most (1 - level) / 2 of all samples lie wholly below the median, or above. Where so few networks allow
    no such bound (fewer than 6 at 95 %, 5 at 90 %), it is the end of the scale, `least` or `most`.
    """
    ordered = np.sort(np.asarray(values, float))
    # The largest number of values that lie on one side of the median in at most a tail of all samples.
    rank = int(stats.binom.ppf((1 - level) / 2, len(ordered), 0.5))
    if stats.binom.cdf(rank, len(ordered), 0.5) > (1 - level) / 2:
        rank -= 1
    estimate = float(np.median(ordered))
    if rank < 0:
        return Interval(estimate, float(least), float(most))
    return Interval(estimate, float(ordered[rank]), float(ordered[-1 - rank]))


def counted(values: Values, level: float = LEVEL) -> Interval:
    """A number that is counted and does not vary over networks: an interval of no width."""
    return Interval(*[float(values[0])] * 3)
