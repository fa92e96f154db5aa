"""What Snakemake plans, run job after job in one process.

It imports everything once, so that a job takes a fraction of a second. `python -m tests.jobs` takes the words
of `snakemake`, in whose place it runs the jobs.
"""

import re
import runpy
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.runs import ROOT, snakemake

PLANNED = re.compile(
    r"^    output: (?P<files>.*?)$(?P<more>.*?)^Shell command: (?P<command>.*?)$", re.M | re.S
)
MEASURED = "s\tcpu_time\tmax_rss\n1.0\t1.0\t1.0\n"  # what Snakemake would write beside a job


class Job(NamedTuple):
    """A job as Snakemake prints it: the script, its arguments, its outputs and its benchmark."""

    script: str
    arguments: list[str]
    outputs: list[str]
    benchmark: str


def planned(folder: Path, *words: str, config: str | None) -> list[Job]:
    """What Snakemake would run for these words, in an order in which it can run."""
    run = snakemake(folder, *words, "-n", "--printshellcmds", "--cores", "1", config=config)
    assert run.returncode == 0, run.stdout[-3000:]
    return list(_jobs(run.stdout))


def _jobs(said: str) -> Iterator[Job]:
    for job in PLANNED.finditer(said):
        words = shlex.split(job["command"])
        (place,) = [i for i, word in enumerate(words) if re.search(r"workflow/scripts/\w+\.py$", word)]
        arguments = words[place + 1 : words.index("2>")]
        benchmark = re.search(r"^    benchmark: (.*)$", job["more"], re.M)[1]
        yield Job(Path(words[place]).stem, arguments, job["files"].split(", "), benchmark)


def run(job: Job) -> None:
    """What the job's script does, in this process; signal handlers and arguments come back."""
    handlers = {
        number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1)
    }
    before, path = sys.argv, str(ROOT / "workflow" / "scripts" / f"{job.script}.py")
    sys.argv = [path, *job.arguments]
    try:
        runpy.run_path(path, run_name="__main__")
    finally:
        sys.argv = before
        for number, handler in handlers.items():
            signal.signal(number, handler)


def run_all(folder: Path, jobs: list[Job]) -> None:
    """Run them in `folder`; every output is there then."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for job in jobs:
            try:
                run(job)
            except BaseException as error:
                error.add_note(f"in {job.script} of {', '.join(job.outputs)}")
                raise
            absent = [path for path in job.outputs if not Path(path).exists()]
            assert not absent, f"{job.script} made no {absent}"
            Path(job.benchmark).parent.mkdir(parents=True, exist_ok=True)
            Path(job.benchmark).write_text(MEASURED)


def ends(folder: Path, own: dict, *targets: str) -> Path:
    """Run the whole plan of settings of one's own in `folder`; the folder of the results."""
    (folder / "own.yaml").write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
    words = [*targets, "-s", str(ROOT / "Snakefile"), "--forceall", "--nolock"]
    run_all(folder, planned(folder, *words, config="own.yaml"))
    return folder / own["results"]


def all_jobs(folder: Path, *words: str) -> list[Job]:
    """Run in `folder` what Snakemake would for these words, and have it take note; the jobs."""
    jobs = planned(folder, *words, config=None)
    run_all(folder, jobs)
    touched = snakemake(folder, *words, "--touch", "--cores", "1", config=None)
    assert touched.returncode == 0, touched.stdout[-3000:]
    return jobs


if __name__ == "__main__":
    all_jobs(Path.cwd(), *sys.argv[1:])
