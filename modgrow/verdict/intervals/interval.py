"""What an interval is, and what can be asked of any that is known at every level.

A kind of interval is a plain function: values over networks in, `Interval` out, its confidence a keyword
`level`. `benchmarks/interval_coverage.py` is the simulation by which each was chosen.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float
from scipy import optimize

LEVEL = 0.95
EQUIVALENCE = 0.90  # two one-sided tests at 5 % each
SMALLEST_P = 1e-4  # what the draws behind `ends.bounded` can tell apart
Values = Float[np.ndarray, " network"]


class Interval(NamedTuple):
    """An estimate with a two-sided interval, equal tails; NaN bounds where nothing is known of spread."""

    estimate: float
    low: float
    high: float


AtLevel = Callable[[float], Interval]


def p_of(at: AtLevel, bound: float, direction: str) -> float:
    """One-sided p of the hypothesis that the number is not on the claimed side of `bound`.

    `direction` is "above" or "below". It is the tail whose interval just touches the bound, so that it
    agrees with the verdict at every level. Between `SMALLEST_P` and 0.5: what speaks against the claim
    says no more. NaN where there is no interval.
    """

    def clear(tail: float) -> float:
        """By how much the interval with this tail clears the bound."""
        found = at(1 - 2 * tail)
        return found.low - bound if direction == "above" else bound - found.high

    if not math.isfinite(clear(0.4999)):
        return math.nan
    if clear(0.4999) <= 0:
        return 0.5
    if clear(SMALLEST_P) > 0:
        return SMALLEST_P
    return float(optimize.brentq(lambda tail: _finite(clear(tail)), SMALLEST_P, 0.4999, xtol=1e-7))


def _finite(value: float) -> float:
    """An infinite side of an interval, as a number that a root can be looked for between."""
    return max(value, -1e9)
