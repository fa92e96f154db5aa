"""A live view of all networks that train, read from the last line of their logs."""

import re
import stat
import time
from collections import Counter
from pathlib import Path

from rich.live import Live
from rich.table import Table
from rich.text import Text

from modgrow.errors import ModgrowError

RECENT = 600  # seconds without a new line after which a job counts as stopped
TAIL = 4096  # bytes at the end of a log that are looked at
ENDING = re.compile(
    r"error:|stopped by |[\w.]*(Error|Exception|KeyboardInterrupt)\b"
)  # of a job that gave up
LINE = re.compile(
    r"epoch (?P<epoch>\S+)  N (?P<n>\d+)  accuracy (?P<accuracy>\S+)  previous (?P<previous>\S+)  "
    r"solved (?P<solved>\d+)  elapsed (?P<elapsed>\S+)  left (?P<left>\S+)"
)


def watch(results: str, once: bool = False) -> None:
    """Show the running networks until interrupted. Raises ModgrowError where nothing has run."""
    folder = Path(results) / "logs" / "train_network"
    if not folder.is_dir():
        raise ModgrowError(f"{folder}: no logs of training there; name the folder of the results")
    with Live(view(folder), refresh_per_second=2) as live:
        while not once:
            time.sleep(1)
            live.update(view(folder))


def view(folder: Path) -> Table:
    """One row per network in training; the caption counts the finished and the stopped."""
    table = Table("network", "epoch", "N", "accuracy", "previous", "solved", "elapsed", "left")
    counts = Counter()
    for log in sorted(folder.glob("*/*.log")):
        try:
            last, age = last_line(log)
        except OSError:  # Snakemake has just removed it, or it is no file
            continue
        state = _state(last, age)
        counts[state] += 1
        if state == "training":
            table.add_row(*map(_cell, (f"{log.parent.name} {log.stem}", *_cells(last))))
    words = ("training", "done", "stopped")
    table.caption = ", ".join(f"{counts[state]} {state}" for state in words)
    return table


def last_line(log: Path) -> tuple[str, float]:
    """The last line of a log, without reading all of it, and its age in seconds. Raises OSError."""
    found = log.stat()
    if not stat.S_ISREG(found.st_mode):
        raise OSError("no file")
    with log.open("rb") as file:
        file.seek(max(found.st_size - TAIL, 0))
        lines = file.read(TAIL).decode(errors="replace").strip().splitlines()
    return (lines[-1] if lines else ""), time.time() - found.st_mtime


def _state(last: str, age: float) -> str:
    if ": done:" in last:
        return "done"
    return "stopped" if ENDING.match(last) or age > RECENT else "training"


def _cells(last: str) -> tuple[str, ...]:
    found = LINE.search(last)
    return found.groups() if found else ("starting", *[""] * 6)


def _cell(text: str) -> Text:
    """At most thirty characters that can be printed, nothing in them taken for a colour."""
    return Text("".join(c if c.isprintable() else "?" for c in text)[:30])
