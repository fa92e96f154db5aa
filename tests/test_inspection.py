"""What files say of themselves, in what they differ, and why a result would be made again."""

import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
import torch

from modgrow import __main__, inspection, why
from modgrow.errors import ModgrowError
from modgrow.learning.curriculum import Curriculum
from modgrow.store import checked, networks, states, tables
from tests.conftest import small_arm
from tests.runs import ROOT


@pytest.fixture
def network(tmp_path):
    curriculum = Curriculum(small_arm(epochs=1), 3)
    made_by = {"id": {"arm": "a", "seed": 3}, "versions": {"torch": "2"}, "sources": {"x.py": "abc"}}
    list(curriculum)
    networks.write(tmp_path / "n.safetensors", networks.Trained.of(curriculum, made_by))
    states.write(tmp_path / "state.safetensors", curriculum.state(made_by))
    return str(tmp_path / "n.safetensors")


def test_a_network_shows_settings_seed_arm_digests_and_versions(network):
    shown = inspection.show(network)
    for words in ("learning_rate: 0.1", "seed: 3", "arm: a", "x.py: abc", "torch: '2'", "n_solved: 1"):
        assert words in shown
    assert shown.endswith(f"12 tensors, {2 * (5 + 25 + 5 + 5 + 10 + 2)} values")
    assert "accuracy" in inspection.show(network.replace("n.safetensors", "state.safetensors"))


def test_a_table_shows_what_made_it(tmp_path):
    tables.write(tmp_path / "t.parquet", pd.DataFrame({"n": [1, 2]}), {"id": {"arms": {"a": 1}}})
    assert inspection.show(str(tmp_path / "t.parquet")).splitlines()[1:] == [
        "id:",
        "  arms: {a: 1}",
        "1 columns, 2 values",
    ]


def test_two_networks_are_compared_in_what_they_say_and_hold(network, tmp_path):
    tensors, header = checked.read(network)
    same = inspection.compare(network, network)
    assert same.splitlines()[1:] == ["12 of 12 tensors are equal to the bit"]
    tau = tensors["chain.1.tau"].clone()
    tau[2] += 0.5
    header["arm"]["learning_rate"] = 0.2
    del tensors["chain.1.start.bias"]
    other = str(tmp_path / "other.safetensors")
    checked.write(other, {**tensors, "chain.1.tau": tau, "chain.1.bias": torch.ones(6)}, header)
    assert inspection.compare(network, other).splitlines()[1:] == [
        "arm.learning_rate: 0.1 | 0.2",
        "chain.1.bias: float32 (5,) | float32 (6,)",
        "chain.1.start.bias: in the first alone",
        "chain.1.tau: 1 of 5 values differ, by at most 0.5",
        "9 of 12 tensors are equal to the bit",
    ]


def test_two_tables_are_compared(tmp_path):
    one = pd.DataFrame({"arm": ["a", "b"], "accuracy": [0.5, np.nan]})
    tables.write(tmp_path / "one.parquet", one)
    tables.write(tmp_path / "two.parquet", one.assign(arm=["a", "c"]))
    told = inspection.compare(str(tmp_path / "one.parquet"), str(tmp_path / "two.parquet"))
    assert told.splitlines()[1:] == ["arm: 1 of 2 values differ", "1 of 2 columns are equal to the bit"]


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
    tables.write(path, pd.DataFrame({"n": [1]}), said)
    missing = str(tmp_path / "none.parquet")
    jobs = [("script", PLANNED, [path]), ("script", PLANNED, [missing, "figure.svg"])]
    monkeypatch.setattr(why, "_planned", lambda target, configfile: iter(jobs))
    monkeypatch.setattr(why.source, "digests", lambda script: {"a": "2", "c": "3"})
    assert why.why("target").splitlines() == [
        "target would be made again:",
        f"  settings.learning_rate 0.1, now 0.2: {path}",
        f"  a changed: {path}",
        f"  b is gone: {path}",
        f"  c is new: {path}",
        f"  missing: {missing} and 1 more",
    ]
