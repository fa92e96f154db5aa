"""After an edit, exactly the rules that it concerns run again: dry runs on the finished small DAG."""

import os
import re
import shutil
import subprocess
import sys

import pytest
import yaml

from tests.runs import checkout, snakemake

pytestmark = pytest.mark.workflow
SMALL = "tests/small.yaml"
NETWORK, STUCK = (f"results/small/networks/{arm}/seed_0.safetensors" for arm in ("flat_20", "stuck_5"))
FIRST, SECOND = (f"results/small/networks/modular_5/seed_{seed}.safetensors" for seed in (0, 1))


def planned(folder, *arguments):
    """Jobs per rule that a dry run lists; none if nothing is to be done."""
    run = snakemake(folder, "-n", "--cores", "1", *arguments)
    assert run.returncode == 0, run.stdout[-2000:]
    stats = re.search(r"^job +count\n-[- ]+\n(.*?)^total", run.stdout, re.MULTILINE | re.DOTALL)
    assert stats or "Nothing to be done" in run.stdout, run.stdout[-2000:]
    jobs = dict(line.split() for line in stats[1].splitlines()) if stats else {}
    return {rule: int(count) for rule, count in jobs.items() if rule not in ("all", "default")}


def rules(words):
    """`train_network:2 fig1` as jobs per rule."""
    return {rule: int(count or 1) for rule, count in re.findall(r"(\w+):?(\d*)", words)}


def text(file, old, new):
    """An edit that replaces `old` by `new` in a file."""

    def edit(folder):
        path = folder / file
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))

    return edit


def settings(change):
    """An edit of the settings, by a function of the mapping."""

    def edit(folder):
        raw = yaml.safe_load((folder / SMALL).read_text())
        change(raw)
        (folder / SMALL).write_text(yaml.safe_dump(raw, sort_keys=False))

    return edit


def touch(folder):
    for file in (
        "modgrow/model/dynamics.py",
        "workflow/scripts/train_network.py",
        "workflow/rules/train.smk",
    ):
        os.utime(folder / file)


def reorder(raw):
    raw["arms"] = dict(reversed(raw["arms"].items()))
    raw["arms"]["stuck_5"] = dict(reversed(raw["arms"]["stuck_5"].items()))
    raw["defaults"] = dict(reversed(raw["defaults"].items()))


def relearn(raw):
    raw["arms"]["flat_20"].update(learning_rate=0.2)


def swap(raw):
    perturbation = raw["perturbation"]
    perturbation["draws"], perturbation["steps"] = perturbation["steps"], perturbation["draws"]


VERDICT = "claims claims_figure check_claims reference resources pages"
DRAWN_FROM_CURVES = f"collect_table parameters pathways comparisons costs fig2a fig2b fig6 {VERDICT}"
PERTURBED = f"collect_table perturbation_summary fig3 fig5 {VERDICT}"
EVERYTHING = (
    "train_network:6 generalisation:3 perturbation:5 timescales:3 conservation:4 densities:3 collect_table:6 "
    "exact train_control:6 controls_table controls_figure explorer "
    "perturbation_summary pathways parameters comparisons costs "
    f"fig1 fig2a fig2b fig2c fig3 fig4 fig5 fig6 densities_figure {VERDICT}"
)
AFTER_ONE_FLAT = (
    "train_network generalisation perturbation timescales densities collect_table:5 perturbation_summary "
    "pathways parameters comparisons costs explorer "
    f"fig1 fig2a fig2b fig2c fig3 fig4 fig5 fig6 densities_figure {VERDICT}"
)
AFTER_ONE_SEED = (
    "train_network generalisation perturbation timescales conservation densities collect_table:6 "
    "perturbation_summary pathways parameters comparisons costs "
    f"fig2a fig2b fig2c fig3 fig4 fig5 fig6 densities_figure {VERDICT}"
)
EDITS = {
    "nothing": (lambda folder: None, ""),
    "files touched": (touch, ""),
    "keys reordered": (settings(reorder), ""),
    "a docstring reworded": (text("modgrow/model/dynamics.py", '"""Equations 1-4', '"""Eqs. 1-4'), ""),
    "a comment added": (text("modgrow/streams.py", "import hashlib", "import hashlib  # for seeds"), ""),
    "one figure": (text("modgrow/figures/fig2a.py", "alpha=0.6", "alpha=0.5"), "fig2a resources pages"),
    "the figures' style": (
        text("modgrow/figures/style.py", "dpi=200", "dpi=100"),
        "fig1 fig2a fig2b fig2c fig3 fig4 fig5 fig6 controls_figure claims_figure resources pages "
        "densities:3 collect_table densities_figure",  # a study is one file with what draws it
    ),
    "fits.py": (
        text("modgrow/experiments/fits.py", "TAU_MAX = 100.0", "TAU_MAX = 99.0"),
        f"timescales:3 collect_table fig4 {VERDICT}",
    ),
    "dynamics.py": (text("modgrow/model/dynamics.py", "min=1.0", "min=1.5"), EVERYTHING),
    "a learning rate": (settings(relearn), AFTER_ONE_FLAT),
    "two values swapped": (settings(swap), f"perturbation:5 exact {PERTURBED}"),
    "a seed added": (settings(lambda raw: raw["arms"]["modular_5"].update(seeds=3)), AFTER_ONE_SEED),
    "an arm added": (
        settings(lambda raw: raw["arms"].update(modular_6={"units": 6})),
        f"train_network {DRAWN_FROM_CURVES}",
    ),
    "epsilon added": (
        settings(lambda raw: raw["perturbation"]["tau"].update(count=3)),
        f"perturbation:5 {PERTURBED}",
    ),
    "a figure deleted": (
        lambda folder: (folder / "results/small/figures/fig3.png").unlink(),
        "fig3 resources pages",
    ),
    "a table deleted": (
        lambda folder: (folder / "results/small/tables/perturbation.parquet").unlink(),
        PERTURBED,
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_reruns_exactly_what_it_concerns(edit, copy):
    change, expected = EDITS[edit]
    change(copy)
    found = planned(copy)
    print(f"{edit}: {' '.join(f'{rule}:{count}' for rule, count in found.items()) or 'nothing'}")
    assert found == rules(expected)


CONDA = """#!/bin/sh
case "$*" in
*--version*) echo "conda 24.9.0" ;;
*info*) echo '{"conda_version": "24.9.0", "conda_prefix": "/opt/conda", "platform": "linux-64"}' ;;
*config*) echo '{"get": {"channel_priority": "strict"}}' ;;
esac
"""


def test_switching_conda_on_reruns_nothing(copy, tmp_path, monkeypatch):
    stand_in = tmp_path / "bin" / "conda"
    stand_in.parent.mkdir()
    stand_in.write_text(CONDA)
    stand_in.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stand_in.parent}:{os.environ['PATH']}")
    assert planned(copy, "--sdm", "conda") == {}


@pytest.fixture
def clone(done, tmp_path):
    """A fresh clone with the results of another copied in: Snakemake has no record of them."""
    folder = checkout(tmp_path / "clone")
    shutil.copytree(done / "results", folder / "results")
    return folder


def test_a_fresh_clone_with_results_copied_in_retrains_nothing(clone):
    assert planned(clone) == {}


OTHERS = {
    "by other settings (settings.learning_rate 0.05, now 0.2": settings(relearn),
    "by other settings (settings.epochs 3, now 4": settings(lambda raw: raw["defaults"].update(epochs=4)),
    "by other settings (arm stuck_5, now flat_20": lambda folder: shutil.copy(
        folder / STUCK, folder / NETWORK
    ),
    "by other settings (seed 1, now 0": lambda folder: shutil.copy(folder / SECOND, folder / FIRST),
}


@pytest.mark.parametrize("reason", OTHERS)
def test_a_copied_network_of_other_settings_stops_the_run(reason, clone):
    OTHERS[reason](clone)
    run = snakemake(clone, "-n", "--cores", "1")
    assert run.returncode != 0
    refusal = rf"(\S+\.safetensors): .*{re.escape(reason)}.*\); `rm \1; \S*snakemake .*--cores 1 \1`"
    assert re.search(refusal, run.stdout), run.stdout[-2000:]


def test_why_names_what_snakemake_would_do(copy):
    def why(target):
        command = [sys.executable, "-m", "modgrow", "why", target, "--configfile", SMALL]
        return subprocess.run(command, cwd=copy, text=True, capture_output=True).stdout

    assert why("results/small/figures/fig4.svg").endswith("no setting or source file behind it has changed\n")
    EDITS["fits.py"][0](copy)
    EDITS["a learning rate"][0](copy)
    told = why("results/small/tables/timescales.parquet")
    assert "modgrow/experiments/fits.py changed: results/small/timescales/" in told
    assert f"settings.learning_rate 0.05, now 0.2: {NETWORK} and 1 more" in told
    assert "planned.flat_20.network.settings.learning_rate 0.05, now 0.2: results/small/tables/" in told
    assert len(told.splitlines()) == 4
