"""Intervals by kind against SciPy, closed forms, plain loops and whole enumerations."""

import itertools
import math
from functools import partial

import numpy as np
import pytest
from scipy import optimize, stats

from modgrow.verdict.intervals.ends import bounded
from modgrow.verdict.intervals.exact import counted, median, share
from modgrow.verdict.intervals.holm import holm
from modgrow.verdict.intervals.interval import SMALLEST_P, Interval, p_of
from modgrow.verdict.intervals.seeds import seeds_needed
from modgrow.verdict.intervals.several import farthest, highest, lowest
from modgrow.verdict.intervals.smooth import DIFFERENCE, smooth
from modgrow.verdict.intervals.superiority import superiority


@pytest.mark.parametrize("level", [0.9, 0.95])
def test_smooth_quantities_against_scipys_t_tests(rng, level):
    a, b = rng.normal(1, 1, 8), rng.normal(0, 3, 12)
    one = stats.ttest_1samp(a, 0.0).confidence_interval(level)
    assert smooth(a, level=level) == pytest.approx((a.mean(), *one))
    two = stats.ttest_ind(a, b, equal_var=False).confidence_interval(level)
    assert smooth(a, b, weights=DIFFERENCE, level=level) == pytest.approx((a.mean() - b.mean(), *two))


def test_families_of_arms_against_satterthwaites_formula(rng):
    groups = [rng.normal(0, scale, n) for scale, n in ((1, 5), (2, 10), (3, 20))]
    weights = (0.5, 0.5, -1.0)
    parts = [w * w * np.var(g, ddof=1) / g.size for w, g in zip(weights, groups, strict=True)]
    freedom = sum(parts) ** 2 / (parts[0] ** 2 / 4 + parts[1] ** 2 / 9 + parts[2] ** 2 / 19)
    estimate = (groups[0].mean() + groups[1].mean()) / 2 - groups[2].mean()
    low, high = stats.t.interval(0.95, freedom, estimate, math.sqrt(sum(parts)))
    assert smooth(*groups, weights=weights) == pytest.approx((estimate, low, high))


def test_one_network_says_nothing_of_spread():
    for found in (smooth([2.0]), smooth([2.0], [1.0, 3.0], weights=DIFFERENCE), superiority([2], [1, 3])):
        assert math.isnan(found.low)
        assert math.isnan(found.high)
    assert smooth([61] * 5) == (61, 61, 61)


def test_superiority_against_scipys_brunner_munzel(rng):
    """SciPy gives t = (P - 1/2) / se and a p from the same degrees of freedom: both are found again."""
    a, b = rng.integers(0, 9, 12), rng.integers(2, 11, 9)
    found = superiority(a, b)
    t, p = stats.brunnermunzel(a, b)  # its P is of the second above the first
    assert found.estimate == pytest.approx(np.mean([(x > y) + (x == y) / 2 for x in a for y in b]))
    error = (found.estimate - 0.5) / -t
    freedom = optimize.brentq(lambda df: 2 * stats.t.sf(abs(t), df) - p, 2, 30)
    half_width = stats.t.ppf(0.975, freedom) * error / (found.estimate * (1 - found.estimate))
    logits = np.log(found.estimate / (1 - found.estimate)) + np.array([-half_width, half_width])
    assert (found.low, found.high) == pytest.approx(tuple(1 / (1 + np.exp(-logits))), rel=1e-6)


def test_superiority_without_overlap_is_newcombes_and_turns_round():
    """With n = 10 against 10 and no overlap, the bound solves its own quadratic."""
    found = superiority(np.arange(10, 20), np.arange(10))
    variance = found.low * (1 - found.low)
    variance *= 1 + 9 * ((1 - found.low) / (2 - found.low) + found.low / (1 + found.low))
    assert (found.estimate, found.high) == (1.0, 1.0)
    assert 1 - found.low == pytest.approx(stats.norm.ppf(0.975) * math.sqrt(variance / 100))
    back = superiority(np.arange(10), np.arange(10, 20))
    assert back == pytest.approx((0.0, 0.0, 1 - found.low))
    alike = superiority([61] * 5, [61] * 5)
    assert alike.estimate == 0.5
    assert 0.5 - alike.low == pytest.approx(alike.high - 0.5)
    assert alike.low < 0.25


def test_a_mean_between_two_ends_against_a_plain_loop(rng):
    values = np.array([61, 61, 3, 60, 61])
    lows, highs = [], []
    for _ in range(20_000):
        gaps = np.diff(np.sort(np.concatenate([[0, 1], rng.random(5)])))  # uniform Dirichlet weights
        lows.append(gaps[0] * 1 + gaps[1:] @ values)
        highs.append(gaps[0] * 61 + gaps[1:] @ values)
    found = bounded(values, least=1, most=61)
    assert found.estimate == values.mean()
    assert (found.low, found.high) == pytest.approx(
        (np.quantile(lows, 0.025), np.quantile(highs, 0.975)), abs=0.7
    )
    assert found == bounded(values, least=1, most=61)


def test_a_mean_of_equal_values_allows_for_what_was_not_seen():
    """Closed form: the end's weight is a Beta(1, n) variable, so its 97.5 % point is 1 - 0.025^(1/n)."""
    found = bounded([61] * 10, least=1, most=61)
    assert found.low == pytest.approx(61 - 60 * (1 - 0.025**0.1), abs=0.5)
    assert found.high == 61
    with pytest.raises(ValueError, match="values from 61 to 61; must be 1 to 31"):
        bounded([61] * 3, least=1, most=31)


def test_means_between_ends_are_put_together_by_the_distances_of_their_bounds():
    a, b = [61, 60, 20, 61, 61], [30, 31, 33, 30, 34]
    one, two = (bounded(values, least=1, most=61) for values in (a, b))
    found = bounded(a, b, least=1, most=61, weights=DIFFERENCE)
    assert found.estimate == pytest.approx(one.estimate - two.estimate)
    low = math.hypot(one.estimate - one.low, two.high - two.estimate)
    high = math.hypot(one.high - one.estimate, two.estimate - two.low)
    assert (found.estimate - found.low, found.high - found.estimate) == pytest.approx((low, high))


def test_a_share_has_the_exact_binomial_interval():
    assert share([True]) == pytest.approx((1.0, 0.025, 1.0))
    none = share([False] * 4)
    assert (none.low, none.high) == pytest.approx((0, 1 - 0.025 ** (1 / 4)))
    some = share([True, True, False, False, False])
    assert stats.binom.sf(1, 5, some.low) == pytest.approx(0.025)  # as many hits or more
    assert stats.binom.cdf(2, 5, some.high) == pytest.approx(0.025)


@pytest.mark.parametrize("n", [5, 6, 9, 10])
def test_a_median_against_all_ways_to_lie_about_it(n):
    """Each value lies above the true median, 0, or below it: of all 2^n ways few may miss it."""
    missed = [0, 0]
    for sides in itertools.product([-1.0, 1.0], repeat=n):
        values = np.array(sides) + np.linspace(-0.1, 0.1, n)
        found = median(values, least=-9, most=9)
        missed[0] += found.low > 0
        missed[1] += found.high < 0
        assert found.low <= found.estimate <= found.high
    assert max(missed) / 2**n <= 0.025
    narrower = stats.quantile_test(np.arange(n), q=0, p=0.5).confidence_interval(0.95)
    found = median(np.arange(n))
    expected = [
        end if math.isfinite(end) else limit for end, limit in zip(narrower, (-np.inf, np.inf), strict=True)
    ]
    assert (found.low, found.high) == tuple(expected)


def test_what_is_counted_has_no_width():
    assert counted([0.5, 0.5]) == (0.5, 0.5, 0.5)


def test_the_lowest_of_many_equal_numbers_is_no_difference(rng):
    """Eight true zeros: the lowest of their noisy means lies below 0, which must not count as shown."""
    shown = 0
    for _ in range(60):
        groups = list(rng.normal(0, 1, (8, 20)))
        parts = [_of(group) for group in groups]
        found = lowest(parts)
        assert found.estimate == min(group.mean() for group in groups)
        assert not found.low > 0
        shown += found.high <= 0
    assert shown <= 9
    assert found.high == min(smooth(group, level=1 - 0.05 / 8).high for group in groups)


def test_the_highest_is_the_lowest_turned_round(rng):
    groups = list(rng.normal(0, 1, (3, 6)))
    up = highest([_of(group) for group in groups])
    down = lowest([_of(-group) for group in groups])
    assert up == pytest.approx((-down.estimate, -down.high, -down.low))


def test_the_farthest_of_several_is_a_distance_and_of_one_the_number_itself(rng):
    a, b = rng.normal(-4, 1, 9), rng.normal(1, 1, 9)
    assert farthest([_of(a)], 0.0) == smooth(a)
    found = farthest([_of(a), _of(b)], 0.0)
    assert (found.estimate, found.high) == pytest.approx((-a.mean(), -smooth(a).low))
    assert found.low == pytest.approx(-smooth(a, level=1 - 0.05 / 4).high)
    assert math.isnan(lowest([_of(a), _of(b[:1])]).low)


def _of(values):
    return lambda level: smooth(values, level=level)


def test_p_of_against_scipys(rng):
    a, b = rng.normal(1, 1, 8), rng.normal(0.4, 2, 12)

    def welch(level):
        return smooth(a, b, weights=DIFFERENCE, level=level)

    def hits(level):
        return share([True] * 8 + [False] * 2, level=level)

    theirs = stats.ttest_ind(a, b, equal_var=False, alternative="greater").pvalue
    assert p_of(welch, 0.0, "above") == pytest.approx(theirs, rel=1e-4)
    assert p_of(welch, 0.0, "below") == 0.5
    assert p_of(hits, 0.5, "above") == pytest.approx(stats.binomtest(8, 10, 0.5, "greater").pvalue, rel=1e-4)
    assert p_of(_of([5.0, 5.0]), 0.0, "above") == SMALLEST_P
    assert math.isnan(p_of(_of([5.0]), 0.0, "above"))


@pytest.mark.parametrize(
    "kind",
    [
        smooth,
        partial(bounded, least=1, most=61),
        partial(median, least=1, most=61),
        partial(superiority, np.array([40, 45, 61, 61, 33, 41, 44])),
    ],
)
def test_p_of_agrees_with_the_interval_at_every_level(kind):
    values = np.array([21, 30, 28, 43, 35, 31, 50, 61])
    for bound in (0.5, 20, 25, 30):
        p = p_of(lambda level: kind(values, level=level), bound, "above")
        if SMALLEST_P < p < 0.49:
            assert (
                kind(values, level=1 - 2 * p * 1.01).low >= bound >= kind(values, level=1 - 2 * p * 0.99).low
            )


def test_holm_by_hand():
    """Of 0.01, 0.04, 0.03: three times the smallest, twice the next, and the last no less than that."""
    assert holm({"a": 0.01, "b": 0.04, "c": 0.03}) == pytest.approx({"a": 0.03, "c": 0.06, "b": 0.06})
    assert holm({"a": 0.5, "b": 0.9}) == {"a": 1.0, "b": 1.0}
    kept = holm({"a": 0.01, "b": math.nan})
    assert kept["a"] == 0.02
    assert math.isnan(kept["b"])


def test_seeds_needed_is_the_first_number_that_settles():
    for first in (*range(11, 90), 4000):
        assert seeds_needed(lambda n, first=first: n >= first, 10) == first
    assert seeds_needed(lambda n: False, 10) == math.inf
    assert seeds_needed(lambda n: n >= 10_000, 10) == 10_000


def test_an_interval_is_read_by_name():
    assert Interval(1, 0, 2)._asdict() == {"estimate": 1, "low": 0, "high": 2}
