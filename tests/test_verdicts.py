"""How intervals become verdicts, at one rate and across rates, and how many networks would settle one."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from modgrow.verdict import judge, sample, verdicts
from modgrow.verdict.claim import Claim
from modgrow.verdict.intervals.interval import Interval
from modgrow.verdict.intervals.smooth import DIFFERENCE, smooth


def claim(direction, threshold, **more):
    """A claim of which only the threshold matters."""
    words = dict.fromkeys(("name", "panel", "says", "statistic"), "")
    return Claim(**words, direction=direction, threshold=threshold, tables=(), arms=(), measure=None, **more)


ABOVE, BELOW, BETWEEN, WITHIN = (
    claim("above", 0.95), claim("below", 0.5), claim("between", (10.0, 20.0)), claim("within", 5.0),
)  # fmt: skip


@pytest.mark.parametrize(
    ("of", "interval", "said"),
    [
        (ABOVE, (1, 0.96, 1), "reproduced"),
        (ABOVE, (1, 0.94, 1), "undecided"),
        (ABOVE, (0.5, 0.4, 0.95), "contradicted"),
        (ABOVE, (1, np.nan, np.nan), "undecided"),
        (BELOW, (0, 0, 0.4), "reproduced"),
        (BELOW, (0.7, 0.5, 1), "contradicted"),
        (BETWEEN, (15, 11, 19), "reproduced"),
        (BETWEEN, (15, 9, 19), "undecided"),
        (BETWEEN, (25, 20, 29), "contradicted"),
        (WITHIN, (-1, -4, 3), "reproduced"),
        (WITHIN, (-1, -6, 3), "undecided"),
        (WITHIN, (-8, -9, -5), "contradicted"),
    ],
)
def test_a_verdict_needs_the_whole_interval(of, interval, said):
    assert verdicts.verdict_of(of, Interval(*interval)) == said


def test_two_networks_can_agree_by_chance_and_one_is_enough_where_the_interval_is_exact(rng):
    above_0 = claim("above", 0.0)
    assert verdicts.found(above_0, [sample.mean(pd.Series([1.0, 1.01]))]).verdict == "undecided"
    assert verdicts.found(above_0, [sample.mean(pd.Series([1.0, 1.01, 1.02]))]).verdict == "reproduced"
    assert verdicts.found(above_0, [sample.share(pd.Series([True]))]).verdict == "reproduced"
    assert verdicts.found(above_0, [sample.counted(1.0, 1)]).verdict == "reproduced"


def test_no_difference_is_shown_by_two_one_sided_tests(rng):
    """The bound lies between the ends of the 90 % and the 95 % interval: shown at 5 % on either side."""
    a, b = pd.Series(rng.normal(0, 1, 10)), pd.Series(rng.normal(0, 1, 10))
    low, high = (max(abs(v) for v in smooth(a, b, weights=DIFFERENCE, level=at)[1:]) for at in (0.90, 0.95))
    part = [sample.difference(a, b)]
    assert verdicts.found(claim("within", (low + high) / 2), part).verdict == "reproduced"
    assert verdicts.found(claim("within", low * 0.99), part).verdict == "undecided"
    assert verdicts.p_value(claim("within", low), part) == pytest.approx(0.05, abs=1e-4)


def test_a_difference_inside_its_bound_is_equivalent_whatever_its_sign(rng):
    tiny = pd.Series(0.1 + 0.01 * rng.standard_normal(10))
    for sign in (1, -1):
        one = [sample.mean(sign * tiny)]
        assert verdicts.found(claim("above", 0.0, negligible=0.2), one).verdict == "equivalent"
        said = "reproduced" if sign == 1 else "contradicted"
        assert verdicts.found(claim("above", 0.0, negligible=0.05), one).verdict == said


def test_arms_against_arms_are_negligible_by_their_means_not_by_how_often_one_is_ahead():
    """A network of the first arm is always ahead, by a single task."""
    part = [sample.ahead(pd.Series([60.0] * 400), pd.Series([59.0] * 400), (1, 61))]
    found = verdicts.found(claim("above", 0.5, negligible=5.0), part)
    assert (found.verdict, found.interval.estimate, found.difference) == ("equivalent", 1.0, 1.0)
    assert verdicts.found(claim("above", 0.5), part).verdict == "reproduced"
    far = [sample.ahead(pd.Series([60.0] * 400), pd.Series([20.0] * 400), (1, 61))]
    assert verdicts.found(claim("above", 0.5, negligible=5.0), far).verdict == "reproduced"


def test_what_is_negligible_is_shown_by_two_one_sided_tests(rng):
    part = sample.mean(pd.Series(rng.normal(0.1, 1, 10)))
    at_90, at_95 = (max(map(abs, part.at(level)[1:])) for level in (0.90, 0.95))
    bound = (at_90 + at_95) / 2
    assert verdicts.found(claim("above", 0.0, negligible=bound), [part]).verdict == "equivalent"


def test_p_of_a_claim_against_scipys_two_sided_p_on_either_side(rng):
    values = pd.Series(rng.normal(0.5, 1, 10))
    theirs = stats.ttest_1samp(values, 0.0).pvalue
    for of in (claim("above", 0.0), claim("below", 0.0)):
        assert verdicts.p_value(of, [sample.mean(values)]) == pytest.approx(theirs, rel=1e-3)


def test_networks_without_a_value_are_left_out_and_counted():
    part = sample.difference(pd.Series([1.0, np.nan, 2.0]), pd.Series([0.0, 1.0, 2.0, 3.0]))
    found = verdicts.found(claim("above", 0.0), [part, sample.mean(pd.Series([np.nan, 1.0, 1.0, 1.0]))])
    assert (found.n_seeds, found.n_left_out) == (2, 2)
    empty = verdicts.found(claim("above", 0.0), [sample.mean(pd.Series([np.nan]))])
    assert (empty.n_seeds, empty.verdict) == (0, "undecided")
    assert math.isnan(empty.interval.estimate)


def test_seeds_needed_settle_and_one_fewer_does_not(rng):
    """For shares the number is exact: 3 of 10 networks below 0.5 asks for 3 n / 10 of n."""
    hits = [sample.share(pd.Series([True] * 3 + [False] * 7))]
    below = claim("below", 0.5)
    needed = verdicts.found(below, hits).seeds_needed
    ends = [verdicts.interval_of(below, [hits[0].with_networks(int(n))]).high for n in (needed - 1, needed)]
    assert ends[0] >= 0.5 > ends[1]
    values = rng.normal(0, 2, 10)
    values += 0.5 - values.mean()
    needed = verdicts.found(claim("above", 0.0), [sample.mean(pd.Series(values))]).seeds_needed
    spread = values.std()
    by_formula = next(n for n in range(11, 999) if stats.t.ppf(0.975, n - 1) * spread / (n - 1) ** 0.5 < 0.5)
    assert needed == pytest.approx(by_formula, rel=0.1)


def test_no_number_of_networks_settles_an_estimate_on_its_bound():
    alike = [sample.ahead(pd.Series([61.0] * 5), pd.Series([61.0] * 5), (1, 61))]
    assert verdicts.found(claim("above", 0.5), alike).seeds_needed == math.inf
    at_5 = [sample.median(pd.Series([4.0, 4.0, 4.0, 5.0, 5.0, 5.0, 6.0, 6.0, 6.0]))]
    assert verdicts.found(claim("below", 5.0), at_5).seeds_needed == math.inf
    said = verdicts.found(claim("within", 5.0, undecidable="no power"), [sample.mean(pd.Series([0.0] * 9))])
    assert (said.verdict, said.seeds_needed) == ("undecided", math.inf)


def test_groups_grow_alike_and_keep_their_values():
    part = sample.difference(pd.Series([1.0, 2.0]), pd.Series([5.0, 6.0, 7.0, 8.0]))
    first, second = part.with_networks(5).groups
    assert sorted(first) == [1, 1, 1, 2, 2]
    assert np.bincount(second.astype(int))[5:].tolist() == [3, 2, 3, 2]


def test_families_against_plain_means(rng):
    first = [pd.Series(rng.integers(30, 61, 6)), pd.Series(rng.integers(30, 61, 9))]
    second = [pd.Series(rng.integers(1, 20, 7))]
    expected = (first[0].mean() + first[1].mean()) / 2 - second[0].mean()
    assert sample.families(first, second).at().estimate == pytest.approx(expected)


RATES = dict.fromkeys(verdicts.RATES, "reproduced")


@pytest.mark.parametrize(
    ("changes", "said", "why"),
    [
        ({}, "reproduced", ""),
        ({"0.4": "contradicted"}, "depends on the rate", "reproduced at 0.05, 0.1, 0.2; contradicted at 0.4"),
        ({"0.2": "undecided"}, "depends on the rate", "reproduced at 0.05, 0.1, 0.4; undecided at 0.2"),
        (dict.fromkeys(RATES, "contradicted"), "contradicted", ""),
        (dict.fromkeys(RATES, "undecided"), "undecided", ""),
        (
            dict.fromkeys(RATES, "contradicted") | {"0.1": "undecided"},
            "undecided",
            "contradicted at 0.05, 0.2, 0.4; undecided at 0.1",
        ),
        ({"0.1": "not judged"}, "undecided", "not judged at 0.1; run `snakemake columns`"),
    ],
)
def test_a_comparison_of_families_holds_at_every_rate_or_depends(changes, said, why):
    assert verdicts.across_rates(RATES | changes) == (said, why)


def test_rates_that_are_lacking_are_named():
    assert verdicts.across_rates({"0.05": "reproduced", "0.2": "reproduced"}) == (
        "undecided",
        "not judged at 0.1, 0.4; run `snakemake columns`",
    )


def test_headline_claims_stand_together():
    """Alone each p of 0.03 is shown; two together are not, and what is not a headline is as it was."""
    rows = [
        ("a", True, 0.03, "reproduced"),
        ("b", True, 0.04, "contradicted"),
        ("c", False, 0.04, "reproduced"),
    ]
    table = pd.DataFrame(rows, columns=["claim", "headline", "p", "verdict"]).assign(reason="")
    found = judge.together(table)
    assert found["verdict"].tolist() == ["undecided", "undecided", "reproduced"]
    assert found["reason"].tolist()[:2] == ["not with the other headline claims, 2 in all"] * 2
    strong = judge.together(table.assign(p=[0.01, 0.04, 0.04]))
    assert strong["verdict"].tolist() == ["reproduced", "contradicted", "reproduced"]
