"""Statistics over networks: seeds are the unit of replication, intervals come from resampling them."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import stats

from modgrow.streams import stream

RESAMPLES = 9999
LEVEL = 0.95


class Interval(NamedTuple):
    """An estimate with a two-sided interval; NaN bounds where one network says nothing about spread."""

    estimate: float
    low: float
    high: float


def bootstrap(
    groups: Sequence[Float[np.ndarray, "seed ..."]], statistic: Callable[..., np.ndarray]
) -> Interval:
    """`statistic` of the groups' means over seeds, with a percentile interval of a seeded bootstrap.

    What stands in one group is resampled together (paired by seed), groups are resampled apart.
    `statistic` takes one mean per group, with axes in front that it must keep. No spread at all gives
    low = high = estimate.
    """
    groups = [np.asarray(group, float) for group in groups]
    estimate = float(statistic(*(group.mean(0) for group in groups)))
    if min(len(group) for group in groups) < 2:
        return Interval(estimate, np.nan, np.nan)
    found = stats.bootstrap(
        [np.arange(len(group)) for group in groups],
        lambda *chosen, axis: statistic(
            *(group[seeds].mean(seeds.ndim - 1) for group, seeds in zip(groups, chosen, strict=True))
        ),
        n_resamples=RESAMPLES,
        batch=1000,
        vectorized=True,
        confidence_level=LEVEL,
        method="percentile",
        rng=stream(0, "bootstrap"),
    ).confidence_interval
    return Interval(estimate, float(found.low), float(found.high))


def mean_interval(values: Sequence[float]) -> Interval:
    """Mean over seeds."""
    return bootstrap([values], lambda mean: mean)


def difference_of_means(first: Sequence[float], second: Sequence[float], paired: bool) -> Interval:
    """Mean of `first` minus mean of `second`, one value per seed each."""
    if paired:
        return bootstrap([np.stack([first, second], 1)], lambda means: means[..., 0] - means[..., 1])
    return bootstrap([first, second], lambda a, b: a - b)


def share_interval(hits: int, of: int) -> Interval:
    """A share of networks, with the exact binomial (Clopper-Pearson) interval."""
    found = stats.binomtest(hits, of).proportion_ci(confidence_level=LEVEL, method="exact")
    return Interval(hits / of, float(found.low), float(found.high))


def probability_of_improvement(first: Sequence[float], second: Sequence[float]) -> Interval:
    """Probability that a network of `first` has the larger value; ties count half."""
    first, second = np.asarray(first, float), np.asarray(second, float)
    wins = (first[:, None] > second) + 0.5 * (first[:, None] == second)
    if min(len(first), len(second)) < 2:
        return Interval(float(wins.mean()), np.nan, np.nan)
    found = stats.bootstrap(
        (np.arange(len(first)), np.arange(len(second))),
        lambda a, b, axis: wins[a[..., :, None], b[..., None, :]].mean((-2, -1)),
        n_resamples=RESAMPLES,
        batch=1000,
        vectorized=True,
        confidence_level=LEVEL,
        method="percentile",
        rng=stream(0, "bootstrap"),
    ).confidence_interval
    return Interval(float(wins.mean()), float(found.low), float(found.high))


def seeds_needed(found: Interval, n_seeds: int, threshold: float) -> float:
    """How many seeds would bring the interval clear of `threshold`, if the estimate stood where it is.

    The interval's half-width on the threshold's side shrinks with the root of the number of seeds. Infinite
    where the estimate lies on the threshold; NaN where there is no interval.
    """
    distance = found.estimate - threshold
    half = found.estimate - found.low if distance > 0 else found.high - found.estimate
    if distance == 0:
        return math.inf
    return n_seeds * (half / distance) ** 2
