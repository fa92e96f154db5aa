"""A live view of all networks that train, read from the last line of their logs."""

import re
import time
from pathlib import Path

from rich.live import Live
from rich.table import Table

from modgrow.errors import ModgrowError

RECENT = 600  # seconds without a new line after which a job counts as stopped
ENDINGS = ("error:", "KeyboardInterrupt")  # the last line of a job that gave up, or was interrupted
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
    counts = {"done": 0, "stopped": 0, "training": 0}
    for log in sorted(folder.glob("*/*.log")):
        last, state = last_line(log), "training"
        if ": done:" in last:
            state = "done"
        elif last.startswith(ENDINGS) or time.time() - log.stat().st_mtime > RECENT:
            state = "stopped"
        counts[state] += 1
        if state == "training":
            found = LINE.search(last)
            cells = found.groups() if found else ("starting",) + ("",) * 6
            table.add_row(f"{log.parent.name} {log.stem}", *cells)
    table.caption = f"{counts['training']} training, {counts['done']} done, {counts['stopped']} stopped"
    return table


def last_line(log: Path) -> str:
    """The last line of a log, without reading all of it."""
    with log.open("rb") as file:
        file.seek(max(log.stat().st_size - 4096, 0))
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else ""
