"""The workflow, run for real on the smallest setting, in a folder of its own."""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import psutil
import pytest
import yaml

from modgrow import config
from modgrow.schemas.claims import SCHEMA as CLAIMS
from modgrow.store import tables
from tests.jobs import all_jobs, ends
from tests.runs import ROOT, checkout, snakemake

pytestmark = pytest.mark.workflow


@pytest.fixture(scope="module")
def varied(finished, tmp_path_factory):
    """A copy of the checkout in which the jobs of `columns` have run too, and these jobs."""
    folder = shutil.copytree(finished[0], tmp_path_factory.mktemp("varied") / "run")
    return folder, all_jobs(folder, "columns", "--configfile", "tests/small.yaml")


def results(folder):
    """Every result that no clock enters, by its path."""
    root = folder / "results" / "small"
    kinds = ("networks", "learning_curves", "figures", "tables")
    paths = [p for kind in kinds for p in (root / kind).rglob("*") if p.is_file()]
    return {p.relative_to(root): p for p in paths if p.name != "resources.parquet"}


def test_the_default_target_is_not_empty(tmp_path):
    run = snakemake(checkout(tmp_path / "new"), "-n", "--cores", "1", config=None)
    assert run.returncode == 0, run.stdout[-2000:]
    assert "train_network" in run.stdout
    assert "Nothing to be done" not in run.stdout


def test_the_same_seeds_give_the_same_bytes_side_by_side_and_one_after_another(finished, tmp_path):
    """Referee: the same jobs in this one process, in the order in which they are planned for one core."""
    ends(tmp_path, yaml.safe_load((ROOT / "tests/small.yaml").read_text()), "all")
    one, two = results(tmp_path), results(finished[0])
    assert one.keys() == two.keys()
    assert {Path("figures/fig2a.svg"), Path("figures/fig2b.png"), Path("tables/parameters.parquet")} <= set(
        one
    )
    assert len([p for p in one if p.parts[0] == "networks"]) == 6
    assert len([p for p in one if p.parts[0] == "figures"]) == 22
    for path in one:
        assert one[path].read_bytes() == two[path].read_bytes(), path


LONG = """
defaults: {epochs: 40, updates_per_epoch: 20, batch_size: 64, test_batches: 4, pool_batches: 4}
arms: {modular_5: {units: 5, threshold: 0.0}}
"""


def kill_training(run):
    """SIGKILL the training job below a running Snakemake; whether there was one."""
    for process in psutil.Process(run.pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.cmdline()[1:2] and process.cmdline()[1].endswith("workflow/scripts/train_network.py"):
                process.kill()
                return True
    return False


def test_a_job_killed_under_snakemake_goes_on_when_that_is_started_again(tmp_path):
    """Snakemake deletes the outputs of a killed job; the state to go on from stays.

    Its settings have a single arm, too, which is enough to train a network.
    """
    target, state = (f"results/{kind}/modular_5/seed_0.safetensors" for kind in ("networks", "states"))
    calm, rough = checkout(tmp_path / "calm"), checkout(tmp_path / "rough")
    for folder in (calm, rough):
        (folder / "long.yaml").write_text(LONG)
    run = snakemake(calm, "--cores", "1", target, config="long.yaml")
    assert run.returncode == 0, run.stdout[-2000:]
    command = [sys.executable, "-m", "snakemake", target, "--cores", "1", "--configfile", "long.yaml"]
    with (rough / "output").open("w") as output:
        run = subprocess.Popen(command, cwd=rough, stdout=output, stderr=output)
        while not (rough / state).exists() and run.poll() is None:
            time.sleep(0.01)
        assert kill_training(run)
        assert run.wait(timeout=300) != 0
    run = snakemake(rough, "--cores", "1", target, config="long.yaml")
    assert run.returncode == 0, run.stdout[-2000:]
    log = (rough / "results/logs/train_network/modular_5/seed_0.log").read_text()
    assert "going on after epoch" in log
    assert (rough / target).read_bytes() == (calm / target).read_bytes()


def test_a_finished_run_has_nothing_left_to_do(finished):
    run = snakemake(finished[0], "-n", "--cores", "1")
    assert "Nothing to be done" in run.stdout, run.stdout[-2000:]


def test_tables_say_what_they_promise(finished):
    tables = finished[0] / "results" / "small" / "tables"
    curves = pd.read_parquet(tables / "learning_curves.parquet")
    expected = [
        "arm",
        "seed",
        "epoch",
        "n",
        "loss",
        "accuracy",
        "accuracy_previous",
        "n_solved",
        "n_tasks_solved",
        "diverged",
        "clipped",
        "learnt_after",
    ]
    assert list(curves.columns) == expected
    assert curves.groupby(["arm", "seed"]).size().to_dict() == {
        ("diverged_5", 0): 1,
        ("flat_20", 0): 3,
        ("frozen_5", 0): 3,
        ("modular_5", 0): 3,
        ("modular_5", 1): 3,
        ("stuck_5", 0): 3,
    }
    assert curves[curves["n"] == 2]["accuracy_previous"].isna().all()
    assert curves[curves["diverged"]][["arm", "epoch", "n_solved"]].values.tolist() == [["diverged_5", 1, 1]]
    expected = {
        "generalisation": "arm seed variant k n accuracy",
        "perturbation": "arm seed pathway epsilon draw n accuracy",
        "exact": "arm seed pathway epsilon draw n accuracy",
        "perturbation_summary": "arm seed pathway half_epsilon censored arm_half_epsilon low high n_seeds",
        "timescales": "arm seed n drive unit tau tau_effective n_taus aic_one aic_two converged at_bound",
        "conservation": "arm seed pathway module variance",
        "densities": "arm seed n p accuracy",
        "pathways": "arm seed copied frozen n_trained n_trained_weights n_solved stuck",
        "parameters": "arm seed n epoch n_weights n_parameters n_solved on_front",
        "costs": "family n arm n_units n_weights n_nonzero n_seeds n_solving suffices change lambda_change",
    }
    for name, columns in expected.items():
        table = pd.read_parquet(tables / f"{name}.parquet")
        assert set(columns.split()) <= set(table.columns), name
        assert len(table), name
    frozen = pd.read_parquet(tables / "pathways.parquet").set_index("arm").loc["frozen_5"]
    assert frozen["frozen"] == "recurrent"
    assert frozen["n_trained_weights"] == 25 + 10
    resources = pd.read_parquet(tables / "resources.parquet")
    training = resources[resources["rule"] == "train_network"]
    assert len(training) == 6
    assert (training["seconds"] > 0).all()


def test_the_run_ends_with_a_checked_verdict(finished):
    folder = finished[0] / "results" / "small"
    first, second = (folder / "verdict.txt").read_text().splitlines()
    assert first.startswith(
        "not the paper's settings: batch_size 64 instead of 256, epochs 3 instead of 60, "
    )
    assert second == "no claim is judged, 14 have numbers; 113 of 115 claims lack their arms"
    claims = pd.read_csv(folder / "claims.csv").set_index("claim")
    promised = "panel statistic estimate low high n_seeds direction threshold headline verdict"
    assert set(promised.split()) <= set(claims.columns)
    assert claims.loc["modular_above_flat", "arms"] == "modular_5 flat_20"
    assert set(claims["verdict"]) == {"not judged"}
    assert "epochs 3 instead of 60" in claims.loc["modular_above_flat", "reason"]
    assert "n_200" not in claims.index
    markdown = (folder / "claims.md").read_text()
    assert markdown.startswith(first)
    assert "| panel" in markdown
    beside = (folder / "reference.md").read_text()
    assert beside.startswith("The authors' numbers are not set beside modular_5, flat_20: not the paper's")
    assert len(beside.splitlines()) == 1


def test_every_figure_and_page_says_what_is_not_the_papers(finished):
    folder = finished[0] / "results" / "small"
    first = (folder / "verdict.txt").read_text().splitlines()[0]
    controls = folder / "figures/controls.svg"  # which the paper does not have
    assert "not the settings that are registered" in controls.read_text()
    assert "n_max 3 instead of 12" in controls.read_text()
    for path in set(folder.glob("figures/*.svg")) - {controls}:
        text = path.read_text()
        assert "not the paper's settings" in text, path
        assert "batch_size 64 instead of 256" in text, path
        assert "epochs 3 instead of 60" in text, path
    for path in folder.glob("pages/*.html"):
        assert f"<small>{first}</small>" in path.read_text(), path


def test_a_table_of_claims_with_a_missing_verdict_fails_the_run(finished, tmp_path):
    claims = pd.read_parquet(finished[0] / "results/small/claims.parquet")
    claims.loc[0, "verdict"] = ""
    tables.write(tmp_path / "claims.parquet", claims, CLAIMS, {"id": {}})
    command = [sys.executable, "workflow/scripts/check_claims.py", "--id", "{}"]
    command += ["--inputs", str(tmp_path / "claims.parquet"), "--outputs"]
    command += [str(tmp_path / name) for name in ("verdict.txt", "answers.txt")]
    run = subprocess.run(command, cwd=finished[0], text=True, capture_output=True, env={"PYTHONPATH": "."})
    assert run.returncode == 1
    assert f"claims.parquet: {claims.loc[0, 'claim']}: no verdict" in run.stderr
    assert not (tmp_path / "verdict.txt").exists()


@pytest.fixture
def swapped(finished, tmp_path):
    """A copy of the checkout in which one network's learning curve lies in the place of another's."""
    folder = tmp_path / "swapped"
    shutil.copytree(finished[0], folder)
    started = folder / "results/small/.command"
    if not started.exists():
        started.write_text("snakemake --configfile tests/small.yaml\n")
    curves = folder / "results/small/learning_curves/modular_5"
    shutil.copy(curves / "seed_1.parquet", curves / "seed_0.parquet")
    return folder


def test_another_networks_table_stops_the_run_and_the_printed_command_mends_it(finished, swapped):
    """The command is pasted into a shell as it stands in the log."""
    target = "results/small/tables/learning_curves.parquet"
    run = snakemake(swapped, "--cores", "1", target)
    assert run.returncode != 0
    told = (swapped / "results/small/logs/collect_table/tables/learning_curves.log").read_text()
    assert re.fullmatch(r"error: results/small/learning_curves/modular_5/seed_0\.parquet: .* again\n", told)
    assert "it was made as learning_curves/modular_5/seed_1, not as learning_curves/modular_5/seed_0" in told
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-c", re.search("`(.*)`", told)[1]], cwd=swapped, check=True, env=environment)
    assert snakemake(swapped, "--cores", "1", target).returncode == 0
    curves = [pd.read_parquet(folder / target) for folder in (finished[0], swapped)]
    pd.testing.assert_frame_equal(*curves)


def test_columns_train_the_changed_arms_alone(varied):
    folder, jobs = varied
    trained = {Path(job.outputs[0]).parent.name for job in jobs if job.script == "train_network"}
    assert trained == {"modular_5.fast", "flat_20.fast"}
    claims = pd.read_csv(folder / "results/small/columns/claims.csv")
    assert list(claims["column"].unique())[:2] == ["main", "fast"]
    fast = claims[claims["column"] == "fast"].set_index("claim")
    assert fast.loc["modular_above_flat", "arms"] == "modular_5 flat_20"
    main = claims[claims["column"] == "main"].set_index("claim")["verdict"]
    assert fast.loc["modular_above_flat", "main"] == main["modular_above_flat"]
    assert (folder / "results/small/figures/columns.svg").exists()
    for target in ("columns", "columns_fast"):
        again = snakemake(folder, target, "-n", "--cores", "1")
        assert "Nothing to be done" in again.stdout


def test_more_seeds_train_the_missing_ones_alone(finished):
    run = snakemake(finished[0], "-n", "--cores", "1", "--config", "seeds=2")
    new = [line for line in run.stdout.splitlines() if "output: results/small/networks/" in line]
    assert sorted(line.split("networks/")[1].split(".")[0] for line in new) == [
        "diverged_5/seed_1",
        "flat_20/seed_1",
        "frozen_5/seed_1",
        "stuck_5/seed_1",
    ]


def test_a_log_shows_epoch_n_accuracy_and_time_left(finished):
    log = finished[0] / "results/small/logs/train_network/modular_5/seed_1.log"
    lines = log.read_text().splitlines()
    assert "epoch 3/3  N 4  accuracy 0." in lines[3]
    assert "left 0:00" in lines[3]
    assert lines[-1].startswith("modular_5 seed 1: done: N_solved")


def test_the_live_view_shows_finished_networks(finished):
    command = [sys.executable, "-m", "modgrow", "watch", "results/small", "--once"]
    run = subprocess.run(command, cwd=finished[0], text=True, capture_output=True)
    assert "0 training, 6 done, 0 stopped" in run.stdout


def test_asking_for_one_file_trains_one_network(tmp_path):
    folder = checkout(tmp_path / "one")
    target = "results/small/networks/modular_5/seed_7.safetensors"
    run = snakemake(folder, "--cores", "1", target)
    assert run.returncode == 0, run.stdout[-2000:]
    assert [p.name for p in (folder / "results/small/networks").rglob("*.*")] == ["seed_7.safetensors"]


def test_wrong_settings_stop_the_run_in_one_line_before_any_job(tmp_path):
    folder = checkout(tmp_path / "wrong")
    settings = yaml.safe_load((folder / "tests/small.yaml").read_text())
    settings["arms"]["flat_20"]["growth"] = {"feedforward": "copy freeze"}
    (folder / "wrong.yaml").write_text(yaml.safe_dump(settings))
    run = snakemake(folder, "--cores", "1", config="wrong.yaml")
    assert run.returncode != 0
    (line,) = [line for line in run.stdout.splitlines() if "arms.flat_20" in line]
    assert line.startswith("wrong.yaml: arms.flat_20: growth is given; a flat arm adds no modules")
    assert "Traceback" not in run.stdout
    assert not (folder / "results").exists()


def test_a_missing_settings_file_and_an_unknown_arm_are_named(tmp_path):
    folder = checkout(tmp_path / "missing")
    run = snakemake(folder, "-n", "--cores", "1", "results/small/networks/modular_6/seed_0.safetensors")
    assert run.returncode != 0
    assert "no arm named modular_6; " in run.stdout
    (folder / "config.yaml").unlink()
    run = snakemake(folder, "-n", "--cores", "1", config=None)
    assert run.returncode != 0
    assert "config.yaml: no such settings file" in run.stdout
    assert "Traceback" not in run.stdout


def test_a_job_whose_source_changed_since_the_run_was_planned_refuses(finished, tmp_path):
    folder = checkout(tmp_path / "edited")
    script = "workflow/scripts/collect_table.py"
    old = '{"code":"0000","folder":"nowhere","seeds":{}}'
    command = [sys.executable, script, "--id", old, "--output", "out.parquet"]
    run = subprocess.run(command, cwd=folder, text=True, capture_output=True, env={"PYTHONPATH": "."})
    assert run.returncode == 1
    assert "the source has changed since this run was planned" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.fixture(scope="module")
def failed(tmp_path_factory):
    """A checkout in which the longest arm of the small DAG has failed, on one core, and what was said."""
    folder = checkout(tmp_path_factory.mktemp("failing") / "run")
    settings = yaml.safe_load((folder / "tests/small.yaml").read_text())
    settings["arms"]["modular_5"] |= {"pool_batches": 100_000, "n_max": 1000, "epochs": None}
    (folder / "failing.yaml").write_text(yaml.safe_dump(settings))
    words = ["results/small/tables/learning_curves.parquet", "--resources", "mem_mb=1000000000"]
    run = snakemake(folder, "--cores", "1", *words, config="failing.yaml")
    assert run.returncode != 0
    return folder, run.stdout


def test_a_failed_run_ends_by_naming_the_networks_and_their_logs(failed):
    folder, said = failed
    for seed in (0, 1):
        assert f"network failed: arm modular_5, seed {seed}; its log: results/small/logs" in said[-3000:]
    assert (folder / "results/small/networks/flat_20/seed_0.safetensors").exists()
    log = folder / "results/small/logs/train_network/modular_5/seed_0.log"
    assert log.read_text().startswith("error: the activity pool needs")


def test_the_longest_arms_start_first(failed):
    """A dry run lists them in another order."""
    started = re.findall(r"^    log: .*/train_network/(\w+)/\S+$", failed[1], re.MULTILINE)
    assert started[:3] == ["modular_5", "modular_5", "flat_20"]


def test_memory_and_gpu_are_asked_of_the_scheduler(tmp_path):
    target = "results/networks/modular_20/seed_0.safetensors"
    run = snakemake(checkout(tmp_path / "new"), "-n", "--cores", "1", target, config=None)
    forecast = int(run.stdout.split("mem_mb=")[1].split(",")[0])
    assert 150 * 256 * 245 * 20 * 4 / 2**20 < forecast < 2500
    assert "gpu=0" in run.stdout


def started(said):
    """(rule, script) of every job that a dry run prints with its command."""
    for block in said.split("\n["):
        script = re.search(r"workflow/scripts/(\w+)\.py --id", block)
        if script:
            yield re.search(r"^(?:local)?rule ([\w.]+):$", block, re.M)[1], script[1]


def test_every_rule_runs_the_script_of_its_name(tmp_path):
    """Rules are made in loops: one whose command held the loop's variable would run the last script."""
    targets = ("all", "columns", "pool_proof", "far", "controls")
    folder = checkout(tmp_path / "new")
    run = snakemake(folder, *targets, "-n", "-p", "--forceall", "--cores", "1", config=None)
    pairs = {(re.sub("^(judge_column)_.*", r"\1", rule), name) for rule, name in started(run.stdout)}
    scripts = {path.stem for path in (folder / "workflow/scripts").glob("*.py")}
    studies = config.load(folder / "config.yaml").studies
    asked = {(name, "study") for name in studies} | {(f"{name}_figure", "study_figure") for name in studies}
    assert pairs == asked | {(script, script) for script in scripts - {"study", "study_figure"}}
