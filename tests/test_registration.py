"""What is registered is what the code says, and a change of either is seen."""

import dataclasses
import json

import pytest

from modgrow import config
from modgrow.verdict import registration
from modgrow.verdict.all_claims import CLAIMS
from tests.runs import ROOT


@pytest.fixture(scope="module")
def settings():
    return config.load(ROOT / "config.yaml")


def test_the_committed_records_are_those_of_the_code(settings):
    """After a change that is meant: `modgrow register`, and a line in docs/log.md that argues it."""
    committed = json.loads((ROOT / "docs/registration.json").read_text(encoding="utf-8"))
    digest = committed.pop("digest")
    assert committed == registration.records(settings)
    assert digest == registration.digest(committed)
    assert digest[:16] in (ROOT / "docs/registration.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("key", ["statistic", "threshold", "because", "arms", "headline", "panel"])
def test_a_changed_claim_changes_the_records(key, settings, monkeypatch):
    other = {"threshold": 0.123, "arms": ("modular_5",), "headline": None}.get(key, "other")
    changed = (dataclasses.replace(CLAIMS[0], **{key: other}), *CLAIMS[1:])
    before = registration.digest(registration.records(settings))
    monkeypatch.setattr(registration, "CLAIMS", changed)
    assert registration.digest(registration.records(settings)) != before


def test_a_changed_arm_seed_or_column_changes_the_records(settings):
    before = registration.digest(registration.records(settings))
    raw = config.read_yaml(ROOT / "config.yaml")
    for change in ({"first_seed": 200}, {"defaults": {**raw["defaults"], "momentum": 0.2}}, {"columns": {}}):
        other = config.check({**config.read_yaml(ROOT / "config.yaml"), **change})
        assert registration.digest(registration.records(other)) != before


def test_no_seed_that_anything_was_chosen_with_is_registered(settings):
    assert all(settings.seeds_of(arm)[0] >= 100 for arm in settings.arms)
