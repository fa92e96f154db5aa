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
    n, mean = len(group), group.mean(0)
    counts = rng.multinomial(n, np.full(n, 1 / n), RESAMPLES)
    return mean + np.tensordot(counts / n, group - mean, 1)


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
    tails = (tail, tail / len(draws)) if direction == "above" else (tail / len(draws), tail)
    low = float(extreme(np.quantile(draw, tails[0]) for draw in draws))
    return Interval(estimate, low, float(extreme(np.quantile(draw, 1 - tails[1]) for draw in draws)))


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
    rng = stream(0, "bootstrap")
    shares = (resampled_means(np.eye(len(sample)), rng) for sample in (first, second))
    draws = np.einsum("ra,ab,rb->r", next(shares), wins, next(shares))
    tail = (1 - LEVEL) / 2
    return Interval(float(wins.mean()), *map(float, np.quantile(draws, (tail, 1 - tail))))


def seeds_needed(found: Interval, n_seeds: int, bounds: tuple[float, float]) -> float:
    """How many seeds would bring the interval clear of both bounds, if the estimate stood where it is.

    Its half-widths shrink with the root of the number of seeds. Infinite where the estimate lies on a
    bound, NaN where there is no interval; more than `n_seeds`, for a claim that these could not settle.
    """
    needed = []
    for bound in filter(math.isfinite, bounds):
        distance = found.estimate - bound
        half = found.estimate - found.low if distance > 0 else found.high - found.estimate
        needed.append(n_seeds * (half / distance) ** 2 if distance else math.inf)
    most = max(needed)
    return max(most, n_seeds + 1) if math.isfinite(found.low) else math.nan
