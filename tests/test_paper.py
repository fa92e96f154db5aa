"""What is the paper's and what is not: every setting that differs is seen, said once, and not judged."""

import json
from pathlib import Path
from types import SimpleNamespace

import jinja2
import pandas as pd
import pytest
from docutils.core import publish_parts

from modgrow import config, examinations
from modgrow.arm import Arm, Growth
from modgrow.figures import page, style
from modgrow.plan.plan import Plan
from modgrow.schemas.evidence import SCHEMAS
from modgrow.store import tables
from modgrow.verdict import judge, paper, reference
from modgrow.verdict.all_claims import CLAIMS
from modgrow.verdict.evidence import Evidence
from tests.runs import ROOT

COMMITTED = ROOT / "docs" / "first_run"
OTHER = {  # per key of an arm, a value that is not the paper's
    "architecture": "flat", "units": 6, "task": "match", "bias_initial": "single",
    "feedforward_delay": 0, "frozen_from": 3,
    "copy_noise": 0.3, "negative_slope": 0.02, "leak": "inside", "initial_state": 0.0,
    "weight_scale": 2.0, "tau_initial": [1.0, 1.0], "tau_trained": False, "density": 0.5, "n_first": 3,
    "length_extra": 3, "length_factor": 2.5, "learning_rate": 0.3, "momentum": 0.2, "nesterov": False,
    "clip_norm": 1.0, "batch_size": 64, "updates_per_epoch": 20, "epochs": 20, "n_max": 30, "threshold": 0.9,
    "test_batches": 4, "pool_batches": 4, "dtype": "float64", "growth": {"bias": "copy freeze"},
}  # fmt: skip


def of(path, **changes):
    """The arms and experiments of a settings file, after changes of its top-level keys."""
    raw = config.read_yaml(ROOT / path)
    settings = config.check({**raw, **changes})
    arms = {name: arm for name, arm in settings.arms.items() if "." not in name}
    return arms, {name: getattr(settings, name) for name in paper.EXPERIMENTS}


@pytest.fixture(scope="module")
def measured():
    """The committed tables of the run at the paper's settings."""
    names = {table for claim in CLAIMS for table in claim.tables} - set(paper.IN_NO_COLUMN)  # it had none
    return {name: tables.read(COMMITTED / "tables" / f"{name}.parquet", SCHEMAS[name]) for name in names}


def test_config_yaml_is_the_paper():
    arms, experiments = of("config.yaml")
    assert arms == paper.ARMS
    assert paper.note(arms, experiments) == ""
    assert {arm for claim in CLAIMS for arm in claim.arms} <= set(paper.KNOWN)


def test_a_job_reads_back_the_experiments_that_the_plan_tells_it():
    """Whichever arms were asked; as JSON, which is how a script is told."""
    settings = config.load(ROOT / "config.yaml")
    told = json.loads(json.dumps(Plan(settings).experiments))
    assert "arms" not in told["timescales"]
    _, experiments = of("config.yaml")
    found = paper.experiments_from_json(told)
    assert paper.unlike({}, found) == paper.unlike({}, experiments) == ""
    changed = paper.experiments_from_json({**told, "timescales": {**told["timescales"], "runs": 3}})
    assert changed["timescales"].runs == 3


def test_every_key_of_an_arm_that_is_not_the_papers_is_seen():
    assert set(OTHER) == set(Arm.model_fields)
    for key, value in OTHER.items():
        changed = Arm.model_validate({"units": 10, key: value})
        others = {name: paper.ARMS[name] for name in ("modular_15", "flat_54")}
        assert paper.unlike({"modular_10": changed, **others}, {}).startswith(f"modular_10: {key}"), key


def _other(key, value):
    """Another legal value of a key of an experiment."""
    if isinstance(value, dict):
        return {**value, "count": 3}
    if isinstance(value, list):
        return value[1:]
    return value / 2 if key == "threshold" else value + 1


def test_every_key_of_an_experiment_that_is_not_the_papers_is_seen():
    for name, settings in paper.EXPERIMENTS.items():
        for key, value in settings.model_dump(exclude={"arms"}).items():
            other = _other(key, value)
            changed = type(settings).model_validate({**settings.model_dump(), key: other})
            assert paper.unlike({}, {name: changed}).startswith(f"{name}.{key}"), key


def test_which_arms_are_asked_and_how_many_networks_is_not_a_difference():
    asked = {"generalisation": {"arms": []}, "timescales": {"arms": ["flat_20"]}}
    assert paper.note(*of("config.yaml", seeds=1, **asked)) == ""


def test_what_all_share_is_said_first_and_once_and_single_arms_by_name():
    defaults = {"epochs": 20, "pool_batches": 4}
    arms, experiments = of("config.yaml", defaults=defaults, perturbation={"draws": 2})
    arms |= {"modular_10": Arm(units=10, learning_rate=0.3, epochs=20, pool_batches=4)}
    arms |= {"modular_15": Arm(units=15, learning_rate=0.3, epochs=20, pool_batches=4)}
    assert paper.note(arms, experiments) == (  # n200 and the flat arms have no such value in the paper
        "not the paper's settings: epochs 20 instead of 60, pool_batches 4 instead of 100, "
        "perturbation.draws 2 instead of 10; modular_10 and 1 more: learning_rate 0.3 instead of 0.2"
    )


def test_the_words_keep_short_whatever_differs():
    many = {f"arm_{i}": Arm(units=5, learning_rate=0.01 * i) for i in range(1, 60)}
    many.pop("arm_20")  # the paper's
    words = paper.note(many, {})
    assert len(words) <= 200
    assert words.startswith("not the paper's settings: arm_1: learning_rate 0.01 instead of 0.2; arm_2: ")
    assert words.endswith(" more")
    assert words.count("instead") + int(words.split()[-2]) == 58
    nearly = {"modular_5": Arm(units=5, learning_rate=0.2 + 1e-9)}
    assert paper.unlike(nearly, {}) == "learning_rate 0.200000001 instead of 0.2"


def test_ones_own_arm_is_held_against_the_papers_recipe_for_its_size_and_growth():
    own = Arm(units=7, growth=Growth(bias="copy freeze"))
    assert paper.unlike({"mine": own, "modular_5": Arm(units=5)}, {}) == ""
    odd = {"mine": own.model_copy(update={"leak": "inside"}), "modular_5": Arm(units=5)}
    assert paper.unlike(odd, {}) == "mine: leak inside instead of outside"


def test_a_flat_arm_in_the_place_of_a_modular_one_differs_in_that_and_not_in_what_follows():
    arms = {"modular_5": Arm(architecture="flat", units=5)}
    assert paper.unlike(arms, {}) == "architecture flat instead of modular"


def test_the_papers_fingerprint_changes_with_its_settings_and_with_nothing_else(monkeypatch):
    """Of what is compared with the paper, the identity must hold the paper's settings themselves."""
    before = paper.fingerprint()
    monkeypatch.setitem(paper.ARMS, "modular_5", Arm(units=5, copy_noise=0.05))
    assert paper.fingerprint() == before
    monkeypatch.setitem(paper.ARMS, "modular_5", Arm(units=5, copy_noise=0.3))
    changed = paper.fingerprint()
    monkeypatch.setitem(paper.EXPERIMENTS, "timescales", examinations.Timescales(runs=9))
    assert len({before, changed, paper.fingerprint()}) == 3


def test_the_committed_claims_follow_from_the_committed_tables(measured):
    found = judge.judge(Evidence(measured, paper.ARMS))
    assert "not judged" not in set(found["verdict"])
    assert found.drop(columns="reason").to_csv(index=False) == (COMMITTED / "claims.csv").read_text()
    assert judge.markdown(found) == (COMMITTED / "claims.md").read_text()
    assert judge.summary(found, "") + "\n" == (COMMITTED / "verdict.txt").read_text()


def test_the_authors_numbers_stand_beside_the_papers_settings_alone(measured):
    whole = Evidence(measured, paper.ARMS)
    beside = reference.compare(whole)
    assert reference.markdown(beside, whole) == (COMMITTED / "reference.md").read_text()
    asked = {"timescales": examinations.Timescales(runs=9)}
    partly = Evidence(measured, {**paper.ARMS, "modular_10": Arm(units=10, epochs=20)}, asked)
    kept = reference.compare(partly)
    gone = (beside["arm"] == "modular_10") | beside["what"].str.contains("tau")
    pd.testing.assert_frame_equal(kept, beside[~gone].reset_index(drop=True))
    first = reference.markdown(kept, partly).splitlines()[0]
    assert first == (
        "The authors' numbers are not set beside modular_10, modular_15, flat_91: not the paper's settings: "
        "timescales.runs 9 instead of 10; modular_10: epochs 20 instead of 60."
    )
    arms = {name: arm.model_copy(update={"epochs": 20}) for name, arm in paper.ARMS.items()}
    short = Evidence(measured, arms)
    none = reference.compare(short)
    assert none.empty
    assert none.dtypes.tolist() == beside.dtypes.tolist()
    assert "|" not in reference.markdown(none, short)


def test_a_figure_grows_by_its_note_and_is_else_the_same(tmp_path):
    note = "not the paper's settings: epochs 20 instead of 60, perturbation.draws 2 instead of 10 and 12 more"
    sizes, places, found = {}, {}, {}
    for name, words in {"plain": None, "empty": "", "noted": note, "again": note}.items():
        figure, axes = style.new_figure()
        axes.plot([0, 1], label="line")
        figure.legend(loc="outside lower center")
        svg, png = tmp_path / f"{name}.svg", tmp_path / f"{name}.png"
        style.save(figure, svg, png, *([] if words is None else [words]))
        height = figure.get_figheight()
        sizes[name], places[name] = height, axes.get_position().bounds[3] * height
        found[name] = svg.read_text(), png.read_bytes()
    assert found["plain"] == found["empty"]
    assert found["noted"] == found["again"]
    assert "instead of" not in found["plain"][0]
    assert all(part in found["noted"][0] for part in ("epochs 20 instead of 60", "instead of 10 and 12 more"))
    assert 0.1 < sizes["noted"] - sizes["plain"] < 0.4
    assert places["noted"] == pytest.approx(places["plain"])  # the panel is as high as it was


def test_a_page_carries_the_note_and_may_have_no_rows():
    table = pd.DataFrame({"arm": ["a"], "ours": [1.0]})
    assert "<br><small>not the paper's settings: x < 3</small>" not in page.draw("reference", table, 9)
    text = page.draw("reference", table.head(0), 9, "not the paper's settings: x < 3")
    assert "<h1>reference</h1>" in text
    assert "0 rows<br><small>not the paper's settings: x &lt; 3</small>" in text
    assert "<td>none</td>" in text


@pytest.mark.parametrize("path", sorted((ROOT / "workflow/report").glob("*.rst")), ids=lambda path: path.stem)
def test_a_caption_says_the_note_in_place_of_what_the_paper_found(path):
    def caption(note):
        identity = json.dumps({"code": "1", "note": note}, separators=(",", ":"))
        rule = SimpleNamespace(name="claims_figure")
        job = SimpleNamespace(params=SimpleNamespace(id=identity), rule=rule)
        records = {"1 Verdict": {"": [SimpleNamespace(job=job, path=Path("none/figures/claims.svg"))]}}
        snakemakes = jinja2.Environment(trim_blocks=True, lstrip_blocks=True)
        text = snakemakes.from_string(path.read_text()).render(snakemake=job, categories=records)
        return publish_parts(text, writer="html", settings_overrides={"report_level": 5})["body"]

    plain, noted = caption(""), caption("not the paper's settings: own_: epochs 20 instead of 60")
    assert "system-message" not in plain + noted
    assert "not the paper" not in plain
    assert "not the paper's settings: own_: epochs 20 instead of 60<" in noted
    assert "Paper:" not in noted
    assert ("Paper:" in plain) == ("Paper:" in path.read_text())
