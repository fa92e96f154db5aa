"""Whatever settings are accepted, the whole plan of jobs ends: every output is there, whatever was solved.

`EXAMPLES=500 pytest tests/test_any_settings.py` looks for new cases.
"""

import contextlib
import os

import pytest
import yaml
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st

from modgrow import config
from modgrow.arm import PATHWAYS
from modgrow.errors import SettingsError
from tests.jobs import ends

pytestmark = pytest.mark.workflow
EXAMPLES = os.environ.get("EXAMPLES")


# Settings: small enough to train in a moment, odd in every way that is accepted.

NAMES = [
    "mine",
    "other.one",
    "modular_5",
    "modular_10",
    "modular_15",
    "flat_20",
    "flat_91",
    "copy_none_5",
    "n200",
]
TITLES = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), min_size=1, max_size=12)
ODD = st.sampled_from(
    ["$x", "$W^R$", r"\tau", "a_b", "_a", "W^FF tau", r"\$", "%", "#", "<b>&", "ü'\"", "100 $ {", "{x}"]
)
BIRTHS = [f"{birth} {then}" for birth in ("copy", "random", "initial") for then in ("train", "freeze")]


@st.composite
def arms(draw) -> dict:
    """One recipe."""
    flat = draw(st.booleans())
    own = {"units": draw(st.integers(1, 6))} | ({"architecture": "flat"} if flat else {})
    first = draw(st.sampled_from([2, 2, 2, 1, 3, 7]))
    some = {
        "n_first": st.just(first),
        "threshold": st.sampled_from([0.0, 0.5, 1.0]),
        "leak": st.sampled_from(["inside", "outside"]),
        "dtype": st.sampled_from(["float32", "float64"]),
        "batch_size": st.integers(1, 8),
        "updates_per_epoch": st.integers(1, 3),
        "epochs": st.integers(1, 3),
        "seeds": st.integers(1, 3),
        "learning_rate": st.sampled_from([0.1, 100.0]),
        "negative_slope": st.sampled_from([0.0, 1.0]),
        "initial_state": st.sampled_from([0.0, 0.1]),
        "tau_trained": st.booleans(),
        "density": st.sampled_from(["per_sequence", 0.5]),
        "target": st.sampled_from(["all", "pool_proof"]),
    }
    if not flat:
        some["growth"] = st.fixed_dictionaries({}, optional={p: st.sampled_from(BIRTHS) for p in PATHWAYS})
        some["pool_batches"] = st.sampled_from(["fresh", 1, 3])
    own |= draw(st.fixed_dictionaries({"n_first": some.pop("n_first")}, optional=some))
    if own["learning_rate" if "learning_rate" in own else "units"] == 100.0:
        own["clip_norm"] = 1e9
    if draw(st.booleans()) and own.get("threshold") != 1.0:
        own["n_max"] = first + draw(st.integers(0, 2))
    return own


@st.composite
def any_settings(draw) -> dict:
    """Settings of a few arms, and what is asked of them."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    recipes = {name: draw(arms()) for name in names}
    recipes[names[0]].pop("target", None)
    may = [name for name in names if recipes[name].get("target", "all") == "all"]
    subset, some = (
        st.lists(st.sampled_from(may), min_size=n, max_size=len(may), unique=True) for n in (0, 1)
    )
    chains = [name for name in may if recipes[name].get("architecture") != "flat"]
    own = {
        "results": "results",
        "seeds": draw(st.integers(1, 2)),
        "arms": recipes,
        "defaults": {
            "epochs": 2,
            "updates_per_epoch": 2,
            "batch_size": 4,
            "test_batches": 1,
            "pool_batches": 2,
        },
        "perturbation": {
            "draws": draw(st.integers(1, 2)),
            "steps": draw(st.sampled_from([1, 20])),
            "weights": {"lowest": 0.1, "highest": 10.0, "count": draw(st.integers(2, 4))},
            "tau": {"lowest": 0.1, "highest": 10.0, "count": 2},
            "threshold": draw(st.sampled_from([0.0, 0.5, 0.9, 0.999])),
        },
        "generalisation": {
            "arms": draw(subset),
            "n": draw(st.integers(1, 4)),
            "k_max": draw(st.integers(1, 3)),
            "epochs": 1,
            "test_batches": 1,
        },
        "timescales": {
            "arms": draw(subset),
            "runs": draw(st.integers(1, 2)),
            "steps": draw(st.sampled_from([60, 200])),
            "burn_in": draw(st.sampled_from([0, 10])),
            "max_lag": draw(st.sampled_from([6, 30])),
        },
        "freezing": draw(subset),
        "duplication": draw(st.dictionaries(ODD | TITLES, some, max_size=3)),
    }
    if draw(st.booleans()):
        own["comparison"] = draw(subset)
    chains = [name for name in chains if name in own.get("comparison", [])]
    if chains and draw(st.booleans()):
        own["pathways"] = draw(st.sampled_from(chains))
    if draw(st.booleans()):
        change = draw(
            st.sampled_from([{"learning_rate": 0.3}, {"leak": "inside"}, {"epochs": 1, "n_max": 9}])
        )
        changed = draw(some)
        own["columns"] = {"other": {"arms": dict.fromkeys(changed, 1), "change": change}}
    return own


def targets_of(own: dict) -> list[str]:
    """`all`, and the other targets where there is something for them."""
    return ["all", *(["columns"] if "columns" in own else [])]


SMALL = """
results: results
seeds: 1
defaults: {epochs: 2, updates_per_epoch: 2, batch_size: 4, test_batches: 1, pool_batches: 2, threshold: 0.0}
perturbation: {draws: 1, steps: 10, weights: {lowest: 0.1, highest: 10.0, count: 2}}
"""
CASES = {
    "only one's own arm": """
        arms: {mine: {units: 5}}
        """,
    "nothing solved, two chains of one size": """
        arms:
          modular_5: {units: 5, threshold: 1.0, seeds: 3}
          other: {units: 5, threshold: 1.0}
          flat_20: {architecture: flat, units: 20, threshold: 1.0}
        comparison: [modular_5, other, flat_20]
        generalisation: {arms: [modular_5, flat_20], n: 3, k_max: 2, epochs: 1, test_batches: 1}
        timescales: {arms: [modular_5, flat_20], runs: 1, steps: 40, burn_in: 0, max_lag: 6}
        pathways: modular_5
        freezing: [modular_5, other]
        """,
    "everything diverges": """
        arms:
          modular_15: &far {units: 5, learning_rate: 100.0, clip_norm: 1.0e+9, updates_per_epoch: 20}
          flat_91: {<<: *far, architecture: flat}
        comparison: [modular_15, flat_91]
        generalisation: {arms: [modular_15, flat_91], n: 2, k_max: 1, epochs: 1, test_batches: 1}
        timescales: {arms: [modular_15, flat_91], runs: 1, steps: 40, burn_in: 0, max_lag: 6}
        pathways: modular_15
        duplication: {"$ {W^R}": [modular_15]}
        """,
    "single units, some frozen, from other tasks on": """
        arms:
          modular_5: {units: 1, n_first: 7, epochs: 3, seeds: 2}
          modular_15: {units: 1, epochs: 1, n_first: 1}
          frozen:
            units: 2
            growth: {input: &f copy freeze, recurrent: *f, feedforward: *f, bias: *f, tau: *f, readout: *f}
        comparison: [modular_5, modular_15, frozen]
        timescales: {arms: [modular_5, modular_15], runs: 1, steps: 40, burn_in: 0, max_lag: 6}
        pathways: frozen
        """,
    "flat arms alone, one driven, no comparison": """
        arms:
          flat_20: {architecture: flat, units: 3, epochs: null, n_max: 3}
          n200: {architecture: flat, units: 1, n_first: 40}
        comparison: []
        generalisation: {arms: [flat_20], n: 9, k_max: 1, epochs: 1, test_batches: 1}
        """,
    "two fresh arms beside their pools": """
        arms:
          modular_5: {units: 2, seeds: 2}
          small: {units: 1, threshold: 1.0}
          fresh: {units: 2, pool_batches: fresh, target: pool_proof, seeds: 2}
          small_fresh: {units: 1, threshold: 1.0, pool_batches: fresh, target: pool_proof}
        columns: {other: {arms: {small: 1}, change: {leak: inside}}}
        """,
}


@pytest.mark.parametrize("name", CASES)
def test_odd_but_accepted_settings_run_to_their_end(tmp_path, name):
    own = yaml.safe_load(SMALL) | yaml.safe_load(CASES[name])
    proof = ["pool_proof"] if "fresh" in own["arms"] else []
    results = ends(tmp_path, own, *targets_of(own), *proof)
    assert (results / "verdict.txt").read_text().strip()
    assert (results / "figures" / "claims.svg").exists()


def accepted(own: dict) -> bool:
    """Whether these are settings at all; what is refused, is refused before any job."""
    with contextlib.suppress(SettingsError):
        return bool(config.check(own))
    return False


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A new folder for every example."""
    return (tmp_path_factory.mktemp("any") for _ in iter(int, 1))


@settings(
    max_examples=int(EXAMPLES or 5),
    derandomize=not EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
)
@given(own=any_settings())
def test_any_accepted_settings_run_to_their_end(folders, own):
    assume(accepted(own))
    note(yaml.safe_dump(own, allow_unicode=True))
    results = ends(next(folders), own, *targets_of(own))
    assert (results / "verdict.txt").read_text().strip()
    assert list((results / "figures").glob("*.svg"))
    assert list((results / "pages").glob("*.html"))
