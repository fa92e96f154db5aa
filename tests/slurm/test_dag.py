"""The small DAG through the profiles on a real SLURM (`make test-slurm`): what is asked for and comes out."""

import re
from datetime import datetime

import pytest

from modgrow import config, forecast
from modgrow.config import Settings
from modgrow.plan import controls
from tests.runs import checkout
from tests.slurm.drivers import LOG, NETWORK, column, driver, records, said
from tests.test_workflow import results

pytestmark = pytest.mark.slurm

COMPANIONS_MB = 400  # the two Snakemakes inside a job
FOLDERS = {  # of what each rule makes in jobs of its own
    "train_network": "networks",
    "generalisation": "generalisation",
    "perturbation": "perturbation",
    "timescales": "timescales",
    "conservation": "conservation",
    "densities": "densities",
    "train_control": "controls",
}


def test_all_jobs_complete_in_slurm_and_the_rest_runs_beside_snakemake(submitted, local):
    folder, found = submitted
    assert set(column("JobState", found)) == {"COMPLETED"}
    jobs = sorted(column("Comment", found))
    made = {rule: (local / "results/small" / place).glob("*/seed_*") for rule, place in FOLDERS.items()}
    assert jobs == sorted(
        f"rule_{rule}_wildcards_{path.parent.name}_{path.stem.removeprefix('seed_')}"
        for rule, paths in made.items()
        for path in paths
    )
    assert len([job for job in jobs if job.startswith("rule_train_network")]) == 6
    assert "modgrow: workflow profile profiles/slurm; jobs run on slurm" in said(folder)


def memory_of(settings: Settings, arm: str) -> dict[str, int]:
    """Megabytes, by rule."""
    own = settings.arms[arm]
    return {
        "train_network": forecast.memory_mb(own),
        "generalisation": forecast.generalisation_mb(own, settings.generalisation),
        "perturbation": max(1500, forecast.perturbation_mb(own, settings.perturbation)),
        "densities": 1500,  # of a study that says nothing
        "timescales": max(1500, forecast.timescales_mb(own, settings.timescales)),
    }


def test_each_job_has_the_resources_its_rule_asked_for_within_the_bounds_of_the_profile(submitted):
    folder, found = submitted
    settings = config.load(folder / "tests/small.yaml")
    for record in found:
        rule, arm = re.fullmatch(r"rule_(\w+)_wildcards_([\w.]+)_\d+", record["Comment"]).groups()
        if rule == "train_control":
            own = {rule: controls.memory_mb(controls.controls(settings)[arm])}
        else:
            own = memory_of(settings, arm)
        memory = min(own[rule] + COMPANIONS_MB, 2000) if rule in own else 1500
        hours = {"train_network": "00:30:00", "timescales": "01:30:00"}.get(rule, "01:00:00")
        asked = (record["MinMemoryNode"], record["TimeLimit"], record["Partition"], record["NumCPUs"])
        assert asked == (f"{memory}M", hours, "cpu", "1"), record["Comment"]


def test_the_bounds_hold_for_each_job_and_not_for_all_together(submitted):
    """Six networks ask for 180 minutes, where one job may ask for 90: none waits for another's end."""
    found = [record for record in submitted[1] if "train_network" in record["Comment"]]
    submits, ends = (
        [datetime.fromisoformat(t) for t in column(name, found)] for name in ("SubmitTime", "EndTime")
    )
    assert len(found) == 6
    assert max(submits) < min(ends)


def test_the_results_are_those_of_a_local_run_byte_for_byte(submitted, local):
    ours, theirs = results(submitted[0]), results(local)
    assert ours.keys() == theirs.keys()
    assert len([path for path in ours if path.parts[0] == "networks"]) == 6
    for path in ours:
        assert ours[path].read_bytes() == theirs[path].read_bytes(), path


def test_a_training_job_of_the_gpu_profile_gets_a_gpu(cluster, tmp_path):
    folder, network = checkout(tmp_path / "gpu"), "modular_5/seed_0"
    with driver(cluster, folder, "--retries", "0", NETWORK.format(network), profile="slurm-gpu") as process:
        process.wait(timeout=300)
    (record,) = records(cluster, folder)
    assert (record["Partition"], record["TresPerJob"]) == ("gpu", "gres:gpu:1")
    log = (folder / LOG.format(network)).read_text()
    assert "training on cuda" in log or "torch sees no GPU here" in log


def test_a_misspelt_profile_is_an_error_and_submits_nothing(cluster, tmp_path):
    folder = checkout(tmp_path / "misspelt")
    with driver(cluster, folder, NETWORK.format("modular_5/seed_0"), profile="slrum") as process:
        assert process.wait(timeout=120) != 0
    assert "--workflow-profile slrum: no such profile; profiles/ has default, slurm, slurm-gpu" in said(
        folder
    )
    assert records(cluster, folder) == []
    assert not (folder / "results").exists()
