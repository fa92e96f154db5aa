"""Claims judged on planted worlds: one in which the paper is right, one in which it is wrong."""

import numpy as np
import pandas as pd
import pytest

from modgrow import examinations
from modgrow.arm import Arm
from modgrow.verdict import judge, paper
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.claims import controls, fig2b, fig4, fig5, mechanism, suffices, units
from modgrow.verdict.evidence import Evidence
from tests.planted import ARMS, LATE, SEEDS, world


@pytest.fixture(scope="module")
def right():
    """The world as the paper says, to be read alone."""
    return world()


@pytest.fixture(scope="module")
def judged(right):
    return {
        truth: judge.judge(right if truth else world(False)).set_index("claim") for truth in (True, False)
    }


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.name)
def test_a_claim_is_reproduced_where_it_is_true_and_not_where_it_is_false(judged, claim):
    true, false = [judged[truth].loc[claim.name] for truth in (True, False)]
    assert true["verdict"] == ("undecided" if claim.undecidable else "reproduced"), true
    assert true["reason"] == claim.undecidable
    expected = "undecided" if claim.name == "n_200" else "contradicted"  # no failure excludes a share above 0
    assert false["verdict"] == expected, false


def test_every_claim_says_where_it_stands_and_why_its_threshold():
    for claim in CLAIMS:
        assert claim.because, claim.name
        assert claim.place or claim.panel.startswith("own"), claim.name
    assert 8 <= sum(claim.headline for claim in CLAIMS) <= 12


def test_estimates_against_arithmetic_by_hand(judged):
    """Odd seeds of arms below N = 60 end one task further: means and medians lie 0.5 higher."""
    found = judged[True]["estimate"]
    beside = judged[True]["difference"]
    assert found["one_task_per_epoch"] == pytest.approx(1.0)
    assert found["five_units_slower"] == 0.0
    assert beside["five_units_slower"] == pytest.approx(44.5 / 60 - 1)
    assert found["modular_above_flat"] == 1.0
    assert beside["modular_above_flat"] == pytest.approx(61 - 37.5)
    assert beside["training_time"] == pytest.approx(-LATE)
    assert beside["flat_plateaus_earlier"] == pytest.approx((44.5 - 40) / 20)  # flat: 0
    assert found["accuracy_at_equal_n"] == pytest.approx(-0.02, abs=0.002)
    assert found["frozen_recurrent_near_15"] == pytest.approx(15.5)
    assert found["copying_recurrent_helps_i_5"] == 1.0
    assert beside["copying_recurrent_helps_i_5"] == pytest.approx(20 - 8.5)
    assert found["copying_feedforward_little_i_5"] == pytest.approx(-1.5)
    assert found["copying_recurrent_helps_i_10"] == pytest.approx(np.log10(0.6), abs=0.03)
    # At 5 units, N = 3 to 10 are solved either way; on 11, fresh modules spend all that is left.
    at_5 = (8 * np.log10(400 / 60) + np.log10(51 * 500 / 60)) / 9
    assert found["copying_matters_less_when_larger"] == pytest.approx(at_5 - np.log10(100 / 60), abs=0.06)
    assert beside["recurrent_not_input_carries_copying"] == pytest.approx(8)
    assert found["generalisation_decays"] == pytest.approx(-1.0, abs=0.05)
    assert found["feedforward_more_sensitive"] == pytest.approx(0.3, abs=0.02)
    assert found["robust_to_weight_noise"] == pytest.approx(1.0, abs=0.05)
    assert found["robust_to_weight_noise_at_equal_n"] == pytest.approx(0.5, abs=0.01)
    assert found["effective_tau_beyond_ideal_reader"] == pytest.approx(0.1, abs=0.005)


def test_a_stuck_network_is_left_out_of_the_comparison_at_equal_n():
    evidence = world()
    curves = evidence.tables["learning_curves"]
    curves.loc[(curves["arm"] == "modular_10") & (curves["seed"] == 0), "n_solved"] = 1
    struck = evidence.tables["perturbation"]
    stuck = (struck["arm"] == "modular_10") & (struck["seed"] == 0)
    struck.loc[stuck, "accuracy"] = 0.5
    row = judge.judge(evidence).set_index("claim").loc["robust_to_weight_noise_at_equal_n"]
    assert (row["n_seeds"], row["n_left_out"]) == (SEEDS - 1, 1)
    assert row["estimate"] == pytest.approx(0.5, abs=0.01)


def test_what_is_read_from_studies_is_asked_at_one_rate_alone():
    """Columns ask no studies."""
    named = {claim.name: claim for claim in CLAIMS}
    assert named["flat_plateaus"].families
    assert not named["flat_is_a_chain"].families
    assert not named["delay_suffices"].families


def test_modules_below_six_are_not_judged(right):
    """In the planted world those of N = 5 do the opposite."""
    [found] = mechanism.loss_by_a_swap(right, ("modular_10",))
    assert found.at().estimate == pytest.approx(0.005, abs=0.002)


def test_units_of_an_n_that_none_carries_count_as_none():
    rows = [(n, True) for n in (4, 4, 6, 6, 6, 7)] + [(5, False), (5, False)]
    table = pd.DataFrame(rows, columns=["n", "carries"]).assign(arm="flat_54", seed=0, trained=True, rank=1)
    curves = pd.DataFrame({"arm": ["flat_54"], "seed": [0], "n_solved": [8]})
    evidence = Evidence({"selectivity": table, "learning_curves": curves}, ARMS)
    [found] = units.units_per_n(evidence, ("flat_54",))
    assert found.groups[0].tolist() == [1.0]  # 2, 0, 3, 1, 0 units of N = 4 to 8


def test_epochs_to_the_last_n_count_one_more_than_there_were_where_it_is_never_solved():
    arm = "flat_10.lr_0.05"
    solved = {0: [2, 11, 12, 12], 1: [12], 2: [2] * 25}
    rows = [(arm, seed, epoch, n) for seed, ns in solved.items() for epoch, n in enumerate(ns, 1)]
    table = pd.DataFrame(rows, columns=["arm", "seed", "epoch", "n_solved"])
    found = controls._epochs(Evidence({"controls": table}, ARMS), arm)
    assert found.to_dict() == {0: 3, 1: 1, 2: 26}


def test_five_networks_of_each_control_are_enough(judged):
    for truth, verdict in ((True, "reproduced"), (False, "contradicted")):
        evidence = world(truth)
        table = evidence.tables["controls"]
        evidence.tables["controls"] = table[table["seed"] < 5]
        found = judge.judge(evidence).set_index("claim")
        own = [claim.name for claim in CLAIMS if "controls" in claim.tables]
        assert len(own) == 5
        assert set(found.loc[own, "verdict"]) == {verdict}
        assert set(found.loc[own, "n_seeds"]) == {5}


def test_controls_of_other_settings_are_not_judged_and_those_that_are_not_there_lack(right):
    short = paper.controls_from_json(examinations.Controls(epochs=9).canonical)
    found = judge.judge(Evidence(right.tables, {**ARMS, **short})).set_index("claim")
    assert found.loc["growth_is_not_needed", "verdict"] == "not judged"
    assert found.loc["growth_is_not_needed", "reason"].startswith("epochs 9 instead of 25")
    assert paper.controls_from_json(None) == {}
    there = {name: table for name, table in right.tables.items() if name not in ("controls", "exact")}
    found = judge.judge(Evidence(there, ARMS))
    lacking = {claim.name for claim in CLAIMS if {"controls", "exact"} & set(claim.tables)}
    assert {claim.name for claim in CLAIMS} - set(found["claim"]) == lacking
    assert judge.count(found).endswith(f"; {len(lacking)} of {len(CLAIMS)} claims lack their arms")


def test_a_short_chain_is_held_against_a_chain_by_hand_that_is_as_short():
    """By hand 10 tasks lose their half at 0.1, of which the first four do not before 1."""
    rows = [
        (e, n, 0.5 if e >= (1.0 if n < 6 else 0.1) else 1.0)
        for e in (0, 0.01, 0.1, 1.0)
        for n in range(2, 12)
    ]
    table = pd.DataFrame(rows, columns=["epsilon", "n", "accuracy"])
    by_hand = table.assign(arm="exact_10", seed=0, pathway="weights", draw=0)
    summary = pd.DataFrame(
        {
            "arm": "modular_10", "seed": [0, 1, 2], "pathway": "weights",
            "solved_unperturbed": [10.0, 4.0, 0.0], "half_epsilon": [0.2, 0.2, np.nan],
        }
    )  # fmt: skip
    evidence = Evidence({"exact": by_hand, "perturbation_summary": summary}, ARMS)
    [found] = suffices.beyond_copies(evidence, ("modular_10",))
    # The half is lost on the way from 0.01 to 0.1 (5 of 6), and from 0.1 to 1 (2 of 4).
    whole, short = -2 + 5 / 6, -1 + 2 / 4
    assert found.groups[0].tolist() == pytest.approx([np.log10(0.2) - whole, np.log10(0.2) - short])
    assert found.n_left_out == 1


def test_claims_without_evidence_are_left_out_and_pairs_judged_on_what_is_there():
    evidence = world()
    evidence.tables["learning_curves"] = evidence.tables["learning_curves"].query(
        "arm in ['modular_10', 'flat_54', 'flat_91']"
    )
    evidence.tables.pop("timescales")
    found = judge.judge(evidence).set_index("claim")
    assert found.loc["modular_above_flat", "arms"] == "modular_10 flat_54"
    assert found.loc["flat_plateaus", "arms"] == "flat_54 flat_91"
    assert not {"tau_falls_in_flat", "frozen_recurrent_near_15", "n_200"} & set(found.index)
    assert found.loc["modular_above_flat", ["verdict", "reason"]].tolist() == [
        "not judged",
        "lacks modular_5, modular_15, modular_20, flat_20, flat_91, flat_128",
    ]
    assert found.loc["size_does_not_matter", "verdict"] == "reproduced"
    kept = {"modular_10", "flat_54", "flat_91"}
    lacking = sum(
        "timescales" in c.tables or ("learning_curves" in c.tables and not set(c.arms) <= kept)
        for c in CLAIMS
    )
    apart = (found["verdict"] == "not judged").sum()
    assert 0 < apart < len(found)
    told = f"; {apart} not judged; {lacking} of {len(CLAIMS)} claims lack their arms"
    assert judge.count(found).endswith(told)


def test_a_claim_is_judged_on_arms_of_the_papers_settings_alone(judged, right):
    """The rest keeps its verdict; what is not judged keeps its numbers and says why."""
    arms = {**ARMS, "modular_10": Arm(units=10, learning_rate=0.3)}
    found = judge.judge(Evidence(right.tables, arms)).set_index("claim")
    names = {claim.name for claim in CLAIMS if "modular_10" in claim.arms}
    apart = found["verdict"] == "not judged"
    assert set(found.index[apart]) == names
    said = "learning_rate 0.3 instead of 0.2"  # without its name where a claim has no other arm
    assert set(found.loc[apart, "reason"]) == {said, f"modular_10: {said}"}
    numbers = ["estimate", "low", "high", "n_seeds", "arms"]
    pd.testing.assert_frame_equal(found[numbers], judged[True][numbers])
    assert found.loc[~apart, "verdict"].tolist() == judged[True].loc[~apart, "verdict"].tolist()
    table = found.reset_index()
    assert judge.problems(table) == []
    assert judge.count(table).endswith(f"; {len(names)} not judged")
    assert judge.count(table).count(" reproduced, 0 contradicted, ") == 2
    said = judge.markdown(table, "not the paper's settings: that")
    assert said.startswith("not the paper's settings: that.\n\n")
    assert said.count("learning_rate 0.3 instead of 0.2)") == len(names)


def test_a_claim_is_judged_on_experiments_of_the_papers_settings_alone(right):
    """Each claim knows the experiments that it depends on by its tables."""
    for name, changed in (
        ("perturbation", examinations.Perturbation(draws=2)),
        ("generalisation", examinations.Generalisation(k_max=3)),
        ("timescales", examinations.Timescales(steps=5000)),
    ):
        evidence = Evidence(right.tables, ARMS, {**paper.EXPERIMENTS, name: changed})
        found = judge.judge(evidence).set_index("claim")
        asked = {c.name for c in CLAIMS if any(table.startswith(name) for table in c.tables)}
        assert set(found.index[found["verdict"] == "not judged"]) == asked, name


def test_settings_of_experiments_reach_the_statistics(judged, right):
    """Twice the lags change what an ideal reader shows; no accuracy lies above a threshold of 0.9999."""
    other = {
        **paper.EXPERIMENTS,
        "perturbation": examinations.Perturbation(threshold=0.9999),
        "timescales": examinations.Timescales(max_lag=60),
    }
    found = judge.judge(Evidence(right.tables, ARMS, other)).set_index("claim")
    assert found.loc["robust_to_weight_noise_at_equal_n", "n_seeds"] == 0
    assert found.loc["deeper_modules_suffer_more", "n_seeds"] == 0
    beyond = "effective_tau_beyond_ideal_reader"
    assert found.loc[beyond, "estimate"] != judged[True].loc[beyond, "estimate"]


def test_an_arm_of_another_architecture_under_a_name_of_the_paper_is_said(judged, right):
    """Names, not what was trained under them, say which arm is set against which."""
    arms = {**ARMS, "modular_10": Arm(architecture="flat", units=10)}
    found = judge.judge(Evidence(right.tables, arms)).set_index("claim")
    assert set(found.index) == set(judged[True].index)
    reason = "modular_10: architecture flat instead of modular"
    assert found.loc["modular_above_flat", ["verdict", "reason"]].tolist() == ["not judged", reason]


def test_the_check_names_what_is_missing(judged):
    table = judged[True].reset_index()
    assert judge.problems(table) == []
    table.loc[0, "verdict"] = None
    table.loc[1, "low"] = np.inf
    assert judge.problems(table) == ["one_task_per_epoch: no verdict", "five_units_slower: low is not finite"]
    table.loc[1, "n_seeds"] = 1
    assert len(judge.problems(table)) == 1


def test_counts_keep_our_own_statements_apart(judged):
    ours = sum(claim.panel.startswith("own") for claim in CLAIMS)
    papers = len(CLAIMS) - ours
    never = sum(bool(claim.undecidable) for claim in CLAIMS)
    assert judge.count(judged[True]) == (
        f"{papers - never} reproduced, 0 contradicted, {never} undecided, of {papers} claims of the paper; "
        f"{ours} reproduced, 0 contradicted, 0 undecided, of {ours} statements of our own"
    )


def test_advantage_at_equal_weights_against_plain_counting():
    """Fig. 2b. Count up N while the modular network has no more weights than the flat one ends with."""
    solved = {
        "modular_5": [9, 14, 30],
        "modular_10": [12, 12, 12],
        "flat_20": [4, 8, 9],
        "flat_54": [30, 31, 31],
    }
    rows = [(arm, seed, n) for arm, of_arm in solved.items() for seed, n in enumerate(of_arm)]
    curves = pd.DataFrame(rows, columns=["arm", "seed", "n_solved"])
    sample = fig2b.advantage_at_equal_weights(Evidence({"learning_curves": curves}, ARMS), tuple(solved))
    found = [component.at().estimate for component in sample]
    expected = []
    for flat in ("flat_20", "flat_54"):
        end = np.mean(solved[flat])
        of_whole, of_next = (ARMS[flat].n_weights(int(end) - 1 + more) for more in (0, 1))
        weights = of_whole + (end - int(end)) * (of_next - of_whole)
        best = 0.0
        for own in ("modular_5", "modular_10"):
            n = 1
            while n < 31 and ARMS[own].n_weights(n) <= weights:  # N = 2 is the first head's task
                n += 1
            wins = [min(n, a) > b for a in solved[own] for b in solved[flat]]
            ties = [min(n, a) == b for a in solved[own] for b in solved[flat]]
            best = max(best, (sum(wins) + sum(ties) / 2) / len(wins))
        expected.append(best)
    assert found == pytest.approx(expected)
    assert expected[0] > 0.5 > expected[1]


def rows_of(arm, **columns):
    return pd.DataFrame({"arm": arm, "seed": 0, **columns})


def test_the_distance_of_distributions_is_the_mean_gap_between_sorted_taus():
    taus = {3: [1.0, 1.2, 1.4], 4: [1.0, 1.0, 1.0], 5: [2.0, 1.1, 1.5]}
    table = pd.concat(rows_of("modular_15", n=n, tau=values, unit=range(3)) for n, values in taus.items())
    evidence = Evidence({"timescales": table.assign(trained=True, drive="uniform")}, ARMS)
    [found] = fig4.distance_of_distributions(evidence, ("modular_15",))
    expected = np.mean([abs(a - b) for a, b in zip(sorted(taus[3]), sorted(taus[5]), strict=True)])
    assert found.groups[0].tolist() == pytest.approx([expected])  # the last third of three is module of n = 5


def test_a_lone_neuron_of_tau_2_remembers_less_than_a_sixth_of_ten_bits():
    table = rows_of("modular_15", n=[9, 10, 20], tau=[50.0, 2.0, 1.0], unit=0)
    evidence = Evidence({"timescales": table.assign(trained=True, drive="uniform")}, ARMS)
    [found] = fig4.memory_of_the_trained_taus(evidence, ("modular_15",))
    assert found.groups[0].tolist() == pytest.approx([-1 / np.log(0.5) / 10])


def test_losses_downstream_are_counted_where_noise_hurts_and_does_not_ruin():
    """Module 2 (n = 3) disturbed: at 0.1 it is hurt, at 1 ruined, and at 0 only weak by itself."""
    accuracy = {
        0.0: [0.99, 0.94, 0.99, 0.99, 0.99],
        0.1: [0.99, 0.8, 0.9, 0.8, 0.7],
        1.0: [0.99, 0.5] + [0.5] * 3,
    }
    table = pd.concat(
        rows_of("modular_15", n=range(2, 7), epsilon=epsilon, accuracy=values, draw=0)
        for epsilon, values in accuracy.items()
    )
    evidence = Evidence({"perturbation": table.assign(pathway="recurrent_of_2")}, ARMS)
    least = fig5.least_loss_downstream(evidence, ("modular_15",))[1].groups[0]
    distance = fig5.change_of_loss_with_distance(evidence, ("modular_15",))[1].groups[0]
    assert least.tolist() == pytest.approx([0.09])
    assert distance.tolist() == pytest.approx([0.29 - 0.09])
    [upstream] = fig5.largest_change_upstream(evidence, ("modular_15",))
    assert upstream.at().estimate == 0.0


def test_weights_change_over_the_chain_and_early_and_late():
    modules = range(3, 12)
    table = pd.concat(
        rows_of(arm, pathway=part, module=modules, variance=[size + slope * m for m in modules])
        for arm, size in (("modular_5", 1.0), ("modular_10", 3.0))
        for part, slope in (("recurrent", 0.0), ("feedforward", -0.1))
    )
    evidence = Evidence({"conservation": table}, ARMS)
    arms = ("modular_5", "modular_10")
    of_each = fig5.margin_of_change(evidence, arms)
    assert [part.groups[0].tolist() for part in of_each] == [pytest.approx([-0.1 * 7])] * 2
    [early] = fig5.early_margin_of_change(evidence, arms)
    [late] = fig5.late_margin_of_change(evidence, arms)
    assert early.kind(*early.groups, level=0.95).estimate == pytest.approx(-0.1 * 4)
    assert late.kind(*late.groups, level=0.95).estimate == pytest.approx(-0.1 * 10)


def test_a_head_that_never_knew_its_task_has_nothing_to_lose():
    rows = [
        (n, epsilon, 0.55 if n == 6 else 0.99 - epsilon * (n > 3))
        for n in range(2, 7)
        for epsilon in (0.0, 0.2)
    ]
    table = pd.DataFrame(rows, columns=["n", "epsilon", "accuracy"]).assign(arm="modular_15", seed=0, draw=0)
    evidence = Evidence({"perturbation": table.assign(pathway="feedforward_of_3")}, ARMS)
    [one] = evidence.disturbed_alone("modular_15")
    assert list(one.accuracies) == [2, 3, 4, 5]
    [feedforward, _] = fig5.least_loss_downstream(evidence, ("modular_15",))
    assert feedforward.groups[0].tolist() == pytest.approx([0.2])
