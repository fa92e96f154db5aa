"""Statistics over runs: seeds are the unit of replication, intervals come from resampling them."""

from typing import NamedTuple

import numpy as np
from scipy import stats

from modgrow.streams import stream

RESAMPLES = 9999


class Interval(NamedTuple):
    """An estimate with a two-sided percentile interval of a bootstrap over seeds."""

    estimate: float
    low: float
    high: float


def mean_interval(values, level: float = 0.95) -> Interval:
    """Mean over seeds. One seed says nothing about spread: low and high are NaN."""
    values = np.asarray(values, float)
    if len(values) < 2:
        return Interval(float(values.mean()), np.nan, np.nan)
    found = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method="percentile",
        rng=stream(0, "bootstrap"),
    ).confidence_interval
    return Interval(float(values.mean()), float(found.low), float(found.high))


def difference_of_means(first, second, paired: bool, level: float = 0.95) -> Interval:
    """Mean of `first` minus mean of `second`, one value per seed each.

    `paired` resamples the same seeds in both. No spread at all gives low = high = estimate; a single
    seed says nothing about spread, and low and high are NaN.
    """
    first, second = np.asarray(first, float), np.asarray(second, float)
    estimate = first.mean() - second.mean()
    if min(len(first), len(second)) < 2:
        return Interval(float(estimate), np.nan, np.nan)
    found = stats.bootstrap(
        (first, second),
        lambda a, b, axis: a.mean(axis) - b.mean(axis),
        paired=paired,
        vectorized=True,
        n_resamples=RESAMPLES,
        confidence_level=level,
        method="percentile",
        rng=stream(0, "bootstrap"),
    ).confidence_interval
    return Interval(float(estimate), float(found.low), float(found.high))
