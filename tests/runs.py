"""Runs of Snakemake in a folder of their own, for the tests of the workflow."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def snakemake(folder, *arguments, config="tests/small.yaml"):
    """Run Snakemake in `folder`; returns the finished process, output and errors together."""
    configfile = ["--configfile", config] if config else []
    command = [sys.executable, "-m", "snakemake", *arguments, *configfile]
    return subprocess.run(
        command, cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=1800
    )


def checkout(folder: Path) -> Path:
    """A copy of what the workflow needs, without results."""
    folder.mkdir(parents=True, exist_ok=True)
    skip = shutil.ignore_patterns("__pycache__")
    for name in ("workflow", "modgrow", "profiles", "envs", "config", "tests"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    for name in ("Snakefile", "config.yaml"):
        shutil.copy(ROOT / name, folder / name)
    return folder
