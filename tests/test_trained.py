"""A trained network as an object: what it answers and does on bits, and what it was at each solved N."""

import numpy as np
import pytest
import torch

from modgrow.errors import ModgrowError
from modgrow.learning.curriculum import Curriculum
from modgrow.model import dynamics, heads
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.model.trained import Trained, read_bits
from modgrow.store import networks
from tests.conftest import small_arm


@pytest.fixture(scope="module", params=["modular", "flat"])
def trained(request):
    """A network that has solved N = 2 and 3 at least."""
    flat = request.param == "flat"
    arm = small_arm(
        flat=flat,
        units=20 if flat else 10,
        learning_rate=0.1 if flat else 0.2,
        updates_per_epoch=500,
        batch_size=256,
        epochs=4,
        **({} if flat else {"pool_batches": 40}),
    )
    run = Curriculum(arm, 0)
    list(run)
    assert run.n_solved >= 3
    return Trained.of(run)


def untrained(modules, **overrides):
    network = Network(small_arm(dtype="float64", **overrides))
    for _ in range(modules):
        grow(network, 0)
    newest = network.n_newest
    return Trained(network, 0, newest, snapshots={} if network.arm.grows else {newest: network})


def by_hand(trained, bits):
    """(activity, answers) of one sequence, unit by unit and step by step in NumPy."""
    activity, answered, below = [], [], None
    for module in trained.network.chain:
        own = {name: value.detach().numpy() for name, value in module.named_parameters()}
        state, states = np.zeros(module.units), [np.zeros(module.units)]
        for t, bit in enumerate(bits):
            new = np.zeros(module.units)
            for i in range(module.units):
                drive = own["input"][i] * bit + own["bias"][i]
                drive += sum(own["recurrent"][i, j] * state[j] for j in range(module.units) if j != i)
                if below is not None:
                    drive += own["feedforward"][i] @ below[t]
                tau = max(own["tau"][i], 1.0)
                new[i] = (1 - 1 / tau) * state[i] + (drive if drive > 0 else 0.01 * drive) / tau
            state = new
            states.append(state)
        for readout, bias in zip(own["readout"], own["readout_bias"], strict=True):
            answered.append([int(np.argmax(readout @ state + bias)) for state in states[1:]])
        activity.append(states[1:])
        below = states
    return np.array(activity), np.array(answered)


@pytest.mark.parametrize(("flat", "modules"), [(False, 4), (True, 1)])
def test_answers_and_activity_are_those_of_a_run_by_hand(flat, modules, rng):
    trained = untrained(4, flat=flat, units=6)
    bits = rng.integers(0, 2, (25, 3))
    activity, answers = trained.activity(bits), trained.answers(bits)
    assert activity.shape == (modules, 25, 6, 3)
    assert answers.shape == (4, 25, 3)
    for sequence in range(3):
        expected_activity, expected_answers = by_hand(trained, bits[:, sequence])
        np.testing.assert_allclose(activity[..., sequence], expected_activity, rtol=0, atol=1e-12)
        assert np.array_equal(answers[..., sequence], expected_answers)
    assert 0 < answers.double().mean() < 1


@pytest.mark.parametrize("leak", ["outside", "inside"])
def test_one_sequence_and_many_are_answered_alike_and_as_the_reference_runs(leak, rng):
    """Another way through: torch's plain dynamics, and the logits of every head."""
    trained = untrained(3, leak=leak, units=7)
    bits = torch.from_numpy(rng.integers(0, 2, (40, 5))).double()
    upstream, logits = None, []
    for module in trained.network.chain:
        settings = {"negative_slope": module.negative_slope, "leak": leak}
        start = torch.zeros(7, 5, dtype=torch.float64)
        upstream = dynamics.run(bits, start, upstream, **module._weights(), **settings).detach()
        logits.append(torch.stack([module.logits(state)[0] for state in upstream[1:]]).detach())
    together = trained.answers(bits)
    assert torch.equal(together, torch.stack(logits).argmax(2))
    for sequence in range(5):
        assert torch.equal(trained.answers(bits[:, sequence])[..., 0], together[..., sequence])


def test_heads_answer_yes_where_logit_1_is_above_logit_0(rng):
    module = untrained(4, flat=True, units=6).network.newest
    for times in ((), (5,), (5, 3)):
        for sequences in (1, 7):
            states = torch.from_numpy(rng.normal(size=(*times, 6, sequences)))
            logits = torch.einsum("hlu,...us->h...ls", module.readout, states)
            logits = logits + module.readout_bias.view(4, *[1] * len(times), 2, 1)
            expected = logits[..., 1, :] > logits[..., 0, :]
            assert torch.equal(heads.answers(module, states), expected)
            assert torch.equal(heads.answers(module, states, slice(2, 3)), expected[2:3])


def test_a_trained_network_answers_the_parity_of_the_last_n_bits(trained, rng):
    bits = rng.integers(0, 2, 2000)
    answers = trained.answers(bits)
    assert len(answers) == len(trained.heads)
    for n, row in zip(trained.heads, answers[..., 0].tolist(), strict=True):
        if n <= trained.n_solved:
            right = [row[t] == bits[t - n + 1 : t + 1].sum() % 2 for t in range(100, 2000)]
            assert np.mean(right) > 0.9


def test_bits_are_given_in_many_ways(trained):
    expected = trained.answers("01101")
    assert expected.shape == (len(trained.heads), 5, 1)
    assert expected.dtype == torch.int64
    as_list = [0, 1, 1, 0, 1]
    for given in (
        as_list,
        tuple(as_list),
        [bool(bit) for bit in as_list],
        np.array(as_list, np.uint8),
        np.array(as_list, float)[:, None],
        torch.tensor(as_list),
        torch.tensor(as_list, dtype=torch.float32)[:, None],
        [[bit] for bit in as_list],
    ):
        assert torch.equal(trained.answers(given), expected)


@pytest.mark.parametrize(
    ("bits", "said"),
    [
        ("01a", "bits: 'a' is no bit; text may hold 0 and 1 alone"),
        ("0 1", "bits: ' ' is no bit; text may hold 0 and 1 alone"),
        ("", "bits: none are given; give at least one"),
        ([], "bits: none are given; give at least one"),
        (torch.zeros(3, 0), "bits: none are given; give at least one"),
        ([0, 2], "bits: 2 is no bit; each is 0 or 1"),
        ([0.5], "bits: 0.5 is no bit; each is 0 or 1"),
        ([1, float("nan")], "bits: nan is no bit; each is 0 or 1"),
        ([[0, 1], [1]], "bits: no array of numbers; give (time,) or (time, sequence)"),
        (["0", "1"], "bits: no array of numbers; give (time,) or (time, sequence)"),
        (None, "bits: no array of numbers; give (time,) or (time, sequence)"),
        (1, "bits: 0 dimensions; give (time,) or (time, sequence)"),
        (np.zeros((2, 2, 2)), "bits: 3 dimensions; give (time,) or (time, sequence)"),
    ],
)
def test_what_are_no_bits_is_refused_in_one_line(bits, said):
    with pytest.raises(ModgrowError) as refused:
        read_bits(bits)
    assert str(refused.value) == said


def test_a_network_that_diverged_is_refused():
    trained = untrained(2)
    trained.diverged = True
    for ask in (trained.answers, trained.activity):
        with pytest.raises(ModgrowError, match=r"diverged in training; ask `at\(n_solved\)`"):
            ask("01")
    assert trained.at(2).answers("01").shape == (1, 2, 1)


def test_at_n_is_what_it_was_when_it_had_just_solved_n(trained):
    assert trained.at(trained.n_solved + 1) is None
    assert trained.at(1) is None
    for n in range(2, trained.n_solved + 1):
        then = trained.at(n)
        assert (then.n_solved, then.n_tasks_solved, then.seed, then.arm) == (n, n - 1, 0, trained.arm)
        assert then.heads == range(2, n + 1)
        assert len(then.network.chain) == trained.arm.modules(n - 1)
        assert then.at(n).heads == then.heads
        assert then.at(n + 1) is None


def test_the_past_of_a_chain_is_its_beginning_and_no_copy():
    trained = untrained(5)
    then = trained.at(4)
    assert [id(module) for module in then.network.chain] == [
        id(module) for module in list(trained.network.chain)[:3]
    ]
    assert len(trained.network.chain) == 5
    assert torch.equal(then.answers("0110101"), trained.answers("0110101")[:3])
    assert torch.equal(then.activity("0110101"), trained.activity("0110101")[:3])


def test_the_past_of_a_flat_network_is_a_snapshot_and_comes_back_from_a_file(tmp_path):
    run = Curriculum(small_arm(flat=True, units=6, threshold=0.0, epochs=3, updates_per_epoch=20), 0)
    then = []
    for record in run:
        assert record.n_solved == record.n
        then.append(Trained.of(run).activity("0110101110"))
    networks.write(tmp_path / "flat", Trained.of(run))
    for trained in (Trained.of(run), networks.read(tmp_path / "flat")):
        for n, activity in zip((2, 3, 4), then, strict=True):
            assert torch.equal(trained.at(n).activity("0110101110"), activity)
            assert len(trained.at(n).answers("01")) == n - 1
            assert list(trained.at(n).snapshots) == list(range(2, n + 1))
    assert not torch.equal(then[0], then[2])


def test_a_network_that_solved_nothing_has_no_past_and_still_answers():
    run = Curriculum(small_arm(updates_per_epoch=1, epochs=1), 0)
    list(run)
    trained = Trained.of(run)
    assert (trained.n_solved, trained.n_tasks_solved, trained.heads) == (1, 0, range(2, 3))
    assert trained.at(1) is None
    assert trained.answers("0110").shape == (1, 4, 1)
