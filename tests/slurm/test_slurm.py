"""The SLURM profiles on a real SLURM (`make test-slurm`): the same networks, whatever happens to the jobs.

Every run is the workflow as a user starts it, from a checkout of its own; only the time between two looks
at the queue is shortened. Minutes long: SLURM's time limits are whole minutes.
"""

import re
import subprocess
import sys
from contextlib import contextmanager
from datetime import datetime

import pytest
import yaml

from modgrow import config
from tests.runs import checkout, snakemake
from tests.slurm import cluster as slurm
from tests.test_workflow import results

pytestmark = pytest.mark.slurm

NETWORKS = "results/small/networks"
NETWORK = NETWORKS + "/{}.safetensors"
COMPANIONS_MB = 400  # the two Snakemakes inside a job
PROMPT = ["--slurm-status-command=squeue", "--slurm-init-seconds-before-status-checks=5", "--latency-wait=10"]
BOUNDS = ("runtime=90", "mem_mb=2000")  # of one job, in place of the profile's
# Arms that outgrow their first job: 20 units take 1.1 GB from the second epoch on; 100 s of training.
OUTGROWING = {
    "hungry": {"units": 20, "epochs": 60, "updates_per_epoch": 100},
    "long": {"units": 5, "epochs": 60, "updates_per_epoch": 2000},
}
FULL_SIZE = {"batch_size": 256, "test_batches": 50, "pool_batches": 100}
# What their jobs get in place of what the rule asks for: too little memory at first, or a time limit that
# training outlasts in every job, with the profile's warning before it or, for the last network, without.
OUTGROWN = ("hungry/seed_0", "long/seed_0", "long/seed_1")
LIMITS = {
    "mem_mb": "900 * attempt if wildcards.arm == 'hungry' else 1500",
    "runtime": "30 if wildcards.arm == 'hungry' else 2 - int(wildcards.seed)",
    "slurm_extra": "'' if wildcards.seed == '1' else '--signal=USR1@60'",
}
resuming = pytest.mark.skip(reason="training does not resume yet")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A SLURM for this file; where none can run, the reason."""
    try:
        slurm.check()
    except slurm.ClusterError as error:
        pytest.fail(f"make test-slurm: {error}", pytrace=False)
    with slurm.running(tmp_path_factory.mktemp("slurm")) as running:
        yield running


@pytest.fixture(scope="module")
def local(tmp_path_factory):
    """A checkout in which the small DAG has run without SLURM."""
    folder = checkout(tmp_path_factory.mktemp("local") / "run")
    run = snakemake(folder, "--cores", "2")
    assert run.returncode == 0, run.stdout[-3000:]
    return folder


@pytest.fixture(scope="module")
def submitted(cluster, tmp_path_factory):
    """A checkout in which the small DAG has run through the profile, what was said, and SLURM's records."""
    folder = checkout(tmp_path_factory.mktemp("submitted") / "run")
    with driver(cluster, folder, "--resources", *BOUNDS) as process:
        assert process.wait(timeout=1200) == 0, said(folder)[-3000:]
    return folder, said(folder), records(cluster, folder)


@pytest.fixture(scope="module")
def outgrown(cluster, tmp_path_factory):
    """A checkout in which the outgrowing networks were trained through SLURM, with too little at first."""
    folder = checkout(tmp_path_factory.mktemp("outgrown") / "run")
    limits = [f"train_network:{name}={value}" for name, value in LIMITS.items()]
    arguments = "--set-resources", *limits, "--retries", "20", *map(NETWORK.format, OUTGROWN)
    with driver(cluster, folder, *arguments, configfile=outgrowing(folder)) as process:
        assert process.wait(timeout=2400) == 0, said(folder)[-3000:]
    return folder, records(cluster, folder)


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """A checkout in which the outgrowing networks were trained without SLURM."""
    folder = checkout(tmp_path_factory.mktemp("uninterrupted") / "run")
    targets = map(NETWORK.format, OUTGROWN)
    run = snakemake(folder, "--cores", "2", *targets, config=outgrowing(folder))
    assert run.returncode == 0, run.stdout[-3000:]
    return folder


@contextmanager
def driver(cluster, folder, *arguments, profile="slurm", configfile="tests/small.yaml"):
    """Snakemake at work through a profile, ended with the block; what it says goes to `out.txt`."""
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", profile, "--configfile", configfile]
    with open(folder / "out.txt", "a") as out:
        process = subprocess.Popen(
            [*command, *PROMPT, *arguments], cwd=folder, env=cluster.environment, stdout=out, stderr=out
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def said(folder):
    return (folder / "out.txt").read_text()


def records(cluster, folder):
    """SLURM's records of the jobs that were submitted from `folder`, in order."""
    runs = re.findall(r"SLURM run ID: (\S+)", said(folder))
    return [record for record in cluster.jobs() if record["JobName"] in runs]


def states(found):
    return [record["JobState"] for record in found]


def first_epoch(folder, network):
    """The epoch with which the log of a network's last job begins."""
    log = (folder / f"results/small/logs/train_network/{network}.log").read_text()
    return int(re.search(r"epoch (\d+)/", log).group(1))


def outgrowing(folder):
    """Settings with the arms that outgrow their first job, as a file in `folder`."""
    settings = yaml.safe_load((folder / "tests/small.yaml").read_text())
    settings["arms"] |= {arm: FULL_SIZE | own for arm, own in OUTGROWING.items()}
    (folder / "outgrowing.yaml").write_text(yaml.safe_dump(settings))
    return "outgrowing.yaml"


def test_all_jobs_complete_in_slurm_and_the_rest_runs_beside_snakemake(submitted):
    _, output, found = submitted
    assert set(states(found)) == {"COMPLETED"}
    rules = [record["Comment"].split("_wildcards_")[0] for record in found]
    counts = {rule: rules.count(rule) for rule in rules}
    expected = {"train_network": 5, "generalise": 3, "perturb": 4, "timescales": 3, "conserve": 3}
    assert counts == {f"rule_{rule}": count for rule, count in expected.items()}
    assert "modgrow: workflow profile profiles/slurm; jobs run on slurm" in output


def test_each_job_has_the_resources_its_rule_asked_for_within_the_bounds_of_the_profile(submitted):
    folder, _, found = submitted
    arms = config.load(folder / "tests/small.yaml").arms
    for record in found:
        rule, arm = re.fullmatch(r"rule_(\w+)_wildcards_(\w+)_\d+", record["Comment"]).groups()
        forecast = config.memory_mb(arms[arm])
        own = {"train_network": forecast, "generalise": forecast, "perturb": 2500, "timescales": 1500}
        memory = min(own[rule] + COMPANIONS_MB, 2000) if rule in own else 1500
        hours = {"train_network": "00:30:00", "timescales": "01:30:00"}.get(rule, "01:00:00")
        asked = (record["MinMemoryNode"], record["TimeLimit"], record["Partition"], record["NumCPUs"])
        assert asked == (f"{memory}M", hours, "cpu", "1"), record["Comment"]


def test_the_bounds_hold_for_each_job_and_not_for_all_together(submitted):
    """Five networks ask for 150 minutes, where one job may ask for 90: all are submitted at once."""
    times = [record["SubmitTime"] for record in submitted[2] if "train_network" in record["Comment"]]
    first, last = (datetime.fromisoformat(time) for time in (min(times), max(times)))
    assert len(times) == 5
    assert (last - first).total_seconds() < 10


def test_the_results_are_those_of_a_local_run_byte_for_byte(submitted, local):
    ours, theirs = results(submitted[0]), results(local)
    assert ours.keys() == theirs.keys()
    assert len([path for path in ours if path.parts[0] == "networks"]) == 5
    for path in ours:
        assert ours[path].read_bytes() == theirs[path].read_bytes(), path


def test_a_training_job_of_the_gpu_profile_gets_a_gpu(cluster, tmp_path):
    folder = checkout(tmp_path / "gpu")
    with driver(
        cluster, folder, "--retries", "0", f"{NETWORKS}/modular_5/seed_0.safetensors", profile="slurm-gpu"
    ) as process:
        process.wait(timeout=300)
    (record,) = records(cluster, folder)
    assert (record["Partition"], record["TresPerJob"]) == ("gpu", "gres:gpu:1")
    log = (folder / "results/small/logs/train_network/modular_5/seed_0.log").read_text()
    assert "training on cuda" in log or "torch sees no GPU here" in log


def test_a_cancelled_job_is_seen_named_and_started_again_by_the_next_run(cluster, tmp_path):
    folder = checkout(tmp_path / "cancelled")
    target = f"{NETWORKS}/long/seed_0.safetensors"
    log = folder / "results/small/logs/train_network/long/seed_0.log"
    with driver(cluster, folder, "--retries", "0", target, configfile=outgrowing(folder)) as process:
        slurm.wait_for(lambda: log.exists() and "epoch" in log.read_text(), "an epoch", seconds=120)
        (record,) = records(cluster, folder)
        cluster.ask("scancel", record["JobId"])
        assert process.wait(timeout=120) != 0
    assert states(records(cluster, folder)) == ["CANCELLED"]
    assert f"SLURM-job '{record['JobId']}' failed, SLURM status is: 'CANCELLED'" in said(folder)
    assert "modgrow: network failed: arm long, seed 0; its log: results/small/logs" in said(folder)


def test_a_killed_driver_loses_nothing(cluster, local, tmp_path):
    folder = checkout(tmp_path / "killed")
    with driver(cluster, folder, "--until", "train_network"):
        slurm.wait_for(lambda: "Finished jobid" in said(folder), "the first network", seconds=300)
    finished = set(re.findall(r"Finished jobid: (\d+)", said(folder)))
    done = list((folder / NETWORKS).rglob("*.safetensors"))
    before = {path: path.stat().st_mtime_ns for path in done}
    assert 0 < len(finished) < 5
    snakemake(folder, "--unlock")
    with driver(cluster, folder, "--until", "train_network") as process:
        assert process.wait(timeout=600) == 0, said(folder)[-3000:]
    kept = [path for path in done if path.stat().st_mtime_ns == before[path]]
    assert len(kept) >= len(finished)
    for path in (local / NETWORKS).rglob("*.safetensors"):
        assert path.read_bytes() == (folder / path.relative_to(local)).read_bytes(), path


@resuming
def test_a_job_over_its_memory_limit_is_retried_with_more_and_goes_on(outgrown):
    folder, found = outgrown
    found = [record for record in found if "hungry" in record["Comment"]]
    assert states(found) == ["FAILED", "COMPLETED"]
    assert [record["MinMemoryNode"] for record in found] == ["900M", "1800M"]
    assert first_epoch(folder, "hungry/seed_0") > 1


@resuming
@pytest.mark.parametrize(("seed", "ended"), [(0, "FAILED"), (1, "TIMEOUT")])
def test_a_network_that_outlasts_every_time_limit_completes_over_several_jobs(outgrown, seed, ended):
    folder, found = outgrown
    found = [record for record in found if record["Comment"].endswith(f"long_{seed}")]
    assert len(found) >= 2
    assert states(found) == [ended] * (len(found) - 1) + ["COMPLETED"]
    assert len({record["TimeLimit"] for record in found}) == 1
    assert "User defined signal 1" not in said(
        folder
    )  # of which Snakemake would die before the script can save
    assert first_epoch(folder, f"long/seed_{seed}") > 1


@resuming
@pytest.mark.parametrize("network", OUTGROWN)
def test_a_network_of_several_jobs_is_that_of_one_byte_for_byte(outgrown, uninterrupted, network):
    path = NETWORK.format(network)
    assert (outgrown[0] / path).read_bytes() == (uninterrupted / path).read_bytes()
