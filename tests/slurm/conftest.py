"""One SLURM for all of its tests: networks outgrow their jobs there, and meanwhile the small DAG runs."""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

import psutil
import pytest

from tests.runs import checkout, snakemake
from tests.slurm import cluster as slurm
from tests.slurm.drivers import NETWORK, driver, long, records, said, slow

BOUNDS = ("runtime=90", "mem_mb=2000")  # of one job, in place of the profile's
# Networks that outgrow their first job, and what Snakemake is told beside the name of the profile: nothing;
# the queue's longest time, with the profile's warning or without; a time limit that grows from a minute.
OUTGROWING = {
    "hungry/seed_0": [],
    "long/seed_0": ["--resources", "runtime=2", "mem_mb=2000"],
    "long/seed_1": [
        "--resources",
        "runtime=1",
        "mem_mb=2000",
        "--set-resources",
        "train_network:slurm_extra=''",
    ],
    "long/seed_2": ["--set-resources", "train_network:runtime=attempt", "train_network:slurm_extra=''"],
}
HUNGER_MB = 700  # beside some 300 of its own and 340 of the Snakemakes around it; asked for: 1001, then 1602


@dataclass(frozen=True)
class Run:
    """A checkout, the Snakemake that works there, and the SLURM that has its jobs."""

    cluster: slurm.Cluster
    folder: Path
    process: Popen

    def finished(self) -> tuple[Path, list[dict[str, str]]]:
        """The checkout and SLURM's records of its jobs, once Snakemake has ended well."""
        assert self.process.wait(timeout=1200) == 0, said(self.folder)[-3000:]
        return self.folder, records(self.cluster, self.folder)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    """A SLURM; where none can run, the reason. Nothing of it is left afterwards."""
    try:
        slurm.check()
    except slurm.ClusterError as error:
        pytest.fail(f"make test-slurm: {error}", pytrace=False)
    folder = tmp_path_factory.mktemp("slurm")
    with slurm.running(folder) as running:
        yield running
    found = [process.info for process in psutil.process_iter(["cmdline"])]
    assert not [info for info in found if str(folder) in " ".join(info["cmdline"] or [])]


@pytest.fixture(scope="session")
def outgrowing(cluster, tmp_path_factory):
    """The networks that outgrow their jobs, each with a Snakemake of its own; at work from now on."""
    with ExitStack() as drivers:

        def run(network, arguments):
            hunger_mb = HUNGER_MB if network.startswith("hungry") else 0
            folder = slow(tmp_path_factory.mktemp("outgrowing") / "run", hunger_mb)
            started = driver(cluster, folder, NETWORK.format(network), *arguments)
            return Run(cluster, folder, drivers.enter_context(started))

        yield {network: run(network, arguments) for network, arguments in OUTGROWING.items()}


@pytest.fixture(scope="session")
def uninterrupted(tmp_path_factory):
    """A checkout in which the same networks were trained without SLURM, in one go."""
    folder = long(tmp_path_factory.mktemp("uninterrupted") / "run")
    run = snakemake(folder, "--cores", "2", *map(NETWORK.format, OUTGROWING))
    assert run.returncode == 0, run.stdout[-3000:]
    return folder


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    """A checkout in which the small DAG has run without SLURM."""
    folder = checkout(tmp_path_factory.mktemp("local") / "run")
    run = snakemake(folder, "--cores", "2")
    assert run.returncode == 0, run.stdout[-3000:]
    return folder


@pytest.fixture(scope="session")
def submitted(cluster, outgrowing, tmp_path_factory):
    """A checkout in which the small DAG has run through the profile, and SLURM's records of its jobs."""
    folder = checkout(tmp_path_factory.mktemp("submitted") / "run")
    with driver(cluster, folder, "--resources", *BOUNDS) as process:
        return Run(cluster, folder, process).finished()
