"""Arms beside each other, and our numbers beside those of the authors."""

import pytest

from modgrow.verdict import comparisons, reference
from tests.planted import ARMS, world


def test_arms_of_one_size_are_compared_seed_by_seed():
    curves = world().tables["learning_curves"]
    pairs = [("copy_recurrent_5", "copy_none_5"), ("modular_5", "flat_20")]
    found = comparisons.compare(curves, pairs, ARMS).set_index("arm")
    assert found.loc["copy_recurrent_5", "paired"]
    copied = found.loc["copy_recurrent_5", ["difference", "low", "high"]].astype(float)
    assert copied.tolist() == pytest.approx([10, 10, 10])
    assert found.loc["copy_recurrent_5", ["improvement", "improvement_low"]].tolist() == [1, 1]
    assert not found.loc["modular_5", "paired"]
    assert found.loc["modular_5", "difference"] == pytest.approx(34)


def test_references_are_compared_with_tasks_solved():
    found = reference.compare(world()).set_index(["what", "arm"])
    row = found.loc[
        ("tasks solved, flat, 20 units (theirs: the largest N of 5 networks, 24 h each)", "flat_20")
    ]
    assert (row["theirs"], row["lowest"], row["highest"], row["n_seeds"]) == ("11", 10, 11, 5)
    assert found.loc[("new tasks per epoch", "modular_10"), "ours"] == 1
    assert len(found) == len(reference.REFERENCES)
