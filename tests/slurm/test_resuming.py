"""Whatever ends a job or Snakemake on a real SLURM (`make test-slurm`): training goes on, byte for byte."""

import re
from pathlib import Path

import pytest

from modgrow import config
from modgrow.forecast import memory_mb
from tests.slurm import cluster as slurm
from tests.slurm.conftest import OUTGROWING
from tests.slurm.drivers import (
    LOG,
    NETWORK,
    STATE,
    column,
    driver,
    mend_disk,
    records,
    said,
    slow,
    went_on,
)

pytestmark = pytest.mark.slurm


def wait_for_state(folder, network):
    path = folder / STATE.format(network)
    slurm.wait_for(path.exists, f"the first state of {network}", seconds=300)


def finish(cluster, folder, network):
    """Start Snakemake again; the records of the jobs that it submits until it has ended well."""
    before = len(records(cluster, folder))
    with driver(cluster, folder, NETWORK.format(network)) as process:
        assert process.wait(timeout=600) == 0, said(folder)[-3000:]
    return records(cluster, folder)[before:]


def test_a_cancelled_job_is_seen_named_and_gone_on_with_by_the_next_run(cluster, uninterrupted, tmp_path):
    folder, network = slow(tmp_path / "cancelled"), "long/seed_0"
    with driver(cluster, folder, "--retries", "0", NETWORK.format(network)) as process:
        wait_for_state(folder, network)
        (record,) = records(cluster, folder)
        cluster.ask("scancel", record["JobId"])
        assert process.wait(timeout=300) != 0
    assert column("JobState", records(cluster, folder)) == ["CANCELLED"]
    assert f"SLURM-job '{record['JobId']}' failed, SLURM status is: 'CANCELLED'" in said(folder)
    assert f"modgrow: network failed: arm long, seed 0; its log: {LOG.format(network)}" in said(folder)
    mend_disk(folder)
    assert column("JobState", finish(cluster, folder, network)) == ["COMPLETED"]
    assert went_on(folder, network)
    path = NETWORK.format(network)
    assert (folder / path).read_bytes() == (uninterrupted / path).read_bytes()


def test_a_killed_driver_loses_nothing(cluster, uninterrupted, tmp_path):
    """One network is done and one half-way; then as the README says: cancel, unlock, start again."""
    folder, done, network = slow(tmp_path / "killed"), "modular_5/seed_0", "long/seed_0"
    with driver(cluster, folder, NETWORK.format(done), NETWORK.format(network)):
        wait_for_state(folder, network)
        slurm.wait_for(lambda: "Finished jobid" in said(folder), "the first network", seconds=300)
    written = (folder / NETWORK.format(done)).stat().st_mtime_ns
    assert "RUNNING" in column("JobState", records(cluster, folder))
    (name,) = set(column("JobName", records(cluster, folder)))
    cluster.ask("scancel", f"--name={name}")
    slurm.wait_for(
        lambda: not cluster.ask("squeue", "--noheader", f"--name={name}"), "the jobs' end", seconds=120
    )
    mend_disk(folder)
    unlocked(cluster, folder)
    found = finish(cluster, folder, network)
    assert column("Comment", found) == ["rule_train_network_wildcards_long_0"]
    assert (folder / NETWORK.format(done)).stat().st_mtime_ns == written
    assert went_on(folder, network)
    path = NETWORK.format(network)
    assert (folder / path).read_bytes() == (uninterrupted / path).read_bytes()


def unlocked(cluster, folder):
    """Assert that the folder is locked, and unlock it."""
    with driver(cluster, folder) as process:
        assert process.wait(timeout=120) != 0
    assert re.search("LockException|cannot be locked", said(folder))
    with driver(cluster, folder, "--unlock") as process:
        assert process.wait(timeout=120) == 0


def test_a_job_over_its_memory_limit_is_retried_with_more_and_goes_on(outgrowing):
    folder, found = outgrowing["hungry/seed_0"].finished()
    forecast = memory_mb(config.load(folder / "tests/small.yaml").arms["hungry"])
    assert column("JobState", found) == ["FAILED", "COMPLETED"]
    assert "exceeded memory limit" in Path(found[0]["StdErr"]).read_text()
    assert column("MinMemoryNode", found) == [f"{forecast + 400}M", f"{2 * forecast + 400}M"]
    assert column("TimeLimit", found) == ["00:30:00", "01:00:00"]
    assert went_on(folder, "hungry/seed_0")


@pytest.mark.parametrize(("seed", "ended"), [(0, "FAILED"), (1, "TIMEOUT")])
def test_a_network_that_outlasts_every_time_limit_completes_over_several_jobs(outgrowing, seed, ended):
    folder, found = outgrowing[f"long/seed_{seed}"].finished()
    assert len(found) >= 2
    assert column("JobState", found) == [ended] * (len(found) - 1) + ["COMPLETED"]
    assert len(set(column("TimeLimit", found))) == 1
    warned = len(found) - 1 if ended == "FAILED" else 0
    assert said(folder).count("stopped by SIGUSR1; started again") == warned
    # Of which Snakemake would die before the script can save.
    assert "User defined signal 1" not in said(folder)
    assert went_on(folder, f"long/seed_{seed}")


def test_a_job_over_its_time_limit_is_retried_with_more_and_goes_on(outgrowing):
    folder, found = outgrowing["long/seed_2"].finished()
    assert column("JobState", found) == ["TIMEOUT", "COMPLETED"]
    assert column("TimeLimit", found) == ["00:01:00", "00:02:00"]
    assert went_on(folder, "long/seed_2")


@pytest.mark.parametrize("network", OUTGROWING)
def test_a_network_of_several_jobs_is_that_of_one_byte_for_byte(outgrowing, uninterrupted, network):
    path = NETWORK.format(network)
    folder, _ = outgrowing[network].finished()
    assert (folder / path).read_bytes() == (uninterrupted / path).read_bytes()
