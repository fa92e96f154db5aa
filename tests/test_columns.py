"""Claims under a sensitivity variant: on its own networks, and against the same ones without it."""

import pandas as pd
import pytest

from modgrow.arm import Arm
from modgrow.verdict import judge
from tests.planted import changed_world


@pytest.fixture
def quick(monkeypatch):
    """Intervals from few resamples: for what the numbers are, not how wide."""
    monkeypatch.setattr("modgrow.verdict.statistics.RESAMPLES", 99)


def test_a_variant_judges_only_what_it_touches_on_its_own_networks():
    changed = {"modular_10": "modular_10.odd", "flat_54": "flat_54.odd"}
    found = judge.judge_variant(changed_world(), changed, {}, 5).set_index("claim")
    assert found.loc["modular_above_flat", ["arms", "verdict"]].tolist() == [
        "modular_10.odd flat_54.odd",
        "not reproduced",
    ]
    assert "five_units_slower" not in found.index
    assert "frozen_recurrent_as_good_at_10" not in found.index  # its frozen arm was not changed


def test_an_unchanged_architecture_takes_part_and_stand_ins_replace():
    found = judge.judge_variant(changed_world(), {"flat_54": "flat_54.odd"}, {"flat_91": "flat_54"}, 5)
    found = found.set_index("claim")
    assert found.loc["modular_above_flat", "arms"] == "modular_10 flat_54.odd"
    assert found.loc["modular_above_flat", "verdict"] == "not reproduced"  # 61 against 61
    assert found.loc["generalisation_above_flat", "arms"] == "modular_15 flat_54.odd"


@pytest.mark.usefixtures("quick")
def test_a_variant_is_judged_where_its_arms_are_the_papers_but_for_the_change():
    evidence = changed_world()
    variants = {"odd": {"modular_10": "modular_10.odd", "flat_54": "flat_54.odd"}}
    table = judge.judge_variants(evidence, variants, {}, 5)
    assert not table["reason"].any()
    evidence.arms["modular_10.odd"] = Arm(units=10, learning_rate=0.2)
    pd.testing.assert_frame_equal(judge.judge_variants(evidence, variants, {}, 5), table)
    evidence.arms["modular_10"] = Arm(units=10, epochs=20)
    found = judge.judge_variants(evidence, variants, {}, 5).query("variant == 'odd'").set_index("claim")
    apart = found.loc["modular_above_flat"]
    assert (apart["verdict"], apart["baseline"]) == ("not judged", "not judged")
    assert apart["reason"] == "modular_10: epochs 20 instead of 60"
    assert found.loc["flat_plateaus", "verdict"] != "not judged"


def test_all_variants_come_in_one_table_after_the_papers_settings():
    variants = {"odd": {"modular_10": "modular_10.odd", "flat_54": "flat_54.odd"}}
    table = judge.judge_variants(changed_world(), variants, {"flat_91": "flat_54"}, 3)
    assert list(table["variant"].unique()) == ["paper", "odd"]
    assert set(table.loc[table["variant"] == "odd", "n_seeds"]) == {3}
    moved = table[(table["variant"] == "odd") & (table["verdict"] != table["baseline"])]
    assert "modular_above_flat" in set(moved["claim"])
