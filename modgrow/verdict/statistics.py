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
Group = Float[np.ndarray, "seed ..."]


class Interval(NamedTuple):
    """An estimate with a two-sided interval; NaN bounds where one network says nothing about spread."""

    estimate: float
    low: float
    high: float


def resampled_means(group: Group, rng: np.random.Generator) -> Float[np.ndarray, "resample ..."]:
    """Means of the group over seeds drawn with replacement. No spread gives the mean itself, exactly."""
    group = np.asarray(group, float)
    n_seeds = len(group)
    mean = group.mean(0)
    # A resample is how often each network was drawn. Means of deviations, not of values: these round.
    counts = rng.multinomial(n_seeds, np.full(n_seeds, 1 / n_seeds), RESAMPLES)
    return mean + np.tensordot(counts / n_seeds, group - mean, 1)


def bootstrap(groups: Sequence[Group], statistic: Callable[..., np.ndarray]) -> Interval:
    """`statistic` of the groups' means over seeds, with a percentile interval of a seeded bootstrap.

    What stands in one group is resampled together (paired by seed), groups are resampled apart.
    `statistic` takes one mean per group, with axes in front that it must keep.
    """
    return worst(groups, lambda *means: [statistic(*means)], "below")


def worst(
    groups: Sequence[Group], components: Callable[..., Sequence[np.ndarray]], direction: str
) -> Interval:
    """The component that speaks most against a statement about all of them ("above": the lowest).

    All components lie on the claimed side if each of their intervals does; that one of many does not is
    shown by an interval that allows for their number (Bonferroni). So the bound towards the statement is
    taken at 95 %, the other at 95 % for all components together. The extreme of several noisy values is
    itself biased: bootstrapping it would show differences where there are none.
    """
    of_means = components(*(np.asarray(group, float).mean(0) for group in groups))
    extreme = min if direction == "above" else max
    estimate = float(extreme(of_means))
    if min(len(group) for group in groups) < 2:
        return Interval(estimate, np.nan, np.nan)
    rng = stream(0, "bootstrap")
    draws = components(*(resampled_means(group, rng) for group in groups))
    tail = (1 - LEVEL) / 2
    shared_tail = tail / len(draws)
    if direction == "above":
        low_tail, high_tail = tail, shared_tail
    else:
        low_tail, high_tail = shared_tail, tail
    low = extreme(np.quantile(draw, low_tail) for draw in draws)
    high = extreme(np.quantile(draw, 1 - high_tail) for draw in draws)
    return Interval(estimate, float(low), float(high))


def mean_interval(values: Sequence[float]) -> Interval:
    """Mean over seeds."""
    return bootstrap([values], lambda mean: mean)


def difference_of_means(first: Sequence[float], second: Sequence[float], paired: bool) -> Interval:
    """Mean of `first` minus mean of `second`, one value per seed each."""
    if paired:
        return bootstrap([np.stack([first, second], 1)], lambda means: means[..., 0] - means[..., 1])
    return bootstrap([first, second], lambda a, b: a - b)


def share_interval(hits: int, of: int) -> Interval:
    """The share of networks that hit, with the exact binomial (Clopper-Pearson) interval."""
    found = stats.binomtest(hits, of).proportion_ci(confidence_level=LEVEL, method="exact")
    return Interval(hits / of, float(found.low), float(found.high))


def probability_of_improvement(first: Sequence[float], second: Sequence[float]) -> Interval:
    """Probability that a network of `first` has the larger value; ties count half."""
    one = np.asarray(first, float)[:, None]
    other = np.asarray(second, float)
    wins = (one > other) + 0.5 * (one == other)  # (network of first, network of second)
    estimate = float(wins.mean())
    if min(wins.shape) < 2:
        return Interval(estimate, np.nan, np.nan)
    rng = stream(0, "bootstrap")
    # Resampled means of unit vectors are the shares of each network in a resample.
    shares_of_first = resampled_means(np.eye(len(first)), rng)
    shares_of_second = resampled_means(np.eye(len(second)), rng)
    draws = np.einsum("ra,ab,rb->r", shares_of_first, wins, shares_of_second)
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(draws, (tail, 1 - tail))
    return Interval(estimate, float(low), float(high))


def seeds_needed(found: Interval, n_seeds: int, bounds: tuple[float, float]) -> float:
    """How many seeds would bring the interval clear of both bounds, if the estimate stood where it is.

    Its half-widths shrink with the root of the number of seeds. Infinite where the estimate lies on a
    bound, NaN where there is no interval; more than `n_seeds`, for a claim that these could not settle.
    """
    if not math.isfinite(found.low):
        return math.nan
    needed = [_to_clear(bound, found, n_seeds) for bound in bounds if math.isfinite(bound)]
    return max(*needed, n_seeds + 1)


def _to_clear(bound: float, found: Interval, n_seeds: int) -> float:
    """Seeds at which the side of the interval that faces the bound would just reach it."""
    distance = found.estimate - bound
    if distance == 0:
        return math.inf
    half_width = found.estimate - found.low if distance > 0 else found.high - found.estimate
    return n_seeds * (half_width / distance) ** 2
