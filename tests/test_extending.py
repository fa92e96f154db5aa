"""docs/extending.md: every change applies as printed, alone and after the others, and makes what is said."""

import re
import shlex
import subprocess
import sys

import pandas as pd
import pytest
from matplotlib.image import imread

from tests.runs import ROOT, checkout

PAGE = (ROOT / "docs" / "extending.md").read_text()
SECTIONS = dict(part.split("\n", 1) for part in PAGE.split("\n## ")[1:])
DIFFS = {
    title: re.search(r"```diff\n(.*?)```", text, re.DOTALL)[1]
    for title, text in SECTIONS.items()
    if "```diff" in text
}


def blocks(title, language):
    """The code blocks of one language in a section."""
    return re.findall(rf"```{language}\n(.*?)```", SECTIONS[title], re.DOTALL)


def commands(title, program):
    """The commands of a section that name a program, as lists of words."""
    lines = [line for block in blocks(title, "sh") for line in block.splitlines()]
    return [shlex.split(line) for line in lines if program in line]


def apply(title, folder):
    """Apply a section's change as a reader would."""
    (folder / "mine.diff").write_text(DIFFS[title])
    subprocess.run(["git", "apply", "mine.diff"], cwd=folder, check=True)


def run(words, folder):
    """Run a command of the page in a checkout, with this interpreter; returns what it says.

    What Snakemake would run, runs in one process.
    """
    words = words[1:] if words[0].endswith("python") else ["-m", "tests.jobs", *words[1:]]
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def fresh(folder):
    """A checkout that git takes for one, wherever it lies."""
    checkout(folder)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    return folder


@pytest.fixture(scope="module")
def extended(tmp_path_factory):
    """A checkout with all changes, one after the other, in which all commands of the page have run."""
    folder = fresh(tmp_path_factory.mktemp("extended") / "checkout")
    for title in DIFFS:
        apply(title, folder)
    for title in DIFFS:
        for words in commands(title, "snakemake"):
            run(words, folder)
    return folder


@pytest.mark.parametrize("title", DIFFS)
def test_a_change_applies_alone_and_its_test_passes(title, tmp_path):
    folder = fresh(tmp_path / "checkout")
    apply(title, folder)
    (words,) = commands(title, "pytest")
    assert "passed" in run(words, folder)


@pytest.mark.parametrize("title", DIFFS)
def test_a_change_has_a_test_and_settings_and_a_command_that_runs_them(title):
    added = re.findall(r"^\+\+\+ b/(\S+)$", DIFFS[title], re.MULTILINE)
    (tested,) = commands(title, "pytest")
    (made,) = commands(title, "snakemake")
    assert tested[-1] in added
    assert made[made.index("--configfile") + 1] in added


@pytest.mark.workflow
@pytest.mark.parametrize("title", DIFFS)
def test_what_the_page_makes_is_there(title, extended):
    (words,) = commands(title, "snakemake")
    made = extended / next(word for word in words if word.startswith("results/"))
    if made.suffix == ".png":
        assert imread(made).std() > 0.01  # something is drawn
    else:
        assert made.stat().st_size


@pytest.mark.workflow
def test_the_task_of_the_page_is_learnt_and_answers_as_printed(extended):
    title = "A task of your own"
    (asked,) = blocks(title, "python")
    said = run(["python", "-c", asked], extended)
    assert said.strip() == re.search(r"# (\[[01, ]+\])", asked)[1]
    bits = re.search(r'"([01]+)"', asked)[1]
    answers = [int(answer) for answer in re.findall("[01]", said)]
    assert answers == [int(bit) for bit in "00" + bits[:-2]]


@pytest.mark.workflow
def test_the_birth_of_the_page_grows_networks_of_its_own(extended):
    curves = sorted((extended / "results/midway/learning_curves").rglob("*.parquet"))
    found = {path.parent.name: pd.read_parquet(path)["loss"] for path in curves}
    assert set(found) == {"copied_5", "midway_5", "random_5"}
    assert not found["midway_5"].equals(found["copied_5"])
    assert not found["midway_5"].equals(found["random_5"])
    assert "$W^R$ half copied" in SECTIONS["A growth rule of your own"]


@pytest.mark.workflow
def test_the_claim_of_the_page_has_its_line_and_is_not_judged(extended):
    lines = (extended / "results/twice/claims.md").read_text().splitlines()
    (line,) = [line for line in lines if "more than twice the N" in line]
    assert "above 0.5" in line
    assert "not judged" in line
