"""The package where it is installed without a checkout, and the notebook that is the first to use it there.

What installs for real has the marker `package` and runs with `make test-package`.
"""

import json
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.runs import ROOT

package = pytest.mark.package
NOTEBOOK = ROOT / "docs" / "first_network.ipynb"
MADE_FROM = ("pyproject.toml", "README.md", "LICENSE", "CITATION.cff")
MOST_BYTES = 300_000  # pictures included, which people see on the web without running anything

IMPORT_ALL = """
import importlib, pkgutil, modgrow
for module in pkgutil.walk_packages(modgrow.__path__, "modgrow."):
    importlib.import_module(module.name)
    print(module.name)
"""
# The last cell of the notebook under test. Parity is counted here by a plain loop over single bits.
CHECKS = """
def odd(sequence, time, n):
    return sum(int(bit) for bit in sequence[time - n + 1 : time + 1]) % 2


epochs = [record.n_solved for record in curriculum.records]
assert epochs == sorted(epochs) and len(epochs) == 8
assert trained.n_solved == epochs[-1] >= 4, epochs

for head, n in enumerate(orders):
    for sequence in range(20):
        for time in range(len(bits)):
            is_wrong = time >= n - 1 and answers[head, time, sequence] != odd(bits[:, sequence], time, n)
            assert errors[head, time, sequence] == is_wrong, (n, time, sequence)
    assert right[n] > 0.9, (n, right[n])
    assert turned[head, :n].min() > 0.8, (n, turned[head])
    assert turned[head, 2 * n :].max() < 0.2, (n, turned[head])

assert (before[:, :flipped_at] == after[:, :flipped_at]).all()
assert (distance[:, 0] > 0).all()
kept = (distance > 0.5 * distance.max(axis=1, keepdims=True)).sum(axis=1)
assert kept[-1] > kept[0], kept

assert len(curves) == 2 * 3 * 8
first = curves[(curves["recipe"] == "copied") & (curves["seed"] == 0)]
assert first["n_solved"].tolist() == epochs, "the same arm and seed gave another network"
assert not first["n_solved"].equals(curves[curves["recipe"] == "random"]["n_solved"][:8])
assert networks.read("my_network.safetensors").n_solved == trained.n_solved
"""


def surroundings() -> dict[str, str]:
    """The environment of someone who has never seen the checkout."""
    ours = ("PYTHON", "NUMBA_", "MPL", "VIRTUAL_ENV")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def run(*command, cwd):
    """A finished process; output and errors apart."""
    return subprocess.run(
        [str(word) for word in command], cwd=cwd, env=surroundings(), text=True, capture_output=True
    )


@pytest.fixture(scope="module")
def commands(tmp_path_factory):
    """An environment, empty before, with the package and its notebook extra: the folder of its commands."""
    place = tmp_path_factory.mktemp("package")
    shutil.copytree(ROOT / "modgrow", place / "copy/modgrow", ignore=shutil.ignore_patterns("__pycache__"))
    for name in MADE_FROM:
        shutil.copy(ROOT / name, place / "copy")
    made = run(sys.executable, "-m", "venv", place / "environment", cwd=place)
    assert made.returncode == 0, made.stderr
    folder = place / "environment" / "bin"
    installed = run(
        folder / "python", "-m", "pip", "install", "--quiet", f"{place}/copy[notebook]", cwd=place
    )
    assert installed.returncode == 0, installed.stderr[-3000:]
    shutil.rmtree(place / "copy")
    return folder


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """A folder with nothing of the project in it."""
    return tmp_path_factory.mktemp("elsewhere")


@package
def test_every_module_is_installed_and_imports_without_snakemake(commands, elsewhere):
    checked = run(commands / "python", "-m", "pip", "check", cwd=elsewhere)
    assert checked.returncode == 0, checked.stdout
    assert run(commands / "python", "-c", "import snakemake", cwd=elsewhere).returncode == 1
    imported = run(commands / "python", "-c", IMPORT_ALL, cwd=elsewhere)
    assert imported.returncode == 0, imported.stderr[-2000:]
    files = {path.relative_to(ROOT).with_suffix("") for path in (ROOT / "modgrow").rglob("*.py")}
    names = {".".join(file.parts).removesuffix(".__init__") for file in files}
    assert set(imported.stdout.split()) == names - {"modgrow"}


@package
@pytest.mark.parametrize("words", ["--help", "--version", "settings", "settings --markdown"])
def test_a_command_answers_as_the_checkout_does(commands, elsewhere, words):
    answered = run(commands / "modgrow", *words.split(), cwd=elsewhere)
    here = run(sys.executable, "-m", "modgrow", *words.split(), cwd=ROOT)
    assert (answered.returncode, answered.stderr) == (0, "")
    assert answered.stdout.replace("usage: modgrow", "usage: python -m modgrow") == here.stdout


@package
def test_a_closed_pipe_ends_the_installed_command_in_silence(commands, elsewhere):
    with subprocess.Popen(
        [commands / "modgrow", "settings"], cwd=elsewhere, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() != 1


@package
@pytest.mark.parametrize("words", ["why results/x.parquet", "missing", "report", "check part.yaml"])
def test_what_needs_the_checkout_says_so_in_one_line(commands, elsewhere, words):
    (elsewhere / "part.yaml").write_text("seeds: 3\n")
    refused = run(commands / "modgrow", *words.split(), cwd=elsewhere)
    assert refused.returncode == 1
    assert re.fullmatch(
        rf"error: modgrow {words.split()[0]}.*: needs the workflow.*clone.*\n", refused.stderr
    )


@package
def test_whole_settings_are_checked_without_the_checkout(commands, elsewhere):
    shutil.copy(ROOT / "config.yaml", elsewhere / "whole.yaml")
    checked = run(commands / "modgrow", "check", "whole.yaml", cwd=elsewhere)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("whole.yaml: ")


@package
def test_the_notebook_runs_elsewhere_and_finds_what_it_says(commands, elsewhere):
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    last = {"cell_type": "code", "id": "checks", "metadata": {}, "outputs": [], "execution_count": None}
    notebook["cells"].append({**last, "source": CHECKS})
    (elsewhere / "checked.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    executed = run(commands / "jupyter-execute", "--inplace", "checked.ipynb", cwd=elsewhere)
    assert executed.returncode == 0, executed.stderr[-3000:]


def cells(kind):
    """The cells of one kind of the committed notebook."""
    return [
        cell
        for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == kind
    ]


def test_the_notebook_is_committed_as_one_run_left_it():
    counts = [cell["execution_count"] for cell in cells("code")]
    assert counts == list(range(1, len(counts) + 1)), "run `make notebook`"
    outputs = [output for cell in cells("code") for output in cell["outputs"]]
    assert not [
        output for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"
    ]
    assert sum("image/png" in output.get("data", {}) for output in outputs) >= 4
    assert NOTEBOOK.stat().st_size < MOST_BYTES


def test_the_notebook_names_no_folder_of_any_machine():
    text = re.sub(r'"image/png": ".*?"', "", NOTEBOOK.read_text(encoding="utf-8"))
    assert not re.findall(r"(?<![\w.])/(?:home|Users|root|tmp|work|opt|usr|var|mnt)\b\S*|[A-Z]:\\\\", text)
