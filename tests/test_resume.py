"""A killed job goes on, and its finished files have the bytes of a run that was never stopped."""

import json
import os
import runpy
import signal
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path

import pytest
import torch

from modgrow import source
from modgrow.errors import StoreError
from modgrow.learning import resume
from modgrow.learning.curriculum import Curriculum
from modgrow.learning.held_out import PoolTest
from modgrow.model.trained import Trained
from modgrow.store import files, networks, states
from tests.conftest import small_arm
from tests.runs import ROOT

pytestmark = pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
SCRIPT = ROOT / "workflow" / "scripts" / "train_network.py"
EVERYTHING_COPIED_AND_FROZEN = dict.fromkeys(("input", "bias", "tau"), "initial freeze")
KINDS = {
    "modular": {"units": 10, "threshold": 0.5},
    "no pool": {"pool_batches": "fresh", "threshold": 0.5},
    "flat": {"flat": True, "units": 12, "threshold": 0.5},
    "float64": {"dtype": "float64", "threshold": 0.5},
    "no momentum": {"momentum": 0.0, "nesterov": False},
    "frozen": {"growth": EVERYTHING_COPIED_AND_FROZEN, "threshold": 0.5},
    "stuck": {"threshold": 1.0},
}


def keep(curriculum, path, made_by, **more):
    states.write(path, curriculum.state(made_by, **more))


def resumed(arm, seed, path, made_by):
    return resume.Job(arm, seed, "cpu", path, made_by).curriculum


def finished_bytes(curriculum, folder):
    networks.write(folder / "network", Trained.of(curriculum, {}))
    return (folder / "network").read_bytes(), curriculum.records


@pytest.mark.parametrize("kind", KINDS)
def test_going_on_after_any_epoch_ends_in_the_same_bytes(kind, tmp_path):
    arm = small_arm(**{**KINDS[kind], "epochs": 4})
    whole = Curriculum(arm, 1)
    list(whole)
    expected = finished_bytes(whole, tmp_path)
    for epochs in range(1, 5):
        first = Curriculum(arm, 1)
        list(islice(first, epochs))
        keep(first, tmp_path / "state", {})
        second = resumed(arm, 1, tmp_path / "state", {})
        assert second.epoch == epochs
        list(second)
        assert finished_bytes(second, tmp_path) == expected, f"after epoch {epochs}"


@pytest.mark.parametrize("kind", ["modular", "no pool", "flat"])
def test_the_first_epochs_of_a_longer_run_are_those_of_a_shorter_one(kind, tmp_path):
    """`epochs` and `n_max` size the pools; what is drawn for them may not depend on it."""
    short, long = (small_arm(**{**KINDS[kind], "epochs": epochs}) for epochs in (3, 12))
    first, second = Curriculum(short, 0), Curriculum(long, 0)
    assert list(first) == list(islice(second, 3))
    for name, value in first.network.state_dict().items():
        assert torch.equal(value, second.network.state_dict()[name])


def test_pools_of_different_lengths_give_the_same_activity_and_answers():
    module = Curriculum(small_arm(units=7), 0).network.newest
    short, long = (PoolTest(small_arm(units=7, epochs=epochs), 0) for epochs in (3, 40))
    for pool in (short, long):
        pool.extend(module)
    steps = short.pool.bits.shape[1]
    assert torch.equal(short.pool.bits, long.pool.bits[:, :steps])
    assert torch.equal(short.pool.activity, long.pool.activity[:, : steps + 1])
    assert (short.frozen[0] == long.frozen[0][:steps]).all()


@pytest.mark.parametrize("more", [{"epochs": 5}, {"epochs": None, "n_max": 4}, {"n_max": 9}])
def test_raising_epochs_or_n_max_alone_goes_on_from_a_finished_network(more, tmp_path):
    settings = {**KINDS["modular"], "epochs": 3, "n_max": 4}
    done = Curriculum(small_arm(**settings), 0)
    list(done)
    keep(done, tmp_path / "state", made_by(done.arm))
    further = small_arm(**{**settings, **more})
    on = resumed(further, 0, tmp_path / "state", made_by(further))
    assert on.epoch == done.epoch
    list(on)
    afresh = Curriculum(further, 0)
    list(afresh)
    assert finished_bytes(on, tmp_path) == finished_bytes(afresh, tmp_path)


def made_by(arm, **more):
    return {"id": {"settings": arm.canonical, "seed": 0, "code": "abc"}, **more}


ARM = {"units": 5, "threshold": 0.0}
OTHERS = {
    "settings.learning_rate": (small_arm(**ARM, learning_rate=0.3), {}),
    "device": (small_arm(**ARM), {"device": "cuda"}),
    "id.code": (small_arm(**ARM), {"id": {**made_by(small_arm(**ARM))["id"], "code": "abd"}}),
    "come to epoch 2": (small_arm(**ARM, epochs=1), {}),
    "and N = 3": (small_arm(**ARM, n_max=2), {}),
}


@pytest.mark.parametrize("reason", OTHERS)
def test_the_state_of_other_settings_or_code_is_set_aside_with_a_message(reason, tmp_path, capsys):
    arm, more = OTHERS[reason]
    first = Curriculum(small_arm(**ARM), 0)
    list(islice(first, 2))
    path = tmp_path / "seed_0.safetensors"
    keep(first, path, made_by(first.arm))
    content = path.read_bytes()
    fresh = resumed(arm, 0, path, {**made_by(arm), **more})
    assert fresh.epoch == 0
    said = capsys.readouterr().err
    assert said.startswith(f"{path}: not gone on from, set aside as seed_0.safetensors.aside: ")
    assert reason in said
    assert not path.exists()
    assert path.with_name("seed_0.safetensors.aside").read_bytes() == content


def test_a_damaged_state_is_set_aside_with_a_message(tmp_path, capsys):
    path = tmp_path / "state"
    path.write_bytes(b"half a st")
    assert resumed(small_arm(), 0, path, {}).epoch == 0
    assert "set aside as state.aside: " in capsys.readouterr().err
    assert not path.exists()


def arguments(folder, arm, seed=0):
    identity = {"arm": "a", "code": source.digest(SCRIPT), "seed": seed, "settings": arm.canonical}
    places = {name: str(folder / name) for name in ("network", "curve", "state")}
    given = {"id": json.dumps(identity), "threads": "1", "device": "cpu", **places}
    return [str(SCRIPT), *(word for name, value in given.items() for word in (f"--{name}", value))]


def start(folder, arm, sabotage=lambda: None):
    """The training script in a child process; its process id."""
    if child := os.fork():
        return child
    try:
        os.setpgid(0, 0)
        sys.argv = arguments(folder, arm)
        sys.stderr = open(folder / "log", "w")  # noqa: SIM115
        sabotage()
        runpy.run_path(str(SCRIPT), run_name="__main__")
        os._exit(0)
    finally:
        os._exit(1)


def outputs(folder):
    return {name: (folder / name).read_bytes() for name in ("network", "curve")}


def finish(folder, arm):
    assert os.waitstatus_to_exitcode(os.waitpid(start(folder, arm), 0)[1]) == 0, (folder / "log").read_text()
    return outputs(folder)


def dies_at(moment, call):
    """Kill this process at its `call`-th write: half-way through it, or before or after the rename."""

    def sabotage():
        left = iter(range(call, -1, -1))
        if moment == "half-way":
            whole = Path.write_bytes

            def write_bytes(path, content):
                if next(left) == 0:
                    whole(path, content[: len(content) // 2])
                    os.kill(os.getpid(), signal.SIGKILL)
                return whole(path, content)

            Path.write_bytes = write_bytes
        else:
            rename = os.replace

            def renamed(old, new):
                dies = next(left) == 0
                if dies and moment == "before the rename":
                    os.kill(os.getpid(), signal.SIGKILL)
                rename(old, new)
                if dies:
                    os.kill(os.getpid(), signal.SIGKILL)

            os.replace = renamed

    return sabotage


def test_twenty_kills_at_random_moments_leave_no_trace_in_the_bytes(tmp_path, rng):
    """Ten by the clock, ten within a write (of the state, the curve or the network)."""
    survived = 0
    list(Curriculum(small_arm(epochs=1), 0))  # kernels are there before a clock runs
    for number, kind in enumerate(("modular", "flat")):
        arm = small_arm(**{**KINDS[kind], "epochs": 12, "updates_per_epoch": 10})
        calm, rough = tmp_path / f"calm {number}", tmp_path / f"rough {number}"
        calm.mkdir()
        rough.mkdir()
        begin = time.monotonic()
        expected = finish(calm, arm)
        took = time.monotonic() - begin
        moments = ["half-way", "before the rename", "after the rename", "half-way", "before the rename"]
        for moment in rng.permutation([*moments, *["by the clock"] * 5]):
            if moment == "by the clock":
                child = start(rough, arm)
                time.sleep(rng.uniform(0, took / 8))
                os.kill(child, signal.SIGKILL)
            else:
                child = start(rough, arm, dies_at(moment, int(rng.integers(3))))
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
            survived += 1
        states_seen = states.read(rough / "state").records
        assert 0 < len(states_seen) < 12, "the kills came before or after all of the training"
        assert finish(rough, arm) == expected
        assert f"going on after epoch {len(states_seen)}" in (rough / "log").read_text()
    print(f"kills survived: {survived} of 20")


LAST_WRITES = {  # after the states of two epochs; pyarrow writes the curve itself
    "before the curve": ("before the rename", 2, {"state"}),
    "before the network": ("before the rename", 3, {"state", "curve"}),
    "within the network": ("half-way", 2, {"state", "curve"}),
    "after the network": ("after the rename", 3, {"state", "curve", "network"}),
    "within the note that it was delivered": ("half-way", 3, {"state", "curve", "network"}),
    "before that note stands": ("before the rename", 4, {"state", "curve", "network"}),
}


@pytest.fixture(scope="module")
def two_epochs(tmp_path_factory):
    """An arm of two epochs and the bytes that it ends in."""
    arm = small_arm(epochs=2)
    return arm, finish(tmp_path_factory.mktemp("calm"), arm)


@pytest.mark.parametrize("when", LAST_WRITES)
def test_a_kill_between_the_last_epoch_and_the_last_file_costs_nothing(when, two_epochs, tmp_path):
    arm, expected = two_epochs
    moment, call, there = LAST_WRITES[when]
    child = start(tmp_path, arm, dies_at(moment, call))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert {path.name for path in tmp_path.iterdir() if path.name[0] != "."} == {"log", *there}
    for output in ("curve", "network"):  # Snakemake deletes what a failed job leaves
        (tmp_path / output).unlink(missing_ok=True)
    assert finish(tmp_path, arm) == expected
    log = (tmp_path / "log").read_text()
    assert "going on after epoch 2 (part 2, " in log
    assert "epoch 2/2" not in log
    assert log.splitlines()[-1].endswith("after 2 epochs, in 2 parts")
    kept = states.read(tmp_path / "state")
    assert (kept.journal.delivered, len(kept.journal.parts)) == (True, 2)


def test_a_network_asked_for_again_is_trained_again_from_nothing(two_epochs, tmp_path):
    arm, expected = two_epochs
    finish(tmp_path, arm)
    first = states.read(tmp_path / "state").journal.parts
    (tmp_path / "network").unlink()
    assert finish(tmp_path, arm) == expected
    log = (tmp_path / "log").read_text()
    assert "its network was finished and is asked for again: trained again from nothing" in log
    assert "epoch 1/2" in log
    assert "epoch 2/2" in log
    assert "trained again, the network has the same bytes as before" in log
    again = states.read(tmp_path / "state").journal.parts
    assert (len(first), len(again)) == (1, 1)
    assert first != again


@pytest.mark.parametrize(("call", "begins"), [(0, "from nothing"), (1, "going on after epoch 1 (part 2, ")])
def test_a_forced_rerun_that_is_killed_goes_on_from_its_own_state(call, begins, two_epochs, tmp_path):
    """Before its first epoch has ended, the old state lies there still, and is not gone on from."""
    arm, expected = two_epochs
    finish(tmp_path, arm)
    child = start(tmp_path, arm, dies_at("before the rename", call))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert finish(tmp_path, arm) == expected
    log = (tmp_path / "log").read_text()
    assert begins in log
    assert "epoch 2/2" in log
    assert "the network has the same bytes as before" in log
    assert len(states.read(tmp_path / "state").journal.parts) == 1 + call


def test_two_jobs_that_train_the_same_network_at_once_do_not_harm_each_other(tmp_path):
    arm = small_arm(epochs=6)
    (tmp_path / "calm").mkdir()
    expected = finish(tmp_path / "calm", arm)
    children = [start(tmp_path, arm), start(tmp_path, arm)]
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0]
    assert outputs(tmp_path) == expected


def unignored():
    """A shell's background job, as this test may be, ignores Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGINT])
def test_a_signal_ends_the_job_within_five_seconds_and_it_goes_on(number, tmp_path):
    """One long epoch is running when the signal comes."""
    arm = small_arm(epochs=3, updates_per_epoch=1_000_000)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments(tmp_path, arm)]
    job = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment, preexec_fn=unignored)
    assert "training on cpu" in job.stderr.readline()
    time.sleep(0.3)
    begin = time.monotonic()
    job.send_signal(number)
    said = job.communicate(timeout=60)[1]
    assert time.monotonic() - begin < 5
    assert job.returncode == 1
    assert f"stopped by {number.name}; started again, it goes on" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_ends_any_script_in_one_line(tmp_path):
    program = (
        "import time; from modgrow import script; script.run(lambda: print(1, flush=True) or time.sleep(60))"
    )
    job = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=unignored,
    )
    job.stdout.readline()
    job.send_signal(signal.SIGINT)
    assert job.communicate(timeout=60)[1] == "stopped by SIGINT\n"
    assert job.returncode == 1


def closed_log():
    os.close(2)


def full_log():
    os.dup2(os.open("/dev/full", os.O_WRONLY), 2)


def log_nobody_reads():
    ends = os.pipe()
    os.dup2(ends[1], 2)
    os.close(ends[0])


@pytest.mark.parametrize("log", [closed_log, full_log, log_nobody_reads])
def test_a_log_that_cannot_be_written_does_not_end_training(log, two_epochs, tmp_path):
    arm, expected = two_epochs
    command = [sys.executable, *arguments(tmp_path, arm)]
    job = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(ROOT)}, preexec_fn=log)
    assert job.returncode == 0
    assert outputs(tmp_path) == expected


def test_a_state_that_cannot_be_written_stops_the_job_by_name(tmp_path):
    (tmp_path / "file").write_text("")
    curriculum = Curriculum(small_arm(), 0)
    with pytest.raises(StoreError, match=r"file/state: cannot be written: "):
        keep(curriculum, tmp_path / "file" / "state", {})


def test_what_a_kill_left_half_written_is_swept_away_later(tmp_path):
    old, young = tmp_path / ".state.abc", tmp_path / ".state.abd"
    for path in (old, young):
        path.write_text("half")
    os.utime(old, (0, 0))
    files.write(tmp_path / "state", lambda temporary: temporary.write_text("whole"))
    assert sorted(path.name for path in tmp_path.iterdir()) == [".state.abd", "state"]
