"""Arms against arms: the probability that a network of the one has the larger value; ties count half."""

import math

import numpy as np
from scipy import optimize, special, stats

from modgrow.verdict.intervals.interval import LEVEL, Interval, Values


def superiority(first: Values, second: Values, level: float = LEVEL) -> Interval:
    """P(A > B) + P(A = B) / 2 for A of `first` and B of `second`, which are independent.

    Covers at least 0.94 (`benchmarks/interval_coverage.py`) but for 0.88 where one network in ten sticks and
    20 are set against a flat arm: one sample in eight shows none that sticks, and Newcombe's bound, 0.899,
    then lies just above a true 0.9.

    Brunner and Munzel's t on the logit scale; Newcombe's interval where the samples have no spread of their
    own to go by: they do not overlap, or all values are equal. NaN bounds where a sample has one network.
    Networks that share a seed count as independent: where sharing makes them alike, that is too wide.
    """
    shares = [_share_won(first, second), _share_won(second, first)]
    n = [len(share) for share in shares]
    estimate = float(shares[0].mean())
    if min(n) < 2:
        return Interval(estimate, np.nan, np.nan)
    parts = [share.var(ddof=1) / len(share) for share in shares]
    variance = sum(parts)
    if variance == 0:
        return _newcombe(estimate, n, level)
    freedom = variance**2 / sum(part**2 / (own - 1) for part, own in zip(parts, n, strict=True))
    half_width = stats.t.ppf((1 + level) / 2, freedom) * variance**0.5 / (estimate * (1 - estimate))
    middle = special.logit(estimate)
    return Interval(estimate, *(float(special.expit(middle + side * half_width)) for side in (-1, 1)))


def _share_won(values: Values, others: Values) -> Values:
    """Of each value, the share of the others that it is larger than; those that it equals count half."""
    ordered = np.sort(others)
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    return (below + not_above) / (2 * len(ordered))


def _newcombe(estimate: float, n: list[int], level: float) -> Interval:
    """Newcombe's fifth method (Statistics in Medicine 25, 559, 2006): the variance is the bound's own."""
    z = stats.norm.ppf((1 + level) / 2)
    others = sum(n) / 2 - 1

    def beyond(bound: float) -> float:
        shape = 1 + others * ((1 - bound) / (2 - bound) + bound / (1 + bound))
        return abs(estimate - bound) - z * math.sqrt(bound * (1 - bound) * shape / math.prod(n))

    low = 0.0 if estimate == 0 else optimize.brentq(beyond, 0.0, estimate - 1e-12)
    high = 1.0 if estimate == 1 else optimize.brentq(beyond, estimate + 1e-12, 1.0)
    return Interval(estimate, float(low), float(high))
