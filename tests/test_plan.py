"""What each target makes, from the settings alone: no Snakemake, no torch."""

import json
import re
from types import SimpleNamespace

import pytest
import yaml

from modgrow import config, source
from modgrow.errors import SettingsError
from modgrow.plan import identity
from modgrow.plan.experiments import EXPERIMENTS
from modgrow.plan.plan import MOST_JOBS, Plan, refuse_large
from modgrow.schemas.evidence import SCHEMAS
from modgrow.verdict import paper
from tests.runs import ROOT


def planned(text: str) -> Plan:
    """The plan under settings written as YAML."""
    return Plan(config.check(yaml.safe_load(text)))


@pytest.fixture(scope="module")
def papers():
    """The plan of the whole reproduction."""
    return Plan(config.load(ROOT / "config.yaml"))


@pytest.fixture(scope="module")
def small():
    """The plan of the smallest setting that has everything."""
    return Plan(config.load(ROOT / "tests" / "small.yaml"))


OWN = "arms: {mine: {units: 5}}"
BARE = "arms: {modular_5: {units: 5}}\ncomparison: []"
FLAT = "arms: {flat_20: {architecture: flat, units: 20}, other: {architecture: flat, units: 3}}"
PLANS = {
    "config.yaml": lambda: Plan(config.load(ROOT / "config.yaml")),
    "small": lambda: Plan(config.load(ROOT / "tests" / "small.yaml")),
    "own": lambda: planned(OWN),
    "bare": lambda: planned(BARE),
    "flat": lambda: planned(FLAT),
}
TARGETS = ("all", "columns", "pool_proof", "far", "controls")


def makers(plan: Plan) -> dict[str, str]:
    """Every file that some job makes, and the job's name."""
    found = {}
    for collection, tables in plan.collections.items():
        found |= {f"{collection}/{table}.parquet": "collect_table" for table in tables}
        if "perturbation" in tables:
            found[f"{collection}/perturbation_summary.parquet"] = "perturbation_summary"
    for job in plan.jobs:
        assert not set(found) & set(job.makes), "two jobs make one file"
        found |= dict.fromkeys(job.makes, job.name)
    return found


@pytest.mark.parametrize("name", PLANS)
def test_every_file_that_a_target_or_a_job_wants_has_a_job_that_makes_it(name):
    plan = PLANS[name]()
    made = makers(plan)
    wanted = {file for target in TARGETS for file in plan.makes(target)}
    wanted |= {file for job in plan.jobs for file in (*job.reads, *job.waits)}
    of_networks = re.compile(r"(networks|learning_curves|controls)/[\w.\-]+/seed_\d+\.\w+")
    assert {file for file in wanted if not of_networks.fullmatch(file)} <= set(made)


@pytest.mark.parametrize("name", PLANS)
def test_names_of_jobs_are_names_of_scripts_each_once(name):
    plan = PLANS[name]()
    made = [*plan.jobs, *plan.kinds]
    assert len({job.name for job in made}) == len(made)
    assert all((ROOT / f"workflow/scripts/{job.script or job.name}.py").is_file() for job in made)
    others = {job.script for job in made} - {""}
    expected = {"study", "study_figure"} if plan.settings.studies else set()
    assert others == expected | ({"judge_column"} if plan.settings.columns else set())


def test_every_script_has_its_rule(papers):
    rules = {job.script or job.name for job in papers.jobs} | {experiment.name for experiment in EXPERIMENTS}
    rules |= {"train_network", "train_control", "collect_table", "perturbation_summary"}
    rules |= {"study", "study_figure"}  # of every study that settings name
    assert rules == {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")}


def test_an_experiment_is_called_as_its_file_its_schema_and_its_settings():
    for experiment in EXPERIMENTS:
        assert (ROOT / f"modgrow/experiments/{experiment.name}.py").is_file()
        assert experiment.name in SCHEMAS
    assert {experiment.name for experiment in EXPERIMENTS} == set(config.Experiment.__args__)


def test_the_reproduction_is_as_large_as_it_says(papers):
    assert sum(len(seeds) for seeds in papers.seeds.values()) == 1031
    assert papers.seeds["modular_5"] == range(100, 120)
    assert papers.drawn() == [
        *("fig1", "fig2a", "fig2b", "fig6", "n200", "fig2c", "fig3", "fig4", "fig5"),
        *("mechanism", "selectivity", "silencing", "cloning", "sticking"),
        *("fig8", "claims"),
    ]
    assert papers.proof_pairs == {"fresh_5": "modular_5", "fresh_10": "modular_10"}
    assert papers.proof_seeds == dict.fromkeys(
        ("fresh_5", "modular_5", "fresh_10", "modular_10"), range(100, 110)
    )
    assert papers.note == ""


def test_experiments_ask_the_arms_that_the_settings_name(papers):
    asked = papers.collections["tables"]
    assert set(asked["generalisation"]) == set(asked["timescales"]) == {"modular_15", "flat_91"}
    assert list(asked["conservation"]) == ["modular_5", "modular_10", "modular_15", "modular_20"]
    assert len(asked["perturbation"]) == 8


def test_a_column_asks_its_changed_arms_and_the_first_networks_of_those_that_equal_one_of_all(papers):
    asked = papers.collections["columns/lr_0.2"]
    assert asked["learning_curves"]["modular_5"] == range(100, 110)  # of the 20 of the main run
    assert asked["learning_curves"]["flat_91.lr_0.2"] == range(100, 105)
    assert "modular_5.lr_0.2" not in papers.settings.arms
    assert set(asked["timescales"]) == set(asked["generalisation"]) == {"flat_91.lr_0.2"}
    assert "frozen_recurrent_5" not in asked["perturbation"]
    far = papers.collections["columns/lr_0.2_2c"]
    assert set(far) == {"generalisation"}
    assert set(far["generalisation"]) == {"modular_15.lr_0.2_2c", "flat_91.lr_0.2"}  # shared by two columns
    assert papers.settings.arms["modular_15.lr_0.2_2c"].n_max == 10


def test_only_a_column_of_rates_reads_the_main_run(papers):
    reads = {job.name: job.reads for job in papers.jobs}
    assert "tables/timescales.parquet" in reads["judge_column_lr_0.1"]
    assert all(file.startswith("columns/tau_1/") for file in reads["judge_column_tau_1"])


def test_pairs_are_those_of_the_comparison_and_each_with_the_first_of_its_size(small, papers):
    assert ["modular_5", "flat_20"] in small.compared
    assert small.compared[-1] == ["frozen_5", "modular_5"]
    assert ["frozen_recurrent_10", "modular_10"] in papers.compared
    assert ["frozen_recurrent_10", "modular_5"] not in papers.compared


def test_fig_1_shows_the_second_chain_and_the_first_flat_arm(papers, small):
    arms = {plan: plan.figures[0].arms for plan in (papers, small)}
    assert arms == {papers: ["modular_10", "flat_20"], small: ["stuck_5", "flat_20"]}
    assert papers.figures[0].reads[0] == "networks/modular_10/seed_100.safetensors"


@pytest.mark.parametrize("text", [OWN, BARE, FLAT])
def test_what_no_arm_is_there_for_is_not_drawn(text):
    plan = planned(text)
    assert set(plan.drawn()) <= {"fig2a", "fig2b", "fig3", "claims"}
    assert plan.drawn("pool_proof") == []
    assert plan.drawn("columns") == ["columns"]


def test_without_a_comparison_nothing_is_compared_or_perturbed():
    plan = planned(BARE)
    assert plan.claim_tables == ["learning_curves", "pathways"]
    assert "comparisons" not in plan.tables
    assert plan.drawn() == ["claims"]


def test_ones_own_arms_stand_under_a_note_in_what_they_are_not_the_papers():
    plan = planned("arms: {mine: {units: 5, epochs: 9}}")
    assert plan.judged == ["mine"]
    assert plan.note == "not the paper's settings: epochs 9 instead of 60"
    called = Plan(plan.settings.model_copy(update={"called": "demo"}))
    assert called.note == "demo, not the paper's settings: epochs 9 instead of 60"


def test_a_figure_knows_the_settings_it_uses_and_says_so_in_its_identity(papers):
    job = next(job for job in papers.jobs if job.name == "fig3")
    said = json.loads(papers.identity_of(job))
    assert set(said) - {"files"} == {"code", "arms", "threshold", "note"}
    assert said["arms"]["flat_20"] == papers.settings.arms["flat_20"].canonical
    assert said["threshold"] == 0.9


def test_claims_of_our_own_are_read_from_the_studies_that_they_name(papers):
    jobs = {job.name: job for job in papers.jobs}
    assert "tables/mechanism.parquet" in jobs["claims"].reads
    assert "modgrow/studies/mechanism.py" in jobs["claims"].files
    assert "tables/mechanism.parquet" not in jobs["reference"].reads
    assert "tables/mechanism.parquet" not in jobs["judge_column_lr_0.1"].reads
    assert papers.tables.count("mechanism") == 1


def test_claims_of_our_own_are_read_from_chains_by_hand_and_from_controls_where_settings_name_them(papers):
    bare = planned(BARE)
    jobs = {plan: {job.name: job for job in plan.jobs} for plan in (papers, bare)}
    for table in ("exact", "controls"):
        assert f"tables/{table}.parquet" in jobs[papers]["claims"].reads
        assert f"tables/{table}.parquet" not in jobs[papers]["reference"].reads
        assert f"tables/{table}.parquet" not in jobs[papers]["judge_column_lr_0.1"].reads
        assert f"tables/{table}.parquet" not in jobs[bare]["claims"].reads
    told = json.loads(papers.identity_of(jobs[papers]["claims"]))["controls"]
    assert paper.controls_from_json(told) == paper.CONTROLS
    assert "controls" not in json.loads(bare.identity_of(jobs[bare]["claims"]))
    assert set(papers.makes("controls")) < set(papers.makes())
    assert not set(bare.makes("controls")) & set(bare.makes())


def test_an_arm_that_is_not_there_is_named_with_those_that_are(papers):
    with pytest.raises(
        SettingsError, match=r"^no arm named modular_6; config.yaml has modular_\d, .* \.\.\.$"
    ):
        papers.identity("train_network", ["modular_6"])


def test_more_jobs_than_can_be_planned_are_refused(small):
    seeds = MOST_JOBS // 4
    plan = planned(f"seeds: {seeds}\narms: {{a: {{units: 5}}, b: {{units: 6}}}}")
    with pytest.raises(SettingsError, match=rf"^config.yaml: tables would take {6 * seeds} jobs, at most"):
        refuse_large(plan)
    refuse_large(small)


@pytest.fixture
def named(monkeypatch):
    """Two arms that name files, and a package in which every script can load them by name."""
    digests = source.digests

    def with_extensions(script, extra=()):
        return digests(script, extra) | {identity.EXTENSIONS: "0"}

    monkeypatch.setattr(source, "digests", with_extensions)
    identity._imports.cache_clear()
    identity._digest.cache_clear()
    yield [
        SimpleNamespace(files=("modgrow/streams.py", "modgrow/learning/descent.py")),
        SimpleNamespace(files=("modgrow/streams.py",)),
    ]
    identity._imports.cache_clear()
    identity._digest.cache_clear()


def test_an_identity_holds_the_files_that_its_arms_name_and_their_code(named):
    one, both = (json.loads(identity.text("collect_table", arms, seed=1)) for arms in (named[1:], named))
    assert one["files"] == ["modgrow/streams.py"]
    assert both["files"] == ["modgrow/learning/descent.py", "modgrow/streams.py"]
    for said in (one, both):
        assert said["code"] == source.digest("workflow/scripts/collect_table.py", said["files"])
    assert one["code"] != both["code"]
    assert "files" not in json.loads(identity.text("collect_table", []))


def test_an_identity_does_not_depend_on_the_order_of_settings():
    assert identity.text("pages", [], a=1, b={"c": 2, "d": 3}) == identity.text(
        "pages", [], b={"d": 3, "c": 2}, a=1
    )
