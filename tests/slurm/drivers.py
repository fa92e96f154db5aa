"""Snakemake at work through a SLURM profile, as a user starts it, and what became of its jobs.

Only the time between two looks at the queue is shortened. `slow` makes training outlast SLURM's time limits,
which are whole minutes, without computing that long.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from tests.runs import checkout
from tests.slurm.cluster import Cluster

NETWORK = "results/small/networks/{}.safetensors"
STATE = "results/small/states/{}.safetensors"
LOG = "results/small/logs/train_network/{}.log"
PROMPT = ["--slurm-status-command=squeue", "--slurm-init-seconds-before-status-checks=5", "--latency-wait=10"]
# These arms take seconds; where the disk is slow, 100 s and 20 s.
ARMS = {"long": {"units": 5, "epochs": 50}, "hungry": {"units": 5, "epochs": 10}}
# Every Python of a checkout loads this: it waits after each state, and holds some memory from the second on.
SLOW_DISK = """\
import os
import time

replace, seen, held = os.replace, [], []


def slowly(old, new):
    replace(old, new)
    if "/states/" in str(new):
        seen.append(new)
        if len(seen) == 2:
            held.append(b"1" * ({hunger_mb} * 2**20))
        time.sleep(2)


os.replace = slowly
"""


@contextmanager
def driver(
    cluster: Cluster, folder: Path, *arguments: str, profile: str = "slurm"
) -> Iterator[subprocess.Popen]:
    """Snakemake at work, killed with the block; what it says is added to `out.txt`."""
    named = ["--workflow-profile", profile, "--configfile", "tests/small.yaml"]
    command = [sys.executable, "-m", "snakemake", *named, *PROMPT, *arguments]
    with open(folder / "out.txt", "a") as out:
        process = subprocess.Popen(command, cwd=folder, env=cluster.environment, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def long(folder: Path) -> Path:
    """A checkout whose small settings have the long arms too."""
    settings = checkout(folder) / "tests/small.yaml"
    added = yaml.safe_load(settings.read_text())
    added["arms"] |= ARMS
    settings.write_text(yaml.safe_dump(added))
    return folder


def slow(folder: Path, hunger_mb: int = 0) -> Path:
    """Such a checkout on a slow disk, where training needs `hunger_mb` more from its second epoch on."""
    long(folder)
    (folder / "sitecustomize.py").write_text(SLOW_DISK.format(hunger_mb=hunger_mb))
    return folder


def mend_disk(folder: Path) -> None:
    """Let a slow checkout be a fast one from the next job on."""
    (folder / "sitecustomize.py").unlink()


def said(folder: Path) -> str:
    """All that the drivers in `folder` have said."""
    return (folder / "out.txt").read_text()


def records(cluster: Cluster, folder: Path) -> list[dict[str, str]]:
    """SLURM's records of the jobs that were submitted from `folder`, in order."""
    return [record for record in cluster.jobs() if record["WorkDir"] == str(folder)]


def column(name: str, found: list[dict[str, str]]) -> list[str]:
    """One entry of all records."""
    return [record[name] for record in found]


def went_on(folder: Path, network: str) -> bool:
    """Whether the last job of a network began after the first epoch (or even the last), as its log says."""
    log = (folder / LOG.format(network)).read_text()
    return "going on after epoch" in log and "epoch 1/" not in log
