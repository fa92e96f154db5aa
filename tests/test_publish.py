"""Publishing: of a finished run and of one that is under way, what is refused, and networks by name."""

import hashlib
import shutil

import pandas as pd
import pytest

from modgrow import config, published
from modgrow.errors import ModgrowError
from modgrow.publish import publish
from modgrow.schemas import learning_curves, perturbation
from modgrow.store import networks, tables

pytestmark = pytest.mark.workflow
SMALL = "tests/small.yaml"


@pytest.fixture
def run(copy, monkeypatch):
    """A finished small run that may be edited: its settings and results; the working folder is its own."""
    monkeypatch.chdir(copy)
    return config.load(SMALL), copy / "results/small", copy / "docs/results"


def held(folder):
    """Every file below a folder and its content."""
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_all_of_a_finished_run_is_published_row_by_row(run):
    settings, results, place = run
    (place / "benchmarks").mkdir(parents=True)
    (place / "benchmarks/kept.json").write_text("[]")
    (place / "figures").mkdir()
    (place / "figures/gone.svg").write_text("of an earlier run")
    assert "The run is finished." in publish(settings, results, place, configfile=SMALL)
    made = {path.name for path in (results / "tables").glob("*.parquet")}
    assert {path.name for path in (place / "tables").iterdir()} == made
    for kind in (learning_curves, perturbation):
        mine, theirs = (folder / f"tables/{kind.SCHEMA.name}.parquet" for folder in (results, place))
        pd.testing.assert_frame_equal(tables.read(mine, kind.SCHEMA), tables.read(theirs, kind.SCHEMA))
        assert tables.provenance(mine) == tables.provenance(theirs)
    assert (place / "claims.csv").read_bytes() == (results / "claims.csv").read_bytes()
    assert (place / "benchmarks/kept.json").exists()
    assert not (place / "figures/gone.svg").exists()
    assert not list(results.glob(".publish*"))
    assert not list(place.glob(".*"))


def test_of_a_run_under_way_only_whole_arms_count(run):
    settings, results, place = run
    shutil.rmtree(results / "tables")
    (results / "learning_curves/modular_5/seed_1.parquet").unlink()
    (results / "perturbation/flat_20/seed_0.parquet").unlink()
    said = publish(settings, results, place, configfile=SMALL)
    curves = tables.read(place / "tables/learning_curves.parquet", learning_curves.SCHEMA)
    left = [arm for arm in settings.arms_of("all") if arm != "modular_5"]
    parts = [pd.read_parquet(results / f"learning_curves/{arm}/seed_0.parquet") for arm in left]
    order = {"by": ["arm", "epoch"], "ignore_index": True}
    expected = pd.concat(parts).sort_values(**order)
    pd.testing.assert_frame_equal(curves.sort_values(**order), expected, check_dtype=False)
    assert f"{len(left)} of {len(left) + 2} networks" in said
    disturbed = tables.read(place / "tables/perturbation.parquet", perturbation.SCHEMA)
    assert "flat_20" not in set(disturbed["arm"])
    assert "modular_5" in set(disturbed["arm"])
    assert not (place / "figures/fig2a.svg").exists()  # it would lack an arm
    judged = pd.read_csv(place / "claims.csv")
    assert "modular_5" not in " ".join(judged["arms"])
    assert "| `perturbation`" in (place / "README.md").read_text()


def test_a_table_of_other_settings_is_refused(run):
    _, results, place = run
    shutil.rmtree(results / "tables")
    changed = config.read_yaml(SMALL)
    changed["defaults"]["momentum"] = 0.2
    with pytest.raises(ModgrowError, match="momentum"):
        publish(config.check(changed, SMALL), results, place, configfile=SMALL)
    assert not place.exists()


def test_a_table_that_is_too_big_ends_it_and_nothing_is_touched(run):
    settings, results, place = run
    publish(settings, results, place, configfile=SMALL)
    before = held(place)
    with pytest.raises(
        ModgrowError, match=r"perturbation.parquet has 0.0 MB packed, at most 0.001 .*--limit"
    ):
        publish(settings, results, place, limit_mb=0.001, configfile=SMALL)
    assert held(place) == before


def test_nothing_trained_is_nothing_to_publish(run):
    settings, results, place = run
    shutil.rmtree(results / "learning_curves")
    shutil.rmtree(results / "tables")
    with pytest.raises(ModgrowError, match="other jobs are missing or out of date; `snakemake all"):
        publish(settings, results, place, configfile=SMALL)


def test_a_published_network_is_asked_by_name(run, monkeypatch):
    settings, results, place = run
    publish(settings, results, place, configfile=SMALL)
    monkeypatch.setattr(published, "PLACE", place / "networks")
    file = results / "networks/modular_5/seed_0.safetensors"
    assert published.names() == ["diverged_5", "flat_20", "frozen_5", "modular_5", "stuck_5"]
    same = published.load("modular_5").answers("0110100") == networks.read(file).answers("0110100")
    assert same.all()
    card = (place / "networks/modular_5/README.md").read_text()
    assert hashlib.sha256(file.read_bytes()).hexdigest() in card
    curve = tables.read(results / "learning_curves/modular_5/seed_0.parquet", learning_curves.SCHEMA)
    assert f"largest N solved | {curve['n_solved'].max()} |" in card
    with pytest.raises(ModgrowError, match="modular_50: published are diverged_5, flat_20"):
        published.load("modular_50")


def test_without_published_networks_the_error_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr(published, "PLACE", tmp_path)
    with pytest.raises(ModgrowError, match="no network is published yet; or name a file"):
        published.path_of("modular_10")
    assert published.path_of("a/file") == "a/file"
