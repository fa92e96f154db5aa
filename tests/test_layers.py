"""The house: imports run one way, and what must stay light never loads torch."""

import ast
import re
import subprocess
import sys

import pytest

from modgrow import source
from tests.runs import ROOT

LAYERS = [
    (
        "modgrow/errors.py",
        "modgrow/arm.py",
        "modgrow/extensions.py",
        "modgrow/study.py",
        "modgrow/task.py",
        "modgrow/records.py",
        "modgrow/birth.py",
        "modgrow/births/",
        "modgrow/policy.py",
        "modgrow/holding.py",
        "modgrow/recipes.py",
        "modgrow/columns.py",
        "modgrow/tasks/",
        "modgrow/validation.py",
        "modgrow/places.py",
        "modgrow/examinations.py",
        "modgrow/settings_file.py",
        "modgrow/forecast.py",
        "modgrow/consistency.py",
        "modgrow/config.py",
        "modgrow/differences.py",
        "modgrow/streams.py",
        "modgrow/source.py",
        "modgrow/command.py",
        "modgrow/machine.py",
        "modgrow/__init__.py",
        "modgrow/version.py",
    ),
    (
        "modgrow/store/files.py",
        "modgrow/store/headers.py",
        "modgrow/store/schema.py",
        "modgrow/store/tables.py",
        "modgrow/store/checked.py",
        "modgrow/store/layout.py",
        "modgrow/store/weights.py",
        "modgrow/store/__init__.py",
        "modgrow/script.py",
    ),
    ("modgrow/schemas/",),
    ("modgrow/model/",),
    ("modgrow/store/networks.py", "modgrow/store/states.py"),
    ("modgrow/learning/",),
    ("modgrow/controls/",),
    ("modgrow/experiments/",),
    ("modgrow/verdict/",),
    ("modgrow/figures/",),
    ("modgrow/studies/",),
    ("modgrow/prose.py",),
    ("modgrow/explorer/",),
    ("modgrow/plan/",),
    ("modgrow/so_far.py", "modgrow/published.py"),
    ("modgrow/cli/", "modgrow/publish.py"),
    ("modgrow/__main__.py",),
]
PACKAGE_FILES = sorted((ROOT / "modgrow").rglob("*.py"))


def layer(path):
    name = str(path.relative_to(ROOT))
    exact = [i for i, places in enumerate(LAYERS) if name in places]
    return (
        exact[0] if exact else next(i for i, ps in enumerate(LAYERS) if any(name.startswith(p) for p in ps))
    )


@pytest.mark.parametrize("path", PACKAGE_FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_one_way(path):
    for imported in source.read(path).imports:
        assert layer(imported) <= layer(path), f"{path} imports {imported} from a later layer"


REFUSED_CALLS = {
    "eval",
    "exec",
    "os.system",
    "os.popen",
    "torch.load",
    "torch.save",
    "np.load",
    "yaml.unsafe_load",
}
UNPICKLES_MACHINE_CODE = ROOT / "modgrow/model/compiled.py"  # trusted as far as Python's own .pyc files
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))


@pytest.mark.parametrize("path", PACKAGE_FILES + SCRIPTS, ids=lambda p: str(p.relative_to(ROOT)))
def test_nothing_uses_pythons_random_or_runs_text_as_code(path):
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        assert not {"random", "pickle"} & set(names) or path == UNPICKLES_MACHINE_CODE
        if isinstance(node, ast.Call):
            assert ast.unparse(node.func) not in REFUSED_CALLS
            assert "shell" not in [keyword.arg for keyword in node.keywords]


LIGHT = [
    "places",
    "task",
    "tasks.parity",
    "tasks.match",
    "study",
    "studies.densities",
    "studies.selectivity",
    "studies.silencing",
    "studies.mechanism",
    "figures.fig7",
    "figures.fig8",
    "holding",
    "studies.cloning",
    "studies.sticking",
    "verdict.cloning",
    "command",
    "plan.plan",
    "config",
    "source",
    "script",
    "store.tables",
    "store.headers",
    "store.weights",
    "experiments.conservation",
    "experiments.light",
    "figures.fig1",
    "figures.fig2a",
    "figures.fig2b",
    "figures.costs",
    "experiments.parameters",
    "experiments.neuron_cost",
    "experiments.by_hand",
    "experiments.resources",
    "verdict.all_claims",
    "verdict.paper",
    "verdict.pool_proof",
    "controls.kinds",
    "figures.controls",
    "figures.pool_proof",
    "explorer.bundle",
]


@pytest.mark.parametrize("module", LIGHT)
def test_light_modules_do_not_load_torch(module):
    refuse_loading("torch", f"modgrow.{module}")


def test_figures_load_no_signal_processing():
    """scipy.signal and all of its statistics behind it: half a second for the figure of timescales."""
    refuse_loading("scipy.signal", "modgrow.experiments.ideal, modgrow.figures.fig4")


def test_training_and_generalisation_load_no_compiler_of_torchs():
    """A second for every job; torch's first optimiser would bring it along."""
    code = """
import sys
from modgrow.experiments import generalisation
from modgrow.learning.curriculum import Curriculum
from modgrow.model.trained import Trained
from tests.conftest import small_arm
curriculum = Curriculum(small_arm(epochs=1, threshold=0.01), 0)
list(curriculum)
table = generalisation.rows(Trained.of(curriculum), n=2, k_max=1, epochs=1, test_batches=1)
assert table["accuracy"].notna().all()
sys.exit("torch._dynamo" in sys.modules)"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def refuse_loading(refused, modules):
    code = f"import sys, {modules}; sys.exit({refused!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


RULES = sorted((ROOT / "workflow").rglob("*.smk"))


def commands(path):
    """The text of every rule's `shell:`, those of rules in a loop among them."""
    return re.findall(r"^ +shell:\n((?: {8,}.*\n)+)", path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.name)
def test_every_command_is_a_constant_text_that_starts_what_params_say(path):
    """A loop's variable in a command passes every dry run, and then the last script runs for all rules."""
    for command in commands(path):
        assert command.strip().startswith('"{params.run} --id {params.id:q}')
        assert isinstance(ast.literal_eval(f"({command})"), str)
    assert len(commands(path)) == len(re.findall(r"^ +shell:", path.read_text(), re.MULTILINE))


@pytest.mark.parametrize("path", RULES, ids=lambda p: p.name)
def test_every_setting_and_path_reaches_the_shell_quoted(path):
    """In a command, what is in braces is `:q` quoted, a plain number, or what starts the job."""
    for command in commands(path):
        plain = set(re.findall(r"\{+([^{}]*[^q{}])\}+", command))
        assert plain <= {"params.run", "threads", "resources.device"}


def test_folders_init_files_are_empty():
    for path in (ROOT / "modgrow").rglob("*/__init__.py"):
        assert path.read_text() == ""
