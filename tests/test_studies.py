"""Studies: an experiment of one's own is one file and a line of settings, and concerns nothing else."""

import json
import re
import shutil
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from modgrow import config, source, study
from modgrow.arm import Arm
from modgrow.consistency import taken
from modgrow.errors import ModgrowError, SettingsError
from modgrow.learning.curriculum import Curriculum
from modgrow.model.trained import Trained
from modgrow.plan.plan import Plan
from modgrow.streams import stream
from modgrow.studies import densities
from tests.conftest import small_arm
from tests.runs import ROOT, snakemake

ARMS = {
    "a": {"units": 5},
    "b": {"units": 6},
    "f": {"units": 5, "pool_batches": "fresh", "target": "pool_proof"},
}
ASKED = {"densities": [0.1, 0.5], "steps": 50, "sequences": 2}
MINE = '''"""How often every head says yes."""

import pandas as pd
import pyarrow as pa

from modgrow.figures import style
from modgrow.store.schema import FRACTION, INTEGER, NAME, NUMBER, Schema, column
from modgrow.study import Study


def rows(trained, bits):
    known = trained.at(trained.n_solved)
    if known is None:
        return pd.DataFrame(columns=["n", "yes"])
    said = known.answers(bits).double().mean(dim=(1, 2))
    return pd.DataFrame({"n": list(known.heads), "yes": said.numpy()})


def draw(table, arms):
    figure, axes = style.new_figure()
    axes.plot(table["n"], table["yes"], "o")
    return figure


COLUMNS = [column("n", INTEGER), column("yes", NUMBER), column("arm", NAME), column("seed", INTEGER)]
STUDY = Study(
    Schema("mine", pa.schema(COLUMNS), ("arm", "seed", "n"), {"yes": FRACTION}),
    rows,
    draw,
    label="How often yes is said",
)
'''


def asked(name="densities", **changed):
    """Settings that ask one study."""
    return {"arms": ARMS, "studies": {name: {"arms": ["a"], "settings": ASKED, **changed}}}


def with_file(folder, text=MINE, name="mine"):
    (folder / f"modgrow/studies/{name}.py").write_text(text)


REFUSED = {
    "studies.density: density is no study; did you mean densities?": asked("density"),
    "studies.densities.arms names 'c'; may name a, b": asked(arms=["c"]),
    "studies.densities.arms names 'f'; may name a, b": asked(arms=["f"]),
    "studies.densities.arms names 'a' 2 times; name it once": asked(arms=["a", "a"]),
    "studies.densities.arms: is []; ": asked(arms=[]),
    "studies.densities.settings: step: `rows` has no such parameter; did you mean steps?": asked(
        settings={**ASKED, "step": 5}
    ),
    "studies.densities.settings: trained: `rows` has no such parameter": asked(
        settings={**ASKED, "trained": 5}
    ),
    "studies.densities.settings: steps: is missing; `rows` has this": asked(
        settings={"densities": [0.5], "sequences": 2}
    ),
    "studies.densities.settings: 20088 characters over all arms; at most 10000": asked(
        arms=["a", "b"], settings={**ASKED, "densities": [0.5] * 2000}
    ),
    "studies.densities.setting: unknown key; did you mean settings?": asked(setting={}),
    "studies.fig3: the workflow itself has": asked("fig3"),
    "studies.conservation: the workflow itself has": asked("conservation"),
    "studies.my_figure: the workflow itself has": asked("my_figure"),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_a_study_cannot_be_asked_is_refused_in_one_line_that_names_the_key(said):
    with pytest.raises(SettingsError) as refused:
        config.check(REFUSED[said])
    text = str(refused.value)
    assert text.startswith(f"config.yaml: {said}")
    assert "\n" not in text


def test_a_name_is_one_that_files_tables_and_rules_can_have():
    for name in ("My", "a-b", "a/b", "../a", "_a", ""):
        with pytest.raises(SettingsError, match=r"^config\.yaml: studies"):
            config.check(asked(name))


def test_no_study_may_have_a_name_that_the_workflow_uses():
    plan = Plan(config.load(ROOT / "tests" / "small.yaml"))
    used = {job.name for job in plan.jobs if not job.script} | {figure.name for figure in plan.figures}
    used |= {path.stem for path in (ROOT / "workflow/scripts").glob("*.py")} | set(plan.tables)
    for path in (ROOT / "workflow").rglob("*.smk"):
        used |= set(re.findall(r"^rule (\w+):", path.read_text(), re.M))
    used |= {path.name for path in (ROOT / "workflow/report").glob("*.rst")} and {"all", "default"}
    assert used - {"densities", "densities_figure"} <= taken()


BROKEN = {
    "modgrow/studies/mine.py: SyntaxError": "def rows(",
    "modgrow/studies/mine.py: AttributeError: .*STUDY": "import pandas",
    "modgrow/studies/mine.py: ModuleNotFoundError: No module named 'nothing'": "import nothing",
    "modgrow/studies/mine.py: STUDY is a int; must be a Study": "STUDY = 1",
    "modgrow/studies/mine.py: its schema is called yours; call it mine": MINE.replace('"mine"', '"yours"'),
    "modgrow/studies/mine.py: seed is no key of its schema": MINE.replace('"seed", "n")', '"n")'),
    "settings: `draw` takes width, which is no parameter of `rows`": MINE.replace("arms):", "arms, width):"),
    r"settings: .*length: is a tuple, \(1, 2\)": MINE.replace("bits)", "bits, length=(1, 2))", 1),
}


@pytest.mark.parametrize("said", BROKEN)
def test_what_is_wrong_with_a_file_is_said_in_one_line(said, tmp_path):
    folder = small_checkout(tmp_path)
    with_file(folder, BROKEN[said])
    (folder / "mine.yaml").write_text(
        "arms: {a: {units: 5}}\nstudies: {mine: {arms: [a], settings: {bits: '01'}}}\n"
    )
    told = run(folder, "-m", "modgrow", "check", "mine.yaml")
    assert told.returncode != 0
    assert re.search(said, told.stdout + told.stderr)
    assert "Traceback" not in told.stderr


def small_checkout(folder):
    """The package alone."""
    shutil.copytree(ROOT / "modgrow", folder / "modgrow", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder, *words):
    return subprocess.run([sys.executable, *words], cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def plan():
    """The plan of settings that ask one study of two arms."""
    return Plan(config.check(asked(arms=["b", "a"])))


def test_a_study_has_a_table_a_figure_a_page_and_no_claim(plan):
    assert plan.collections["tables"]["densities"] == {"b": range(5), "a": range(5)}
    assert "tables/densities.parquet" in plan.makes()
    assert "figures/densities.png" in plan.makes()
    assert "pages/densities.html" in plan.makes()
    for job in plan.jobs:
        told = json.dumps([job.uses, job.reads])
        assert ("densities" in told) == (job.name in ("densities_figure", "pages")), job.name
    assert "densities" not in [*plan.claim_tables, *plan.kinds_of_the_paper]


def test_the_figure_is_told_the_settings_that_draw_takes_and_shown_under_its_label(plan):
    job = next(job for job in plan.jobs if job.name == "densities_figure")
    said = json.loads(plan.identity_of(job))
    assert said["asked"] == {"densities": [0.1, 0.5]}
    assert set(said["arms"]) == {"a", "b"}
    assert "modgrow/studies/densities.py" in said["files"]
    (shown,) = job.shown.values()
    assert (shown.category, shown.label) == ("2 Figures", densities.STUDY.label)
    assert (ROOT / f"workflow/report/{shown.caption}.rst").is_file()


def test_the_file_of_a_study_stands_in_its_own_identities_and_in_no_others(plan):
    without = Plan(config.check({"arms": ARMS}))
    jobs = {job.name: without.identity_of(job) for job in without.jobs}
    for job in plan.jobs:
        if job.name not in ("densities_figure", "pages"):
            assert plan.identity_of(job) == jobs[job.name], job.name
    assert plan.files_of("densities") == ("modgrow/studies/densities.py",)
    assert plan.files_of("perturbation") == plan.files_of("learning_curves") == ()
    for script in (ROOT / "workflow/scripts").glob("*.py"):
        own = [name for name in source.digests(script) if name.startswith("modgrow/studies/")]
        assert own == [], script
    tables = source.digests("workflow/scripts/collect_table.py")
    assert "modgrow/figures/style.py" not in tables, "tables would be made again for how figures look"


def test_a_plan_without_studies_loads_none():
    code = (
        "import sys; from modgrow import config; from modgrow.plan.plan import Plan\n"
        "plan = Plan(config.load('config/demo.yaml')); plan.jobs\n"
        "sys.exit(any(name.startswith(('modgrow.studies.', 'matplotlib')) for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_defaults_of_rows_are_told_too():
    own = study.Study(None, lambda trained, a, b=2: None, lambda table, arms, b: None, "")
    assert own.asks({"a": 1}) == {"a": 1, "b": 2}
    assert own.shows(own.asks({"a": 1})) == {"b": 2}
    with pytest.raises(ModgrowError, match=r"^c: `rows` has no such parameter; there are a, b\.$"):
        own.asks({"c": 1})


@pytest.fixture(scope="module", params=["modular", "flat"])
def trained(request):
    """A network that counts as having solved a few N, and answers somehow."""
    curriculum = Curriculum(small_arm(flat=request.param == "flat", threshold=0.0), 3)
    list(curriculum)
    return Trained.of(curriculum)


def test_the_accuracies_are_those_of_a_plain_loop(trained):
    table = densities.rows(trained, [0.2, 0.7], 40, 3)
    heads = list(trained.at(trained.n_solved).heads)
    assert len(heads) > 1
    assert table[["p", "n"]].values.tolist() == [[p, n] for p in (0.2, 0.7) for n in heads]
    for p, n, accuracy in table[["p", "n", "accuracy"]].itertuples(index=False):
        bits = (stream(3, "densities", str(p)).random((140, 3)) < p).astype(int)
        said = trained.at(trained.n_solved).answers(bits)[n - 2].numpy()
        right = 0
        for t in range(100, 140):
            for sequence in range(3):
                right += said[t, sequence] == bits[t - n + 1 : t + 1, sequence].sum() % 2
        assert accuracy == pytest.approx(right / 120)


def test_bits_are_ones_as_often_as_the_density_says(trained):
    seen = []

    class Asked:
        seed, n_solved, arm, heads = 3, 2, trained.arm, range(2, 3)

        def at(self, n):
            return self

        def answers(self, bits):
            seen.append(bits.mean())
            return trained.answers(bits)[:1]

    densities.rows(Asked(), [0.1, 0.9], 5000, 2)
    assert seen == pytest.approx([0.1, 0.9], abs=0.02)


def test_of_a_network_that_solved_nothing_there_are_no_rows():
    curriculum = Curriculum(small_arm(threshold=1.0), 0)
    list(curriculum)
    rows = densities.rows(Trained.of(curriculum), [0.5], 10, 1).assign(arm="a", seed=0)
    assert rows.empty
    assert densities.STUDY.schema.table(rows).num_rows == 0


def test_the_figure_has_a_panel_per_arm_and_what_knows_the_density_alone():
    table = pd.DataFrame(
        [(n, p, 0.9, "a", seed) for n in (2, 3) for p in (0.1, 0.5) for seed in (0, 1)],
        columns=["n", "p", "accuracy", "arm", "seed"],
    )
    drawn = densities.draw(table, {"a": Arm(units=5), "stuck": Arm(units=6)}, [0.1, 0.5])
    full, empty = drawn.axes
    assert not empty.lines
    dotted = [line.get_ydata() for line in full.lines if line.get_linestyle() == ":"]
    right = [0.9**2 + 0.1**2, 0.9**3 + 3 * 0.9 * 0.1**2]  # of an even number of ones
    np.testing.assert_allclose(dotted, [right, [0.5, 0.5]])


def planned(folder, config="mine.yaml"):
    """Jobs per rule that a dry run lists."""
    done = snakemake(folder, "-n", "--cores", "1", config=config)
    assert done.returncode == 0, done.stdout[-2000:]
    stats = re.search(r"^job +count\n-[- ]+\n(.*?)^total", done.stdout, re.MULTILINE | re.DOTALL)
    jobs = dict(line.split() for line in stats[1].splitlines()) if stats else {}
    return {rule: int(count) for rule, count in jobs.items() if rule not in ("all", "default")}


OWN = {"mine": 3, "collect_table": 1, "mine_figure": 1, "resources": 1, "pages": 1}


@pytest.fixture(scope="module")
def asking(finished, tmp_path_factory):
    """The finished small DAG, to which a study was added and has been run."""
    folder = shutil.copytree(finished[0], tmp_path_factory.mktemp("study") / "run")
    with_file(folder)
    assert planned(folder, "tests/small.yaml") == {}  # the file alone asks for nothing
    settings = yaml.safe_load((folder / "tests/small.yaml").read_text())
    settings["studies"]["mine"] = {"arms": ["modular_5", "stuck_5"], "settings": {"bits": "0110100"}}
    (folder / "mine.yaml").write_text(yaml.safe_dump(settings))
    assert planned(folder) == OWN
    done = snakemake(folder, "--cores", "2", config="mine.yaml")
    assert done.returncode == 0, done.stdout[-2000:]
    return folder


@pytest.mark.workflow
def test_a_new_study_is_one_file_and_a_line_and_asks_for_its_own_jobs(asking):
    table = pd.read_parquet(asking / "results/small/tables/mine.parquet")
    assert set(table["arm"]) == {"modular_5"}  # the other solved nothing
    assert set(table["seed"]) == {0, 1}
    assert (asking / "results/small/figures/mine.svg").exists()
    assert "<h1>mine</h1>" in (asking / "results/small/pages/mine.html").read_text()
    told = run(asking, "-m", "modgrow", "show", "results/small/tables/mine.parquet")
    assert "4 columns" in told.stdout, told.stderr


@pytest.mark.workflow
def test_an_edited_study_asks_for_its_own_jobs_alone(asking):
    with_file(asking, MINE.replace('"o"', '"x"'))
    assert planned(asking) == OWN
    with_file(asking, MINE.replace("How often every", "The share of times that every"))
    assert planned(asking) == {}
    with_file(asking)


@pytest.mark.workflow
def test_another_setting_of_a_study_asks_for_its_own_jobs_alone(asking):
    changed = (asking / "mine.yaml").read_text().replace("0110100", "0110101")
    (asking / "changed.yaml").write_text(changed)
    assert planned(asking, "changed.yaml") == OWN
