"""The settings: frozen records whose defaults are the paper, checked before any job starts.

An *arm* is one training recipe. `config.yaml` gives `defaults` for all arms and, per arm, what it
overrides; `Settings.arms` holds them resolved. Where each default comes from: `docs/fidelity.md`.
"""

import difflib
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from modgrow.errors import SettingsError

PATHWAYS = ("input", "recurrent", "feedforward", "bias", "tau", "readout")

Policy = Literal[
    "copy train", "copy freeze", "random train", "random freeze", "initial train", "initial freeze"
]
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]
ArmName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]


class Record(BaseModel):
    """A frozen, strictly typed record; a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Growth(Record):
    """Per pathway: where a new module's values come from at birth, and whether they train after.

    The first module that owns a pathway draws it at random and trains it, whatever stands here.
    """

    input: Policy = Field("copy train", description="W^I, from the input bit")
    recurrent: Policy = Field("copy train", description="W^R, within the module")
    feedforward: Policy = Field("copy train", description="W^FF, from the module upstream")
    bias: Policy = Field("copy train", description="b, one per neuron")
    tau: Policy = Field("copy train", description="trained time constants")
    readout: Policy = Field("random train", description="the new module's head")

    def birth(self, pathway: str) -> str:
        """`copy`, `random` or `initial` (the donor's own untrained start)."""
        return getattr(self, pathway).split()[0]

    def trains(self, pathway: str) -> bool:
        """Whether the pathway of a new module is trained after birth."""
        return getattr(self, pathway).split()[1] == "train"


class Arm(Record):
    """One training recipe, complete: with a seed it determines a network."""

    architecture: Literal["modular", "flat"] = Field(
        "modular", description="a growing chain of small modules, or one fixed population"
    )
    units: int = Field(ge=1, le=4096, description="neurons per module, or of the whole flat network")

    negative_slope: Fraction = Field(0.01, description="slope of the leaky ReLU below zero")
    leak: Literal["outside", "inside"] = Field(
        "outside", description="the leak (1 - 1/tau) r outside the non-linearity, or inside it"
    )
    initial_state: float = Field(
        0.1, ge=0.0, le=100.0, description="r(0) is this times U(0,1), redrawn for every sequence"
    )
    weight_scale: float = Field(
        1.0, gt=0.0, le=100.0, description="weights and biases start U(-s, s), s this / sqrt(fan_in)"
    )
    tau_initial: list[Annotated[float, Field(ge=1.0, le=1000.0)]] = Field(
        [1.0, 2.0], min_length=2, max_length=2, description="tau starts uniform between these two"
    )
    tau_trained: bool = Field(True, description="whether tau is trained at all")

    density: Literal["uniform"] | Annotated[float, Field(gt=0.0, lt=1.0)] = Field(
        "uniform", description="P(bit = 1): drawn U(0,1) for each sequence, or one number for all"
    )
    n_first: int = Field(2, ge=1, le=1000, description="parity order the curriculum starts with")
    length_extra: int = Field(2, ge=0, le=1000, description="shortest sequence: N plus this")
    length_factor: float = Field(4.0, ge=1.0, le=100.0, description="longest sequence: this times N")

    learning_rate: float = Field(0.1, gt=0.0, le=100.0, description="of SGD")
    momentum: float = Field(0.1, ge=0.0, lt=1.0, description="of SGD")
    nesterov: bool = Field(True, description="Nesterov's momentum")
    clip_norm: float = Field(
        2.0, gt=0.0, le=1e9, description="gradient norm over all trained parameters, at most"
    )
    batch_size: int = Field(256, ge=1, le=1_000_000, description="sequences per update")
    updates_per_epoch: int = Field(500, ge=1, le=1_000_000, description="updates per epoch")

    epochs: int | None = Field(60, ge=1, le=1_000_000, description="epochs; null: until n_max")
    n_max: int | None = Field(
        None, ge=1, le=100_000, description="stop when this N is solved; null: as far as epochs allow"
    )
    threshold: Fraction = Field(
        0.98, description="N is solved above this accuracy, on N and on the mean of all before"
    )
    test_batches: int = Field(50, ge=1, le=100_000, description="held-out batches of each test")
    pool_batches: Literal["fresh"] | Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        100, description="training batches whose frozen activity is kept; fresh: new bits each update"
    )
    dtype: Literal["float32", "float64"] = Field("float32", description="precision of training")
    growth: Growth | None = Field(
        default_factory=Growth, description="how a new module is born; flat arms have none"
    )

    @model_validator(mode="after")
    def _possible(self):
        if self.epochs is None and self.n_max is None:
            raise ValueError("epochs and n_max are both null; give at least one, or training never ends")
        if self.nesterov and self.momentum == 0.0:
            raise ValueError("nesterov is true but momentum is 0.0; give momentum, or nesterov: false")
        if self.n_max is not None and self.n_max < self.n_first:
            raise ValueError(f"n_max is {self.n_max}; must be at least n_first, {self.n_first}")
        if self.length_factor * self.n_first < self.n_first + self.length_extra:
            raise ValueError(
                f"length_factor is {self.length_factor}: the longest sequence at N = {self.n_first} is "
                f"then shorter than the shortest, N + {self.length_extra}; raise length_factor"
            )
        if self.tau_initial[0] > self.tau_initial[1]:
            raise ValueError(f"tau_initial is {self.tau_initial}; the lower bound comes first")
        return self

    @property
    def n_limit(self) -> int:
        """The largest N that training can reach."""
        by_epochs = None if self.epochs is None else self.n_first + self.epochs - 1
        return min(n for n in (by_epochs, self.n_max) if n is not None)

    def lengths(self, n: int) -> tuple[int, int]:
        """Shortest and longest sequence at parity order `n`, both inclusive."""
        return n + self.length_extra, int(self.length_factor * n)

    def n_weights(self, heads: int) -> int:
        """Off-diagonal W^R, W^FF and readout weights of a network with `heads` heads.

        The count under which flat 20/54/91/128 match modules of 5/10/15/20 at N = 30.
        """
        modules = 1 if self.architecture == "flat" else heads
        recurrent, below = self.units * (self.units - 1), self.units**2
        return modules * recurrent + (modules - 1) * below + 2 * self.units * heads

    def n_parameters(self, heads: int) -> int:
        """Every trainable scalar: the weights, W^I, biases, tau and the heads' biases."""
        modules = 1 if self.architecture == "flat" else heads
        return self.n_weights(heads) + 3 * self.units * modules + 2 * heads

    @property
    def work(self) -> int:
        """Multiply-adds of one update at half the reachable N, in thousands: ranks arms by length."""
        products = 3 if self.architecture == "flat" else 5
        shortest, longest = self.lengths(max(self.n_limit // 2, self.n_first))
        return products * self.units**2 * (shortest + longest) // 2 * self.batch_size // 1000

    @property
    def memory_mb(self) -> int:
        """What a training job asks for: an interpreter with torch, the pools, one pass through time."""
        length, item = self.lengths(self.n_limit)[1], 4 if self.dtype == "float32" else 8
        one_pass = (2 * length + 1) * max(self.units, 5) * max(self.batch_size, 256) * item
        snapshots = self.units**2 * item * self.n_limit if self.architecture == "flat" else 0
        return 600 + (int(1.1 * self.pool_bytes) + 3 * one_pass + 3 * snapshots) // 2**20

    @property
    def pool_bytes(self) -> int:
        """Memory of the activity pools, training and test, at their longest; 0 without a pool."""
        if self.pool_batches == "fresh":
            return 0
        length, item = self.lengths(self.n_limit)[1], 4 if self.dtype == "float32" else 8
        sequences = (self.pool_batches + self.test_batches) * self.batch_size
        return sequences * item * (length + (length + 1) * self.units)

    @property
    def canonical(self) -> dict[str, Any]:
        """All keys, sorted, as plain values: the identity of the recipe."""
        return _sorted(self.model_dump(mode="json"))


class Settings(Record):
    """Everything in `config.yaml`."""

    results: str = Field("results", pattern=r"^[A-Za-z0-9_./\-]+$", description="folder of the results")
    device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="where networks are trained")
    seeds: int = Field(5, ge=1, le=1_000_000, description="networks per arm that names no number")
    arms: dict[ArmName, Arm] = Field(min_length=1, description="the training recipes by name")
    comparison: list[str] = Field(
        default_factory=list,
        description="arms of Figs. 2 and 3; default: all that override nothing but architecture, units, seeds",
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
    top = _validated(Settings, {**alone, "arms": {"any": Arm(units=1)}}, name, ())
    _validated(Arm, {"units": 1, **defaults}, name, ("defaults",))
    resolved, counts = {}, {}
    for arm, own in arms.items():
        resolved[arm], counts[arm] = _resolve(arm, own, defaults, top.seeds, name)
    plain = [arm for arm, own in arms.items() if set(own) <= {"architecture", "units", "seeds"}]
    derived = {"arms": resolved, "arm_seeds": counts}
    return _validated(Settings, {"comparison": plain, **raw, **derived}, name, ())


def arm_from_json(settings: dict) -> Arm:
    """The arm that a script was given on its command line. Raises SettingsError."""
    return _validated(Arm, settings, "the arm's settings", ())


def _resolve(arm: Any, own: Any, defaults: dict, seeds: int, name: str) -> tuple[Arm, int]:
    where = f"{name}: arms.{arm}"
    if not isinstance(own, dict):
        raise SettingsError(f"{where}: is {own!r}; must be a mapping with at least `units`")
    own = dict(own)
    count = own.pop("seeds", seeds)
    if not isinstance(count, int) or isinstance(count, bool) or not 1 <= count <= 1_000_000:
        raise SettingsError(f"{where}.seeds: is {count!r}; must be an integer from 1 to 1000000")
    merged = {**defaults, **own}
    if isinstance(own.get("growth"), dict) and isinstance(defaults.get("growth"), dict):
        merged["growth"] = {**defaults["growth"], **own["growth"]}
    if merged.get("architecture") == "flat":
        for key in ("growth", "pool_batches"):
            if own.get(key) not in (None, "fresh"):
                raise SettingsError(
                    f"{where}.{key}: is {own[key]!r}; a flat arm adds no modules, so it may not have {key}"
                )
        merged |= {"growth": None, "pool_batches": "fresh"}
    elif merged.get("growth", {}) is None:
        raise SettingsError(f"{where}.growth: is null; a modular arm needs a policy, or leave the key out")
    return _validated(Arm, merged, name, ("arms", arm)), count


def _validated(model: type[Record], raw: dict, name: str, prefix: tuple) -> Any:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        problems = error.errors()
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise SettingsError(f"{name}: {_explain(model, problems[0], prefix)}{more}") from None


def _explain(model: type[Record], problem: dict, prefix: tuple) -> str:
    owner, field = _find(model, problem["loc"])
    known = [part for part in problem["loc"] if not str(part).startswith(("literal[", "constrained-"))]
    key = ".".join(str(part) for part in (*prefix, *known) if part not in ("int", "float", "[key]"))
    if problem["type"] == "extra_forbidden":
        names = list(owner.model_fields)
        close = difflib.get_close_matches(str(problem["loc"][-1]), names, 1)
        hint = f"did you mean {close[0]}?" if close else f"may be one of {', '.join(names)}"
        return f"{key}: unknown key; {hint}"
    said = problem["msg"].removeprefix("Value error, ").replace("Input should", "must")
    if problem["type"] == "missing":
        return f"{key}: is missing; must be given: {field.description} {_range(field)}".rstrip()
    if field is None:
        return f"{key}: {said}" if key else said
    hint = " (write 1.0e-2, not 1e-2)" if _number_as_text(problem["input"]) else ""
    return f"{key}: is {_short(problem['input'])}; {said}{hint} ({field.description}{_range(field)})"


def _find(model: type[Record], loc: tuple) -> tuple[type[Record], Any]:
    """The record and the field that an error's location speaks of."""
    field = model.model_fields.get(str(loc[0])) if loc else None
    if len(loc) > 1 and loc[0] == "growth":
        return Growth, Growth.model_fields.get(str(loc[1]))
    return model, field


def _range(field: Any) -> str:
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    bounds = [
        f"{words[k]} {getattr(item, k)}" for item in field.metadata for k in words if hasattr(item, k)
    ]
    return f"; {', '.join(bounds)}" if bounds else ""


def _number_as_text(value: Any) -> bool:
    try:
        return isinstance(value, str) and float(value) is not None
    except ValueError:
        return False


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return value


class _UniqueKeys(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys; two arms with one name must not pass in silence."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                raise yaml.YAMLError(f"a key is a {type(key).__name__}; must be text")
            if key in seen:
                raise yaml.YAMLError(f"the key {key!r} stands twice, second at line {key_node.start_mark.line + 1}")
            seen.add(key)
        return super().construct_mapping(node, deep)
