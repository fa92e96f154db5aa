"""Runs of Snakemake in a folder of their own, for the tests of the workflow."""

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def snakemake(folder, *arguments, config="tests/small.yaml"):
    """Run Snakemake in `folder`; returns the finished process, output and errors together.

    A dry run is a child of a process that has imported Snakemake already.
    """
    words = [*arguments, *(["--configfile", config] if config else [])]
    if "-n" in arguments:
        return dry_run(folder, words)
    command = [sys.executable, "-m", "snakemake", *words]
    return subprocess.run(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1800
    )


def dry_run(folder, words):
    """What a child of the process that stands by says and how it ends."""
    asked = standing_by()
    with tempfile.NamedTemporaryFile("r", encoding="utf-8") as said:
        asked.stdin.write(json.dumps([str(folder), words, dict(os.environ), said.name]) + "\n")
        asked.stdin.flush()
        return subprocess.CompletedProcess(words, int(asked.stdout.readline()), said.read())


@functools.cache
def standing_by():
    """The process that answers dry runs, until this one ends."""
    command = [sys.executable, str(ROOT / "tests" / "standby.py")]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(process.communicate)
    return process


def checkout(folder: Path) -> Path:
    """A copy of what the workflow needs, without results."""
    folder.mkdir(parents=True, exist_ok=True)
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("workflow", "modgrow", "profiles", "envs", "config", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "docs").mkdir()
    shutil.copy(ROOT / "docs/glossary.md", folder / "docs")  # pages explain their columns from it
    return folder
