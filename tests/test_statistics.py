"""Intervals over seeds against plain loops, planted differences and each other."""

import numpy as np
import pytest

from modgrow.verdict.statistics import (
    Interval,
    bootstrap,
    probability_of_improvement,
    seeds_needed,
    share_interval,
    worst,
)


def test_the_bootstrap_against_a_plain_loop(rng):
    groups = [rng.normal(1, 1, (8, 3)), rng.normal(0, 2, (6, 3))]
    found = bootstrap(groups, lambda a, b: (a - b).min(-1))
    drawn = []
    for _ in range(4000):
        means = [group[rng.integers(0, len(group), len(group))].mean(0) for group in groups]
        drawn.append((means[0] - means[1]).min())
    assert found.estimate == pytest.approx((groups[0].mean(0) - groups[1].mean(0)).min())
    assert (found.low, found.high) == pytest.approx(np.quantile(drawn, [0.025, 0.975]), abs=0.12)
    assert found == bootstrap(groups, lambda a, b: (a - b).min(-1))


def test_an_existence_claim_has_a_binomial_interval():
    assert share_interval(1, 1) == pytest.approx((1.0, 0.025, 1.0))
    assert share_interval(0, 4).low == 0
    assert share_interval(0, 4).high == pytest.approx(1 - 0.025 ** (1 / 4))


def test_probability_of_improvement_counts_pairs_and_halves_ties():
    assert probability_of_improvement([3, 3], [1, 3]).estimate == 0.75
    assert probability_of_improvement([2] * 4, [1] * 4) == (1, 1, 1)


def test_seeds_needed_are_what_it_takes(rng):
    """With so many seeds as forecast, the interval just clears the bound; of two bounds, the harder one."""
    values = rng.normal(0.5, 2, 10)
    values += 0.5 - values.mean()
    few = bootstrap([values], lambda mean: mean)
    needed = seeds_needed(few, 10, (0.0, np.inf))
    many = bootstrap([np.tile(values, round(needed / 10))], lambda mean: mean)
    assert few.low < 0
    assert abs(many.low) < 0.1
    assert seeds_needed(Interval(14.4, 11.0, 21.2), 10, (10.0, 20.0)) == pytest.approx(10 * (6.8 / 5.6) ** 2)
    assert np.isinf(seeds_needed(Interval(0.0, -1.0, 1.0), 10, (0.0, np.inf)))


def test_the_worst_of_many_equal_arms_is_no_difference(rng):
    """Eight true zeros: the lowest of their noisy means lies below 0, which must not count as shown."""
    shown = 0
    for _ in range(60):
        groups = list(rng.normal(0, 1, (8, 20)))
        found = worst(groups, lambda *means: means, "above")
        assert found.estimate == pytest.approx(min(group.mean() for group in groups))
        assert not found.low > 0
        shown += found.high <= 0
    assert shown <= 9
    assert worst([np.full(5, 2.0), np.full(5, 1.0)], lambda *means: means, "above") == (1, 1, 1)
