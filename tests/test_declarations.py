"""A claim is declared in one place, above the function that measures it; a wrong declaration is refused."""

import importlib.util
import re

import pandas as pd
import pytest

from modgrow.arm import Arm
from modgrow.verdict import judge
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.claim import claims_of
from modgrow.verdict.evidence import Evidence

NEW = """
from modgrow.verdict.claim import claim
from modgrow.verdict.evidence import Evidence
from modgrow.verdict.sample import Arms, Sample, mean


@claim(
    "{name}",
    panel="own",
    says="Ten units get far.",
    statistic="N_solved, arm mean",
    above=9.0,
    tables=("learning_curves",),
    arms=("modular_10",),
)
@claim(
    "{name}_but_not_too_far",
    panel="own",
    says="Ten units do not get too far.",
    statistic="N_solved, arm mean",
    between=(12.0, 20.0),
    tables=("learning_curves",),
    arms=("modular_10",),
)
def mean_n_solved(evidence: Evidence, arms: Arms) -> Sample:
    return [mean(evidence.n_solved(arm)) for arm in arms]
"""
RIGHT = {
    "panel": '"own"', "says": '"a"', "statistic": '"b"', "above": "0.0", "tables": '("learning_curves",)',
    "arms": '("modular_10",)',
}  # fmt: skip


@pytest.fixture
def file_of_claims(tmp_path):
    """Import Python text as a file of claims that is new in this test run."""

    def load(name, text):
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


def declared(name, **changes):
    """The text of a declaration; a change to None leaves the word out."""
    words = {word: value for word, value in {**RIGHT, **changes}.items() if value is not None}
    inside = ", ".join([repr(name), *(f"{word}={value}" for word, value in words.items())])
    head = "from modgrow.verdict.claim import claim\n\n"
    return f"{head}@claim({inside})\ndef measure(evidence, arms): ...\n"


def test_a_new_claim_is_one_edit(file_of_claims, monkeypatch):
    """Declared above its function and nowhere else, it is judged, counted and written."""
    new = claims_of(file_of_claims("a_new_figure", NEW.format(name="ten_units_get_far")))
    assert [claim.name for claim in new] == ["ten_units_get_far", "ten_units_get_far_but_not_too_far"]
    assert [claim.bounds for claim in new] == [(9.0, float("inf")), (12.0, 20.0)]
    monkeypatch.setattr(judge, "CLAIMS", new)
    rows = [("modular_10", seed, 1, 10 + seed % 2, 9 + seed % 2) for seed in range(5)]
    curves = pd.DataFrame(rows, columns=["arm", "seed", "epoch", "n_solved", "n_tasks_solved"])
    table = judge.judge(Evidence({"learning_curves": curves}, {"modular_10": Arm(units=10)}))
    assert table["verdict"].tolist() == ["reproduced", "contradicted"]
    assert table["estimate"].tolist() == pytest.approx([10.4, 10.4])
    assert "of 2 statements of our own" in judge.count(table)
    assert "| own     | Ten units get far." in judge.markdown(table)


def test_claims_of_other_files_are_not_the_papers(file_of_claims):
    before = len(CLAIMS)
    elsewhere = file_of_claims("elsewhere", declared("declared_elsewhere"))
    assert len(claims_of(elsewhere)) == 1
    assert "declared_elsewhere" not in [claim.name for claim in CLAIMS]
    assert len(CLAIMS) == before


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"above": None}, "it has no threshold; give one of above, below, between, within"),
        ({"below": "1.0"}, "it has thresholds above, below; give one of them"),
        ({"above": None, "between": "(2, 1)"}, "between is (2, 1); must be a pair, the lower bound first"),
        ({"above": None, "between": "1"}, "between is 1; must be a pair, the lower bound first"),
        ({"above": None, "within": "5.0"}, "within without because; give the reason of the bound"),
        ({"negligible": "-1.0", "because": '"c"'}, "negligible is -1.0; must be above 0"),
        ({"tables": '("curves",)'}, "tables has curves, which modgrow/schemas/evidence.py lacks"),
        ({"tables": '"timescales"'}, "tables is 'timescales'; must be a tuple of names"),
        ({"arms": '("modular_6",)'}, "arms has modular_6, which modgrow/verdict/paper.py lacks"),
        ({"arms": "()"}, "arms is (); must be a tuple of names"),
        ({"needs": '"some"'}, "needs is 'some'; must be one of all, any, pairs"),
        ({"needs": '"pairs"'}, "needs is 'pairs', of 1 arms; give each modular arm its flat match"),
    ],
)
def test_a_wrong_declaration_is_refused_when_its_file_is_imported(file_of_claims, changes, said):
    whole = re.escape(f"claim 'a_wrong_claim': {said}") + "$"
    with pytest.raises(ValueError, match=whole):
        file_of_claims("wrong", declared("a_wrong_claim", **changes))


def test_a_name_is_given_once(file_of_claims):
    with pytest.raises(ValueError, match="claim 'pareto_front': its name is taken; names are unique"):
        file_of_claims("again", declared("pareto_front"))


def test_all_that_is_wrong_is_said_at_once(file_of_claims):
    text = declared("a_wrong_claim", above=None, tables='("curves",)', needs='"some"')
    with pytest.raises(ValueError, match=r"no threshold.*; tables has curves.*; needs is 'some'"):
        file_of_claims("wrong", text)
