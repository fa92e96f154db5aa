"""The command `modgrow exact`: what it writes is a network as any other, what it cannot is one line."""

import subprocess
import sys

import pytest

from modgrow import __main__
from modgrow.cli import exact, inspection
from modgrow.errors import ModgrowError
from modgrow.store import headers, networks
from tests.runs import ROOT


def test_a_chain_is_written_and_read_and_shown(tmp_path, monkeypatch, capsys):
    path = str(tmp_path / "mine.safetensors")
    monkeypatch.setattr(sys, "argv", ["modgrow", "exact", "4", path, "--n", "7"])
    __main__.main()
    assert capsys.readouterr().out == f"{path}: modular, 4 units, built by hand, answers N = 2 to 7\n"
    trained = networks.read(path)
    assert (len(trained.network.chain), trained.n_solved) == (6, 7)
    assert trained.answers("0110100")[:, -1, 0].tolist() == [0, 1, 1, 0, 1, 1]  # of the last 2 to 7 bits
    assert "arm: exact_4" in inspection.show(path)
    assert "modgrow/model/exact.py" in headers.provenance(path)["sources"]


def test_the_usual_n_is_the_papers_and_that_of_a_flat_network_follows_from_its_units(tmp_path):
    said = exact.write(str(tmp_path / "chain.safetensors"), 3, None, False)
    assert said.endswith("modular, 3 units, built by hand, answers N = 2 to 61")
    said = exact.write(str(tmp_path / "flat.safetensors"), 9, None, True)
    assert said.endswith("flat, 9 units, built by hand, answers N = 2 to 5")
    assert networks.read(tmp_path / "flat.safetensors").at(3).heads == range(2, 4)


@pytest.mark.parametrize(
    ("name", "units", "n", "flat", "said"),
    [
        ("mine.png", 4, 7, False, "a network is a .safetensors file; name it so"),
        ("there.safetensors", 4, 7, False, "is there already, and may have been trained"),
        ("mine.safetensors", 4, 7, True, "--n: the units of a flat network say how far it goes"),
        ("mine.safetensors", 1, 7, False, "units is 1; an exclusive or takes"),
        ("mine.safetensors", 4, 1, False, "n is 1; parity begins"),
        ("mine.safetensors", 5000, 2, False, "units: is 5000; must be less than or equal to 4096"),
        ("mine.safetensors", 4000, None, True, "would take 512 GB, at most 4; ask for less"),
    ],
)
def test_what_cannot_be_written_is_refused_in_one_line(tmp_path, name, units, n, flat, said):
    (tmp_path / "there.safetensors").write_text("mine")
    with pytest.raises(ModgrowError, match=said) as refused:
        exact.write(str(tmp_path / name), units, n, flat)
    assert "\n" not in str(refused.value)
    assert (tmp_path / "there.safetensors").read_text() == "mine"
    assert not (tmp_path / "mine.safetensors").exists()


def test_units_that_are_no_number_are_refused_by_the_command_line():
    command = [sys.executable, "-m", "modgrow", "exact", "ten", "x.safetensors"]
    refused = subprocess.run(command, cwd=ROOT, text=True, capture_output=True)
    assert refused.returncode == 2
    assert "invalid int value: 'ten'" in refused.stderr
