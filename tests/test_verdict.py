"""Intervals over seeds, the proof of the pool, and which claims there are."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from modgrow import config
from modgrow.verdict import pool_proof
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.claim import FLAT, MODULAR
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


def test_the_claims_stand_in_the_order_of_the_paper():
    figures = [claim.measure.__module__.rpartition(".")[2] for claim in CLAIMS]
    assert figures == sorted(figures)
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)
    # Of two that stand over one function, the upper one comes first.
    assert [claim.name for claim in CLAIMS[:2]] == ["one_task_per_epoch", "five_units_slower"]


def test_matched_arms_are_named_modular_first_and_by_size():
    """Whole pairs are found by their places."""
    match = dict(zip(MODULAR, FLAT, strict=True))
    for claim in CLAIMS:
        half = len(claim.arms) // 2
        if claim.needs == "pairs":
            assert claim.arms[half:] == tuple(match[arm] for arm in claim.arms[:half]), claim.name


def test_every_claim_is_asked_of_arms_that_config_yaml_trains():
    settings = config.load(ROOT / "config.yaml")
    for claim in CLAIMS:
        assert set(claim.arms) <= set(settings.arms), claim.name


def test_what_a_setting_was_chosen_on_is_calibrated_and_what_follows_from_it():
    chosen_on = {"frozen_feedforward_fails", "frozen_recurrent_near_15"}  # the two numbers of Fig. 6a
    implied = {"frozen_recurrent_above_flat", "frozen_feedforward_below_recurrent"}
    assert {claim.name for claim in CLAIMS if claim.calibrated} == chosen_on | implied
