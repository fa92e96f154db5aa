"""What is added asks for no network again, what changes networks still does: dry runs on the small DAG."""

import pytest

from tests.test_reruns import DRAWN_FROM_CURVES, planned, rules, settings, text

pytestmark = pytest.mark.workflow
NETWORKS = 6
BY_COPYING = 5  # of those the modular ones, which name the birth `copy`
KEY = 'new: int = Field(1, ge=0, description="new", json_schema_extra={"as_before": 1})'
BIRTH = '''"""Halfway between the donor's values and a fresh draw."""

from modgrow.birth import Birth

BIRTH = Birth(lambda parents: (parents.trained + parents.fresh) / 2, words="half copied", copies=False)
'''
TASK = '''"""The newest bit itself."""

from modgrow.task import Task

TASK = Task("echo", "is the newest bit a 1?", lambda bits, n: bits.long(), n_min=1, share=lambda n, p: p)
'''
CLAIM = """@claim(
    "ends_somewhere",
    panel="own",
    says="Modules of 5 units solve something.",
    statistic="N_solved, arm mean",
    above=1.0,
    tables=("learning_curves",),
    arms=("modular_5",),
)
def ends(evidence: Evidence, arms: Arms) -> Sample:
    return Sample([evidence.n_solved(arm) for arm in arms])


"""


def before(file, line, new):
    """An edit that puts new lines before an old one."""
    return text(file, line, new + line)


def file(name, content):
    """An edit that adds a file."""
    return lambda folder: (folder / name).write_text(content)


def both(first, second):
    """Two edits, one after the other."""

    def edit(folder):
        first(folder)
        second(folder)

    return edit


def arm(**recipe):
    """An edit of the settings that adds an arm."""
    return settings(lambda raw: raw["arms"].update(own_5={"units": 5, **recipe}))


ARM_KEY = before("modgrow/arm.py", "    units: int", f"    {KEY}\n")
NEW_BIRTH = file("modgrow/births/midway.py", BIRTH)
NEW_TASK = file("modgrow/tasks/echo.py", TASK)
JUDGED = "claims check_claims claims_figure resources pages"
ITS_OWN_NETWORK = f"train_network {DRAWN_FROM_CURVES}"  # and what shows the arms of all networks
ADDED = {
    "a key of an arm": (ARM_KEY, ""),
    "a key of a policy": (before("modgrow/policy.py", "    input: Policy", f"    {KEY}\n"), ""),
    "a key of an experiment": (before("modgrow/examinations.py", "    draws: Count", f"    {KEY}\n"), ""),
    "a key of the settings": (before("modgrow/config.py", "    device: Literal", f"    {KEY}\n"), ""),
    "a birth": (NEW_BIRTH, ""),
    "a task": (NEW_TASK, ""),
    "a claim": (before("modgrow/verdict/claims/fig2a.py", '@claim(\n    "flat_plateaus"', CLAIM), JUDGED),
    "an arm of a new birth": (both(NEW_BIRTH, arm(growth={"tau": "midway train"})), ITS_OWN_NETWORK),
    "an arm of a new task": (both(NEW_TASK, arm(task="echo")), ITS_OWN_NETWORK),
    "an arm with a new key": (both(ARM_KEY, arm(new=2)), ITS_OWN_NETWORK),
}
CHANGED = {
    "a default": (
        text("modgrow/arm.py", "momentum: float = Field(0.1", "momentum: float = Field(0.2"),
        NETWORKS,
    ),
    "a default of a key added later": (
        text(
            "modgrow/arm.py",
            "copy_noise: float = Field(\n        0.05",
            "copy_noise: float = Field(\n        0.1",
        ),
        NETWORKS,
    ),
    "a method": (
        text("modgrow/arm.py", "return heads if self.grows", "return 1 * heads if self.grows"),
        NETWORKS,
    ),
    "a birth in use": (text("modgrow/births/copy.py", "parents.trained", "1 * parents.trained"), BY_COPYING),
    "the task in use": (text("modgrow/tasks/parity.py", "& 1).long()", "& 1).int().long()"), NETWORKS),
    "a birth that no arm names": (text("modgrow/births/zero.py", "0.0", "0.1"), 0),
    "a task that no arm names": (text("modgrow/tasks/match.py", "n_min=2", "n_min=1"), 0),
}


@pytest.mark.parametrize("extension", ADDED)
def test_what_is_added_makes_nothing_again_but_what_shows_it(extension, copy):
    add, expected = ADDED[extension]
    add(copy)
    assert planned(copy) == rules(expected)


@pytest.mark.parametrize("change", CHANGED)
def test_what_networks_are_made_with_asks_for_them_again(change, copy):
    edit, networks = CHANGED[change]
    edit(copy)
    assert planned(copy).get("train_network", 0) == networks
