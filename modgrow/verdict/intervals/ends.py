"""Means on a scale whose two ends are known, such as N_solved, which lies between 1 and E + 1."""

from collections.abc import Sequence

import numpy as np

from modgrow.streams import stream
from modgrow.verdict.intervals.interval import LEVEL, Interval, Values

DRAWS = 9999


def bounded(
    *groups: Values,
    least: float,
    most: float,
    weights: Sequence[float] = (1.0,),
    level: float = LEVEL,
) -> Interval:
    """The groups' means, weighted and added up, of values that lie between `least` and `most`.

    A mean has Gaffke's interval (Gaffke 2005; Learned-Miller and Thomas 2019): the networks not seen may lie
    at the end of the scale, so it has a width even where all networks end alike, and covers where one in
    twenty sticks and no sample shows it. Several means are put together by the distances of their bounds
    (MOVER: Zou and Donner 2008), as if independent: that is too wide where seeds are shared, never too narrow
    for it. Raises ValueError for a value outside the scale.
    """
    means = [_mean(np.asarray(group, float), least, most, level) for group in groups]
    estimate = sum(w * mean.estimate for w, mean in zip(weights, means, strict=True))
    down = sum(_reach(mean, -w) ** 2 for w, mean in zip(weights, means, strict=True)) ** 0.5
    up = sum(_reach(mean, w) ** 2 for w, mean in zip(weights, means, strict=True)) ** 0.5
    return Interval(float(estimate), float(estimate - down), float(estimate + up))


def _reach(mean: Interval, weight: float) -> float:
    """How far the interval of a mean, times `weight`, reaches upward."""
    return weight * ((mean.high if weight > 0 else mean.low) - mean.estimate)


def _mean(values: Values, least: float, most: float, level: float) -> Interval:
    if values.min() < least or values.max() > most:
        raise ValueError(f"values from {values.min():g} to {values.max():g}; must be {least:g} to {most:g}")
    tail = (1 - level) / 2
    estimate = values.mean()
    # Sums of weights round: no bound lies beyond its end of the scale, nor on the other side of the mean.
    low = np.clip(np.quantile(_weighted(values, least), tail), least, estimate)
    high = np.clip(np.quantile(_weighted(values, most), 1 - tail), estimate, most)
    return Interval(float(estimate), float(low), float(high))


def _weighted(values: Values, end: float) -> np.ndarray:
    """Means of the sample and one end of the scale under uniform Dirichlet weights; draws."""
    distinct, counts = np.unique(values, return_counts=True)
    # Weights of equal values add up, and a Dirichlet's do so again: one weight for each distinct value.
    weights = stream(0, "gaffke").dirichlet([1, *counts], DRAWS)
    return weights @ np.array([end, *distinct])
