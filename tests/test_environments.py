"""What is installed, and where: what is declared, the locks, the environments of conda and of the image.

That conda-forge has these very versions is not tested: it takes the channel.
"""

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from modgrow import source
from modgrow.version import __version__
from tests.runs import ROOT
from tests.test_workflow import checkout, snakemake

# Names on conda-forge that differ from those on PyPI, which the lock has.
ON_PYPI = {"pytorch": "torch", "matplotlib-base": "matplotlib"}
# Where what is imported has another name than what is installed.
OF_PIP = {"pip", "setuptools", "wheel"}  # which `pip freeze` leaves out: an environment is born with them
INSTALLED_AS = {"yaml": "pyyaml", "PIL": "pillow", "snakemake": "snakemake"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OF_PEERS = {"peers", "in_jax"}  # benchmarks that need packages of their own
OF_A_BUILD = ("nvidia-", "cuda-", "triton")  # what torch's builds for GPUs bring along
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


def locked(lock="requirements.lock"):
    """Version by PyPI's name, in lower case and with hyphens."""
    lines = (ROOT / lock).read_text().splitlines()
    pairs = [line.split("==") for line in lines if not line.startswith(("#", "--"))]
    return {canonicalize_name(name): version for name, version in pairs}


def declared(extra=None):
    """What pyproject.toml asks for, or one extra of it; other extras of ours in it are left out."""
    lines = PROJECT["dependencies"] if extra is None else PROJECT["optional-dependencies"][extra]
    return [Requirement(line) for line in lines if not line.startswith("modgrow")]


def needed(requirements):
    """The names of these and of all that they need in turn, by what is installed here."""
    found, waiting = set(), [(one.name, extra) for one in requirements for extra in {"", *one.extras}]
    while waiting:
        name, extra = waiting.pop()
        if (canonicalize_name(name), extra) in found or name.startswith(OF_A_BUILD):
            continue
        found.add((canonicalize_name(name), extra))
        for one in map(Requirement, metadata.requires(name) or []):
            if one.marker is None or one.marker.evaluate({"extra": extra}):
                waiting += [(one.name, wanted) for wanted in {"", *one.extras}]
    return {name for name, _ in found} - OF_PIP


def imported(script):
    """The packages of others that a script loads, itself or through modgrow."""
    names = set()
    for path in source.import_closure(script):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(node.module.split(".")[0])
    names = {"pydantic" if name == "pydantic_core" else name for name in names}  # comes with it
    return names - set(sys.stdlib_module_names) - {source.PACKAGE}


@pytest.mark.parametrize(
    ("lock", "extra"),
    [
        ("requirements.lock", None),
        ("requirements.lock", "workflow"),
        ("requirements-dev.lock", "dev"),
        ("requirements-docs.lock", "docs"),
        ("requirements-article.lock", "article"),
        ("requirements-dev.lock", "notebook"),
    ],
)
def test_what_is_declared_is_locked_at_a_version_that_satisfies_it(lock, extra):
    versions = locked(lock)
    for one in declared(extra):
        assert one.specifier.contains(versions[canonicalize_name(one.name)]), str(one)


def test_torch_is_declared_as_exactly_as_it_is_locked():
    (torch,) = [one for one in declared() if one.name == "torch"]
    assert str(torch.specifier) == f"=={locked()['torch']}"


def test_the_runtime_lock_holds_what_package_and_workflow_need_and_no_more():
    assert needed(declared() + declared("workflow")) == locked().keys()


def test_the_development_lock_adds_to_the_runtime_lock_and_repeats_nothing():
    assert "--requirement requirements.lock" in (ROOT / "requirements-dev.lock").read_text().splitlines()
    assert not locked().keys() & locked("requirements-dev.lock").keys()


def test_the_package_declares_what_it_imports_and_no_more():
    files = (ROOT / "modgrow").rglob("*.py")
    names = {INSTALLED_AS.get(name, name) for path in files for name in imported(path)}
    assert names - {"snakemake"} == {one.name for one in declared()}


def test_the_package_says_of_itself_what_the_citation_says():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert __version__ == citation["version"]
    assert PROJECT["license"] == citation["license"] == "MIT"
    assert PROJECT["authors"] == citation["authors"]
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")


def made(*words, path=""):
    """What `make` would do, with `path` before the others."""
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"]}
    environment.pop("TORCH_INDEX", None)
    command = ["make", "--dry-run", "--always-make", *words]
    run = subprocess.run(command, cwd=ROOT, env=environment, text=True, capture_output=True)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_make_takes_torch_for_the_cpu_unless_there_is_a_gpu_or_an_index_is_named(tmp_path):
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    assert "--extra-index-url" not in made("setup", path=tmp_path)
    assert "--extra-index-url" not in made("setup", "TORCH_INDEX=")
    (named,) = re.findall(r"--extra-index-url .*", made("setup", "TORCH_INDEX=https://example.org/cpu"))
    assert named.startswith("--extra-index-url https://example.org/cpu $(grep -o 'torch==")


@pytest.mark.parametrize("target", ["setup", "demo", "report", "docs"])
def test_a_user_installs_no_development_tools(target):
    assert "requirements-dev.lock" not in made(target)


def test_the_pages_are_built_without_the_package_and_its_tools():
    steps = made("site")
    assert "--requirement requirements-docs.lock" in steps
    assert "--requirement requirements.lock" not in steps
    assert not {"torch", "pytest", "snakemake"} & locked("requirements-docs.lock").keys()


def test_the_article_is_typeset_with_a_lock_of_its_own():
    assert "--requirement requirements-article.lock" in made("article")
    assert locked("requirements-article.lock").keys() == {"typst"}


def test_the_lock_of_an_extra_is_made_of_what_that_extra_asks_for():
    found = re.findall(r'-c "(import tomllib.*?)"\)', made("lock"))
    asked = [
        subprocess.run([sys.executable, "-c", words], cwd=ROOT, text=True, capture_output=True).stdout.split()
        for words in found
    ]
    assert asked == [PROJECT["optional-dependencies"][extra] for extra in ("docs", "article")]


@pytest.mark.parametrize("target", ["test", "lint", "explore", "test-package", "test-slurm", "notebook"])
def test_what_needs_development_tools_installs_them(target):
    assert "--requirement requirements-dev.lock" in made(target)


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
    assert "requirements-dev" not in recipe
    assert "!requirements.lock" in (ROOT / ".dockerignore").read_text()


def test_every_benchmark_is_imported_from_its_own_folder():
    """That folder comes first where Python looks: numba took a `coverage.py` in it for the package."""
    folder = ROOT / "benchmarks"
    scripts = [str(path) for path in folder.glob("*.py") if path.stem not in OF_PEERS]
    code = "import runpy, sys\nfor path in sys.argv[1:]: runpy.run_path(path, run_name='imported')"
    environment = os.environ | {"PYTHONPATH": str(folder)}
    run = subprocess.run(
        [sys.executable, "-c", code, *scripts], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr[-2000:]
