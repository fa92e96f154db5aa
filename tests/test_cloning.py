"""Cloning against planted truth: exact chains, whole or with a sign turned, and a plain loop."""

import numpy as np
import pandas as pd
import pytest
import torch

from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.experiments import clones
from modgrow.learning.curriculum import Curriculum
from modgrow.model import exact
from modgrow.model.cloning import cloned
from modgrow.model.trained import Trained
from modgrow.streams import stream
from modgrow.studies.cloning import STUDY
from modgrow.verdict.cloning import reaches
from tests.conftest import small_arm

UNITS = 4


def told(trained, modules=(), n_max=40, steps=100, sequences=8):
    """The table of one network, as it stands in a file."""
    rows = STUDY.rows(trained, modules=list(modules), n_max=n_max, steps=steps, sequences=sequences)
    return STUDY.schema.table(rows.assign(arm="a", seed=0)).to_pandas()


def turned_head(module):
    """Swap the logits: the head says no where it said yes."""
    module.readout.copy_(module.readout.flip(1))
    module.readout_bias.copy_(module.readout_bias.flip(1))


def chain(n=8):
    return exact.chain(UNITS, n, dtype="float64")


@pytest.mark.parametrize("m", [3, 5, 7])
def test_a_clone_of_an_exact_module_is_right_to_n_1000(m):
    table = told(chain(), [m], n_max=1000, steps=40, sequences=4)
    own = table[table["cloned"] == str(m)]
    assert own["n"].min() == m + 1
    assert own["n"].max() == 1000
    assert (own["accuracy"] == 1.0).all()
    assert (own["complement"] == 0.0).all()
    assert set(own["kind"]) == {"right"}
    assert own["turned"].tolist() == [None] + [False] * (len(own) - 1)


def test_module_2_of_it_is_no_step_of_an_induction_as_it_reads_the_code_of_module_1():
    own = told(chain(), [2], n_max=100).query("cloned == '2'").set_index("n")
    assert own.loc[3, "kind"] == "right"
    assert abs(own.loc[60:, "accuracy"] - 0.5).max() < 0.1


def test_a_head_of_the_other_sign_gives_the_complement_throughout():
    trained = chain()
    turned_head(trained.network.newest)
    own = told(trained)
    assert (own["accuracy"] == 0.0).all()
    assert (own["complement"] == 1.0).all()
    assert set(own["kind"]) == {"complement"}
    assert not own["turned"].dropna().any()
    (reached,) = reaches(own).itertuples()
    assert (reached.n_own, reached.reach, reached.reach_by_sign, reached.alternates) == (8, 7, 40, False)


def test_a_module_that_takes_answers_for_their_complement_is_right_and_wrong_in_turn():
    trained = chain()
    newest = trained.network.newest
    offset = -2.0 * 0.01 / (1.0 - 0.01)  # alpha w1: what a' is read with
    newest.feedforward.neg_()
    newest.bias.add_(1.0 - 2.0 * offset)  # a' - 1 + S becomes (1 - a') - 1 + S
    turned_head(newest)
    assert (trained.answers("0110100110")[-1, 7:, 0] == chain().answers("0110100110")[-1, 7:, 0]).all()
    own = told(trained)
    np.testing.assert_array_equal(own["accuracy"], (own["n"] - 8) % 2 == 0)
    assert own["turned"].tolist() == [None] + [True] * (len(own) - 1)
    (reached,) = reaches(own).itertuples()
    assert (reached.n_own, reached.reach, reached.reach_by_sign, reached.alternates) == (8, 8, 40, True)


def test_a_chain_that_forgets_is_at_chance_and_has_no_sign():
    trained = chain()
    trained.network.newest.feedforward.zero_()
    own = told(trained, steps=2000, sequences=8)
    assert set(own["kind"]) == {"chance"}
    assert own["turned"].isna().all()
    (reached,) = reaches(own).itertuples()
    assert (reached.reach_by_sign, reached.alternates) == (7, None)


def test_the_accuracies_are_those_of_a_plain_loop_over_the_lengthened_chain():
    trained = Trained.of(grown())
    own = told(trained, [2], n_max=9, steps=30, sequences=3).query("cloned == '2'").set_index("n")
    bits = (stream(0, "cloning").random((130, 3)) < 0.5).astype(int)
    said = cloned(trained.at(trained.n_solved), 2, 9).answers(bits).numpy()
    assert own.index.tolist() == list(range(3, 10))
    for n, accuracy in own["accuracy"].items():
        right = 0
        for t in range(100, 130):
            for sequence in range(3):
                right += said[n - 2, t, sequence] == bits[t - n + 1 : t + 1, sequence].sum() % 2
        assert accuracy == pytest.approx(right / 90)


def grown(**settings):
    """A chain that counts as having solved a few N, and answers somehow."""
    curriculum = Curriculum(small_arm(**{"threshold": 0.0, **settings}), 0)
    list(curriculum)
    return curriculum


def test_a_lengthened_chain_is_the_trained_one_and_then_one_module_shared():
    trained = chain()
    longer = cloned(trained, 5, 50)
    modules = list(longer.network.chain)
    assert modules[:5] == list(trained.network.chain)[:5]
    assert all(module is trained.network.chain[4] for module in modules[5:])
    assert list(longer.heads) == list(range(2, 51))
    assert longer.at(50).n_solved == 50
    assert list(trained.heads) == list(range(2, 9)), "the network that was asked is another now"
    bits = stream(0, "test").random((200, 2)) < 0.5
    parity = np.lib.stride_tricks.sliding_window_view(bits, 50, axis=0).sum(-1) % 2
    np.testing.assert_array_equal(longer.answers(bits)[-1, 49:], parity)


REFUSED = {
    "module 1: name one from 2 to 7; the first": lambda: cloned(chain(), 1, 9),
    "module 8: name one from 2 to 7": lambda: cloned(chain(), 8, 9),
    "n is 5; module 5 answers for N = 6": lambda: cloned(chain(), 5, 5),
    "flat, 6 units: no chain": lambda: cloned(exact.flat(6), 2, 9),
    "flat, 7 units: no chain": lambda: STUDY.rows(exact.flat(7), [3]),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_cannot_be_cloned_is_refused(said):
    with pytest.raises(ModgrowError, match=f"^{said}"):
        REFUSED[said]()


def test_modules_that_are_not_there_give_no_rows_and_the_last_always_does():
    table = told(chain(), [3, 7, 30], n_max=12)
    assert table.groupby("cloned")["module"].first().to_dict() == {"3": 3, "7": 7, "last": 7}
    seven, last = (table[table["cloned"] == name] for name in ("7", "last"))
    np.testing.assert_array_equal(seven["accuracy"], last["accuracy"])


@pytest.mark.parametrize("settings", [{"threshold": 1.0}, {"epochs": 1}], ids=["unsolved", "one module"])
def test_of_a_network_without_a_module_to_clone_there_are_no_rows(settings):
    table = told(Trained.of(grown(**settings)))
    assert table.empty
    assert reaches(table).empty


def test_the_grid_has_every_n_to_100_and_then_pairs_of_neighbours():
    grid = clones.grid(4, 1000)
    assert grid[:97] == list(range(4, 101))
    assert {199, 200, 999, 1000} <= set(grid)
    assert all(n - 1 in grid or n + 1 in grid for n in grid)
    assert clones.grid(150, 170) == [159, 160, 169, 170]
    assert clones.grid(9, 8) == []


@pytest.mark.parametrize(
    ("accuracy", "kind"),
    [
        (1.0, "right"), (0.981, "right"), (0.98, "between"), (0.53, "between"), (0.51, "chance"),
        (0.49, "chance"), (0.47, "between"), (0.02, "between"), (0.019, "complement"), (0.0, "complement"),
    ],
)  # fmt: skip
def test_what_an_accuracy_says(accuracy, kind):
    assert clones.kind(accuracy, 0.98) == kind


def test_a_reach_ends_where_the_first_n_is_lost_even_if_later_ones_are_not():
    kinds = ["right", "complement", "right", "between", "right"]
    table = pd.DataFrame({"n": range(11, 16), "kind": kinds, "turned": [None, True, True, False, False]})
    (reached,) = reaches(table.assign(arm="a", seed=0, cloned="10", module=10)).itertuples()
    assert (reached.n_own, reached.reach, reached.reach_by_sign, reached.alternates) == (11, 11, 13, True)


def test_the_figure_draws_odd_and_even_clones_apart_and_open_dots_for_those_that_alternate():
    trained = chain()
    turned_head(trained.network.newest)
    tables = [told(chain(), [3]), told(trained, [3]).assign(seed=1)]
    drawn = STUDY.draw(pd.concat(tables), {"a": Arm(units=UNITS), "stuck": Arm(units=2)}, n_max=40)
    above, empty, below, _ = drawn.axes
    lines = [line for line in above.lines if len(line.get_xdata()) > 2]
    assert len(lines) == 2 * 2 * 2  # clones, networks, odd and even
    for line in lines:
        assert set(np.diff(line.get_xdata())) == {2}
    least, most = below.get_xlim()
    assert least < 4
    assert most > 40
    dots = sorted(line.get_xdata()[0] for line in below.lines if line.get_marker() == "o")
    assert dots == [40, 40, 40, 40]
    assert not [line for line in empty.lines if len(line.get_xdata()) > 2]
    assert [text.get_text() for text in below.get_yticklabels()] == ["3", "last"]


def test_memory_holds_a_module_or_two_and_not_the_chain():
    """The states of a module are written over those that it has read."""
    seen = set()
    module = chain().network.newest
    bits = torch.zeros(20, 3, dtype=torch.float64)
    states = torch.zeros(21, UNITS, 3, dtype=torch.float64)
    for _ in range(5):
        states = clones.go_on(module, states, bits)
        seen.add(states.data_ptr())
    assert len(seen) == 1
