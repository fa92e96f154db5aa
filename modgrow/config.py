"""The settings file: every arm resolved and checked before any job starts.

`config.yaml` gives `defaults` for all arms and, per arm, what it overrides; `Settings.arms` holds
the recipes complete (`modgrow/arm.py`), those of the sensitivity variants (`modular_10.lr_0.2`) among them.
"""

import math
import re
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, get_args

from pydantic import AfterValidator, Field

from modgrow.arm import Arm, Record
from modgrow.consistency import MOST_ARMS, MOST_NETWORKS, problems
from modgrow.errors import printable
from modgrow.examinations import Generalisation, Perturbation, Timescales
from modgrow.forecast import needs
from modgrow.places import results_folder
from modgrow.settings_file import read_yaml
from modgrow.validation import plain, refusal, shown, validated

TARGETS = ("all", "pool_proof")
OF_ARMS = ("seeds", "target")  # what an arm says beside its recipe
BY_SIZE = re.compile(r"([0-9]{1,20}(?:\.[0-9]{0,20})?) */ *sqrt\(units\)")

ArmName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Seeds = Annotated[int, Field(ge=1, le=MOST_NETWORKS)]


class Variant(Record):
    """One setting changed in some arms."""

    arms: list[str] = Field(min_length=1, description="arms trained again with the change")
    change: dict[str, Any] = Field(min_length=1, description="the settings of an arm that are changed")


Experiment = Literal["perturbation", "timescales", "conservation", "generalisation"]


class Sensitivity(Record):
    """Does each conclusion hold under another setting? (`snakemake sensitivity`)"""

    seeds: Seeds = Field(3, description="networks per changed arm")
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

    derived: ClassVar[tuple[str, ...]] = ("arm_seeds", "arm_targets")

    results: Annotated[str, AfterValidator(results_folder)] = Field(
        "results", pattern=r"^[A-Za-z0-9_./\-]+$", description="folder of the results"
    )
    device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="where networks are trained")
    seeds: Seeds = Field(5, description="networks per arm that names no number")
    arms: dict[ArmName, Arm] = Field(min_length=1, description="the training recipes by name")
    comparison: list[str] = Field(
        default_factory=list,
        description="arms of Figs. 2 and 3; default: those that set only architecture, units and seeds",
    )
    perturbation: Perturbation = Field(default_factory=Perturbation, description="Figs. 3 and 5a-b")
    generalisation: Generalisation = Field(default_factory=Generalisation, description="Fig. 2c")
    timescales: Timescales = Field(default_factory=Timescales, description="Fig. 4")
    freezing: list[str] = Field(default_factory=list, description="arms of Fig. 6a; none: no figure")
    duplication: dict[Title, Annotated[list[str], Field(min_length=1)]] = Field(
        default_factory=dict,
        max_length=20,
        description="panels of Fig. 6b: title and arms; none: no figure",
    )
    sensitivity: Sensitivity = Field(
        default_factory=Sensitivity,
        description="target `sensitivity`: does each conclusion hold under another setting?",
    )
    pathways: str | None = Field(None, description="modular arm of Figs. 5a and 5b; null: no figure")
    arm_seeds: dict[str, int] = Field(default_factory=dict, description="networks per arm, derived")
    arm_targets: dict[str, str] = Field(default_factory=dict, description="target per arm, derived")

    def asked(self, experiment: str) -> list[str]:
        """The arms whose networks an experiment asks, those of sensitivity variants among them."""
        arms = {
            "generalisation": self.generalisation.arms,
            "perturbation": self.comparison,
            "timescales": self.timescales.arms,
            "conservation": [arm for arm in self.comparison if self.arms[arm].architecture == "modular"],
        }[experiment]
        if experiment not in self.sensitivity.experiments or not self.sensitivity.variants:
            return arms
        stand_ins = [self.sensitivity.stand_ins.get(arm, arm) for arm in arms]
        pairs = [pair for variant in self.sensitivity.variants for pair in self.variants_of(variant).items()]
        changed = [name for arm, name in pairs if arm in stand_ins]
        return list(dict.fromkeys([*arms, *stand_ins, *changed]))

    def arms_of(self, target: str = "all") -> list[str]:
        """The arms that a target of the workflow needs."""
        return [arm for arm in self.arms if self.arm_targets[arm] == target]

    def seeds_of(self, arm: str) -> range:
        """The seeds of an arm's networks."""
        return range(self.arm_seeds[arm])

    def networks(self, target: str = "all") -> list[tuple[str, int]]:
        """Every (arm, seed) that a target needs."""
        return [(arm, seed) for arm in self.arms_of(target) for seed in self.seeds_of(arm)]

    def variants_of(self, variant: str) -> dict[str, str]:
        """The arms that a sensitivity variant changes, and the names they are trained under."""
        return {arm: variant_name(arm, variant) for arm in self.sensitivity.variants[variant].arms}

    def proof_pairs(self) -> dict[str, str]:
        """Each arm of the target `pool_proof`, and its counterpart in `all`: the same but for the pool."""
        pairs = {}
        for fresh in self.arms_of("pool_proof"):
            for arm in self.arms_of("all"):
                as_fresh = self.arms[arm].model_copy(update={"pool_batches": "fresh"})
                if self.arms[arm] != as_fresh == self.arms[fresh]:
                    pairs[fresh] = arm
        return pairs


def load(path: str | Path) -> Settings:
    """Read and check a settings file. Raises SettingsError."""
    return check(read_yaml(path), str(path))


def check(raw: dict, name: str = "config.yaml") -> Settings:
    """Resolve every arm against `defaults` and check all of it. Raises SettingsError."""
    raw = plain(raw, name)
    defaults, arms = raw.pop("defaults", None), raw.pop("arms", None)
    defaults = {} if defaults is None else defaults
    if not isinstance(defaults, dict):
        raise refusal(name, f"defaults: is {shown(defaults)}; must be a mapping of settings to values")
    if not isinstance(arms, dict) or not arms:
        raise refusal(name, f"arms: is {shown(arms)}; must be a mapping of arm names to recipes")
    if given := set(raw) & set(Settings.derived):
        raise refusal(name, f"{min(given)}: is derived; give `seeds` or `target` in each arm")
    validated(Settings, {"arms": {"any": Arm(units=1)}, **raw}, name, alone=False, also=("defaults",))
    validated(Arm, _sized({"units": 1, **defaults}), name, ("defaults",), alone=False)
    seeds = raw.get("seeds", Settings.model_fields["seeds"].default)
    recipes = _own_arms(arms, seeds, name) + _variant_arms(raw.get("sensitivity", {}), arms, name)
    if len(recipes) > MOST_ARMS:
        count = f"{len(arms)} arms and {len(recipes) - len(arms)} of sensitivity variants"
        raise refusal(name, f"arms: {count}; at most {MOST_ARMS} in all")
    derived = {
        "arms": {own.arm: _resolve(own, defaults, name) for own in recipes},
        "arm_seeds": {own.arm: own.seeds for own in recipes},
        "arm_targets": {own.arm: own.target for own in recipes},
    }
    plainest = [arm for arm, own in arms.items() if set(own) <= {"architecture", "units", "seeds"}]
    settings = validated(Settings, {"comparison": plainest, **raw, **derived}, name)
    for problem in problems(settings):
        raise refusal(name, problem)
    return settings


class Own(NamedTuple):
    """What an arm names itself, before `defaults`, and the keys under which a mistake in it is found."""

    arm: str
    keys: tuple[str, ...]
    recipe: dict
    seeds: int
    target: str


def _own_arms(arms: dict, seeds: int, name: str) -> list[Own]:
    found = []
    for arm, own in arms.items():
        where = f"arms.{printable(arm)}"
        if not isinstance(own, dict):
            raise refusal(name, f"{where}: is {shown(own)}; must be a mapping with at least `units`")
        recipe = {key: value for key, value in own.items() if key not in OF_ARMS}
        found.append(Own(arm, ("arms", arm), recipe, own.get("seeds", seeds), own.get("target", TARGETS[0])))
        count, target = found[-1].seeds, found[-1].target
        if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= MOST_NETWORKS:
            said = f"must be an integer from 1 to {MOST_NETWORKS}"
            raise refusal(name, f"{where}.seeds: is {shown(count)}; {said}")
        if target not in TARGETS:
            raise refusal(name, f"{where}.target: is {shown(target)}; must be one of {', '.join(TARGETS)}")
    return found


def _variant_arms(sensitivity: dict, arms: dict, name: str) -> list[Own]:
    """The arms of the sensitivity variants; a name that is not an arm is refused later, by its key."""
    found, taken = [], set(arms)
    seeds = sensitivity.get("seeds", Sensitivity.model_fields["seeds"].default)
    for variant, own in sensitivity.get("variants", {}).items():
        keys = ("sensitivity", "variants", variant)
        if double := set(own["change"]) & set(OF_ARMS):
            raise refusal(
                name, f"{'.'.join(keys)}.change: {min(double)} is no setting of a recipe; leave it out"
            )
        for arm in dict.fromkeys(own["arms"]):
            changed = variant_name(arm, variant)
            if changed in taken or len(changed) > 64:
                said = "is longer than 64 characters" if len(changed) > 64 else "is the name of another arm"
                raise refusal(name, f"{'.'.join(keys)}: {shown(changed)} {said}; rename the variant")
            if isinstance(arms.get(arm), dict):
                base = {key: value for key, value in arms[arm].items() if key not in OF_ARMS}
                recipe = _merged(base, own["change"])
                found.append(Own(changed, (*keys, f"change, arm {arm}"), recipe, seeds, "sensitivity"))
                taken.add(changed)
    return found


def refuse_beyond(settings: Settings, available_mb: int, name: str) -> None:
    """Raise SettingsError if a job of target `all` would need more memory than there is."""
    for arm, what, mb in needs(settings, settings.arms_of("all")):
        if mb > available_mb:
            asked = (
                f"{what} will need about {mb / 1024:.1f} GB of memory, and {available_mb / 1024:.1f} are free"
            )
            mend = "lower it, or let --resources mem_mb=... say what the machine has"
            raise refusal(name, f"arms.{arm}: {asked}; {mend}")


def _merged(recipe: dict, over: dict) -> dict:
    """`over` over `recipe`; the growth policy is merged pathway by pathway."""
    growth = [part["growth"] for part in (recipe, over) if isinstance(part.get("growth"), dict)]
    return recipe | over | ({"growth": growth[0] | growth[1]} if len(growth) == 2 else {})


def variant_name(arm: str, variant: str) -> str:
    """The name under which an arm is trained with a variant's change."""
    return f"{arm}.{variant}"


def _sized(recipe: dict) -> dict:
    """The recipe with a learning rate written `1.1/sqrt(units)` as its number for this size."""
    rate, units = recipe.get("learning_rate"), recipe.get("units")
    written = BY_SIZE.fullmatch(rate) if isinstance(rate, str) else None
    if not written or not isinstance(units, int) or units < 1:
        return recipe
    return {**recipe, "learning_rate": float(written[1]) / math.sqrt(units)}


def _resolve(own: Own, defaults: dict, name: str) -> Arm:
    flat = own.recipe.get("architecture", defaults.get("architecture")) == "flat"
    modular_only = ("growth", "pool_batches") if flat else ()
    merged = _merged({key: value for key, value in defaults.items() if key not in modular_only}, own.recipe)
    return validated(Arm, _sized(merged), name, own.keys, also=OF_ARMS)
