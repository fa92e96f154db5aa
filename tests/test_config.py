"""Settings: the defaults are the paper's, and what is wrong is refused in one line that names the key."""

import json
import os
import re
import subprocess
import sys
from datetime import date

import numpy as np
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from modgrow import config
from modgrow.arm import Arm, Growth
from modgrow.config import Generalisation, Perturbation, Settings, Timescales
from modgrow.consistency import MOST_ARMS, MOST_NETWORKS, MOST_TEXT
from modgrow.errors import SettingsError
from tests.runs import ROOT


def check(arms=None, **raw):
    return config.check({"arms": arms or {"a": {"units": 5}}, **raw})


def test_config_yaml_names_every_key_with_its_default_and_description():
    text = (ROOT / "config.yaml").read_text()
    written = yaml.safe_load(text)["defaults"]
    for family in ("modular", "flat"):
        arm = Arm(units=1, architecture=family).model_dump(exclude={"architecture", "units"})
        of_modular_alone = ("growth", "pool_batches") if family == "flat" else ()
        for key, value in written.items():
            by_family = isinstance(value, dict) and set(value) == {"modular", "flat"}
            expected = arm.pop(key)
            if key not in of_modular_alone:
                assert (value[family] if by_family else value) == expected, (key, family)
        assert not arm
    unwritten = (
        "architecture",
        "units",
        "growth",
        "arms",
        "arm_seeds",
        "arm_targets",
        "column_names",
        "comparison",
    )
    for model in (Arm, Growth, Settings, Perturbation, Generalisation, Timescales):
        for key, field in model.model_fields.items():
            if key not in unwritten:
                assert re.search(rf"^ *{key}:.*# {re.escape(field.description)}$", text, re.M), key


def test_config_yaml_gives_every_section_the_records_defaults_but_for_names_of_arms():
    """Each setting lives once: what `config.yaml` repeats for its readers cannot drift from the records.

    How many networks there are, and from which number on, is a choice of the run and not of the paper.
    """
    written = yaml.safe_load((ROOT / "config.yaml").read_text())
    of_this_paper = {
        "generalisation": ("arms",),
        "timescales": ("arms",),
        "": (
            "arms",
            "arm_seeds",
            "arm_targets",
            "comparison",
            "pathways",
            "freezing",
            "duplication",
            "columns",
            "column_names",
            "studies",
        ),
    }
    of_the_run = ("seeds", "first_seed")
    defaults = Settings(arms={"a": Arm(units=1)}).model_dump(exclude={*of_this_paper[""], *of_the_run})
    for key, value in defaults.items():
        chosen = of_this_paper.get(key, ())
        if isinstance(value, dict):
            value = {inner: own for inner, own in value.items() if inner not in chosen}
            written[key] = {inner: own for inner, own in written[key].items() if inner not in chosen}
        assert written[key] == value, key


def test_the_papers_arms_and_seeds():
    settings = config.load(ROOT / "config.yaml")
    for units in (5, 10, 15, 20):
        assert settings.arms[f"modular_{units}"] == Arm(units=units)
        assert settings.seeds_of(f"modular_{units}") == range(100, 120)
    for units in (20, 54, 91, 128):
        arm = settings.arms[f"flat_{units}"]
        assert (arm.architecture, arm.units, arm.growth, arm.pool_batches) == ("flat", units, None, "fresh")
        assert settings.seeds_of(f"flat_{units}") == range(100, 110)
    assert settings.seeds_of("n200") == range(100, 101)
    assert len(settings.comparison) == 8


def test_the_learning_rate_is_each_familys_own():
    assert Arm(units=5).learning_rate == 0.2
    assert Arm(architecture="flat", units=20).learning_rate == 0.05
    assert Arm(architecture="flat", units=20, learning_rate=0.2).learning_rate == 0.2
    settings = config.load(ROOT / "config.yaml")
    assert {
        arm.learning_rate
        for name, arm in settings.arms.items()
        if name.startswith("flat_") and "." not in name
    } == {0.05}


def test_a_default_a_change_and_the_number_of_networks_may_differ_by_family():
    by_size = {"modular": "1.1/sqrt(units)", "flat": 0.3}
    change = {"clip_norm": {"modular": 1.0, "flat": 3.0}, "epochs": 4}
    settings = check(
        {"a": {"units": 4}, "f": {"units": 9, "architecture": "flat"}, "own": {"units": 4, "seeds": 5}},
        seeds={"modular": 3, "flat": 2},
        first_seed=7,
        defaults={"learning_rate": by_size, "momentum": {"modular": 0.2, "flat": 0.3}},
        columns={"v": {"arms": {"a": 1, "f": 1}, "change": change}},
    )
    a, f = settings.arms["a"], settings.arms["f"]
    assert (a.learning_rate, a.momentum) == (0.55, 0.2)
    assert (f.learning_rate, f.momentum) == (0.3, 0.3)
    assert [settings.arms[f"{arm}.v"].clip_norm for arm in "af"] == [1.0, 3.0]
    assert settings.comparison == ["a", "f", "own"]
    assert settings.networks() == [
        *[("a", 7), ("a", 8), ("a", 9)],
        *[("f", 7), ("f", 8)],
        *[("own", seed) for seed in range(7, 12)],
    ]
    assert settings.networks("columns") == [("a.v", 7), ("f.v", 7)]


def test_all_flat_arms_take_the_flat_values_also_where_the_family_is_a_default():
    settings = check(
        defaults={"architecture": "flat", "learning_rate": {"modular": 0.2, "flat": 0.3}},
        seeds={"modular": 3, "flat": 2},
    )
    assert settings.arms["a"].learning_rate == 0.3
    assert settings.arm_seeds == {"a": 2}


def test_an_arm_overrides_defaults_key_by_key():
    settings = check(
        {"a": {"units": 5, "growth": {"tau": "copy freeze"}}, "b": {"units": 6, "seeds": 2}},
        defaults={"learning_rate": 0.2, "growth": {"bias": "random train"}},
        seeds=3,
    )
    assert settings.arms["a"].learning_rate == 0.2
    assert settings.arms["a"].growth == Growth(tau="copy freeze", bias="random train")
    assert settings.networks() == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)]
    assert settings.comparison == ["b"]


def test_reordered_keys_are_the_same_recipe():
    one = check(
        {"a": {"units": 5, "learning_rate": 0.2, "growth": {"tau": "copy freeze", "bias": "copy freeze"}}}
    )
    two = check(
        {"a": {"growth": {"bias": "copy freeze", "tau": "copy freeze"}, "learning_rate": 0.2, "units": 5}}
    )
    assert list(one.arms["a"].canonical.items()) == list(two.arms["a"].canonical.items())


WRONG = [
    ({"a": {}}, {}, r"arms\.a\.units: is missing"),
    ({"a": {"units": "five"}}, {}, r"arms\.a\.units: is 'five'; must be a valid integer"),
    ({"a": {"units": 0}}, {}, r"arms\.a\.units: is 0; must be greater than or equal to 1 .*at most 4096"),
    ({"a": {"units": 5, "unist": 4}}, {}, r"arms\.a\.unist: unknown key; did you mean units\?"),
    ({"a": {"units": 5, "learning_rate": -1.0}}, {}, r"learning_rate: is -1\.0; must be greater than 0"),
    (
        {"a": {"units": 5, "learning_rate": float("nan")}},
        {},
        r"learning_rate: is nan; must be a finite number",
    ),
    ({"a": {"units": 5, "learning_rate": "1e-2"}}, {}, r"learning_rate: is '1e-2'.*write 1\.0e-2"),
    ({"a": {"units": True}}, {}, r"arms\.a\.units: is True; must be a valid integer"),
    (
        {"a": {"units": 5, "architecture": "modual"}},
        {},
        r"architecture: is 'modual'; must be 'modular' or 'flat'",
    ),
    *[
        ({"a": {"units": 5, "growth": {"tau": policy}}}, {}, rf"arms\.a\.growth\.tau: is '{policy}'; {said}")
        for policy, said in {
            "copy": "must be 'copy train' or 'copy freeze'; births are copy, initial, noisy_copy, random",
            "copy  train": "must be 'copy train' or 'copy freeze'",
            "noisycopy train": "must be 'noisy_copy train' or 'noisy_copy freeze'",
            "": "must be 'copy train' or 'copy freeze'",
            "x{y} train": "must be 'copy train' or 'copy freeze'",
        }.items()
    ],
    ({"a": {"units": 5, "growth": {"tau": 5}}}, {}, r"arms\.a\.growth\.tau: is 5; must be a valid string"),
    (
        {"a": {"units": 5, "growth": {"tua": "copy train"}}},
        {},
        r"growth\.tua: unknown key; did you mean tau\?",
    ),
    ({"a": {"units": 5, "growth": None}}, {}, r"arms\.a: growth is null"),
    ({"a": {"units": 5, "density": 1.5}}, {}, r"arms\.a\.density"),
    ({"a": {"units": 5, "epochs": None}}, {}, r"arms\.a: epochs and n_max are both null"),
    ({"a": {"units": 5, "momentum": 0.0}}, {}, r"arms\.a: nesterov is true but momentum is 0\.0"),
    ({"a": {"units": 5, "tau_initial": [2.0, 1.0]}}, {}, r"tau_initial is \[2\.0, 1\.0\]; the lower bound"),
    ({"a": {"units": 5, "length_factor": 1.0}}, {}, r"length_factor is 1\.0"),
    ({"a": {"units": 5, "seeds": 0}}, {}, r"arms\.a\.seeds: is 0; must be an integer from 1"),
    (
        {"f": {"units": 5, "architecture": "flat", "growth": {"feedforward": "copy freeze"}}},
        {},
        r"arms\.f: growth is given; a flat arm adds no modules",
    ),
    (
        {"f": {"units": 5, "architecture": "flat", "pool_batches": 7}},
        {},
        r"arms\.f: pool_batches is 7; a flat arm has no frozen activity",
    ),
    (
        {"a": {"units": 5, "target": "al"}},
        {},
        r"arms\.a\.target: is 'al'; must be one of all, pool_proof, far",
    ),
    ({"a b; rm": {"units": 5}}, {}, r"a b; rm"),
    ({"a": 5}, {}, r"arms\.a: is 5; must be a mapping"),
    ({"a": {"units": 5}}, {"sedes": 3}, r"sedes: unknown key; did you mean seeds\?"),
    ({"a": {"units": 5}}, {"device": "gpu"}, r"device: is 'gpu'; must be 'cpu', 'cuda' or 'auto'"),
    ({"a": {"units": 5}}, {"defaults": [1]}, r"defaults: is \[1\]; must be a mapping"),
    ({"a": {"units": 5}}, {"defaults": {"epoch": 3}}, r"defaults\.epoch: unknown key; did you mean epochs\?"),
    (
        {"a": {"units": 5}, "b": {"units": 5, "target": "pool_proof"}},
        {"comparison": ["b"]},
        r"comparison names 'b'; may name a",
    ),
    ({"a": {"units": 5}}, {"comparison": ["b"]}, r"comparison names 'b'; may name a"),
    ({"a": {"unit": 5}}, {}, r"arms\.a\.unit: unknown key; did you mean units\?"),
    ({"a": {"units": 5, "seed": 3}}, {}, r"arms\.a\.seed: unknown key; did you mean seeds\?"),
    ({"a": {"units": 5}}, {"default": {}}, r"default: unknown key; did you mean defaults\?"),
    ({"a": {"units": 5, "x" * 10**5: 3}}, {}, r"xxx\.\.\.: unknown key; `python -m modgrow settings` lists"),
    ({"a": {"units": 5, "target": "columns"}}, {}, r"target: is 'columns'; must be one of all"),
    ({"a": {"units": 5, "epochs": None, "n_max": 9, "threshold": 1.0}}, {}, r"threshold is 1\.0.*never ends"),
    ({"a": {"units": 5, "learning_rate": "0.1"}}, {}, r"learning_rate: is '0\.1'.*leave out the quotes"),
    *[
        ({"a": {"units": 5}}, {"defaults": junk}, r"defaults: is .*; must be a mapping")
        for junk in (0, "", [])
    ],
]
EACH = {"modular": 0.2, "flat": 0.05}
HALF = "give one value, or one for modular and one for flat"
WRONG += [
    ({"a": {"units": 5}}, {"seeds": {"modular": 3}}, rf"seeds: is .*; {HALF}"),
    (
        {"a": {"units": 5}},
        {"seeds": {"modular": 3, "flat": 0}},
        r"seeds\.flat: is 0; must be an integer from 1",
    ),
    (
        {"a": {"units": 5}},
        {"seeds": {"modular": True, "flat": 1}},
        r"seeds\.modular: is True; must be an int",
    ),
    ({"a": {"units": 5}}, {"seeds": {}}, r"seeds: is \{\}; must be a valid integer"),
    ({"a": {"units": 5, "seeds": {"modular": 3, "flat": 1}}}, {}, r"arms\.a\.seeds: is \{.*; must be an int"),
    ({"a": {"units": 5}}, {"first_seed": -1}, r"first_seed: is -1; must be greater than or equal to 0"),
    ({"a": {"units": 5}}, {"defaults": {"momentum": {"flat": 0.1}}}, rf"defaults\.momentum: is .*; {HALF}"),
    (
        {"a": {"units": 5}},
        {"defaults": {"momentum": {**EACH, "x": 1}}},
        rf"defaults\.momentum: is .*; {HALF}",
    ),
    (
        {"a": {"units": 5}},
        {"defaults": {"learning_rate": {"modular": 0.1, "flat": -1.0}}},
        r"defaults\.learning_rate: is -1\.0; must be greater than 0",
    ),
    (
        {"a": {"units": 5}},
        {"defaults": {"architecture": {"modular": "flat", "flat": "flat"}}},
        r"defaults\.architecture: is \{.*; must be 'modular' or 'flat'",
    ),
    (
        {"a": {"units": 5}},
        {"columns": {"v": {"arms": {"a": 1}, "change": {"epochs": {"flat": 3}}}}},
        rf"columns\.v\.change\.epochs: is .*; {HALF}",
    ),
    (
        {"a": {"units": 5, "learning_rate": EACH}},
        {},
        r"arms\.a\.learning_rate: is \{.*; must be a valid number",
    ),
    (
        {"a": {"units": 5, "copy_noise": -0.1}},
        {},
        r"copy_noise: is -0\.1; must be greater than or equal to 0",
    ),
    ({"a": {"units": 5, "bias_initial": "one"}}, {}, r"bias_initial: is 'one'; must be 'source' or 'single'"),
    (
        {"a": {"units": 5, "density": "uniform"}},
        {},
        r"density: is 'uniform'; must be 'per_batch' or 'per_seq",
    ),
]
RATES = [
    "1.1.1",
    "",
    "1e400",
    "-1",
    "1,1",
    ".",
    "１.１",
    "٣",
    "1_1",
    " 1",
    "0x1",
    "nan",
    "inf",
    "1" * 30,
    "0",
    "0.0",
]
WRONG += [
    ({"a": {"units": 5, "learning_rate": f"{rate}/sqrt(units)"}}, {}, r"arms\.a\.learning_rate: is ")
    for rate in RATES
]
PLAIN = "must be text, a number, true, false, null, a list or a mapping"
WRONG += [
    (
        {"a": {"units": 5, "learning_rate": value}},
        {},
        rf"arms\.a\.learning_rate: .*({PLAIN}|cannot be printed)",
    )
    for value in (np.int64(1), b"x", date(2001, 1, 1), {1}, (1,), 1j, object(), "\ud800", "a\nb", "\x1b[2J")
]
WRONG += [
    ({key: {"units": 5}}, {}, r"arms: the key .*; write it in quotes")
    for key in (5, None, True, 1.5, (1, 2), b"a", date(2001, 1, 1))
]
WRONG += [
    ({key: {"units": 5}}, {}, r"arms: the key .* cannot be printed") for key in ("a\n", "\x00", "\u202e")
]
TWO = {"a": {"units": 5}, "f": {"units": 9, "architecture": "flat"}}
SAME = {"lowest": 1.0, "highest": 1.0, "count": 2}


def column(arms=("a",), name="v", count=1, **change):
    return {"columns": {name: {"arms": dict.fromkeys(arms, count), "change": change}}}


IMPOSSIBLE = [
    (
        TWO,
        {"timescales": {"steps": 20, "max_lag": 30}},
        r"timescales: steps is 20; must be at least twice max_lag",
    ),
    (TWO, {"timescales": {"max_lag": 2}}, r"timescales\.max_lag: is 2; must be greater than or equal to 5"),
    (
        TWO,
        {"perturbation": {"weights": SAME}},
        r"perturbation\.weights: highest is 1\.0; must be at least 1\.001",
    ),
    (TWO, {"perturbation": {"tau": {**SAME, "lowest": 2.0}}}, r"perturbation\.tau: highest is 1\.0"),
    (TWO, {"perturbation": {"threshold": 1.0}}, r"perturbation\.threshold: is 1\.0; must be less than 1"),
    (TWO, {"generalisation": {"arms": ["a", "a"]}}, r"generalisation\.arms names 'a' 2 times"),
    (TWO, {"timescales": {"arms": ["f", "f"]}}, r"timescales\.arms names 'f' 2 times"),
    (TWO, {"comparison": ["a", "a"]}, r"comparison names 'a' 2 times"),
    (TWO, {"freezing": ["a", "f", "a"]}, r"freezing names 'a' 2 times"),
    (TWO, {"duplication": {"t": ["a", "a"]}}, r"duplication\.t names 'a' 2 times"),
    (TWO, {"duplication": {"t": []}}, r"duplication\.t: is \[\]; must have at least 1 item"),
    (TWO, {"duplication": {"": ["a"]}}, r"duplication\.: is ''; must have at least 1 character"),
    (TWO, {"duplication": {"x" * 81: ["a"]}}, r"must have at most 80 characters"),
    (
        TWO,
        {"duplication": {"a\tb": ["a"]}},
        r"duplication: the key 'a\\tb' has characters that cannot be printed",
    ),
    (TWO, {"pathways": "f"}, r"pathways names 'f', no modular arm of comparison; may name a"),
    (
        TWO,
        {"pathways": "a", "comparison": ["f"]},
        r"pathways names 'a', no modular arm of comparison; none may",
    ),
    (TWO, {"pathways": ""}, r"pathways names ''; may name a, f"),
    ({"a": {"units": 5}, "A": {"units": 6}}, {}, r"arms\.A: is a but for capitals"),
    ({**TWO, "a.v": {"units": 6}}, column(units=7), r"columns\.v: 'a\.v' is the name of another arm"),
    (
        {"a": {"units": 5}, "a.b": {"units": 6}},
        {
            "columns": {
                "b.c": {"arms": {"a": 1}, "change": {"units": 7}},
                "c": {"arms": {"a.b": 1}, "change": {"units": 8}},
            }
        },
        r"columns\.c: 'a\.b\.c' is the name of another arm",
    ),
    (TWO, column(name="v" * 63, units=7), r"is longer than 64 characters; rename the column"),
    (TWO, column(seeds=3), r"columns\.v\.change: seeds is no setting of a recipe"),
    (TWO, column(), r"columns\.v\.change: is \{\}; must have at least 1 item"),
    (TWO, column([], units=7), r"columns\.v\.arms: is \{\}; must have at least 1 item"),
    (TWO, column(["z"], units=7), r"columns\.v\.arms names 'z'; may name a, f"),
    (TWO, column(["f"], growth={"tau": "copy freeze"}), r"columns\.v\.change, arm f: growth is given"),
    (TWO, column(learning_rat=0.2), r"change, arm a\.learning_rat: unknown key; did you mean learning_rate"),
    (
        TWO,
        {"columns": {"v": {"arm": {"a": 1}}}},
        r"columns\.v\.arm: unknown key; did you mean arms",
    ),
    (TWO, column(units=5), r"columns\.v\.change: changes none of its arms; give another value or arms"),
    (TWO, column(count=0, units=7), r"columns\.v\.arms\.a: is 0; must be greater than or equal to 1"),
    (
        TWO,
        {"columns": {"v": {"arms": {"a": 1}, "change": {"units": 7}, "experiments": ["timescales"] * 2}}},
        r"columns\.v\.experiments names 'timescales' 2 times",
    ),
    ({"a": {"units": 5, "target": "pool_proof"}}, {}, r"arms: all are of target pool_proof"),
    ({**TWO, "b": {"units": 5, "target": "pool_proof"}}, {}, r"arms\.b: target is pool_proof, but no arm"),
    (
        {
            "a": {"units": 5, "pool_batches": "fresh"},
            "b": {"units": 5, "pool_batches": "fresh", "target": "pool_proof"},
        },
        {},
        r"arms\.b: target is pool_proof, but no arm",
    ),
]
IMPOSSIBLE += [
    (TWO, {key: None}, rf"{key}: is None; must be ")
    for key in Settings.model_fields
    if key not in (*Settings.derived, "arms", "pathways")
]
MANY = {f"a{n}": {"units": 5} for n in range(MOST_ARMS)}
TOO_LARGE = [
    ({f"a{n}": {"units": 5} for n in range(10**5)}, {}, r"arms\.a\d+: settings are more than \d+ values"),
    ({**MANY, "b": {"units": 5}}, {}, rf"arms: {MOST_ARMS + 1} arms and 0 of .* at most {MOST_ARMS} in all"),
    (MANY, {}, rf"arms: {MOST_ARMS} recipes, {MOST_ARMS} of them in comparison, are \d+ characters"),
    (TWO, {"seeds": 10**6}, rf"seeds: is 1000000; must be less than or equal to {MOST_NETWORKS}"),
    ({**TWO, "b": {"units": 6, "seeds": MOST_NETWORKS}}, {}, rf"seeds: {MOST_NETWORKS + 10} networks in all"),
    ({"a": {"units": 4096, "epochs": 10**6}}, {}, r"arms\.a: training would take about .* TB of memory"),
    (TWO, {"perturbation": {"draws": 10**7}}, r"arms\.a: perturbation would take about .* TB of memory"),
    (
        TWO,
        {"timescales": {"arms": ["a"], "steps": 10**7, "runs": 10**7}},
        r"arms\.a: timescales would take about .* TB of memory",
    ),
    (
        TWO,
        {"generalisation": {"arms": ["a"], "test_batches": 10**7}},
        r"arms\.a: generalisation would take about .* TB of memory",
    ),
    ({"a": {"units": 10**5000}}, {}, r"arms\.a\.units: is an integer of 5001 digits or so"),
    ({"a": {"units": "x" * 10**6}}, {}, r"arms\.a\.units: is 'xxx"),
]


def deep(levels):
    value = 1
    for _ in range(levels):
        value = {"a": value}
    return value


TOO_LARGE += [({"a": {"units": 5, "growth": deep(5000)}}, {}, r"arms\.a\.growth\.\.\.: lies deeper than")]
WRONG += IMPOSSIBLE + TOO_LARGE


@pytest.mark.parametrize(("arms", "top", "message"), WRONG, ids=range(len(WRONG)))
def test_wrong_settings_are_refused_in_one_line_that_names_the_key(arms, top, message):
    with pytest.raises(SettingsError, match=message) as caught:
        check(arms, **top)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= 300
    assert str(caught.value).startswith("config.yaml: ")


@pytest.mark.parametrize(
    "top",
    [
        {"duplication": {"{x} {arm} {{y}} $a_b% 'q' \"w\" \\frac{1}": ["a"], "é — 中": ["f"]}},
        {"comparison": []},
        {"comparison": ["a", "b"]},
        {"timescales": {"arms": ["a", "f"], "max_lag": 5, "steps": 10, "runs": 1, "burn_in": 0}},
        {"generalisation": {"arms": ["a", "f"], "n": 61, "k_max": 1, "epochs": 1, "test_batches": 1}},
        {"perturbation": {"weights": {"lowest": 1.0, "highest": 1.1, "count": 2}, "draws": 1, "steps": 1}},
        {"pathways": "b", "freezing": ["f"], "columns": {}},
        {"defaults": None},
        {"defaults": {"learning_rate": "1.1 / sqrt(units)", "momentum": 0.999, "tau_initial": [1.5, 1.5]}},
        {"defaults": {"batch_size": 1, "updates_per_epoch": 1, "test_batches": 1, "dtype": "float64"}},
        column(["a", "f"], learning_rate="1.1/sqrt(units)"),
    ],
)
def test_what_runs_to_the_end_is_accepted(top):
    settings = check({**TWO, "b": {"units": 5}}, **top)
    if "duplication" in top:
        assert list(settings.duplication) == list(top["duplication"])


def test_a_learning_rate_follows_the_size():
    arms = {"a": {"units": 4}, "b": {"units": 25}}
    settings = check(arms, defaults={"learning_rate": "1.1/sqrt(units)"})
    assert [settings.arms[arm].learning_rate for arm in arms] == [1.1 / 2, 1.1 / 5]


def test_the_largest_settings_fit_one_argument_of_a_command():
    """The longest `--id` names every recipe; Linux takes 131,072 characters, quotes and the rest included."""
    long = {"learning_rate": 0.123456789012345, "clip_norm": 1234567.123456789, "density": 0.123456789012345}
    for count in range(MOST_ARMS, 0, -1):
        names = [f"{n:064d}" for n in range(count)]
        try:
            settings = check({name: {"units": 4096, "epochs": 60, "seeds": 1, **long} for name in names})
        except SettingsError:
            continue
        break
    text = json.dumps({name: arm.canonical for name, arm in settings.arms.items()})
    assert 0.8 * MOST_TEXT < len(text) < 131_072 - 4096


def test_memory_that_is_not_there_is_said_before_any_job():
    settings = check(TWO)
    config.refuse_beyond(settings, 10_000, "config.yaml")
    with pytest.raises(
        SettingsError, match=r"arms\.a: training will need about 0\.\d GB of memory, and 0\.7 are"
    ):
        config.refuse_beyond(settings, 700, "config.yaml")


BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
MERGES = "a: &a {k: 1}\n" + "".join(
    f"{new}: &{new} {{<<: [{', '.join(['*' + old] * 9)}]}}\n"
    for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)
CHAIN = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 1000))
PLAINLY = "write it plainly, or text in quotes"
FILES = [
    ("- 1\n- 2\n", "is a list; must be a mapping"),
    ("", "is a NoneType; must be a mapping"),
    ("# only a comment", "is a NoneType; must be a mapping"),
    ("arms: {a: {units: 5}, a: {units: 6}}", "line 1: the key 'a' stands twice"),
    ("arms: [", "not valid YAML: line 1: "),
    ("? [1]\n: 2\n", "a key is a list"),
    ("? {a: 1}\n: 2\n", "a key is a mapping"),
    (BOMB, "line 5: more than 10000 values, aliases written out"),
    (MERGES, "line 5: more than 10000 values, aliases written out"),
    (CHAIN, "line 20: lies deeper than 20 levels"),
    ("a: &a [*a]", "line 1: an alias stands inside what it names"),
    ("a: &a {<<: *a}", "line 1: an alias stands inside what it names"),
    ("a: *b", "line 1: found undefined alias 'b'"),
    ("[" * 100_000, "line 1: lies deeper than 20 levels"),
    ("{a: " * 30_000, "line 1: lies deeper than 20 levels"),
    ("- " * 5000, "line 1: lies deeper than 20 levels"),
    ("? " * 5000, "line 1: lies deeper than 20 levels"),
    ("[x]," * 10_000, "not valid YAML: line 1: "),
    ("a: [" + "x, " * 10_000 + "]", "more than 10000 values"),
    ("# " * 70_000, "is larger than 128 kB; settings are smaller"),
    ("a:\n\t- 1", "line 2: found character '\\\\t' that cannot start any token"),
    ("---\na: 1\n---\nb: 1", "line 3: but found another document"),
    ("ä: 1".encode("latin-1"), r"is not UTF-8 text \(byte 1 is 0xe4\); save it as UTF-8"),
    ("a: ö".encode("utf-16"), r"is not UTF-8 text \(byte 1 is 0xff\); save it as UTF-8"),
    ("a: \x00", "not valid YAML: unacceptable character #x0000"),
    ("<<: 5", "not valid YAML: line 1: expected a mapping"),
]
FILES += [
    (
        f"a: {value}",
        f"line 1: '{value.removeprefix('!!int ').removeprefix('!!float ')}' is a number of .*; {PLAINLY}",
    )
    for value in (
        "12:30",
        "190:20:30.5",
        "010",
        "0x1F",
        "0b1",
        "1_000",
        "1_0.5",
        "!!int x",
        "!!float y",
        "1" * 50,
    )
]
FILES += [("a: " + "1" * 5000, PLAINLY), ("a: 1.0e+99999", PLAINLY), ("a: !!int ''", PLAINLY)]
FILES += [
    (
        f"a: {value}",
        "line 1: .* in YAML; settings are text|line 1: here stands !|line 1: 'x' is not a |expected a",
    )
    for value in (
        *(
            "2001-01-01",
            "2001-99-99",
            "!!timestamp x",
            "!!binary x",
            "!!binary aGk=",
            "!!set {x}",
            "!foo x",
            "=",
        ),
        *("!!omap [x: 1]", "!!pairs [x: 1]", "!foo [x]", "!!python/object/apply:os.getcwd []", "!<x> y"),
        *("!!bool x", "!!null x", "!!str [1]", "!!map [1]", "!!seq {}", "!!int [1]", "!!float {}"),
    )
]
FILES += [
    (f"{key}: x", f"line 1: the key '{key}' is a .* in YAML; write it in quotes")
    for key in ("5", "1.5", "on", "yes", "null", "~", "2001-01-01", "=")
]
FILES += [
    (f'"{key}": x', "line 1: the key '.*' cannot be printed; rename it")
    for key in (r"a\nb", r"\x1b[2J", r"\ud800", r"\u202e", r"\0")
]


@pytest.mark.parametrize(("text", "message"), FILES, ids=range(len(FILES)))
def test_files_that_are_not_settings_are_refused(tmp_path, text, message):
    path = tmp_path / "settings.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SettingsError, match=message) as caught:
        config.load(path)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) <= max(300, len(f"{path}: ") + 150)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("\ufeffa: ä", {"a": "ä"}),
        (
            "a: [+5, -0, .5, 5., 1.0e+5, yes, null, 0o7, 1e5]",
            {"a": [5, 0, 0.5, 5.0, 1e5, True, None, "0o7", "1e5"]},
        ),
        ("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}),
        ('"on": "12:30"', {"on": "12:30"}),
    ],
)
def test_a_settings_file_is_plain_values_read_as_utf_8(tmp_path, monkeypatch, text, found):
    monkeypatch.setattr("locale.getpreferredencoding", lambda *_: "ascii")
    path = tmp_path / "settings.yaml"
    path.write_bytes(text.encode())
    assert config.read_yaml(path) == found


def test_what_is_no_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", "/dev/zero", "a\0b", "x" * 5000, tmp_path / "pipe" / "x"):
        with pytest.raises(SettingsError, match=r"is not a file|cannot be read"):
            config.read_yaml(path)


def test_a_missing_settings_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: no such settings file; .*--configfile"):
        config.load(tmp_path / "nowhere.yaml")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(Arm.model_fields)), JUNK)
@example("growth", {"\n": None})
@example("learning_rate", "1.1.1/sqrt(units)")
@example("learning_rate", "/sqrt(units)")
@example("units", 10**5000)
def test_any_value_of_any_key_is_taken_or_refused_with_the_keys_name(key, value):
    message = ""
    try:
        arm = check({"a": {"units": 5, key: value}}).arms["a"]
    except SettingsError as error:
        message = str(error)
    if message:
        assert message.isprintable()
        assert len(message) <= 300
        assert "arms.a" in message
    else:
        assert Arm(**arm.model_dump()) == arm


def test_what_is_derived_follows_from_the_keys():
    arm = Arm(units=10)
    assert arm.n_limit == 61
    assert arm.lengths(2) == (4, 8)
    assert Arm(units=10, n_max=20).n_limit == 20
    assert Arm(units=10, epochs=None, n_max=200).n_limit == 200
    assert arm.pool_bytes == 150 * 256 * 4 * (244 + 245 * 10)


def test_proof_arms_find_the_arm_they_differ_from_in_the_pool_alone():
    settings = config.load(ROOT / "config.yaml")
    assert settings.proof_pairs() == {"fresh_5": "modular_5", "fresh_10": "modular_10"}
    assert not {"fresh_5", "fresh_10"} & {arm for arm, _ in settings.networks()}


def test_defaults_need_not_be_complete_by_themselves():
    arms = {"a": {"units": 5, "n_max": 9}, "f": {"units": 5, "architecture": "flat", "n_max": 9}}
    settings = check(arms, defaults={"epochs": None, "pool_batches": 7})
    assert (settings.arms["a"].n_limit, settings.arms["a"].pool_batches) == (9, 7)
    assert settings.arms["f"].pool_batches == "fresh"
    flat = check({"f": {"units": 5}}, defaults={"architecture": "flat", "growth": {"tau": "copy freeze"}})
    assert flat.arms["f"].growth is None


def test_merged_mappings_are_no_duplicates(tmp_path):
    path = tmp_path / "settings.yaml"
    path.write_text("arms: {x: &a {<<: &b {units: 1}, units: 3}}\nz: {<<: *a}\n")
    assert config.read_yaml(path) == {"arms": {"x": {"units": 3}}, "z": {"units": 3}}


def test_births_and_tasks_are_read_without_torch():
    """Settings are checked, and figures drawn, where torch need not be."""
    code = (
        "import sys; from modgrow import extensions\n"
        "for folder in extensions.FOLDERS:\n"
        "    for name in extensions.names(folder):\n"
        "        extensions.load(folder, name)\n"
        "sys.exit('torch' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
