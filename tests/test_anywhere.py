"""The same bytes wherever the workflow is started from, lies, or writes to; or one line that says why not."""

import ast
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from modgrow import places
from tests.runs import ROOT, checkout

TINY = {
    "results": "results/tiny",
    "seeds": 1,
    "freezing": ["modular_5"],
    "duplication": {"{x} {input} $HOME 50 % 'a' \"b\"": ["modular_5"]},
    "defaults": {"epochs": 2, "updates_per_epoch": 5, "batch_size": 64, "test_batches": 2, "pool_batches": 2},
    "arms": {"modular_5": {"units": 5}},
}
NETWORK = "networks/modular_5/seed_0.safetensors"
TABLE = "tables/learning_curves.parquet"
MADE = (NETWORK, TABLE, "learning_curves/modular_5/seed_0.parquet")


def run(folder, *words, env=None):
    """Snakemake in a folder; what it says and its exit status."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", "--cores", "1", *map(str, words)],
        cwd=folder,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(env or {})},
        timeout=300,
    )


def made(folder, *words, env=None):
    """What a run that must end well says."""
    ended = run(folder, *words, env=env)
    assert ended.returncode == 0, ended.stdout[-3000:]
    return ended.stdout


def refused(folder, *words):
    """The one line of a run that must be refused before any job."""
    ended = run(folder, *words)
    assert ended.returncode != 0
    assert "Traceback" not in ended.stdout
    assert not (Path(folder) / "results").exists()
    said = ended.stdout.split("WorkflowError in file")[1].splitlines()
    return next(line for line in said[1:] if not line.startswith("b/workflow"))


def settings(folder, **changed):
    """A settings file in a folder."""
    path = Path(folder) / "tiny.yaml"
    path.write_text(yaml.safe_dump({**TINY, **changed}), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A checkout that no test writes to."""
    return checkout(tmp_path_factory.mktemp("project") / "modgrow")


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """The folder of the results of a plain run in a checkout of its own."""
    folder = checkout(tmp_path_factory.mktemp("plain") / "run")
    settings(folder)
    made(folder, f"results/tiny/{TABLE}", "--configfile", "tiny.yaml")
    return folder / "results/tiny"


def same(plain, results):
    """Whether a run made the bytes of the plain one."""
    return all((plain / file).read_bytes() == (Path(results) / file).read_bytes() for file in MADE)


workflow = pytest.mark.workflow


@workflow
def test_another_working_folder_makes_the_same_bytes_and_its_command_repairs_them(project, plain, tmp_path):
    for name in ("stand", "work", "far"):
        (tmp_path / name).mkdir()
    settings(tmp_path)
    snakefile = os.path.relpath(project / "Snakefile", tmp_path / "stand")
    words = ["-s", snakefile, "--directory", "../work", "--configfile", "../tiny.yaml", "--config", "seeds=1"]
    made(tmp_path / "stand", f"results/tiny/{TABLE}", *words)
    results = tmp_path / "work/results/tiny"
    assert same(plain, results)

    (results / TABLE).unlink()
    command = places.command_of(results / TABLE)
    repair = [*shlex.split(command), "--cores", "1", f"results/tiny/{TABLE}"]
    assert subprocess.run(repair, cwd=tmp_path / "far", capture_output=True).returncode == 0
    assert same(plain, results)

    why = [sys.executable, "-m", "modgrow", "why", str(results / TABLE)]
    told = subprocess.run(why, cwd=tmp_path / "far", encoding="utf-8", capture_output=True, env=at(project))
    assert told.stdout.endswith("no setting or source file behind it has changed\n"), told.stderr


def at(project):
    """An environment in which `python -m modgrow` is that of the project."""
    return {**os.environ, "PYTHONPATH": str(project)}


@workflow
def test_the_projects_settings_count_where_none_are_given_and_an_unread_config_is_named(project, tmp_path):
    (tmp_path / "config.yaml").write_text("arms: {own: {units: 3}}", encoding="utf-8")
    target = "results/networks/own/seed_0.safetensors"
    ended = run(tmp_path, "-s", project / "Snakefile", "-n", target)
    assert f"no arm named own; {project}/config.yaml has " in ended.stdout
    made(tmp_path, "-s", project / "Snakefile", "-n", target, "--configfile", "config.yaml")
    said = made(tmp_path, "-s", project / "Snakefile", "--touch", f"results/{NETWORK}".replace("_5", "_10"))
    assert f"{tmp_path}/config.yaml counts only if given: --configfile config.yaml" in said


@workflow
def test_a_dry_run_leaves_no_command_behind(project, tmp_path):
    made(tmp_path, "-s", project / "Snakefile", "-n", "--configfile", settings(tmp_path))
    assert not (tmp_path / "results").exists()


@workflow
def test_a_moved_project_makes_nothing_again(plain, tmp_path):
    moved = shutil.copytree(plain.parents[1], tmp_path / "moved", copy_function=shutil.copy2)
    words = [f"results/tiny/{TABLE}", "-n", "--configfile", "tiny.yaml"]
    assert "Nothing to be done" in made(moved, *words)
    shutil.move(moved / "results/tiny", moved / "results/other")
    words = [f"results/other/{NETWORK}", *words[1:], "--config", "results=results/other"]
    assert "Nothing to be done" in made(moved, *words)


IMPORTER = """
configfile: "importer.yaml"
wildcard_constraints: arm="x+"
before = {**workflow.global_resources}
shell.prefix("OWN=prefix; ")

rule all:
    input: "own.txt"

module modgrow:
    snakefile: "PROJECT/Snakefile"
    prefix: "sub"
    config: config["modgrow"]

use rule * from modgrow as modgrow_*

assert workflow.global_resources == before and workflow.default_target == "all"
assert config["mine"] == 3 and workflow.wildcard_constraints == {"arm": "x+"}

rule own:
    input: "sub/results/tiny/TABLE"
    output: "own.txt"
    shell: "echo $OWN > {output}"

onstart: print("the importer's onstart")
"""


@workflow
def test_a_module_with_a_prefix_makes_the_same_bytes_and_touches_nothing_of_the_importer(
    project, plain, tmp_path
):
    text = IMPORTER.replace("PROJECT", str(project)).replace("TABLE", TABLE)
    (tmp_path / "Snakefile").write_text(text, encoding="utf-8")
    given = yaml.safe_dump({"mine": 3, "modgrow": TINY})
    (tmp_path / "importer.yaml").write_text(given, encoding="utf-8")
    said = made(tmp_path)
    assert "the importer's onstart" in said
    assert "modgrow: workflow profile" not in said
    assert (tmp_path / "own.txt").read_text(encoding="utf-8") == "prefix\n"
    assert same(plain, tmp_path / "sub/results/tiny")
    assert not (tmp_path / "results").exists()
    assert places.command_of(tmp_path / "sub/results/tiny" / TABLE).endswith("snakemake")


def imported(tmp_path, project, more="", snakefile="Snakefile"):
    """A Snakefile that imports the project."""
    text = f'module modgrow:\n    snakefile: "{project}/{snakefile}"\n{more}\nuse rule * from modgrow'
    (tmp_path / "Snakefile").write_text(text + "\n", encoding="utf-8")
    return tmp_path


@workflow
@pytest.mark.parametrize("snakefile", ["Snakefile", "workflow/Snakefile"])
def test_a_module_without_settings_has_the_projects_whatever_the_importer_is_given(
    project, tmp_path, snakefile
):
    said = made(imported(tmp_path, project, snakefile=snakefile), "-n", "--config", "alien=1")
    assert re.search(r"train_network +1031\n", said)


@workflow
def test_a_module_takes_the_importers_settings_or_refuses_them_in_a_line(project, tmp_path):
    folder = imported(tmp_path, project, "    config: config")
    said = made(folder, "-n", "--configfile", settings(tmp_path))
    assert re.search(r"train_network +1\n", said)
    said = refused(folder, "-n", "--configfile", settings(tmp_path, alien=1))
    assert said.startswith("`config:` of module modgrow: alien: unknown key"), said


ODD = "a b ü 'q' \"d\" $HOME `x` %s #\\ \n b;&*"


@workflow
def test_a_project_of_an_odd_path_makes_the_same_bytes(plain, project, tmp_path):
    folder = shutil.copytree(project, tmp_path / ODD)
    settings(folder)
    made(folder, f"results/tiny/{TABLE}", "--configfile", "tiny.yaml")
    assert same(plain, folder / "results/tiny")


@workflow
@pytest.mark.parametrize("name", ["{x}", "a{b", "a:b"])
def test_a_project_whose_path_breaks_jobs_is_refused_in_one_line(name, project, tmp_path):
    folder = shutil.copytree(project, tmp_path / name)
    assert "a colon or brace in the project's path breaks its jobs" in refused(folder, "-n")


@workflow
def test_what_python_reads_from_the_environment_changes_no_byte(project, plain, tmp_path):
    surroundings = {
        "PYTHONOPTIMIZE": "2",
        "PYTHONIOENCODING": "ascii",
        "MPLBACKEND": "module://not_there",
        "LC_ALL": "C",
        "PYTHONWARNINGS": "error:::pandas",
        "PYTHONPATH": str(tmp_path / "false"),
    }
    (tmp_path / "false/modgrow").mkdir(parents=True)
    (tmp_path / "false/modgrow/__init__.py").write_text("raise SystemExit(3)", encoding="utf-8")
    words = ["-s", project / "Snakefile", "--configfile", settings(tmp_path)]
    made(tmp_path, f"results/tiny/{TABLE}", *words, env=surroundings)
    assert same(plain, tmp_path / "results/tiny")


@workflow
def test_titles_reach_the_jobs_as_they_are(project, tmp_path):
    words = ["-s", project / "Snakefile", "-n", "-p", "results/tiny/figures/fig6.svg"]
    said = made(tmp_path, *words, "--configfile", settings(tmp_path))
    (line,) = [line for line in said.splitlines() if "workflow/scripts/fig6.py --id" in line]
    words = shlex.split(line)
    asked = json.loads(words[words.index("--id") + 1])
    title = next(iter(TINY["duplication"]))
    assert [panel for panel, _ in asked["panels"]] == ["a: frozen pathways", f"b1: {title}"]


WAYS = ["results/tiny/", "./results//tiny", "results/x/.././tiny/."]


@workflow
@pytest.mark.parametrize("way", WAYS)
def test_results_written_another_way_are_the_same_place(way, plain):
    words = [f"results/tiny/{TABLE}", "-n", "--configfile", "tiny.yaml", "--config", f"results={way}"]
    said = made(plain.parents[1], *words)
    assert "Nothing to be done" in said
    assert "warning" not in said.lower()


@pytest.fixture
def disk(tmp_path):
    """A folder on a disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "none", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting takes root")
    yield folder
    subprocess.run(["umount", folder], check=True)


@workflow
def test_results_on_another_disk_are_the_same_bytes(project, plain, disk, tmp_path):
    words = ["-s", project / "Snakefile", "--configfile", settings(tmp_path, results=f"{disk}/x")]
    made(tmp_path, f"{disk}/x/{TABLE}", *words)
    assert same(plain, disk / "x")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *((way, "results/tiny") for way in WAYS),
        ("results/../networks", "networks"),
        ("tables", "tables"),
        ("x/networks", "x/networks"),
        ("../beside", "../beside"),
        ("//data///x/", "/data/x"),
        ("/data/../../x", "/x"),
    ],
)
def test_a_results_folder_has_one_way_to_be_written(written, meant, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert places.results_folder(written) == meant
    assert places.results_folder(meant) == meant


REFUSED = ["/", ".", "./", "", "..", "../..", "x/..", "-rf", "x/-x", "~", "x/~root", "a" * 256, "ab/" * 101]
REFUSED += [".snakemake", ".git/x", "x/.GIT", "results/benchmarks/x", "results/networks", "gone/x", "to_root"]
REFUSED += [
    str(ROOT),
    str(ROOT.parent),
    *(f"{ROOT}/{name}" for name in ("modgrow", "Tests/x", "docs/results")),
]


@pytest.mark.parametrize("written", REFUSED)
def test_a_results_folder_that_is_something_else_is_refused(written, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").symlink_to("nothing")
    (tmp_path / "to_root").symlink_to(ROOT / "workflow")
    with pytest.raises(ValueError, match=r"^[ -~]{10,200}$"):
        places.results_folder(written)


def test_everything_of_a_checkout_but_results_is_refused():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, encoding="utf-8").stdout
    folders = {name.split("/")[0] for name in tracked.splitlines() if "/" in name} - {"results"}
    assert folders <= set(places.HOUSE)


@workflow
@pytest.mark.parametrize("results", ["modgrow", "..", "-rf"])
def test_a_refused_results_folder_is_one_line(results, project):
    said = refused(project, "-n", "--config", f"results={results}")
    assert said.startswith("config.yaml: results: "), said


BROKEN = {
    "tabs": b"arms:\n\tx: 1\n",
    "twice": b"arms: {a: {units: 1}}\nseeds: 1\nseeds: 2\n",
    "latin-1": "# ü\narms: {a: {units: 1}}".encode("latin-1"),
    "utf-16": "arms: {a: {units: 1}}".encode("utf-16"),
    "deep": b"arms: " + b"[" * 1500 + b"]" * 1500,
    "python": b"arms: !!python/object/apply:os.system ['true']",
    "list": b"- 1",
    "empty": b"",
    "nul": b"arms: \0",
}


@workflow
@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_config_in_its_place_is_one_line(broken, project, tmp_path):
    folder = shutil.copytree(project, tmp_path / "project")
    (folder / "config.yaml").write_bytes(BROKEN[broken])
    assert refused(folder, "-n").startswith("config.yaml: ")


@workflow
@pytest.mark.parametrize("given", ["seeds={bad", "seeds=[", "results=a b", "seeds=", "seeds=1000000"])
def test_broken_settings_on_the_command_line_are_one_line(given, project):
    assert refused(project, "-n", "--config", given).startswith("config.yaml: ")


def test_a_settings_file_is_checked_before_snakemake_meets_it(tmp_path):
    (tmp_path / "broken.yaml").write_bytes(BROKEN["deep"])
    command = [
        sys.executable,
        "-m",
        "modgrow",
        "check",
        str(settings(tmp_path)),
        str(tmp_path / "broken.yaml"),
    ]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert ended.returncode == 1
    assert "tiny.yaml: 1 networks of 1 arms make up `all`" in ended.stdout
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("words", ["settings", "settings --markdown", "--help", "check config.yaml"])
def test_a_closed_pipe_ends_a_command_in_silence(words):
    command = [sys.executable, "-m", "modgrow", *words.split()]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait() != 1


SOURCES = [path for folder in ("modgrow", "workflow") for path in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_text_is_read_and_written_as_utf8(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
            if name in ("read_text", "write_text") or (name == "open" and "'rb'" not in ast.unparse(node)):
                given = [keyword.arg for keyword in node.keywords]
                assert "encoding" in given or ast.unparse(node).startswith("os.open"), ast.unparse(node)


@pytest.fixture
def housed(project, tmp_path):
    """A checkout with a Makefile and an environment that looks as if it were set up."""
    folder = shutil.copytree(project, tmp_path / "project")
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(ROOT / name, folder)
    (folder / ".venv/bin").mkdir(parents=True)
    for name in ("python", "snakemake"):
        script = f'#!/bin/sh\nexec "{Path(sys.executable).parent / name}" "$@"\n'
        (folder / ".venv/bin" / name).write_text(script, encoding="utf-8")
        (folder / ".venv/bin" / name).chmod(0o755)
    (folder / ".venv/ready").touch()
    (folder / "results").mkdir()
    (folder / "results/README.md").touch()
    settings(folder)
    return folder


def make(folder, *words):
    """make in a folder."""
    command = ["make", *words]
    return subprocess.run(
        command, cwd=folder, encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


@workflow
@pytest.mark.parametrize("words", [["report", "CONFIG=tiny.yaml"], ["report"], ["publish"]])
def test_make_report_and_publish_train_nothing(housed, words):
    ended = make(housed, *words)
    assert ended.returncode != 0
    networks = 1 if "CONFIG=tiny.yaml" in words else 1031
    given = " --configfile tiny.yaml" if networks == 1 else ""
    said = rf"error: {networks} networks and \d+ other jobs are missing or out of date; "
    assert re.search(said + f"`snakemake all --cores all{given}` makes them", ended.stdout), ended.stdout
    assert [path.name for path in (housed / "results").iterdir()] == ["README.md"]


@workflow
def test_make_clean_removes_what_it_says(housed, plain):
    shutil.copytree(plain, housed / "results/tiny")
    kept = housed / "elsewhere/kept.txt"
    kept.parent.mkdir()
    kept.touch()
    ended = make(housed, "clean")
    assert ended.returncode == 0, ended.stdout
    assert [path.name for path in (housed / "results").iterdir()] == ["README.md"]
    assert not (housed / ".venv").exists()
    assert kept.exists()
