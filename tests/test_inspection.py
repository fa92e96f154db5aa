"""What files say of themselves, in what they differ, and why a result would be made again."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import torch

from modgrow import __main__
from modgrow.cli import inspection, why
from modgrow.errors import ModgrowError
from modgrow.learning.curriculum import Curriculum
from modgrow.model.trained import Trained
from modgrow.schemas import conservation
from modgrow.store import checked, networks, states, tables
from tests import curves
from tests.conftest import small_arm
from tests.runs import ROOT


@pytest.fixture
def network(tmp_path):
    curriculum = Curriculum(small_arm(epochs=1), 3)
    made_by = {"id": {"arm": "a", "seed": 3}, "versions": {"torch": "2"}, "sources": {"x.py": "abc"}}
    list(curriculum)
    networks.write(tmp_path / "n.safetensors", Trained.of(curriculum, made_by))
    states.write(tmp_path / "state.safetensors", curriculum.state(made_by))
    return str(tmp_path / "n.safetensors")


def test_a_network_shows_settings_seed_arm_digests_and_versions(network):
    shown = inspection.show(network)
    for words in ("learning_rate: 0.2", "seed: 3", "arm: a", "x.py: abc", "torch: '2'", "n_solved: 1"):
        assert words in shown
    assert shown.endswith(f"12 tensors, {2 * (5 + 25 + 5 + 5 + 10 + 2)} values")
    assert "accuracy" in inspection.show(network.replace("n.safetensors", "state.safetensors"))


def test_a_table_shows_what_made_it(tmp_path):
    curves.write(tmp_path / "t.parquet", provenance={"id": {"arms": {"a": 1}}})
    assert inspection.show(str(tmp_path / "t.parquet")).splitlines()[1:] == [
        "id:",
        "  arms: {a: 1}",
        "table: learning_curves",
        "12 columns, 50 rows, 600 values",
    ]


def test_two_networks_are_compared_in_what_they_say_and_hold(network, tmp_path):
    tensors, header = checked.read(network)
    same = inspection.compare(network, network)
    assert same.splitlines()[1:] == ["12 of 12 tensors are equal to the bit"]
    tau = tensors["chain.1.tau"].clone()
    tau[2] += 0.5
    header["arm"]["learning_rate"] = 0.3
    del tensors["chain.1.start.bias"]
    other = str(tmp_path / "other.safetensors")
    checked.write(other, {**tensors, "chain.1.tau": tau, "chain.1.bias": torch.ones(6)}, header)
    assert inspection.compare(network, other).splitlines()[1:] == [
        "arm.learning_rate: 0.2 | 0.3",
        "chain.1.bias: float32 (5,) | float32 (6,)",
        "chain.1.start.bias: in the first alone",
        "chain.1.tau: 1 of 5 values differ, by at most 0.5",
        "9 of 12 tensors are equal to the bit",
    ]


def test_two_tables_are_compared(tmp_path):
    one, n = curves.curve(epochs=9000), 9000
    two = one.assign(arm=["a"] * (n - 1) + ["c"], loss=one["loss"].where(one["epoch"] != 8500, 2.0))
    curves.write(tmp_path / "one.parquet", one)
    curves.write(tmp_path / "two.parquet", two, curves.made_by(seed=1))
    told = inspection.compare(str(tmp_path / "one.parquet"), str(tmp_path / "two.parquet"))
    assert told.splitlines()[1:] == [
        "id.seed: 0 | 1",
        "arm: 1 of 9000 values differ",
        "loss: 1 of 9000 values differ, by at most 2",
        "10 of 12 columns are equal to the bit",
    ]


def test_tables_of_other_columns_or_rows_are_compared_in_words(network, tmp_path):
    curves.write(tmp_path / "one.parquet")
    curves.write(tmp_path / "two.parquet", curves.curve(epochs=3))
    told = inspection.compare(str(tmp_path / "one.parquet"), str(tmp_path / "two.parquet")).splitlines()
    assert told[1] == "accuracy: 50 rows | 3 rows"
    rows = pd.DataFrame({"pathway": "tau", "module": range(1, 51), "variance": 0.5, "arm": "a", "seed": 0})
    rows["relative_change"] = 0.1
    tables.write(tmp_path / "three.parquet", rows, conservation.SCHEMA, curves.made_by())
    told = inspection.compare(str(tmp_path / "one.parquet"), str(tmp_path / "three.parquet")).splitlines()
    assert told[1:4] == [
        "table: learning_curves | conservation",
        "accuracy: in the first alone",
        "accuracy_previous: in the first alone",
    ]
    assert told[-1] == "2 of 16 columns are equal to the bit"
    with pytest.raises(ModgrowError, match=r"n\.safetensors: is not of one kind with"):
        inspection.compare(str(tmp_path / "one.parquet"), network)


def test_a_damaged_file_outside_of_any_results_is_to_be_taken_again(network, tmp_path, monkeypatch):
    for path in (Path(network), tmp_path / "t.parquet"):
        path.write_bytes(b"damaged")
        with pytest.raises(ModgrowError, match=r"; take it again from where it was made$"):
            inspection.show(str(path))
    (tmp_path / ".command").write_text("snakemake --configfile mine.yaml\n")
    with pytest.raises(ModgrowError, match=r"; `rm \S+; snakemake --configfile mine.yaml --cores 1 \S+` m"):
        inspection.show(network)


@pytest.mark.parametrize("name", ["none.safetensors", "none.parquet", "fig.svg"])
def test_what_cannot_be_shown_is_named(name, tmp_path):
    with pytest.raises(ModgrowError, match=rf"{re.escape(name)}: (no such|neither a network)"):
        inspection.show(str(tmp_path / name))


def test_the_command_line_answers_and_refuses_in_one_line(network, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["modgrow", "show", network])
    __main__.main()
    assert "seed: 3" in capsys.readouterr().out
    command = [sys.executable, "-m", "modgrow", "compare", network, str(tmp_path / "none.parquet")]
    refused = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    assert refused.returncode == 1
    assert re.fullmatch(r"error: .*none\.parquet: no such table; .*\n", refused.stderr)


PLANNED = {"arm": "a", "code": "new", "seed": 0, "settings": {"learning_rate": 0.2}}


def test_why_names_the_setting_and_the_source_file_that_changed(tmp_path, monkeypatch):
    path = str(tmp_path / "t.parquet")
    said = {
        "id": {**PLANNED, "code": "old", "settings": {"learning_rate": 0.1}},
        "sources": {"a": "1", "b": "2"},
    }
    curves.write(path, provenance=said)
    missing = str(tmp_path / "none.parquet")
    jobs = [("script", PLANNED, [path]), ("script", PLANNED, [missing, "figure.svg"])]
    monkeypatch.setattr(why, "_planned", lambda target, configfile: iter(jobs))
    monkeypatch.setattr(why.source, "digests", lambda script, extra: {"a": "2", "c": "3"})
    assert why.why("target").splitlines() == [
        "target would be made again:",
        f"  settings.learning_rate 0.1, now 0.2: {path}",
        f"  a changed: {path}",
        f"  b is gone: {path}",
        f"  c is new: {path}",
        f"  missing: {missing} and 1 more",
    ]
