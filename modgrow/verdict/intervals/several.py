"""Numbers of which all, or one, must lie on the claimed side."""

from collections.abc import Sequence

import numpy as np

from modgrow.verdict.intervals.interval import LEVEL, AtLevel, Interval


def lowest(parts: Sequence[AtLevel], level: float = LEVEL) -> Interval:
    """The lowest of several numbers.

    All lie above a bound if each of their intervals does (intersection-union), so its lower end asks for
    no correction. That one of many lies below is shown by an interval that allows for their number
    (Bonferroni): the extreme of several noisy values is itself biased, and shows differences where there are
    none.
    """
    alone = [part(level) for part in parts]
    shared = [part(1 - (1 - level) / len(parts)) for part in parts]
    return Interval(
        float(np.min([part.estimate for part in alone])),
        float(np.min([part.low for part in alone])),
        float(np.min([part.high for part in shared])),
    )


def highest(parts: Sequence[AtLevel], level: float = LEVEL) -> Interval:
    """The highest of several numbers, as `lowest` turned round."""
    alone = [part(level) for part in parts]
    shared = [part(1 - (1 - level) / len(parts)) for part in parts]
    return Interval(
        float(np.max([part.estimate for part in alone])),
        float(np.max([part.low for part in shared])),
        float(np.max([part.high for part in alone])),
    )


def farthest(parts: Sequence[AtLevel], centre: float, level: float = LEVEL) -> Interval:
    """The largest distance from `centre` that any of several numbers has, for statements of no difference.

    A single number keeps its sign: its own interval. NaN bounds are handed on.
    """
    if len(parts) == 1:
        return parts[0](level)
    both_ways = [_distance(part, centre, sign) for part in parts for sign in (1, -1)]
    found = highest(both_ways, level)
    return Interval(
        centre + found.estimate, float(np.maximum(centre + found.low, centre)), centre + found.high
    )


def _distance(part: AtLevel, centre: float, sign: int) -> AtLevel:
    """A number minus `centre`, or the other way round."""

    def at(level: float) -> Interval:
        found = part(level)
        ends = sorted([sign * (found.low - centre), sign * (found.high - centre)])
        return Interval(sign * (found.estimate - centre), *ends)

    return at
