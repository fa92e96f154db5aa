"""The code digest changes with the code and with nothing else."""

import ast
import shutil
import subprocess
import sys

import pytest

from modgrow import source
from modgrow.arm import Arm, Growth, arm_from_json
from modgrow.errors import SettingsError
from modgrow.examinations import Perturbation
from modgrow.records import AS_BEFORE, Record, said_beside
from tests.runs import ROOT


def code_of(text: str) -> str:
    return source.code_of(ast.parse(text))


ORIGINAL = '"""Doc."""\n\n\ndef f(x):\n    """Twice x."""\n    return 2 * x  # double\n'


@pytest.mark.parametrize(
    ("edited", "same"),
    [
        (ORIGINAL, True),
        (ORIGINAL.replace("# double", "# two times"), True),
        (ORIGINAL.replace("Twice x.", "Double x."), True),
        (ORIGINAL.replace('"""Doc."""\n', ""), True),
        (ORIGINAL.replace("2 * x", "(2 *\n        x)"), True),
        (ORIGINAL.replace("2 * x", "3 * x"), False),
        (ORIGINAL.replace("f(x)", "f(x, y=1)"), False),
    ],
)
def test_comments_docstrings_and_layout_do_not_count(edited, same):
    assert (code_of(edited) == code_of(ORIGINAL)) == same


def test_the_closure_of_a_script_holds_what_it_imports_and_no_more():
    train = source.digests("workflow/scripts/train_network.py")
    assert {"modgrow/model/dynamics.py", "modgrow/model/kernels.py", "modgrow/streams.py"} <= set(train)
    assert "modgrow/learning/__init__.py" in train
    assert not [name for name in train if name.startswith(("modgrow/figures", "modgrow/verdict"))]
    figure = source.digests("workflow/scripts/fig2a.py")
    assert "modgrow/figures/style.py" in figure
    assert not [name for name in figure if name.startswith(("modgrow/model", "modgrow/learning"))]


def test_the_closure_holds_all_that_python_itself_loads():
    """Referee: `sys.modules` after importing the script's imports in a fresh interpreter."""
    for script in ("train_network", "fig2a", "parameters"):
        code = (
            f"import sys, runpy; sys.path.insert(0, {str(ROOT)!r}); "
            f"runpy.run_path('workflow/scripts/{script}.py', run_name='loaded'); "
            "print(*sorted(m.__file__ for n, m in sys.modules.items() if n.split('.')[0] == 'modgrow'))"
        )
        found = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True
        )
        loaded = {path.removeprefix(f"{ROOT}/") for path in found.stdout.split()}
        assert loaded <= set(source.digests(f"workflow/scripts/{script}.py"))


PACKAGE_FILES = sorted((ROOT / "modgrow").rglob("*.py"))
SCRIPTS = sorted((ROOT / "workflow" / "scripts").glob("*.py"))
TRAINING = "workflow/scripts/train_network.py"
CONTROL_TRAINING = "workflow/scripts/train_control.py"
COPIES = Arm(units=5).files
BY_NAME = ("modgrow/tasks/", "modgrow/births/")


@pytest.mark.parametrize("path", PACKAGE_FILES + SCRIPTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_depends_on_a_task_or_birth_but_those_themselves(path):
    """Or adding one, or editing one that an arm does not name, would make all its networks again."""
    if not str(path.relative_to(ROOT)).startswith(BY_NAME):
        closure = {str(file.relative_to(ROOT)) for file in source.import_closure(path)}
        assert not [name for name in closure if name.startswith(BY_NAME)]


def test_the_files_of_an_arm_are_its_task_and_the_births_of_its_policy():
    assert COPIES == ("modgrow/births/copy.py", "modgrow/births/random.py", "modgrow/tasks/parity.py")
    own = Arm(units=5, task="match", growth=Growth(tau="zero freeze", readout="copy train"))
    assert own.files == ("modgrow/births/copy.py", "modgrow/births/zero.py", "modgrow/tasks/match.py")
    assert Arm(architecture="flat", units=5).files == ("modgrow/tasks/parity.py",)


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """Digests of a copy of the code after edits: `edited(path, old, new)`, or `edited(path, text)`."""
    for folder in ("modgrow", "workflow"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    parity = tmp_path / "modgrow/tasks/parity.py"
    if not parity.exists():
        parity.write_text("TASK = 1\n")
    monkeypatch.setattr(source, "ROOT", tmp_path)

    def digest(*edit, script=TRAINING):
        if len(edit) == 2:
            (tmp_path / edit[0]).write_text(edit[1])
        elif edit:
            path, old, new = edit
            text = (tmp_path / path).read_text()
            assert old in text
            (tmp_path / path).write_text(text.replace(old, new, 1))
        source.read.cache_clear()
        return source.digest(script, COPIES)

    yield digest
    source.read.cache_clear()


NEW_KEY = '    new: int = Field(1, ge=0, description="new", json_schema_extra={"as_before": 1})\n'
NEW_CHECK = (
    '    @field_validator("new")\n    @classmethod\n    def _new(cls, value):\n        return value\n\n'
)


@pytest.mark.parametrize(
    "edit",
    [
        ("modgrow/arm.py", "    units: int", f"{NEW_KEY}    units: int"),
        ("modgrow/policy.py", "    input: Policy", f"{NEW_KEY}    input: Policy"),
        ("modgrow/arm.py", "    @property\n", f"{NEW_CHECK}    @property\n"),
        ("modgrow/arm.py", "        0.2,\n        gt=0.0", "        0.4,\n        gt=0.0"),
        ("modgrow/births/other.py", "BIRTH = 1\n"),
        ("modgrow/births/zero.py", "0.0", "0.1"),
        ("modgrow/tasks/other.py", "TASK = 1\n"),
    ],
)
def test_what_is_added_or_not_used_asks_for_no_network_again(edited, edit):
    """A default that changes does: by the resolved settings in a network's identity, not by its code."""
    assert edited() == edited(*edit)


@pytest.mark.parametrize(
    "edit",
    [
        ("modgrow/births/copy.py", "parents.trained", "parents.start"),
        ("modgrow/birth.py", "copies: bool", "copies: int"),
        ("modgrow/tasks/parity.py", "TASK = 2\n"),
        ("modgrow/arm.py", "return heads if self.grows", "return heads + 1 if self.grows"),
        ("modgrow/arm.py", "class Arm(Record):", "class Arm(Record):\n    other = 1\n"),
        ("modgrow/streams.py", "little", "big"),
    ],
)
def test_what_a_network_is_made_with_asks_for_it_again(edited, edit):
    assert edited() != edited(*edit)


def test_a_key_of_an_experiment_asks_for_no_table_again(edited):
    script = "workflow/scripts/claims.py"
    key = ("modgrow/examinations.py", "    draws: Count", f"{NEW_KEY}    draws: Count")
    assert edited(script=script) == edited(*key, script=script)


def test_only_declarations_in_classes_of_settings_are_left_out():
    body = "class A(B):\n    x: int = Field(1)\n    y: int = 2\n\n    def f(self):\n        return 1\n"
    settings = code_of(f"from modgrow.records import Record as B\n{body}")
    assert "Field" not in settings
    assert "y: int = 2" in settings
    assert "def f" in settings
    assert "Field" in code_of(f"from modgrow.store.states import Record as B\n{body}")
    inner = body.replace("A(B)", "C(A)")
    assert "Field" not in code_of(f"from modgrow.arm import Record as B\n{body}{inner}")


def test_no_job_reads_what_settings_declare():
    """A default that code reads would change results behind their identity.

    `verdict/paper.py` does read them, for jobs whose identity has its fingerprint, and `controls/recipes.py`
    for that file and for plans, which put whole recipes into the identities of the networks.
    """
    declaring = {ROOT / "modgrow/verdict/paper.py", ROOT / "modgrow/controls/recipes.py"}
    records = {cls.__name__ for cls in Record.__subclasses__()}
    computing = ("model", "learning", "controls", "experiments", "tasks", "births", "verdict", "figures")
    paths = [path for folder in computing for path in sorted((ROOT / "modgrow" / folder).rglob("*.py"))]
    assert not {str(path.relative_to(ROOT)) for path in declaring} & set(source.digests(CONTROL_TRAINING))
    for path in paths:
        if path in declaring:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            assert called not in records, f"{path}: {ast.unparse(node)} takes defaults"
            declared = isinstance(node, ast.Attribute) and node.attr == "model_fields"
            assert not declared, f"{path}: {ast.unparse(node)} reads what is declared; write the value there"


def test_an_extra_file_that_is_not_there_is_named():
    with pytest.raises(SettingsError, match=r"modgrow/tasks/none\.py: no such file"):
        source.digest(TRAINING, ["modgrow/tasks/none.py"])


# What is left out of an identity: written down once, and never changed.
ADDED = {
    "task": "parity",
    "feedforward_delay": 1,
    "frozen_from": 2,
    "bias_initial": "single",
    "copy_noise": 0.05,
}
OLD_KEYS = {  # of the first networks; always there
    "architecture", "batch_size", "clip_norm", "density", "dtype", "epochs", "growth", "initial_state",
    "leak", "learning_rate", "length_extra", "length_factor", "momentum", "n_first", "n_max",
    "negative_slope", "nesterov", "pool_batches", "tau_initial", "tau_trained", "test_batches", "threshold",
    "units", "updates_per_epoch", "weight_scale",
}  # fmt: skip


def test_keys_that_were_added_are_left_out_at_the_value_that_means_as_before():
    extras = {key: said_beside(field) for key, field in Arm.model_fields.items()}
    assert {key: extra[AS_BEFORE] for key, extra in extras.items() if AS_BEFORE in extra} == ADDED
    before = Arm(units=5, **ADDED)
    assert set(before.canonical) == OLD_KEYS
    assert list(before.canonical) == sorted(before.canonical)
    other = {
        "task": "match",
        "feedforward_delay": 0,
        "frozen_from": 3,
        "bias_initial": "source",
        "copy_noise": 0.3,
    }
    for key, value in other.items():
        arm = Arm(units=5, **{**ADDED, key: value})
        assert set(arm.canonical) == OLD_KEYS | {key}
        assert arm_from_json(arm.canonical) == arm


def test_an_identity_without_an_added_key_is_read_as_before_and_never_as_the_default():
    old = Arm(units=5, **ADDED).canonical
    found = arm_from_json(old)
    assert found.bias_initial == "single"
    assert found != Arm(units=5)  # whose bias starts otherwise


@pytest.mark.parametrize("key", sorted(OLD_KEYS))
def test_an_identity_that_lacks_another_key_is_refused(key):
    whole = Arm(units=5).canonical
    with pytest.raises(ValueError, match=f"{key} is missing"):
        arm_from_json({name: value for name, value in whole.items() if name != key})


def test_a_policy_that_lacks_a_pathway_is_refused():
    whole = Arm(units=5).canonical
    del whole["growth"]["tau"]
    with pytest.raises(ValueError, match="tau is missing"):
        arm_from_json(whole)


def test_an_old_network_never_passes_for_one_of_a_new_default():
    """The learning rate was 0.1 when the first networks were trained, and is 0.2."""
    old = {**Arm(units=5).canonical, "learning_rate": 0.1}
    assert arm_from_json(old).learning_rate == 0.1
    assert old != Arm(units=5).canonical
    assert Arm(units=5, learning_rate=0.1).canonical == old


def test_the_settings_of_experiments_have_an_identity_too():
    asked = Perturbation(draws=3)
    assert asked.canonical == asked.model_dump(mode="json")
    assert Perturbation.from_canonical(asked.canonical) == asked
    with pytest.raises(ValueError, match="count is missing"):
        Perturbation.from_canonical({**asked.canonical, "tau": {"lowest": 0.1, "highest": 1.0}})


GROWN = """
import sys
from modgrow import config
from modgrow.cli import describe
from modgrow.arm import Arm
from modgrow.figures import fig6
from modgrow.model.growth import grow
from modgrow.model.network import Network

arm = config.check({"arms": {"a": {"units": 5, "growth": {"tau": "halved freeze"}}}}).arms["a"]
network = Network(arm)
for _ in range(3):
    grow(network, 0)
tau = [module.tau.detach() for module in network.chain]
assert (tau[2] == tau[1] / 2).all() and (tau[1] == tau[0] / 2).all()
print(fig6.words(arm), "|", "halved" in describe.describe(), "|", arm.files)
"""
HALVED = '''"""Half of the donor's values."""

from modgrow.birth import Birth

BIRTH = Birth(lambda parents: parents.trained / 2, words="halved", copies=False)
'''


def test_a_birth_is_one_new_file(tmp_path):
    shutil.copytree(ROOT / "modgrow", tmp_path / "modgrow", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "modgrow/births/halved.py").write_text(HALVED)
    said = subprocess.run(
        [sys.executable, "-c", GROWN], cwd=tmp_path, check=True, capture_output=True, text=True
    ).stdout
    words, described, files = said.split(" | ")
    assert words == r"$\tau$ halved, frozen, 5 units"
    assert described == "True"
    assert "modgrow/births/halved.py" in files
