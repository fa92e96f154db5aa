"""The target `far`: a network of its own, which nothing else trains or reads."""

import pandas as pd
import pytest

from modgrow import config
from modgrow.arm import Arm
from modgrow.errors import SettingsError
from modgrow.experiments import resources
from modgrow.figures import far
from modgrow.plan.plan import Plan
from modgrow.schemas.far import SCHEMA
from tests.runs import ROOT

FAR = {"units": 5, "epochs": None, "n_max": 30, "seeds": 2, "target": "far"}


@pytest.fixture(scope="module")
def papers():
    return Plan(config.load(ROOT / "config.yaml"))


@pytest.fixture(scope="module")
def plan():
    return Plan(config.check({"seeds": 3, "arms": {"a": {"units": 5}, "b": FAR}}))


def test_the_paper_settings_drive_one_network_of_10_units_to_n_500(papers):
    assert papers.far_seeds == {"far": range(100, 101)}
    arm = papers.settings.arms["far"]
    assert (arm.units, arm.epochs, arm.n_max, arm.n_limit) == (10, None, 500, 500)
    assert papers.makes("far") == ["tables/far.parquet", "figures/far.svg", "figures/far.png"]


def test_no_job_behind_all_wants_a_network_of_it(plan):
    assert plan.seeds == {"a": range(3)}
    behind = files_behind(plan, plan.makes("all"))
    assert not [file for file in behind if "far" in file or "/b/" in file]
    assert "figures/n200.svg" not in behind, "n200 shows the arms of `all` alone"
    assert not any("b" in seeds for tables in plan.collections.values() for seeds in tables.values())


def test_its_own_jobs_want_its_networks_and_no_others(plan):
    behind = files_behind(plan, plan.makes("far"))
    networks = {file for file in behind if file.startswith("networks/")}
    assert networks == {"networks/b/seed_0.safetensors", "networks/b/seed_1.safetensors"}
    assert not [file for file in behind if "/a/" in file]


def files_behind(plan, wanted):
    """What the wanted files are made from, down to networks and curves."""
    jobs = {file: [*job.reads, *job.waits] for job in plan.jobs for file in job.makes}
    for folder, tables in plan.collections.items():
        jobs |= {f"{folder}/{table}.parquet": plan.collected(folder, table) for table in tables}
    found, waiting = set(), list(wanted)
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += jobs.get(file, [])
    return found


def test_settings_without_such_an_arm_have_nothing_for_the_target_to_make():
    without = Plan(config.check({"arms": {"a": {"units": 5}}}))
    assert without.makes("far") == []
    assert "far_table" not in [job.name for job in without.jobs]


def test_a_run_needs_something_for_all():
    with pytest.raises(SettingsError, match=r"arms: all are of target far; give at least one"):
        config.check({"arms": {"b": FAR}})


def test_its_memory_is_forecast_with_that_of_all_others():
    with pytest.raises(SettingsError, match=r"arms\.b: training would take about .* TB"):
        config.check({"arms": {"a": {"units": 5}, "b": {**FAR, "n_max": 99_000, "units": 100}}})


@pytest.fixture
def tables(tmp_path):
    """What two networks cost, one in two parts, the benchmark of the other lost; and their curves."""
    file = tmp_path / "train_network/b/seed_0.tsv"
    file.parent.mkdir(parents=True)
    file.write_text("s\th:m:s\tmax_rss\tcpu_time\n60.0\t0:01:00\t2048\t50\n")
    rows = [("b", seed, epoch, epoch + 1, epoch) for seed in (0, 1) for epoch in (1, 2, 3)]
    curves = pd.DataFrame(rows, columns=["arm", "seed", "epoch", "n_solved", "n_tasks_solved"])
    curves = curves.assign(accuracy=1.0, accuracy_previous=1.0)
    earlier = [("b", 0, 3, 30.0, 20.0, 4096.0)]
    before = pd.DataFrame(
        earlier, columns=["arm", "seed", "n_epochs", "seconds", "cpu_seconds", "max_rss_mb"]
    )
    jobs = resources.collect(tmp_path, {"b": range(2)}, curves, before)
    return resources.of_networks(jobs, curves), curves


def test_what_a_task_took_is_the_sum_over_all_starts(tables):
    stored = SCHEMA.table(tables[0]).to_pandas()
    first, lost = stored.to_dict("records")
    assert (first["seconds"], first["seconds_per_task"], first["max_rss_mb"]) == (90.0, 30.0, 4096.0)
    assert (first["n_parts"], first["n_epochs"], first["n_tasks_solved"]) == (2, 3, 3)
    assert lost["n_tasks_solved"] == 3
    assert pd.isna(lost["seconds"])


def test_the_figure_says_what_a_task_took(tables):
    drawn = far.draw(tables[1], SCHEMA.frame(SCHEMA.table(tables[0])), {"b": Arm(units=5, n_max=4)})
    said = [text.get_text() for text in drawn.axes[0].texts]
    assert said == ["seed 0: 3 tasks, 30.0 s each, 4.0 GB\nseed 1: 3 tasks"]
