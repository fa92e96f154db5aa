"""The explorer as a file: what goes into the page, what is refused, what the workflow plans. No browser."""

import base64
import json
import re
import subprocess
import sys

import numpy as np
import pytest
import torch

from modgrow import __main__, config
from modgrow.cli import explore
from modgrow.errors import ModgrowError
from modgrow.explorer import bundle, page
from modgrow.model import exact
from modgrow.model.growth import grow
from modgrow.model.network import Network
from modgrow.model.trained import Trained
from modgrow.plan.plan import Plan
from modgrow.store import networks
from tests.conftest import small_arm
from tests.runs import ROOT


def networks_of(text):
    """The networks in a page."""
    written = re.search(r'id="networks">(.*?)</script>', text, re.DOTALL)[1]
    return json.loads(written)


def diverged():
    network = Network(small_arm())
    grow(network, 0)
    with torch.no_grad():
        network.newest.bias.fill_(float("nan"))
    return Trained(network, 0, 1, diverged=True)


def test_the_command_writes_one_page_that_asks_for_nothing(tmp_path, monkeypatch, capsys):
    networks.write(tmp_path / "n.safetensors", exact.chain(5, 9))
    words = ["explore", str(tmp_path / "n.safetensors"), "--output", str(tmp_path / "page.html")]
    monkeypatch.setattr(sys, "argv", ["modgrow", *words])
    __main__.main()
    said = capsys.readouterr().out
    assert said.startswith(f"{tmp_path / 'page.html'}: 1 networks beside the exact ones, 0.")
    text = (tmp_path / "page.html").read_text()
    assert len(text) < page.LARGEST
    assert not re.search(r'(src|href)="(?!data:)', text)
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|EventSource|importScripts)\b", text)
    assert "http" not in text.replace('http-equiv="', "")
    assert "<!--" not in text.replace("<!doctype", "")


def test_the_weights_in_the_page_are_those_of_the_network():
    trained = exact.chain(5, 9)
    shown, by_hand, flat = networks_of(page.draw([trained]))
    assert (shown["units"], shown["nSolved"], len(shown["modules"])) == (5, 9, 8)
    assert (by_hand["name"], flat["name"]) == ("exact_modular", "exact_flat")
    module = trained.network.chain[3]
    for name in ("input", "recurrent", "feedforward", "bias", "tau", "readout"):
        found = np.frombuffer(base64.b64decode(shown["modules"][3][name]), "<f4")
        assert np.array_equal(found, getattr(module, name).numpy().ravel()), name
    assert "feedforward" not in shown["modules"][0]


def test_a_network_is_shown_as_it_was_when_it_had_solved_its_last(tmp_path):
    network = Network(small_arm())
    grow(network, 0)
    networks.write(tmp_path / "nothing.safetensors", Trained(network, 0, 1))
    grow(network, 0)
    grow(network, 0)
    networks.write(tmp_path / "two.safetensors", Trained(network, 0, 3))
    assert len(page.read(tmp_path / "nothing.safetensors").network.chain) == 1
    assert len(page.read(tmp_path / "two.safetensors").network.chain) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"output": "page.pdf"}, "page.pdf: the explorer is a page; name an .html file"),
        ({"paths": ["t.parquet"]}, "t.parquet: is no network; name a .safetensors file"),
        ({"paths": ["none.safetensors"]}, "none.safetensors: no such network"),
        ({"paths": ["d.safetensors"]}, "d.safetensors: diverged in training before it solved anything"),
        ({"paths": ["big.safetensors"]}, "the page would be 2."),
    ],
)
def test_what_cannot_be_shown_is_refused_in_one_line(tmp_path, monkeypatch, changes, said):
    monkeypatch.chdir(tmp_path)
    networks.write("d.safetensors", diverged())
    networks.write("big.safetensors", exact.chain(60, 60))
    with pytest.raises(ModgrowError) as refused:
        explore.write(**{"paths": [], "output": "page.html", **changes})
    assert str(refused.value).startswith(said)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "page.html").exists()


def test_the_script_leaves_out_what_the_page_cannot_run_or_has_no_room_for(tmp_path):
    """As the workflow calls it: a job must not fail because of one of the networks."""
    given = {"good": exact.chain(5, 9), "diverged": diverged(), "big": exact.chain(60, 60)}
    for name, trained in given.items():
        networks.write(tmp_path / f"{name}.safetensors", trained)
    script = [sys.executable, str(ROOT / "workflow/scripts/explorer.py"), "--id", "{}"]
    files = ["--inputs", *(str(tmp_path / f"{name}.safetensors") for name in given)]
    outputs = ["--outputs", str(tmp_path / "page.html")]
    subprocess.run([*script, *files, *outputs], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, check=True)
    shown = networks_of((tmp_path / "page.html").read_text())
    assert [one["name"] for one in shown] == ["modular_5/seed_0", "exact_modular", "exact_flat"]


def test_every_file_of_the_page_is_in_it_after_those_that_it_needs():
    order = bundle.modules(bundle.PAGE)
    there = {path.name for path in bundle.STATIC.glob("*.js")}
    assert there == {*order, *bundle.modules(bundle.WORKER)}
    for name in order:
        needed = re.findall(r'from "\./(.*?)"', bundle.read(name))
        assert all(order.index(other) < order.index(name) for other in needed)
    script = bundle.script(bundle.PAGE)
    assert not re.search(r"^(import|export) ", script, re.MULTILINE)
    exported = [name for own in order for name in re.findall(r"^export \w+ (\w+)", bundle.read(own), re.M)]
    assert len(set(exported)) == len(exported)


def test_a_changed_file_of_the_page_makes_it_again(tmp_path, monkeypatch):
    before = bundle.digest()
    for path in bundle.STATIC.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(bundle, "STATIC", tmp_path)
    assert bundle.digest() == before
    (tmp_path / "chart.js").write_text("// another\n")
    assert bundle.digest() != before


def test_the_plan_shows_the_first_networks_of_a_few_arms_and_all_waits_for_it():
    plan = Plan(config.load(ROOT / "config.yaml"))
    (job,) = [job for job in plan.jobs if job.name == "explorer"]
    arms = ["modular_10", "modular_5", "flat_54", "flat_20"]
    assert job.reads == [f"networks/{arm}/seed_100.safetensors" for arm in arms]
    assert job.makes == ["explorer.html"]
    assert "explorer.html" in plan.makes("all")
    assert bundle.digest() in plan.identity_of(job)
