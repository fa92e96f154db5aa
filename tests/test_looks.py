"""How arms look: the same whatever else is there, and no two alike."""

import itertools

import pytest

from modgrow import config
from modgrow.arm import Arm, Growth
from modgrow.figures import looks, policies
from modgrow.plan import figures
from tests.runs import ROOT

PAPER = config.load(ROOT / "config.yaml")
COMPARED = {name: PAPER.arms[name] for name in PAPER.comparison}
OTHERS = {
    "modular_7": Arm(units=7),
    "modular_3": Arm(units=3),
    "flat_33": Arm(architecture="flat", units=33),
    "aaa": Arm(units=10, learning_rate=0.1),
    "mine": Arm(architecture="flat", units=54, density=0.5),
}


@pytest.mark.parametrize("draw", [looks.looks, looks.contrasts])
def test_an_arm_that_is_added_changes_the_looks_of_no_other(draw):
    before = draw(COMPARED)
    for name, arm in OTHERS.items():
        for arms in ({name: arm, **COMPARED}, {**COMPARED, name: arm}, {**OTHERS, **COMPARED}):
            assert {name: draw(arms)[name] for name in COMPARED} == before
    for count in (1, 2):
        for fewer in itertools.combinations(COMPARED, count):
            alone = draw({name: COMPARED[name] for name in fewer})
            assert alone == {name: before[name] for name in fewer}


def test_the_order_of_arms_is_kept_and_does_not_matter():
    turned = dict(reversed(COMPARED.items()))
    assert list(looks.looks(turned)) == list(turned)
    assert looks.looks(turned) == looks.looks(COMPARED)


def test_no_two_arms_are_alike():
    """Also of one size, of names of their own, and of flat sizes that match the same modules."""
    arms = {f"modular_{units}": Arm(units=units) for units in range(1, 40)}
    arms |= {f"flat_{units}": Arm(architecture="flat", units=units) for units in (18, 19, 20, 21, 22)}
    arms |= {f"own_{number}": Arm(units=5) for number in range(40)} | OTHERS
    found = looks.looks(arms)
    assert len({str(look) for look in found.values()}) == len(arms)


def test_a_colour_belongs_to_the_name_and_another_name_has_another():
    assert looks.own("mine") == looks.own("mine")
    assert len({looks.own(f"arm_{number}") for number in range(12)}) == 12


def test_no_two_arms_of_fig_6_are_alike_and_none_changes_with_those_that_follow():
    names = list(dict.fromkeys(itertools.chain(*figures.panels(PAPER).values())))
    arms = {name: PAPER.arms[name] for name in names}
    found = policies.of_all(arms)
    assert len({str(look) for look in found.values()}) == len(arms) > 30
    for count in range(1, len(arms)):
        first = dict(itertools.islice(arms.items(), count))
        assert policies.of_all(first) == {name: found[name] for name in first}


def test_who_trains_alone_is_told_from_who_is_frozen_alone():
    frozen = Arm(units=5, growth=Growth(recurrent="copy freeze"))
    alone = dict.fromkeys(("input", "recurrent", "bias", "tau"), "copy freeze")
    assert policies.role(frozen) == "recurrent frozen"
    assert policies.role(Arm(units=5, growth=Growth(**alone))) == "feedforward alone"
