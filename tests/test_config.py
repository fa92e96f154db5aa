"""Settings: the defaults are the paper's, and what is wrong is refused in one line that names the key."""

import re

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from modgrow import config
from modgrow.arm import Arm, Growth
from modgrow.config import Settings
from modgrow.errors import SettingsError
from tests.runs import ROOT


def check(arms=None, **raw):
    return config.check({"arms": arms or {"a": {"units": 5}}, **raw})


def test_config_yaml_names_every_key_with_its_default_and_description():
    text = (ROOT / "config.yaml").read_text()
    written = yaml.safe_load(text)
    arm = Arm(units=1).model_dump()
    expected = {key: value for key, value in arm.items() if key not in ("architecture", "units")}
    assert written["defaults"] == expected
    unwritten = ("architecture", "units", "growth", "arms", "arm_seeds", "arm_targets", "comparison")
    for model in (Arm, Growth, Settings):
        for key, field in model.model_fields.items():
            if key not in unwritten:
                assert re.search(rf"^ *{key}: .*# {re.escape(field.description)}$", text, re.M), key


def test_the_papers_arms_and_seeds():
    settings = config.load(ROOT / "config.yaml")
    for units in (5, 10, 15, 20):
        assert settings.arms[f"modular_{units}"] == Arm(units=units)
        assert settings.arm_seeds[f"modular_{units}"] == (20 if units == 5 else 5)
    for units in (20, 54, 91, 128):
        arm = settings.arms[f"flat_{units}"]
        assert (arm.architecture, arm.units, arm.growth, arm.pool_batches) == ("flat", units, None, "fresh")
        assert settings.arm_seeds[f"flat_{units}"] == 5


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
    (
        {"a": {"units": 5, "growth": {"tau": "copy"}}},
        {},
        r"arms\.a\.growth\.tau: is 'copy'; must be 'copy train'",
    ),
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
    ({"a": {"units": 5, "target": "al"}}, {}, r"arms\.a\.target: is 'al'; must be one of all, pool_proof"),
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
]


@pytest.mark.parametrize(("arms", "top", "message"), WRONG, ids=[w[2][:40] for w in WRONG])
def test_wrong_settings_are_refused_in_one_line_that_names_the_key(arms, top, message):
    with pytest.raises(SettingsError, match=message) as caught:
        check(arms, **top)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("config.yaml: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- 1\n- 2\n", "is a list; must be a mapping"),
        ("", "is a NoneType; must be a mapping"),
        ("arms: {a: {units: 5}, a: {units: 6}}", "the key 'a' stands twice"),
        ("arms: [", "not valid YAML"),
        ("? [1]\n: 2\n", "a key is a list"),
    ],
)
def test_files_that_are_not_settings_are_refused(tmp_path, text, message):
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=message) as caught:
        config.load(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_settings_file_is_named(tmp_path):
    with pytest.raises(SettingsError, match=r"nowhere\.yaml: no such settings file; .*--configfile"):
        config.load(tmp_path / "nowhere.yaml")


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(sorted(Arm.model_fields)), JUNK)
def test_any_value_of_any_key_is_taken_or_refused_with_the_keys_name(key, value):
    message = ""
    try:
        arm = check({"a": {"units": 5, key: value}}).arms["a"]
    except SettingsError as error:
        message = str(error)
    if message:
        assert "\n" not in message
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
