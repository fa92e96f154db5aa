"""Why a result would be made again: `modgrow why TARGET`.

Snakemake says what it plans for TARGET and all that it is made from; every file says what it was made
from. Where the two differ, the file would be made again, and with it what follows from it.
"""

import json
import os
import re
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from modgrow import places, source
from modgrow.differences import ABSENT, differences, in_words
from modgrow.errors import ModgrowError
from modgrow.store import headers, tables

JOB = re.compile(
    r"^    output: (?P<files>.*?)$.*?^Shell command: (?P<command>.*?)(?=^\S|^$|\Z)", re.MULTILINE | re.DOTALL
)


def why(target: str, given: Sequence[str] = ()) -> str:
    """Each cause with the files that it makes again, as text.

    `given` are options of Snakemake (`--configfile` and the like); without any, those that the results around
    the target were made with count, and from elsewhere the Snakefile of this project. Raises ModgrowError.
    """
    words = _command(target, given)
    folder = _working_folder(words)
    inside = Path(os.path.abspath(target)).is_relative_to(folder)
    causes: dict[str, list[str]] = {}
    for script, identity, files in _planned(os.path.relpath(target, folder) if inside else target, words):
        for path in files:
            for cause in _causes(folder / path, script, identity):
                causes.setdefault(cause, []).append(path)
    if not causes:
        return f"{target}: no setting or source file behind it has changed"
    return "\n".join([f"{target} would be made again:", *(_line(*found) for found in causes.items())])


def _command(target: str, given: Sequence[str]) -> list[str]:
    """How Snakemake is started, its own name aside."""
    noted = places.command_of(target)
    words = list(given) if given or not noted else shlex.split(noted)[1:]
    here = any(Path(name).exists() for name in ("Snakefile", "workflow/Snakefile"))
    return (
        words if here or "--snakefile" in words else ["--snakefile", str(places.ROOT / "Snakefile"), *words]
    )


def _working_folder(words: list[str]) -> Path:
    """The folder that the paths of the rules are relative to."""
    named = words[words.index("--directory") + 1] if "--directory" in words else "."
    return Path(os.path.abspath(named))


def _line(cause: str, files: list[str]) -> str:
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    return f"  {textwrap.shorten(cause, 300, placeholder=' ...')}: {files[0]}{more}"


def _planned(target: str, words: list[str]) -> Iterator[tuple[str, dict, list[str]]]:
    """(script, identity, files that it makes) of every job behind `target`."""
    command = [sys.executable, "-m", "snakemake", target, "--dry-run", "--forceall", "--printshellcmds"]
    command += ["--nolock", "--cores", "1", *words]
    run = subprocess.run(
        command, text=True, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if run.returncode:
        raise ModgrowError(f"{target}: Snakemake cannot plan it: {said(run.stdout)}")
    for job in JOB.finditer(run.stdout):
        called = shlex.split(job["command"])
        if "--id" in called:  # a rule of ours, and not of a workflow that imports them
            place = called.index("--id")
            yield Path(called[place - 1]).name, json.loads(called[place + 1]), job["files"].split(", ")


def said(output: str) -> str:
    """What Snakemake has against a plan, in one line, and what to do where it knows no rule for the file."""
    lines = [line.strip() for line in output.strip().splitlines()]
    starts = [place for place, line in enumerate(lines) if re.match(r"\w+(Error|Exception)\b", line)]
    said = " ".join(line for line in lines[starts[-1] if starts else -2 :] if not line.startswith("File "))
    if "MissingRule" in said:
        said += (
            "; name a file that the workflow makes, and the --configfile of its settings if not config.yaml"
        )
    return said


def _causes(path: Path, script: str, planned: dict) -> list[str]:
    """What has changed since the file was made; a figure does not say what made it."""
    if not path.exists():
        return ["missing"]
    if path.suffix not in (".parquet", ".safetensors"):
        return []
    said = tables.provenance(path) if path.suffix == ".parquet" else headers.provenance(path)
    settings = differences(said.get("id", {}), planned)
    settings = {key: both for key, both in settings.items() if key not in ("code", "files")}
    current = source.digests(f"workflow/scripts/{script}", planned.get("files", ()))
    sources = differences(said.get("sources", {}), current)
    return [in_words({key: both}) for key, both in settings.items()] + [
        f"{file} {_event(*both)}" for file, both in sources.items()
    ]


def _event(old: str, new: str) -> str:
    return "is new" if old == ABSENT else "is gone" if new == ABSENT else "changed"
