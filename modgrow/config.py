"""The settings file: every arm resolved and checked before any job starts.

`config.yaml` gives `defaults` for all arms and, per arm, what it overrides; `Settings.arms` holds
the recipes complete (`modgrow/arm.py`), those of the sensitivity variants (`modular_10.lr_0.2`) among them.
"""

import math
import re
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import yaml
from pydantic import AfterValidator, Field, model_validator

from modgrow.arm import Arm, Record
from modgrow.errors import SettingsError
from modgrow.places import results_folder
from modgrow.validation import validated

TARGETS = ("all", "pool_proof", "sensitivity")
ArmName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]


Count = Annotated[int, Field(ge=1, le=10_000_000)]


class Strengths(Record):
    """Perturbation strengths epsilon: 0, and `count` geometric from `lowest` to `highest`."""

    lowest: float = Field(gt=0.0, le=1000.0, description="smallest epsilon above 0")
    highest: float = Field(gt=0.0, le=1000.0, description="largest epsilon")
    count: int = Field(ge=2, le=1000, description="how many, 0 not counted")


class Perturbation(Record):
    """Robustness to noise on weights and tau (Figs. 3, 5a-b)."""

    weights: Strengths = Field(
        default=Strengths(lowest=0.01, highest=10.0, count=10), description="epsilon for weights"
    )
    tau: Strengths = Field(
        default=Strengths(lowest=0.001, highest=10.0, count=13), description="epsilon for tau"
    )
    draws: Count = Field(10, description="independent perturbations per network")
    steps: Count = Field(1000, description="scored steps of each continuous run")
    threshold: float = Field(0.9, ge=0.0, le=1.0, description="a task counts as solved above this accuracy")


class Generalisation(Record):
    """Learning N + K with a new head (Fig. 2c)."""

    arms: list[str] = Field(default_factory=list, description="arms compared in Fig. 2c; none: no figure")
    n: int = Field(10, ge=1, le=1000, description="N the networks had solved")
    k_max: int = Field(10, ge=1, le=1000, description="K goes from 1 to this")
    epochs: Count = Field(10, description="epochs on N + K alone")
    test_batches: Count = Field(50, description="held-out batches, at p = 0.5")


class Timescales(Record):
    """Trained and effective timescales (Fig. 4)."""

    arms: list[str] = Field(default_factory=list, description="arms compared in Fig. 4; none: no figure")
    runs: Count = Field(10, description="continuous runs per drive")
    steps: Count = Field(100_000, description="time steps of each run")
    burn_in: int = Field(500, ge=0, le=10_000_000, description="steps before recording starts")
    max_lag: int = Field(30, ge=2, le=1000, description="autocorrelations are fitted at lags 0 to this")


class Variant(Record):
    """One setting changed in some arms."""

    arms: list[str] = Field(min_length=1, description="arms trained again with the change")
    change: dict[str, Any] = Field(min_length=1, description="the settings of an arm that are changed")


Experiment = Literal["generalisation", "perturbation", "timescales", "conservation"]


class Sensitivity(Record):
    """Does each conclusion hold under another setting? (`snakemake sensitivity`)"""

    seeds: int = Field(3, ge=1, le=1_000_000, description="networks per changed arm")
    stand_ins: dict[str, str] = Field(
        default_factory=dict, description="cheaper arms that take the part of others in the claims"
    )
    experiments: list[Experiment] = Field(
        default_factory=lambda: list(get_args(Experiment)),
        description="what is asked of the networks beside their learning curves",
    )
    variants: dict[ArmName, Variant] = Field(default_factory=dict, description="the changes by name")


class Settings(Record):
    """Everything in `config.yaml`."""

    results: Annotated[str, AfterValidator(results_folder)] = Field(
        "results", pattern=r"^[A-Za-z0-9_./\-]+$", description="folder of the results"
    )
    device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="where networks are trained")
    seeds: int = Field(5, ge=1, le=1_000_000, description="networks per arm that names no number")
    arms: dict[ArmName, Arm] = Field(min_length=1, description="the training recipes by name")
    comparison: list[str] = Field(
        default_factory=list,
        description="arms of Figs. 2 and 3; default: those that set only architecture, units and seeds",
    )
    perturbation: Perturbation = Field(default_factory=Perturbation, description="Figs. 3 and 5a-b")
    generalisation: Generalisation = Field(default_factory=Generalisation, description="Fig. 2c")
    timescales: Timescales = Field(default_factory=Timescales, description="Fig. 4")
    freezing: list[str] = Field(default_factory=list, description="arms of Fig. 6a; none: no figure")
    duplication: dict[str, list[str]] = Field(
        default_factory=dict, description="panels of Fig. 6b: title and arms; none: no figure"
    )
    sensitivity: Sensitivity = Field(
        default_factory=Sensitivity,
        description="target `sensitivity`: does each conclusion hold under another setting?",
    )
    pathways: str | None = Field(None, description="modular arm of Figs. 5a and 5b; null: no figure")
    arm_seeds: dict[str, int] = Field(default_factory=dict, description="networks per arm, derived")
    arm_targets: dict[str, str] = Field(default_factory=dict, description="target per arm, derived")

    @model_validator(mode="after")
    def _known_arms(self):
        named = {
            "comparison": self.comparison,
            "generalisation.arms": self.generalisation.arms,
            "timescales.arms": self.timescales.arms,
            "freezing": self.freezing,
            **{f"duplication.{title}": arms for title, arms in self.duplication.items()},
            "sensitivity.stand_ins": [*self.sensitivity.stand_ins, *self.sensitivity.stand_ins.values()],
            **{f"sensitivity.variants.{v}.arms": own.arms for v, own in self.sensitivity.variants.items()},
            "pathways": [self.pathways] if self.pathways else [],
        }
        may = [name for name in self.arms if self.arm_targets.get(name, "all") == "all"]
        for key, arms in named.items():
            if unknown := [arm for arm in arms if arm not in may]:
                raise ValueError(f"{key} names {unknown[0]!r}; may name {', '.join(may)}")
        return self

    def arms_of(self, target: str = "all") -> list[str]:
        """The arms that a target of the workflow needs."""
        return [arm for arm in self.arms if self.arm_targets[arm] == target]

    def networks(self, target: str = "all") -> list[tuple[str, int]]:
        """Every (arm, seed) that a target needs, seeds counted from 0."""
        return [(arm, seed) for arm in self.arms_of(target) for seed in range(self.arm_seeds[arm])]

    def variants_of(self, variant: str) -> dict[str, str]:
        """The arms that a sensitivity variant changes, and the names they are trained under."""
        return {arm: variant_name(arm, variant) for arm in self.sensitivity.variants[variant].arms}

    def proof_pairs(self) -> dict[str, str]:
        """Each arm of the target `pool_proof`, and its counterpart in `all`: the same but for the pool."""
        pairs = {}
        for fresh in self.arms_of("pool_proof"):
            for arm in self.arms_of("all"):
                if self.arms[arm].model_copy(update={"pool_batches": "fresh"}) == self.arms[fresh]:
                    pairs[fresh] = arm
        return pairs


def load(path: str | Path) -> Settings:
    """Read and check a settings file. Raises SettingsError."""
    return check(read_yaml(path), str(path))


def read_yaml(path: str | Path) -> dict:
    """A YAML mapping in which no key stands twice. Raises SettingsError."""
    try:
        raw = yaml.load(Path(path).read_text(encoding="utf-8"), _UniqueKeys)
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no such settings file; run from the project's root, or name one with --configfile"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise SettingsError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(raw, dict):
        raise SettingsError(f"{path}: is a {type(raw).__name__}; must be a mapping of keys to values")
    return raw


def check(raw: dict, name: str = "config.yaml") -> Settings:
    """Resolve every arm against `defaults` and check all of it. Raises SettingsError."""
    raw = dict(raw)
    defaults = raw.pop("defaults", None) or {}
    arms = raw.pop("arms", None)
    if not isinstance(defaults, dict):
        raise SettingsError(f"{name}: defaults: is {defaults!r}; must be a mapping of settings to values")
    if not isinstance(arms, dict) or not arms:
        raise SettingsError(f"{name}: arms: is {arms!r}; must be a mapping of arm names to recipes")
    if unknown := set(raw) & {"arm_seeds", "arm_targets"}:
        raise SettingsError(f"{name}: {unknown.pop()}: is derived; give `seeds` or `target` in each arm")
    validated(Settings, {"arms": {"any": Arm(units=1)}, **raw}, name, alone=False)
    seeds = raw.get("seeds", Settings.model_fields["seeds"].default)
    validated(Arm, {"units": 1, **defaults}, name, ("defaults",), alone=False)
    variants = _variant_arms(raw.get("sensitivity") or {}, arms)
    if double := set(arms) & set(variants):
        raise SettingsError(f"{name}: arms.{double.pop()}: is the name of a sensitivity variant; rename it")
    arms = arms | variants
    resolved = {arm: _resolve(arm, own, defaults, name) for arm, own in arms.items()}
    counts = {arm: _seeds(own.get("seeds", seeds), f"{name}: arms.{arm}") for arm, own in arms.items()}
    targets = {arm: _target(own.get("target", "all"), f"{name}: arms.{arm}") for arm, own in arms.items()}
    plain = [arm for arm, own in arms.items() if set(own) <= {"architecture", "units", "seeds"}]
    derived = {"arms": resolved, "arm_seeds": counts, "arm_targets": targets}
    return validated(Settings, {"comparison": plain, **raw, **derived}, name)


def _merged(recipe: dict, over: dict) -> dict:
    """`over` over `recipe`; the growth policy is merged pathway by pathway."""
    growth = [part["growth"] for part in (recipe, over) if isinstance(part.get("growth"), dict)]
    return recipe | over | ({"growth": growth[0] | growth[1]} if len(growth) == 2 else {})


def variant_name(arm: str, variant: str) -> str:
    """The name under which an arm is trained with a variant's change."""
    return f"{arm}.{variant}"


def _variant_arms(sensitivity: dict, arms: dict) -> dict[str, dict]:
    """The recipes of the sensitivity variants; a name that is not an arm is refused later, by its key."""
    parts = {"target": "sensitivity", "seeds": sensitivity.get("seeds", 3)}
    return {
        variant_name(arm, variant): _merged(arms[arm], own["change"]) | parts
        for variant, own in (sensitivity.get("variants") or {}).items()
        for arm in own["arms"]
        if isinstance(arms.get(arm), dict)
    }


def _by_size(rate: Any, units: Any) -> Any:
    """A learning rate written `1.1/sqrt(units)` as its number for this arm; anything else as it is."""
    written = re.fullmatch(r"([0-9.]+) */ *sqrt\(units\)", rate) if isinstance(rate, str) else None
    return float(written[1]) / math.sqrt(units) if written and isinstance(units, int) and units > 0 else rate


def _resolve(arm: Any, own: Any, defaults: dict, name: str) -> Arm:
    where = f"{name}: arms.{arm}"
    if not isinstance(own, dict):
        raise SettingsError(f"{where}: is {own!r}; must be a mapping with at least `units`")
    own = {key: value for key, value in own.items() if key not in ("seeds", "target")}
    flat = own.get("architecture", defaults.get("architecture")) == "flat"
    modular_only = ("growth", "pool_batches") if flat else ()
    merged = _merged({key: value for key, value in defaults.items() if key not in modular_only}, own)
    if "learning_rate" in merged:
        merged["learning_rate"] = _by_size(merged["learning_rate"], merged.get("units"))
    return validated(Arm, merged, name, ("arms", arm))


def _seeds(count: Any, where: str) -> int:
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 1_000_000:
        raise SettingsError(f"{where}.seeds: is {count!r}; must be an integer from 1 to 1000000")
    return count


def _target(target: Any, where: str) -> str:
    if target not in TARGETS:
        raise SettingsError(f"{where}.target: is {target!r}; must be one of {', '.join(TARGETS)}")
    return target


def work(arm: Arm) -> int:
    """Multiply-adds of one update at half the reachable N, in thousands: ranks arms by length."""
    products = 3 if arm.architecture == "flat" else 5
    shortest, longest = arm.lengths(max(arm.n_limit // 2, arm.n_first))
    return products * arm.units**2 * (shortest + longest) // 2 * arm.batch_size // 1000


def memory_mb(arm: Arm) -> int:
    """What a training job asks for: an interpreter with torch, the pools, passes through time."""
    length, item = arm.lengths(arm.n_limit)[1], 4 if arm.dtype == "float32" else 8
    one_pass = (2 * length + 1) * max(arm.units, 5) * max(arm.batch_size, 256) * item
    snapshots = arm.units**2 * item * arm.n_limit if arm.architecture == "flat" else 0
    return 600 + (int(1.1 * arm.pool_bytes) + 3 * one_pass + 3 * snapshots) // 2**20


class _UniqueKeys(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys; two arms with one name must not pass in silence."""

    def flatten_mapping(self, node):
        if not hasattr(node, "unique"):  # merging rewrites a node: look at it once, as it was written
            self._refuse_doubles(node)
            node.unique = True
        super().flatten_mapping(node)

    def _refuse_doubles(self, node):
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                raise yaml.YAMLError(f"a key is a {type(key).__name__}; must be text")
            if key in seen:
                line = key_node.start_mark.line + 1
                raise yaml.YAMLError(f"the key {key!r} stands twice, second at line {line}")
            seen.add(key)
