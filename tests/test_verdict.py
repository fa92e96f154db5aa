"""The proof of the pool, and which claims there are."""

import numpy as np
import pandas as pd

from modgrow import config
from modgrow.controls import recipes
from modgrow.verdict import pool_proof
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.claim import FLAT, MODULAR
from tests.runs import ROOT


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
    of_the_paper = [figure for figure in figures if figure.startswith("fig")]
    ours = ["mechanism", "suffices", "units", "controls"]
    assert figures == sorted(of_the_paper) + sorted(figures[len(of_the_paper) :], key=ours.index)
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
    trained = {*settings.arms, *recipes.every(settings.controls)}
    for claim in CLAIMS:
        assert set(claim.arms) <= trained, claim.name
