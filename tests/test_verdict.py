"""Intervals over seeds, the proof of the pool, and the records of the claims."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from modgrow import config
from modgrow.verdict import pool_proof
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.statistics import difference_of_means
from tests.runs import ROOT


def test_no_spread_gives_an_interval_of_no_width():
    assert difference_of_means([61] * 5, [61] * 5, paired=True) == (0, 0, 0)


def test_intervals_cover_as_often_as_they_say(rng):
    """Percentile intervals at n = 20 cover a true difference of 0.7 in about 92 % of trials, not 95 %."""
    hits = 0
    for _ in range(150):
        found = difference_of_means(rng.normal(0.7, 1, 20), rng.normal(0, 1, 20), paired=False)
        hits += found.low <= 0.7 <= found.high
    assert 0.85 <= hits / 150 <= 0.99


def test_intervals_are_those_of_scipys_bootstrap(rng):
    a, b = rng.normal(1, 1, 12), rng.normal(0, 2, 9)
    found = difference_of_means(a, b, paired=False)
    theirs = stats.bootstrap(
        (a, b), lambda a, b, axis: a.mean(axis) - b.mean(axis), method="percentile", rng=rng
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx(tuple(theirs), abs=0.08)


def test_pairing_removes_what_seeds_share(rng):
    shared = rng.normal(0, 10, 12)
    a, b = shared + rng.normal(1, 0.1, 12), shared
    paired, apart = (difference_of_means(a, b, paired=p) for p in (True, False))
    assert paired.high - paired.low < 0.1 * (apart.high - apart.low)
    assert paired.estimate == pytest.approx(apart.estimate)


def test_the_proof_finds_a_planted_difference_and_none_where_there_is_none(rng):
    rows = [
        (arm, seed, epoch, epoch + rng.normal() + (3 if arm == "shifted" else 0), 0.9, np.nan)
        for arm in ("pool", "fresh", "shifted")
        for seed in range(12)
        for epoch in (1, 2)
    ]
    columns = ["arm", "seed", "epoch", "n_solved", "accuracy", "accuracy_previous"]
    curves = pd.DataFrame(rows, columns=columns)
    same = pool_proof.compare(curves, {"fresh": "pool"})
    other = pool_proof.compare(curves, {"fresh": "shifted"})
    same, other = (t[t["quantity"] == "n_solved"] for t in (same, other))
    assert ((same["low"] < 0) & (same["high"] > 0)).all()
    assert (other["low"] > 1).all()
    assert set(pool_proof.compare(curves, {"fresh": "pool"})["quantity"]) == {"n_solved", "accuracy"}


def test_every_claim_names_arms_and_a_threshold_that_exist():
    settings = config.load(ROOT / "config.yaml")
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)
    for claim in CLAIMS:
        assert set(claim.arms) <= set(settings.arms), claim.name
        assert claim.direction in ("above", "below", "between")
        assert isinstance(claim.threshold, tuple) == (claim.direction == "between")
    calibrated = {claim.name for claim in CLAIMS if claim.calibrated}  # the two numbers of Fig. 6a
    implied = {"frozen_recurrent_above_flat", "frozen_feedforward_below_recurrent"}
    assert calibrated == {"frozen_feedforward_fails", "frozen_recurrent_near_15"} | implied
