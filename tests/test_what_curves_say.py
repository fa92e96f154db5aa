"""Numbers of learning curves that claims are made of, against plain counting."""

import numpy as np
import pandas as pd
import pytest

from modgrow.arm import Arm
from modgrow.verdict import curves
from modgrow.verdict.evidence import Evidence

WHOLE = 500
# n, n_solved, learnt_after of the epochs of two networks: one repeats N = 3 and ends stuck at N = 5
EPOCHS = {
    0: [(2, 2, 120), (3, 2, None), (3, 3, 40), (4, 4, 25), (5, 4, None), (5, 4, None)],
    1: [(2, 1, None), (2, 2, 300), (3, 3, None), (4, 4, 60), (5, 5, 30), (6, 6, 20)],
}


@pytest.fixture
def evidence():
    rows = [
        ("a", seed, epoch, *of_epoch)
        for seed, epochs in EPOCHS.items()
        for epoch, of_epoch in enumerate(epochs, 1)
    ]
    table = pd.DataFrame(rows, columns=["arm", "seed", "epoch", "n", "n_solved", "learnt_after"])
    heads = [("a", seed, "weights", 0.0, n, 1 - n / 100) for seed in EPOCHS for n in range(2, 6)]
    columns = ["arm", "seed", "pathway", "epsilon", "n", "accuracy"]
    tables = {
        "learning_curves": table.sample(frac=1, random_state=0).astype({"learnt_after": "Int64"}),
        "perturbation": pd.DataFrame(heads, columns=columns),
    }
    return Evidence(tables, {"a": Arm(units=5, epochs=6)})


def test_tasks_solved_at_once_are_a_share_of_all_epochs(evidence):
    assert curves.share_at_once(evidence, "a").to_dict() == {0: 2 / 6, 1: 4 / 6}


def test_the_epoch_of_one_task(evidence):
    assert curves.epochs_to(evidence, "a", 4).to_dict() == {0: 4, 1: 4}
    assert curves.epochs_to(evidence, "a", 5).to_dict() == {0: 7, 1: 5}
    assert curves.shared_n(evidence, "a") == 4


def test_updates_to_learn_count_whole_epochs_before_and_all_that_was_spent_on_an_unsolved_task(evidence):
    expected = {
        0: np.mean(np.log10([WHOLE + 40, 25, 2 * WHOLE])),
        1: np.mean(np.log10([WHOLE, 60, 30, 20])),
    }
    [found] = curves.log_updates_to_learn(evidence, "a")
    assert found.to_dict() == pytest.approx(expected)


def test_updates_of_two_arms_are_of_the_tasks_that_both_came_to(evidence):
    """Seed 0 of the second arm ends at N = 3; seed 1 is not there."""
    table = evidence.tables["learning_curves"]
    other = table[(table["seed"] == 0) & (table["n"] <= 3)].assign(arm="b")
    both = Evidence({"learning_curves": pd.concat([table, other])}, dict.fromkeys("ab", evidence.arms["a"]))
    first, second = curves.log_updates_to_learn(both, "a", "b")
    assert first.to_dict() == second.to_dict() == pytest.approx({0: np.log10(WHOLE + 40)})


def test_a_network_that_came_to_no_second_task_says_nothing_of_updates(evidence):
    table = evidence.tables["learning_curves"]
    evidence.tables["learning_curves"] = table[table["n"] == 2]
    [found] = curves.log_updates_to_learn(evidence, "a")
    assert found.empty


def test_the_error_is_over_solved_heads_of_networks_that_came_so_far(evidence):
    assert curves.error_up_to(evidence, "a", 4).to_dict() == pytest.approx({0: 0.03, 1: 0.03})
    assert curves.error_up_to(evidence, "a", 5)[1] == pytest.approx(0.035)
    assert np.isnan(curves.error_up_to(evidence, "a", 5)[0])
