"""Where results lie: which folder they may have, what is in it, and how it is made again. No torch."""

import contextlib
import os
import shlex
from pathlib import Path

from modgrow import extensions

ROOT = Path(__file__).resolve().parent.parent
COMMAND = ".command"  # in the folder of the results: the Snakemake command that made them
LONGEST, LONGEST_NAME = 300, 255  # characters of a folder, bytes of a name in it

# What a checkout holds beside `results`; what Git, Snakemake and linters keep in it or in a working folder.
HOUSE = (".ci", ".venv", "benchmarks", "config", "docs", "envs", "modgrow", "profiles", "tests", "workflow")
KEPT = (".git", ".snakemake", ".hypothesis", ".pytest_cache", ".ruff_cache", "__pycache__")
# What a folder of results holds: another one inside of these would be taken for a part of it.
KINDS = ("networks", "states", "learning_curves", "generalisation", "perturbation", "timescales")
KINDS += ("conservation", "tables", "columns", "pages", "figures", "logs", "benchmarks")


def results_folder(text: str) -> str:
    """The folder of the results as every path below it begins: `./a//b/../c/` is `a/c`.

    A relative one is relative to the working folder. Raises ValueError, whose text says what to write.
    """
    parts = _parts(text)
    folder = Path("/" if text.startswith("/") else ".", *parts)
    for part in parts:
        if part.startswith(("-", "~")):
            raise ValueError(f"no part of it may begin with {part[0]}, which commands misread")
        if len(part.encode()) > LONGEST_NAME:
            raise ValueError(f"no part of it may be longer than {LONGEST_NAME} bytes")
        if part.lower() in KEPT:
            raise ValueError(f"must not lie in {part}; name a folder of its own, like results/mine")
    if len(str(folder)) > LONGEST:
        raise ValueError(f"must not be longer than {LONGEST} characters; has {len(str(folder))}")
    _refuse_taken(folder)
    return str(folder)


def _parts(text: str) -> list[str]:
    """The names on the way to a folder, without `.` and, where a name stands before it, `..`."""
    parts: list[str] = []
    for part in text.split("/"):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", ".") and not (part == ".." and text.startswith("/")):
            parts.append(part)
    return parts


def _refuse_taken(folder: Path) -> None:
    """Raise ValueError where results would lie among something else, links followed."""
    place = folder.resolve()
    for name, own in {"the working folder": Path.cwd(), "the project": ROOT}.items():
        if place == own.resolve() or place in own.resolve().parents:
            raise ValueError(f"must not be {name} or a folder around it; name one within, like results")
    if place.is_relative_to(ROOT) and (house := place.relative_to(ROOT).parts[0]).lower() in HOUSE:
        raise ValueError(f"must not lie in the project's own {house}; name a folder of its own, like results")
    for inner in (place, *place.parents):
        around = inner.parent
        if inner.name in (*KINDS, *extensions.names("studies")) and (
            (around / COMMAND).exists() or around == Path.cwd() / "results"
        ):
            raise ValueError(f"must not lie in the {inner.name} of other results; name one beside")
    for above in (folder, *folder.parents):
        if above.is_symlink() and not above.exists():
            raise ValueError(f"{above} is a link to nothing; make what it leads to, or remove it")


def per_network(folder: str | Path, suffix: str, seeds: dict[str, range]) -> list[str]:
    """The file of every (arm, seed) in one folder of the results."""
    return [f"{folder}/{arm}/seed_{seed}.{suffix}" for arm, own in seeds.items() for seed in own]


def spans(seeds: dict[str, range]) -> dict[str, list[int]]:
    """The seeds of each arm as an identity says them: the first, and how many."""
    return {arm: [own.start, len(own)] for arm, own in seeds.items()}


def seeds_in(spans: dict[str, list[int]]) -> dict[str, range]:
    """The seeds of each arm that an identity says."""
    return {arm: range(first, first + count) for arm, (first, count) in spans.items()}


def around(result: str | Path, folder: str = "tables") -> Path:
    """The folder of the results that a table in one of its folders (`tables`, `columns/tau_1`) lies in."""
    return Path(result).parents[len(Path(folder).parts)]


def state_of(network: str | Path) -> str:
    """The file of the state that belongs to the file of a network."""
    results = Path(network).parents[2]
    arm = Path(network).parent.name
    name = Path(network).name
    return str(results / "states" / arm / name)


def command_of(path: str | Path) -> str | None:
    """The Snakemake command that made the results around `path`, as their last run noted it; or None."""
    for folder in Path(os.path.abspath(path)).parents:
        with contextlib.suppress(OSError, ValueError):
            noted = folder / COMMAND
            line = noted.read_text(encoding="utf-8").strip() if noted.is_file() else ""
            if line.isprintable() and shlex.split(line):
                return line
    return None


def seen_by(command: str, path: str | Path) -> str:
    """What a command that may name a working folder (`--directory`) calls a file."""
    words = shlex.split(command)
    if "--directory" not in words:
        return str(path)
    return os.path.relpath(path, words[words.index("--directory") + 1])
