"""Claims under a column: on its own networks, beside the main run, and against each other's families."""

import pandas as pd
import pytest

from modgrow.arm import Arm
from modgrow.verdict import columns, judge, paper
from modgrow.verdict.all_claims import CLAIMS
from tests.planted import world

PAIR = {"modular_10": "modular_10.odd", "flat_54": "flat_54.odd"}


def swapped():
    """The tables of a column in which modular 10 and flat 54 have changed places, and its recipes."""
    main = world()
    tables = {}
    for name in ("learning_curves", "perturbation_summary"):
        rows = main.tables[name]
        names = rows["arm"].map({"modular_10": "flat_54.odd", "flat_54": "modular_10.odd"})
        tables[name] = rows.assign(arm=names).dropna(subset=["arm"])
    recipes = main.arms | {f"{arm}.odd": main.arms[arm] for arm in PAIR}
    return tables, recipes


def column(recipes=None, names=PAIR):
    tables, own = swapped()
    return columns.evidence_of(tables, names, recipes or own, paper.EXPERIMENTS)


def test_a_column_judges_the_same_claims_under_the_names_that_they_know():
    found = columns.judge_column("odd", column()).set_index("claim")
    row = found.loc["modular_above_flat"]
    assert (row["arms"], row["verdict"]) == ("modular_10 flat_54", "contradicted")
    assert "five_units_slower" not in found.index  # the column lacks its arms
    assert "frozen_recurrent_as_good_at_10" not in found.index


def test_a_column_is_judged_where_its_arms_are_the_papers_but_for_the_change():
    _, recipes = swapped()
    plain = columns.judge_column("odd", column(recipes))
    assert judge.NOT_JUDGED not in set(plain["verdict"])
    changed = recipes | {"modular_10.odd": Arm(units=10, learning_rate=0.1)}
    pd.testing.assert_frame_equal(columns.judge_column("odd", column(changed)), plain)
    other = recipes | {"modular_10": Arm(units=10, epochs=20)}
    found = columns.judge_column("odd", column(other)).set_index("claim")
    assert found.loc["modular_above_flat", "verdict"] == judge.NOT_JUDGED
    assert found.loc["modular_above_flat", "reason"] == "modular_10: epochs 20 instead of 60"
    assert found.loc["flat_plateaus", "verdict"] != judge.NOT_JUDGED


def test_mixed_line_ups_are_modular_arms_of_the_main_run_against_flat_ones_of_the_column():
    found = columns.judge_column("odd", column(), world())
    against = found[found["column"] == "flat at 0.05"].set_index("claim")
    assert against["families"].all()
    assert against.loc["modular_above_flat", "arms"] == "modular_10 flat_54"
    assert against.loc["modular_above_flat", "estimate"] == pytest.approx(0.5)  # 61 against 61


def test_without_a_change_of_numbers_a_column_says_what_the_main_run_says():
    main = world()
    names = {arm: arm for arm in main.arms}
    same = columns.evidence_of(main.tables, names, main.arms, main.experiments)
    of_chains_by_hand = [claim.name for claim in CLAIMS if "exact" in claim.tables]  # which no column has
    expected = judge.judge(main)
    expected = expected[~expected["claim"].isin(of_chains_by_hand)].reset_index(drop=True)
    pd.testing.assert_frame_equal(judge.judge(same), expected)


def test_all_columns_stand_behind_the_main_run_with_its_verdict_beside_them():
    main = judge.judge(world())
    table = columns.judge_columns(main, [columns.judge_column("odd", column())])
    assert list(table["column"].unique()) == ["main", "odd"]
    moved = set(table.loc[columns.turned(table), "claim"])
    assert "modular_above_flat" in moved
    assert "modular_above_flat" in columns.summary(table, "").split("odd: ")[1]
    assert len(columns.final(table)) == len(CLAIMS)
    assert columns.markdown(table, "a note").startswith("a note.\n\n")


@pytest.mark.parametrize(
    ("at_rates", "word"),
    [
        ({"0.05": "reproduced", "0.1": "reproduced", "0.2": "reproduced", "0.4": "reproduced"}, "reproduced"),
        (
            {"0.05": "reproduced", "0.1": "undecided", "0.2": "reproduced", "0.4": "reproduced"},
            columns.DEPENDS,
        ),
        ({"0.05": "reproduced", "0.1": "reproduced", "0.2": "reproduced"}, "undecided"),
        ({}, "undecided"),
    ],
)
def test_a_comparison_of_families_must_hold_at_every_rate(at_rates, word):
    """Whatever the main run says by itself; other claims keep its word."""
    main = judge.judge(world())
    against = [
        main[main["claim"] == "modular_above_flat"].assign(column=f"flat at {rate}", verdict=verdict)
        for rate, verdict in at_rates.items()
    ]
    last = columns.final(columns.judge_columns(main, against)).set_index("claim")
    assert last.loc["modular_above_flat", "verdict"] == word
    assert last.loc["five_units_slower", "verdict"] == "reproduced"
