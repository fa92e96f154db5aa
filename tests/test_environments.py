"""The environments of conda and of the image: what the lock holds, what the scripts import, and jobs in them.

That conda-forge has these very versions is not tested: it takes the channel.
"""

import ast
import os
import re
import sys

import pytest
import yaml

from modgrow import source
from tests.runs import ROOT
from tests.test_workflow import checkout, snakemake

# Names on conda-forge that differ from those on PyPI, which the lock has.
ON_PYPI = {"pytorch": "torch", "matplotlib-base": "matplotlib"}
ENVIRONMENTS = ("modgrow", "modgrow-cuda")
SCRIPTS = sorted((ROOT / "workflow/scripts").glob("*.py"))
# A conda that "creates" an environment whose Python is this one, and notes in `used` what it was run for.
CONDA = """\
#!/bin/sh
case "$*" in
"info --json") echo '{{"conda_prefix": "{prefix}", "platform": "linux-64"}}' ;;
"--version") echo "conda 99.0.0" ;;
"config --get channel_priority --json") echo '{{"get": {{"channel_priority": "strict"}}}}' ;;
"env create"*)
    for prefix; do :; done
    mkdir -p "$prefix/bin"
    printf '#!/bin/sh\\necho "$1" >> %s/used\\nexec {python} "$@"\\n' "{prefix}" > "$prefix/bin/python"
    chmod +x "$prefix/bin/python" ;;
"clean "*) ;;
*) echo "unknown: conda $*" >&2; exit 1 ;;
esac
"""


def dependencies(environment):
    """Version by conda's name, and the builds of those that name one."""
    lines = yaml.safe_load((ROOT / f"envs/{environment}.yaml").read_text())["dependencies"]
    found = [re.fullmatch(r"([a-z0-9-]+)=([0-9.]+)(?:=([a-z]+)\*)?", line).groups() for line in lines]
    return {name: version for name, version, _ in found}, {name: build for name, _, build in found if build}


def locked():
    """Version by PyPI's name, in lower case."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return dict(line.lower().split("==") for line in lines if not line.startswith("#"))


def imported(script):
    """The packages of others that a script loads, itself or through modgrow."""
    names = set()
    for path in source.import_closure(script):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {source.PACKAGE}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_holds_the_versions_of_the_lock(environment):
    versions, _ = dependencies(environment)
    assert versions.pop("python") == "3.11"
    assert {
        ON_PYPI.get(name, name): version for name, version in versions.items()
    }.items() <= locked().items()


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_environment_comes_from_conda_forge_alone(environment):
    channels = yaml.safe_load((ROOT / f"envs/{environment}.yaml").read_text())["channels"]
    assert channels == ["conda-forge", "nodefaults"]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_imports_only_what_its_environment_names(script):
    named = {ON_PYPI.get(name, name) for name in dependencies("modgrow")[0]}
    assert imported(script) <= named


def test_an_environment_names_only_what_some_script_imports():
    named = {ON_PYPI.get(name, name) for name in dependencies("modgrow")[0]} - {"python"}
    assert named == set().union(*map(imported, SCRIPTS))


def test_the_environments_differ_in_the_build_of_pytorch_alone():
    (cpu, cpu_builds), (cuda, cuda_builds) = map(dependencies, ENVIRONMENTS)
    assert cpu == cuda
    assert (cpu_builds, cuda_builds) == ({"pytorch": "cpu"}, {"pytorch": "cuda"})


@pytest.fixture
def conda(tmp_path, monkeypatch):
    """The folder of a stand-in conda, first on the path."""
    prefix = tmp_path / "conda"
    (prefix / "bin").mkdir(parents=True)
    (prefix / "bin/activate").write_text('PATH="$1/bin:$PATH"\n')
    (prefix / "bin/conda").write_text(CONDA.format(prefix=prefix, python=sys.executable))
    (prefix / "bin/conda").chmod(0o755)
    monkeypatch.setenv("PATH", f"{prefix}/bin:{os.environ['PATH']}")
    return prefix


@pytest.mark.workflow
def test_with_conda_a_job_runs_in_its_environment_and_finds_modgrow(conda, tmp_path):
    folder = checkout(tmp_path / "run")
    network = "results/small/networks/modular_5/seed_0.safetensors"
    run = snakemake(folder, "--sdm", "conda", "--cores", "1", network)
    assert run.returncode == 0, run.stdout[-2000:]
    assert (conda / "used").read_text() == f"{folder}/workflow/scripts/train_network.py\n"
    (environment,) = (folder / ".snakemake/conda").glob("*_.yaml")
    assert environment.read_text() == (folder / "envs/modgrow.yaml").read_text()


@pytest.mark.workflow
def test_training_on_a_gpu_has_an_environment_of_its_own(conda, tmp_path):
    run = snakemake(checkout(tmp_path / "run"), "--sdm", "conda", "--config", "device=cuda", "-n")
    environments = re.findall(r"Conda environment envs/(\S+) will be created", run.stdout)
    assert sorted(environments) == ["modgrow-cuda.yaml", "modgrow.yaml"], run.stdout[:2000]


def test_the_image_installs_the_lock_for_the_same_python():
    recipe = (ROOT / "Dockerfile").read_text()
    assert f"FROM python:{dependencies('modgrow')[0]['python']}-" in recipe
    assert "--requirement /requirements.lock" in recipe
    assert "!requirements.lock" in (ROOT / ".dockerignore").read_text()
