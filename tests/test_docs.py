"""The words around the code: what they say is so, and every command in the README runs."""

import re
import shlex
import subprocess
import sys

import pandas as pd
import pyarrow.parquet as pq
import pytest
import yaml

from modgrow.cli import describe
from tests.runs import ROOT, snakemake

README = (ROOT / "README.md").read_text()
RUNNING = (ROOT / "docs" / "running.md").read_text()
SHOWN = ROOT / "docs" / "first_run"


def blocks(language):
    """The code blocks of the README and of docs/running.md in one language."""
    return re.findall(rf"```{language}\n(.*?)```", README + RUNNING, re.DOTALL)


COMMANDS = [
    line.split("   #")[0].strip() for block in blocks("sh") for line in block.splitlines() if line.strip()
]
ELSEWHERE = ("git clone", "pip install")  # what needs a network; `make test-package` installs for real
COMMANDS = [command for command in COMMANDS if not command.startswith(ELSEWHERE)]


def glossary():
    """Columns per section of the glossary."""
    found = {}
    for section in (ROOT / "docs" / "glossary.md").read_text().split("\n## ")[1:]:
        rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
        found[section.splitlines()[0]] = [column for row in rows for column in re.findall(r"`(\w+)`", row)]
    return found


def test_config_readme_is_what_the_settings_say():
    assert (ROOT / "config" / "README.md").read_text() == describe.markdown(), "run `make docs`"


def test_every_key_of_config_yaml_is_described():
    text = (ROOT / "config" / "README.md").read_text()
    given = yaml.safe_load((ROOT / "config.yaml").read_text())
    for key in {**given, **given["defaults"]}.keys() - {"arms", "defaults"}:
        assert f"`{key}`" in text or f"`{key}." in text or f"## {key}" in text, key


@pytest.mark.workflow
def test_the_glossary_names_every_column_of_every_table(finished):
    folder = finished[0] / "results" / "small"
    made = {path.stem: path for path in [*folder.glob("*.parquet"), *folder.glob("tables/*.parquet")]}
    known = glossary()
    assert made.keys() <= known.keys()
    for name, path in made.items():
        assert sorted(known[name]) == sorted(pq.read_schema(path).names), name


def test_the_glossary_names_every_column_of_the_committed_tables():
    known = glossary()
    for path in (SHOWN / "tables").glob("*.parquet"):
        if path.stem in known:
            assert sorted(known[path.stem]) == sorted(pq.read_schema(path).names), path.stem


def test_the_readme_counts_the_claims_as_the_committed_table_does():
    shown = ROOT / "docs/results" if "came out so far" in README.replace("\n", " ") else SHOWN
    claims = pd.read_csv(shown / "claims.csv").query("verdict != 'not judged'")
    lines = [line.strip("| ").split("|") for line in README.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line] for line in lines]
    verdicts = next(row for row in cells if row[0] == "claims")[1:]
    for row in (row for row in cells if row[0] in ("of the paper", "of our own")):
        counted = dict(zip(verdicts, map(int, row[1:]), strict=True))
        own = row[0] == "of our own"
        for verdict in {*verdicts, *claims["verdict"]} - {"no networks yet", "all"}:
            found = sum(
                v == verdict and p.startswith("own") == own
                for v, p in zip(claims["verdict"], claims["panel"], strict=True)
            )
            assert counted.get(verdict, 0) == found, (row[0], verdict)
        assert counted.pop("all") == sum(counted.values())


def test_every_file_the_readme_and_docs_link_to_exists():
    written = [path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "templates"]
    for path in [ROOT / "README.md", *written]:
        for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / link).exists(), f"{path}: {link}"


def test_citation_names_the_paper_as_the_preferred_citation():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["preferred-citation"]["title"].startswith("Modular Growth of Hierarchical Networks")
    assert len(citation["preferred-citation"]["authors"]) == 6


@pytest.mark.workflow
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_of_the_readme_runs(command, finished):
    """Of what takes longer than a minute, the plan: `make -n`, `snakemake -n`."""
    folder = finished[0]
    if command.startswith("make "):
        run = subprocess.run([*shlex.split(command), "-n"], cwd=ROOT, capture_output=True, text=True)
    else:
        words = shlex.split(command)
        assert words[0] in ("snakemake", ".venv/bin/snakemake", ".venv/bin/python"), command
        if words[0].endswith("snakemake"):
            run = snakemake(folder, *words[1:], "-n", config=None)
        else:  # the same on the small results
            words = [
                word.replace("results/", "results/small/").replace("modular_10", "modular_5")
                for word in words[1:]
            ]
            words = [word if word != "another.safetensors" else words[-2] for word in words]
            words += ["--once", "results/small"] if words[-1] == "watch" else []
            words += ["--configfile", "tests/small.yaml"] if "why" in words else []
            run = subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, (run.stdout, run.stderr)


def test_the_python_of_the_readme_runs_as_written_and_answers_right():
    (block,) = blocks("python")
    assert len(block.strip().splitlines()) <= 12
    question = block + "\nprint('answers', *trained.answers(bits)[0, :, 0].tolist())\n"
    run = subprocess.run([sys.executable, "-c", question], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    bits = [int(bit) for bit in re.search('bits = "([01]+)"', block)[1]]
    answers = [int(word) for word in run.stdout.splitlines()[-1].split()[1:]]
    assert len(answers) == len(bits)
    right = [answers[t] == (bits[t] + bits[t - 1]) % 2 for t in range(1, len(bits))]
    assert sum(right) >= len(right) - 2, run.stdout
