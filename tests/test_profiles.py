"""The workflow profiles: which is in force, what they share, and what they ask of a cluster."""

import resource

import pytest
import yaml

from tests.runs import ROOT
from tests.test_workflow import checkout, snakemake

PROFILES = {path.parent.name: path for path in ROOT.glob("profiles/*/profile.v9+.yaml")}
NETWORK = "results/small/networks/modular_5/seed_0.safetensors"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A checkout without results, for dry runs."""
    return checkout(tmp_path_factory.mktemp("profiles") / "new")


def settings(profile):
    return yaml.safe_load(PROFILES[profile].read_text())


def asked(folder, *arguments):
    """What training asks for, by name, from a dry run."""
    run = snakemake(folder, *arguments, "-n", NETWORK)
    (line,) = [line for line in run.stdout.splitlines() if line.startswith("    resources: ")]
    return dict(pair.split("=", 1) for pair in line.removeprefix("    resources: ").split(", "))


@pytest.mark.parametrize("profile", sorted(set(PROFILES) - {"default"}))
def test_every_profile_repeats_the_default_that_it_replaces(profile):
    assert settings("default").items() <= settings(profile).items()


def test_the_gpu_profile_differs_from_the_other_in_training_alone():
    cpu, gpu = settings("slurm"), settings("slurm-gpu")
    assert gpu.pop("config") == {"device": "cuda"}
    assert gpu["set-resources"]["train_network"].pop("slurm_partition") == "gpu"
    assert gpu == cpu


@pytest.mark.workflow
@pytest.mark.parametrize("option", [["--workflow-profile", "slrum"], ["--workflow-prof=slrum"]])
def test_a_misspelt_profile_is_an_error(folder, option):
    run = snakemake(folder, *option, "--cores", "1", NETWORK)
    assert run.returncode != 0
    assert "--workflow-profile slrum: no such profile; profiles/ has default, slurm, slurm-gpu" in run.stdout
    assert "Traceback" not in run.stdout
    assert not (folder / "results").exists()


@pytest.mark.workflow
@pytest.mark.parametrize(
    ("option", "profile"),
    [
        ([], "profiles/default"),
        (["--workflow-profile", "profiles/default"], "profiles/default"),
        (["--workflow-profile", "none"], "none"),
    ],
)
def test_a_run_starts_by_naming_its_profile(tmp_path, option, profile):
    run = snakemake(checkout(tmp_path / "new"), *option, "--cores", "1", "--touch", NETWORK)
    assert f"modgrow: workflow profile {profile}; jobs run on touch" in run.stdout, run.stdout


@pytest.mark.workflow
def test_training_asks_for_a_gpu_where_the_profile_says_so(folder):
    cpu = asked(folder, "--workflow-profile", "slurm")
    gpu = asked(folder, "--workflow-profile", "slurm-gpu")
    assert (cpu["slurm_partition"], cpu["gpu"], cpu["device"]) == ("cpu", "0", "cpu")
    assert (gpu["slurm_partition"], gpu["gpu"], gpu["device"]) == ("gpu", "1", "cuda")
    assert cpu["slurm_extra"] == gpu["slurm_extra"] == "--signal=USR1@60"


@pytest.mark.workflow
def test_no_job_asks_for_more_than_the_partition_gives(folder):
    bounds = "--resources", "runtime=20", "mem_mb=500"
    found = asked(folder, "--workflow-profile", "slurm", *bounds)
    assert (found["runtime"], found["mem_mb"]) == ("20", "500")


@pytest.mark.workflow
def test_a_job_on_a_cluster_leaves_room_for_the_two_snakemakes_around_it(folder):
    alone = asked(folder, "--cores", "1")
    assert int(asked(folder, "--workflow-profile", "slurm")["mem_mb"]) == int(alone["mem_mb"]) + 400


def processor_seconds(*arguments):
    """Time that Snakemake itself takes on the processor: other work on the machine does not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    snakemake(*arguments, config=None)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


@pytest.mark.workflow
def test_the_workflow_is_parsed_in_two_seconds(folder):
    """Every job of a cluster parses it twice."""
    assert processor_seconds(folder, "--list-rules") - processor_seconds(folder, "--version") < 2.0
