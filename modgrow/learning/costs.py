"""What a network has cost: measured while its job runs, and read off the states of finished networks."""

import os
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import psutil

from modgrow.errors import StoreError
from modgrow.store import states
from modgrow.store.states import Part


class Meter:
    """Measures this process from its start on; a clock that is set meanwhile does not matter."""

    def __init__(self):
        age = time.time() - psutil.Process().create_time()
        self._start = time.monotonic() - max(age, 0.0)

    def read(self) -> Part:
        """Time and memory of this process so far; children that have ended are included in its time."""
        times = os.times()
        cpu = times.user + times.system + times.children_user + times.children_system
        return Part(time.monotonic() - self._start, cpu, _largest_memory())


def before_the_last_part(folder: str | Path, seeds: dict[str, range]) -> pd.DataFrame:
    """One row per job that trained one of the `seeds` of each arm and was not the one to finish it.

    arm, seed, n_epochs of the finished network, seconds, cpu_seconds, max_rss_mb. A network whose state
    in `folder` is missing, damaged or under way has none.
    """
    names = [(arm, seed) for arm, own in seeds.items() for seed in own]
    rows = [row for arm, seed in names for row in _rows(Path(folder), arm, seed)]
    return pd.DataFrame(rows, columns=["arm", "seed", "n_epochs", *Part.__annotations__])


def _rows(folder: Path, arm: str, seed: int) -> list[dict]:
    try:
        state = states.read(folder / arm / f"seed_{seed}.safetensors")
    except StoreError:
        return []
    made_for = state.trained.provenance.get("id", {}).get("arm"), state.trained.seed
    if made_for != (arm, seed) or not state.journal.delivered:
        return []
    said = {"arm": arm, "seed": seed, "n_epochs": len(state.records)}
    return [{**said, **asdict(part)} for part in state.journal.parts[:-1]]


def _largest_memory() -> float:
    """MiB; the system counts in KiB, that of a Mac in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)
