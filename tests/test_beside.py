"""Arms beside each other, and our numbers beside those of the authors."""

import pytest

from modgrow.verdict import comparisons, reference
from tests.planted import ARMS, SEEDS, world


def test_arms_are_compared_by_their_means_and_by_who_is_ahead():
    curves = world().tables["learning_curves"]
    pairs = [("copy_recurrent_5", "copy_none_5"), ("modular_5", "flat_20")]
    found = comparisons.compare(curves, pairs, ARMS).set_index("arm")
    copied = found.loc["copy_recurrent_5"]
    assert copied["difference"] == pytest.approx(10)
    assert copied["improvement"] == 1
    assert 0.5 < copied["improvement_low"] < 1
    assert found.loc["modular_5", "difference"] == pytest.approx(34)


def test_references_are_compared_n_with_n():
    found = reference.compare(world()).set_index(["what", "arm"])
    row = found.loc[
        ("N solved, flat, 20 units (theirs: the N that all of 5 networks reached in 24 h each)", "flat_20")
    ]
    assert (row["theirs"], row["lowest"], row["highest"], row["n_seeds"]) == ("11", 11, 12, SEEDS)
    assert found.loc[("new tasks per epoch", "modular_10"), "ours"] == 1
    assert len(found) == len(reference.REFERENCES)
