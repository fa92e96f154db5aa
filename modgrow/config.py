"""The settings file: every arm resolved and checked before any job starts.

`config.yaml` gives `defaults` for all arms and, per arm, what it overrides; `Settings.arms` holds
the recipes complete (`modgrow/arm.py`).
"""

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import Field, model_validator

from modgrow.arm import Arm, Record, validated
from modgrow.errors import SettingsError

ArmName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]


class Settings(Record):
    """Everything in `config.yaml`."""

    results: str = Field("results", pattern=r"^[A-Za-z0-9_./\-]+$", description="folder of the results")
    device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="where networks are trained")
    seeds: int = Field(5, ge=1, le=1_000_000, description="networks per arm that names no number")
    arms: dict[ArmName, Arm] = Field(min_length=1, description="the training recipes by name")
    comparison: list[str] = Field(
        default_factory=list,
        description="arms of Figs. 2 and 3; default: those that set only architecture, units and seeds",
    )
    arm_seeds: dict[str, int] = Field(default_factory=dict, description="networks per arm, derived")

    @model_validator(mode="after")
    def _known_arms(self):
        for arm in self.comparison:
            if arm not in self.arms:
                raise ValueError(f"comparison names {arm!r}; may name {', '.join(self.arms)}")
        return self

    def networks(self) -> list[tuple[str, int]]:
        """Every (arm, seed) to train, seeds counted from 0."""
        return [(arm, seed) for arm in self.arms for seed in range(self.arm_seeds[arm])]


def load(path: str | Path) -> Settings:
    """Read and check a settings file. Raises SettingsError."""
    return check(read_yaml(path), str(path))


def read_yaml(path: str | Path) -> dict:
    """A YAML mapping in which no key stands twice. Raises SettingsError."""
    try:
        raw = yaml.load(Path(path).read_text(), _UniqueKeys)
    except FileNotFoundError:
        raise SettingsError(
            f"{path}: no such settings file; run from the project's root, or name one with --configfile"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
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
    if unknown := set(raw) & {"arm_seeds"}:
        raise SettingsError(f"{name}: {unknown.pop()}: is derived; give `seeds` in each arm instead")
    alone = {key: value for key, value in raw.items() if key != "comparison"}
    top = validated(Settings, {**alone, "arms": {"any": Arm(units=1)}}, name)
    validated(Arm, {"units": 1, **defaults}, name, ("defaults",))
    resolved, counts = {}, {}
    for arm, own in arms.items():
        resolved[arm], counts[arm] = _resolve(arm, own, defaults, top.seeds, name)
    plain = [arm for arm, own in arms.items() if set(own) <= {"architecture", "units", "seeds"}]
    derived = {"arms": resolved, "arm_seeds": counts}
    return validated(Settings, {"comparison": plain, **raw, **derived}, name)


def _resolve(arm: Any, own: Any, defaults: dict, seeds: int, name: str) -> tuple[Arm, int]:
    where = f"{name}: arms.{arm}"
    if not isinstance(own, dict):
        raise SettingsError(f"{where}: is {own!r}; must be a mapping with at least `units`")
    own = dict(own)
    count = own.pop("seeds", seeds)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 1_000_000:
        raise SettingsError(f"{where}.seeds: is {count!r}; must be an integer from 1 to 1000000")
    modular_only = ("growth", "pool_batches") if own.get("architecture") == "flat" else ()
    merged = {key: value for key, value in defaults.items() if key not in modular_only} | own
    if isinstance(own.get("growth"), dict) and isinstance(defaults.get("growth"), dict):
        merged["growth"] = {**defaults["growth"], **own["growth"]}
    return validated(Arm, merged, name, ("arms", arm)), count


class _UniqueKeys(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys; two arms with one name must not pass in silence."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                raise yaml.YAMLError(f"a key is a {type(key).__name__}; must be text")
            if key in seen:
                raise yaml.YAMLError(
                    f"the key {key!r} stands twice, second at line {key_node.start_mark.line + 1}"
                )
            seen.add(key)
        return super().construct_mapping(node, deep)
