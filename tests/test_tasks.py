"""Tasks against plain loops; chance and the ideal reader against readers; a new task is one file."""

import shutil
import subprocess
import sys

import numpy as np
import pytest
import torch

import modgrow.tasks
from modgrow import extensions, task
from modgrow.arm import Arm
from modgrow.errors import ModgrowError
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.draws import draw_bits, draw_length
from modgrow.streams import stream
from tests.conftest import small_arm
from tests.runs import ROOT

NAMES = ("match", "parity")
LAGS = np.arange(31)


def by_hand(name, bits, n, t):
    """The label after bit `t` (counted from 0) of one sequence, a list."""
    window = [bits[i] if i >= 0 else 0 for i in range(t - n + 1, t + 1)]
    return {"parity": sum(window) % 2, "match": int(window[0] == window[-1])}[name]


def test_these_are_the_tasks():
    assert set(NAMES) <= set(extensions.names("tasks"))  # a checkout may have more
    assert [task.named(name).title for name in NAMES] == list(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_those_of_a_plain_loop_at_every_time(name, rng):
    """Also before there are n bits, of sequences shorter than n, and with networks side by side."""
    for length in (1, 5, 23):
        bits = draw_bits(rng, length, 4, 0.5)
        for n in range(task.named(name).n_min, 9):
            labels = task.named(name).labels(bits, n)
            assert labels.dtype == torch.int64
            found = [[by_hand(name, column, n, t) for t in range(length)] for column in bits.T.int().tolist()]
            assert labels.T.tolist() == found
            several = bits[:, None, :].repeat(1, 3, 1).double()
            assert torch.equal(task.named(name).labels(several, n), labels[:, None].expand(-1, 3, -1))


def test_match_asks_about_the_bit_n_minus_1_steps_before():
    bits = torch.tensor([0, 1, 1, 0, 1, 0, 0], dtype=torch.float32)[:, None]
    assert task.named("match").labels(bits, 2)[:, 0].tolist() == [1, 0, 1, 0, 0, 0, 1]
    assert task.named("match").labels(bits, 4)[:, 0].tolist() == [1, 0, 0, 1, 1, 0, 1]


def test_parity_obeys_its_recurrence(rng):
    bits = draw_bits(rng, 40, 7, "per_sequence")
    for n in (1, 2, 3, 11, 39):
        labels = task.named("parity").labels(bits, n)
        for t in range(n, 40):  # what enters and what leaves the window flip it
            flips = (bits[t] + bits[t - n]).long() % 2
            assert torch.equal(labels[t], (labels[t - 1] + flips) % 2)


@pytest.mark.parametrize("name", NAMES)
def test_final_labels_are_the_last_rows_of_the_labels_also_without_the_fast_form(name, rng):
    own = task.named(name)
    plain = task.Task(own.title, own.question, own.labels, own.n_min, own.share)
    bits = draw_bits(rng, 20, 9, 0.5)
    for first, last in ((2, 8), (3, 3), (2, 20)):
        expected = torch.stack([own.labels(bits, n)[-1] for n in range(first, last + 1)])
        assert torch.equal(own.final_labels(bits, first, last), expected)
        assert torch.equal(plain.final_labels(bits, first, last), expected)


@pytest.mark.parametrize("name", NAMES)
def test_labels_hang_on_the_shortest_sequence_alone(name, rng):
    """Its last label is that of a longer sequence with the same end; with one bit less it is not always."""
    own = task.named(name)
    bits = draw_bits(rng, 30, 200, 0.5)
    for n in (own.n_min, 5, 12):
        whole = own.labels(bits, n)[-1]
        assert torch.equal(own.labels(bits[-own.shortest(n) :], n)[-1], whole)
        assert own.shortest(n) == 1 or not torch.equal(own.labels(bits[1 - own.shortest(n) :], n)[-1], whole)


@pytest.mark.parametrize(
    ("name", "expected"), [("parity", lambda n: 0.5 + 0.5 / (n + 1)), ("match", lambda n: 2 / 3)]
)
def test_chance_under_random_density_is_above_one_half(name, expected):
    for n in (2, 3, 6, 60, 500):
        for density in ("per_batch", "per_sequence"):
            assert task.named(name).chance(n, density) == pytest.approx(expected(n), abs=1e-12)
        assert task.named(name).chance(n, 0.5) == pytest.approx(0.5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("n", [2, 3, 6])
def test_a_reader_of_the_density_alone_scores_chance(name, n, rng):
    """It counts ones among the bits that the answer does not hang on, and bets on the likelier label."""
    own = task.named(name)
    bits = draw_bits(rng, 400, 20_000, "per_sequence")
    p = bits[:-n].mean(0).double().numpy()
    bets = own.share(n, p) > 0.5
    score = (own.final_labels(bits, n, n)[0].numpy() == bets).mean()
    assert score == pytest.approx(own.chance(n, "per_sequence"), abs=0.012)
    for density in (0.2, 0.7):
        ones = own.labels(draw_bits(rng, 300, 2000, density), n)[n:].double().mean().item()
        assert max(ones, 1 - ones) == pytest.approx(own.chance(n, density), abs=0.01)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("n", "density"), [(2, "per_sequence"), (5, "per_sequence"), (5, 0.5), (5, 0.3)])
def test_the_ideal_reader_against_the_labels_themselves(name, n, density, rng):
    """Means known, as the autocovariance of one short run is biased by its own mean."""
    own = task.named(name)
    p = rng.random(3000) if density == "per_sequence" else np.full(3000, density)
    bits = torch.from_numpy((rng.random((1500, 3000)) < p).astype(np.float32))
    answers = 2.0 * own.labels(bits, n).numpy()[n:] - 1.0
    answers -= 2.0 * own.share(n, p) - 1.0
    if name == "parity":
        answers = -answers  # -1 for odd, as the formula has it; a sign has no autocorrelation
    found = np.array([(answers[lag:] * answers[: len(answers) - lag]).mean() for lag in LAGS])
    expected = own.ideal_autocorrelation(n, LAGS, density)
    np.testing.assert_allclose(found / found[0], expected, atol=0.02)


def test_the_ideal_parity_reader_has_the_closed_form_of_the_protocol():
    for n in (1, 2, 10, 30):
        floor = 1 / (2 * n + 1)
        closed = np.where(n > LAGS, (1 / (2 * LAGS + 1) - floor) / (1 - floor), 0.0)
        found = task.named("parity").ideal_autocorrelation(n, LAGS, "per_batch")
        np.testing.assert_allclose(found, closed, atol=1e-12)
    assert task.named("parity").ideal_autocorrelation(5, LAGS, 0.5).tolist() == [1.0] + [0.0] * 30


@pytest.mark.parametrize("density", [0.3, 0.85])
def test_bits_have_the_density_asked_for(rng, density):
    bits = draw_bits(rng, 2000, 50, density)
    assert set(bits.unique().tolist()) == {0.0, 1.0}
    assert bits.mean().item() == pytest.approx(density, abs=0.01)


def test_random_densities_are_uniform_one_per_sequence_or_one_per_batch(rng):
    """Within a batch they differ as U(0, 1) does, or by the chance of so many bits alone."""
    apart = draw_bits(rng, 2000, 2000, "per_sequence").mean(0).numpy()
    batches = np.array([draw_bits(rng, 2000, 20, "per_batch").mean(0).numpy() for _ in range(2000)])
    for densities in (apart, batches[:, 0]):
        assert densities.mean() == pytest.approx(0.5, abs=0.03)
        assert densities.std() == pytest.approx(np.sqrt(1 / 12), abs=0.02)
        assert np.histogram(densities, 10, (0, 1))[0].min() > 0.7 * 200
    assert batches.std(1).max() < 0.03


def test_every_batch_of_a_pool_has_its_own_density():
    from modgrow.learning.activity import Pool

    pool = Pool(small_arm(batch_size=512), 0, "training pool", 30)
    densities = pool.bits.mean((1, 2))
    assert densities.std() > 0.2
    assert pool.bits.mean(1).std(1).max() < 0.3
    apart = Pool(small_arm(batch_size=512, density="per_sequence"), 0, "training pool", 30)
    assert apart.bits.mean((1, 2)).std() < 0.05


def test_lengths_are_uniform_from_n_plus_2_to_4_n_inclusive(rng):
    lengths = [draw_length(small_arm(), 5, rng) for _ in range(8000)]
    values, counts = np.unique(lengths, return_counts=True)
    assert values.tolist() == list(range(7, 21))
    assert counts.min() > 0.8 * 8000 / 14


def test_settings_that_no_task_allows_are_refused_in_a_line_and_without_torch():
    code = """
import sys
from modgrow.arm import Arm
def refused(**settings):
    try:
        Arm(units=5, **settings)
    except ValueError as error:
        return str(error)
assert 'Tasks are match, parity' in refused(task='xor')
assert 'n_first is 1; the task match begins at N = 2' in refused(task='match', n_first=1)
assert Arm(units=5, task='parity', n_first=1).lengths(1) == (3, 4)
sys.exit('torch' in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    with pytest.raises(ModgrowError, match=r"xor is no task; name one of match, parity, or add"):
        task.named("xor")


@pytest.mark.parametrize(("flat", "units", "rate"), [(False, 10, 0.2), (True, 20, 0.05)])
def test_either_architecture_learns_match(flat, units, rate):
    arm = small_arm(
        flat=flat,
        units=units,
        task="match",
        learning_rate=rate,
        epochs=5,
        updates_per_epoch=500,
        batch_size=256,
        test_batches=10,
        **({} if flat else {"pool_batches": 40}),
    )
    run = Curriculum(arm, 0)
    list(run)
    assert run.n_solved >= 4


NEW_TASK = '''
"""Delay: what was the bit n - 1 steps ago?"""

from modgrow.task import Task


def labels(bits, n):
    back = bits.new_zeros(bits.shape)
    back[n - 1 :] = bits[: max(len(bits) - n + 1, 0)]
    return back.long()


TASK = Task("delay", "what was the bit n - 1 steps ago?", labels, 1, lambda n, p: p)
'''


@pytest.fixture
def one_more_file(tmp_path, monkeypatch):
    """A folder of tasks with one more file in it."""
    (tmp_path / "delay.py").write_text(NEW_TASK)
    monkeypatch.setattr(modgrow.tasks, "__path__", [*modgrow.tasks.__path__, str(tmp_path)])
    monkeypatch.setattr(extensions, "names", lambda folder: ("delay", *NAMES))
    task.named.cache_clear()
    yield
    task.named.cache_clear()
    extensions.load.cache_clear()
    sys.modules.pop("modgrow.tasks.delay", None)


def test_a_new_task_is_found_by_its_file(tmp_path):
    shutil.copytree(ROOT / "modgrow", tmp_path / "modgrow", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "modgrow" / "tasks" / "delay.py").write_text(NEW_TASK)
    code = """
from modgrow import extensions, task
from modgrow.arm import Arm
assert extensions.names('tasks') == ('delay', 'match', 'parity')
assert Arm(units=5, task='delay', n_first=1).lengths(3) == (5, 12)
assert task.named('delay').title == 'delay'
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True)


def test_a_new_task_is_one_file_and_is_learnt(one_more_file):
    arm = Arm(
        units=10, task="delay", n_first=1, epochs=3, updates_per_epoch=300, learning_rate=0.2, test_batches=4
    )
    run = Curriculum(arm, 0)
    list(run)
    assert run.n_solved >= 2
    assert task.named("delay").chance(5, "per_batch") == pytest.approx(0.75)
    with pytest.raises(ModgrowError, match="no ideal reader"):
        task.named("delay").ideal_autocorrelation(5, LAGS, 0.5)
    with pytest.raises(ValueError, match=r"did you mean delay\? Tasks are delay, match, parity"):
        Arm(units=5, task="gone")
    bits = draw_bits(stream(0, "bits"), 9, 5, 0.5)
    assert torch.equal(task.named("delay").final_labels(bits, 1, 3), bits.flip(0)[:3].long())
