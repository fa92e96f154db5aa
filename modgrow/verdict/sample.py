"""What a claim's statistic is made of: numbers, each with its kind of interval and the networks behind it.

A measure gives a list of components, one for each arm (or K, or pathway) that the claim speaks of; it
holds if all of them do (`verdicts.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from modgrow.verdict.evidence import Evidence
from modgrow.verdict.intervals import exact
from modgrow.verdict.intervals.ends import bounded
from modgrow.verdict.intervals.interval import LEVEL, Interval, Values
from modgrow.verdict.intervals.smooth import DIFFERENCE, smooth
from modgrow.verdict.intervals.superiority import superiority

Arms = Sequence[str]
Ends = tuple[float, float]
FEWEST_POINTS = 3  # two points always lie on a line


@dataclass(frozen=True)
class Component:
    """One number of a claim: the kind of its interval, a function of groups of networks and a level.

    `n_left_out` networks lack a value. `is_exact`: the interval is right for however few networks.
    `difference` is the kind by which arms set against arms differ in their means, shown beside.
    """

    kind: Callable[..., Interval]
    groups: tuple[Values, ...]
    n_left_out: int = 0
    is_exact: bool = False
    difference: Callable[..., Interval] | None = None

    @property
    def n_seeds(self) -> int:
        """The smallest number of networks in a group."""
        return min(map(len, self.groups))

    def at(self, level: float = LEVEL) -> Interval:
        """The interval at a level; an empty group has no estimate."""
        if not self.n_seeds:
            return Interval(np.nan, np.nan, np.nan)
        return self.kind(*self.groups, level=level)

    def of_means(self) -> "Component":
        """Arms against arms: the difference of means in their place. Else the component itself."""
        return self if self.difference is None else replace(self, kind=self.difference)

    def with_networks(self, n: int) -> "Component":
        """The same of so many networks like these, in the smallest group; the others grow alike."""
        groups = [_repeated(group, round(len(group) * n / self.n_seeds)) for group in self.groups]
        return replace(self, groups=tuple(groups))


Sample = Sequence[Component]


def _repeated(values: Values, n: int) -> Values:
    """`n` values, in which each comes as often as in these, as nearly as it can."""
    return np.sort(values)[np.arange(n) * len(values) // n]


def component(kind: Callable[..., Interval], *groups: pd.Series, **more) -> Component:
    """Of groups of networks, one value each; networks that lack theirs are left out, and counted."""
    values = [np.asarray(group, float) for group in groups]
    whole = tuple(group[np.isfinite(group)] for group in values)
    n_left_out = sum(map(len, values)) - sum(map(len, whole))
    return Component(kind, whole, n_left_out, **more)


def mean(values: pd.Series) -> Component:
    """The mean of a smooth quantity."""
    return component(smooth, values)


def difference(first: pd.Series, second: pd.Series) -> Component:
    """Of a smooth quantity, mean of the first arm minus mean of the second."""
    return component(partial(smooth, weights=DIFFERENCE), first, second)


def paired_difference(first: pd.Series, second: pd.Series) -> Component:
    """Of a smooth quantity, first minus second in networks of the same seed."""
    return mean(by_seed(first, second, lambda one, other: one - other))


def families(first: Sequence[pd.Series], second: Sequence[pd.Series]) -> Component:
    """Of a smooth quantity, the mean of the arms of one family minus that of the other's."""
    weights = [1 / len(first)] * len(first) + [-1 / len(second)] * len(second)
    return component(partial(smooth, weights=weights), *first, *second)


def ahead(first: pd.Series, second: pd.Series, ends: Ends) -> Component:
    """How often a network of the first arm has more than one of the second; their means beside it."""
    of_means = partial(bounded, weights=DIFFERENCE, **_scale(ends))
    return component(superiority, first, second, difference=of_means)


def ahead_in_n(evidence: Evidence, first: str, second: str) -> Component:
    """How often a network of the first arm ends at a larger N than one of the second."""
    return ahead(evidence.n_solved(first), evidence.n_solved(second), evidence.ends(first, second))


def ahead_in_count(first: pd.Series, second: pd.Series) -> Component:
    """The same of what is counted from 0 on, and ends at the most that was seen."""
    return ahead(first, second, (0.0, max(first.max(), second.max())))


def median(values: pd.Series, ends: Ends = (-np.inf, np.inf)) -> Component:
    """The value of a typical network, whatever those do that stick."""
    return component(partial(exact.median, **_scale(ends)), values, is_exact=True)


def share(hits: pd.Series) -> Component:
    """The share of networks that hit, of truth values."""
    return component(exact.share, hits, is_exact=True)


def counted(value: float, n_seeds: int) -> Component:
    """A number that is counted, the same in all networks."""
    return component(exact.counted, np.full(n_seeds, value), is_exact=True)


def _scale(ends: Ends) -> dict[str, float]:
    return dict(zip(("least", "most"), ends, strict=True))


def by_seed(first: pd.Series, second: pd.Series, of: Callable[..., pd.Series]) -> pd.Series:
    """One value per seed that both arms have, of the two values there."""
    both = pd.concat([first, second], axis=1, join="inner")
    return of(both.iloc[:, 0], both.iloc[:, 1])


def matched(evidence: Evidence, arms: Arms) -> list[tuple[str, str]]:
    """Each modular arm with its flat match."""
    return list(zip(*evidence.split(arms), strict=True))


def spearman(curve: pd.Series) -> float:
    """Rank correlation of a curve's values with its index.

    NaN of fewer than `FEWEST_POINTS` values, and of values that are all the same.
    """
    if len(curve) < FEWEST_POINTS or curve.nunique() == 1:
        return np.nan
    return float(spearmanr(curve.index, curve).statistic)


def trends(curves: pd.DataFrame) -> pd.Series:
    """Rank correlation of each network's curve with its index, of a row per network; gaps are left out."""
    return curves.apply(lambda curve: spearman(curve.dropna()), axis=1)


def slope(curve: pd.Series) -> float:
    """Slope of the straight line through a curve, by least squares; NaN of fewer than `FEWEST_POINTS`."""
    if len(curve) < FEWEST_POINTS:
        return np.nan
    return float(np.polyfit(curve.index.astype(float), curve, 1)[0])
