"""What settings ask for, whether it is there, and its report: `modgrow check | missing | report`."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from modgrow import config, places
from modgrow.cli.why import said
from modgrow.errors import ModgrowError

STATS = re.compile(r"^job +count\n-[- ]+\n(.*?)^total +(\d+)", re.MULTILINE | re.DOTALL)
# Targets beside `all`, and what is there once they have been asked for.
BESIDE = {
    "columns": "figures/columns.svg",
    "pool_proof": "figures/pool_proof.svg",
    "far": "figures/far.svg",
    "controls": "figures/controls.svg",
}


def settings(configfile: str | None) -> config.Settings:
    """The settings of a run: a file without arms changes those of the project. Raises SettingsError.

    Snakemake reads a `--configfile` before any line of ours, and answers some that it cannot read at length.
    """
    default = str(places.ROOT / "config.yaml")
    name = configfile or default
    raw = config.read_yaml(name)
    if "arms" not in raw and configfile:
        from snakemake.utils import update_config  # its import alone changes sys.path

        changed, raw, name = raw, config.read_yaml(default), f"{name} + {default}"
        update_config(raw, changed)
    return config.check(raw, name)


def missing(configfile: str | None) -> None:
    """Raise ModgrowError if not all of `all` is there and up to date: how much, and what makes it."""
    settings(configfile)
    refuse_unfinished(["all"], configfile)


def report(configfile: str | None) -> Path:
    """Write the report of a finished run, with it those other targets that were asked for.

    Raises ModgrowError where a job is missing.
    """
    results = Path(settings(configfile).results)
    targets = ["all", *(target for target, file in BESIDE.items() if (results / file).exists())]
    refuse_unfinished(targets, configfile)
    path = results / "report.html"
    _snakemake([*targets, "--report", str(path)], configfile)
    return path


def refuse_unfinished(targets: list[str], configfile: str | None) -> None:
    """Raise ModgrowError if a job behind the targets is missing or out of date."""
    stats = STATS.search(_snakemake([*targets, "--dry-run", "--nolock", "--cores", "1"], configfile))
    if not stats:
        return
    counts = {rule: int(count) for rule, count in (line.split() for line in stats[1].splitlines())}
    networks = counts.get("train_network", 0)
    jobs = sum(count for rule, count in counts.items() if rule not in ("train_network", "default", *targets))
    command = shlex.join(["snakemake", *targets, "--cores", "all", *_given(configfile)])
    raise ModgrowError(
        f"{networks} networks and {jobs} other jobs are missing or out of date; `{command}` makes them"
    )


def _given(configfile: str | None) -> list[str]:
    return ["--configfile", configfile] if configfile else []


def _snakemake(words: list[str], configfile: str | None) -> str:
    """What Snakemake says. Raises ModgrowError if it refuses."""
    command = [sys.executable, "-m", "snakemake", *words, *_given(configfile)]
    run = subprocess.run(command, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if run.returncode:
        silent = f"no word, exit status {run.returncode}; start it again"
        raise ModgrowError(f"Snakemake refuses: {said(run.stdout) or silent}")
    return run.stdout
