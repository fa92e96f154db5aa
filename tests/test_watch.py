"""The live view of training: what each log's last line says, and logs that are none."""

import os
import subprocess
import sys
import time

import pytest
from rich.console import Console

from modgrow.cli import watch
from tests.runs import ROOT

EPOCH = "a seed 0: epoch 3/60  N 4  accuracy 0.991  previous -  solved 3  elapsed 0:12  left 0:48"
STATES = {
    "training on cpu": ("training", "starting"),
    "states/a/seed_0: going on after epoch 2 (part 2, 0:05 spent before)": ("training", "starting"),
    "states/a/seed_0: its network was finished and is asked for again": ("training", "starting"),
    "": ("training", "starting"),
    EPOCH: ("training", "3/60"),
    f"before\n{EPOCH}\n\n": ("training", "3/60"),
    f"{'x' * 100_000}\n{EPOCH}": ("training", "3/60"),
    "y" * 1_000_000: ("training", "starting"),
    EPOCH.replace("3/60", "9" * 1000): ("training", "9" * 20),
    EPOCH.replace("0.991", "[red]1[/nope]"): ("training", "[red]1[/nope]"),
    "a seed 0: done: N_solved 4 after 60 epochs, in 2 parts": ("done", ""),
    "error: states: cannot be written": ("stopped", ""),
    "stopped by SIGINT; started again, it goes on from its last whole epoch": ("stopped", ""),
    "stopped by SIGTERM; started again, it goes on from its last whole epoch": ("stopped", ""),
    "KeyboardInterrupt": ("stopped", ""),
    "numpy.exceptions.AxisError: axis": ("stopped", ""),
    "MemoryError": ("stopped", ""),
}


def seen(folder):
    console = Console(width=300)
    with console.capture() as capture:
        console.print(watch.view(folder))
    return capture.get()


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "logs" / "train_network" / "a" / "seed_0.log"
    path.parent.mkdir(parents=True)
    return path


@pytest.mark.parametrize("text", STATES, ids=lambda text: text[:40])
def test_the_last_line_says_how_a_network_is(text, log):
    log.write_text(text)
    state, cell = STATES[text]
    counts = ", ".join(f"{int(state == each)} {each}" for each in ("training", "done", "stopped"))
    assert counts in seen(log.parent.parent)
    assert cell in seen(log.parent.parent)


def test_a_log_that_is_old_is_of_a_job_that_was_stopped(log):
    log.write_text(EPOCH)
    os.utime(log, (0, time.time() - watch.RECENT - 1))
    assert "0 training, 0 done, 1 stopped" in seen(log.parent.parent)


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00\x1b[31m\x07", b"\x00" * 10_000, b"\r\x0b\x0c\x1c", bytes(range(256))]
)
def test_odd_bytes_do_not_break_the_view_or_reach_the_terminal(content, log):
    log.write_bytes(content)
    log.with_name("seed_1.log").write_bytes(EPOCH.replace("0.991", "\x1b]0;a\x07").encode())
    shown = seen(log.parent.parent)
    assert "2 training, 0 done, 0 stopped" in shown
    assert not set(shown) & {"\x1b", "\x07", "\x00"}


def test_what_is_no_log_is_left_out(log, monkeypatch):
    os.mkfifo(log)
    log.with_name("seed_1.log").mkdir()
    log.with_name("seed_2.log").symlink_to("seed_2.log")
    log.with_name("seed_3.log").write_text(EPOCH)
    assert "1 training, 0 done, 0 stopped" in seen(log.parent.parent)


@pytest.mark.parametrize("what", ["missing", "file", "loop"])
def test_a_missing_folder_is_one_line(what, tmp_path):
    folder = tmp_path / "results"
    if what == "file":
        folder.write_text("")
    elif what == "loop":
        folder.symlink_to(folder)
    command = [sys.executable, "-m", "modgrow", "watch", "--once", str(folder)]
    run = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    assert run.returncode == 1
    assert (
        run.stderr
        == f"error: {folder}/logs/train_network: no logs of training there; name the folder of the results\n"
    )
