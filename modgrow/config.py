"""The settings file: every arm resolved and checked before any job starts.

`config.yaml` gives `defaults` for all arms and, per arm, what it overrides; `Settings.arms` holds
the recipes complete (`modgrow/arm.py`), those of the columns (`flat_54.lr_0.2`) among them.
How they are put together: `modgrow/recipes.py`, `modgrow/columns.py`.
"""

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from modgrow import columns, recipes
from modgrow.arm import FAMILIES, Arm
from modgrow.consistency import MOST_ARMS, problems
from modgrow.examinations import AskedStudy, Controls, Generalisation, Perturbation, Timescales
from modgrow.forecast import needs
from modgrow.places import results_folder
from modgrow.recipes import MOST_NETWORKS
from modgrow.records import Record
from modgrow.settings_file import read_yaml
from modgrow.validation import plain, refusal, shown, validated

ArmName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]
StudyName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Title = Annotated[str, Field(min_length=1, max_length=80)]
Count = Annotated[int, Field(ge=1, le=MOST_NETWORKS)]


class ByFamily(Record):
    """How many networks of each modular and of each flat arm."""

    modular: Count = Field(description="networks per modular arm")
    flat: Count = Field(description="networks per flat arm")


Seeds = Count | ByFamily


Experiment = Literal["perturbation", "timescales", "conservation", "generalisation"]
Asked = Literal["learning", "perturbation", "timescales", "conservation", "generalisation"]


class Column(Record):
    """The comparison under another reading (`snakemake columns`): some arms with settings changed."""

    change: dict[str, Any] = Field(min_length=1, description="the settings of an arm that are changed")
    arms: dict[str, Count] = Field(min_length=1, description="the arms, and how many networks of each")
    experiments: list[Asked] = Field(
        default_factory=lambda: ["learning"],
        min_length=1,
        description="what its claims are read from: `learning` curves, experiments on the arms they ask",
    )

    @property
    def is_rate(self) -> bool:
        """Whether it changes the learning rate alone: its flat arms then also meet the main run's chains."""
        return set(self.change) == {"learning_rate"}


class Settings(Record):
    """Everything in `config.yaml`."""

    derived: ClassVar[tuple[str, ...]] = ("arm_seeds", "arm_targets", "column_names", "plain_arms")

    results: Annotated[str, AfterValidator(results_folder)] = Field(
        "results", pattern=r"^[A-Za-z0-9_./\-]+$", description="folder of the results"
    )
    device: Literal["cpu", "cuda", "auto"] = Field("cpu", description="where networks are trained")
    seeds: Seeds = Field(5, description="networks per arm that names no number; may differ by family")
    first_seed: int = Field(
        0, ge=0, le=2**31, description="the networks of each arm are numbered from this on"
    )
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
    columns: dict[ArmName, Column] = Field(
        default_factory=dict,
        max_length=50,
        description="target `columns`: the comparison under other readings, by name",
    )
    controls: Controls = Field(
        default_factory=Controls,
        description="target `controls`, in `all` if named: growth, freezing, heads of their own, one by one",
    )
    pathways: str | None = Field(None, description="modular arm of Figs. 5a and 5b; null: no figure")
    studies: dict[StudyName, AskedStudy] = Field(
        default_factory=dict,
        max_length=20,
        description="experiments of your own, files of modgrow/studies: the arms they ask, their settings",
    )
    arm_seeds: dict[str, int] = Field(default_factory=dict, description="networks per arm, derived")
    arm_targets: dict[str, str] = Field(default_factory=dict, description="target per arm, derived")
    column_names: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="by column, the name each arm is trained under, derived"
    )

    plain_arms: list[str] = Field(
        default_factory=list,
        description="arms that set only architecture, units and seeds, derived",
    )

    def asked_by_all(self, experiment: str) -> list[str]:
        """The arms whose networks an experiment of the paper asks for target `all`."""
        return {
            "generalisation": self.generalisation.arms,
            "perturbation": self.comparison,
            "timescales": self.timescales.arms,
            "conservation": self.chains,
        }[experiment]

    def asked_in(self, column: str, experiment: str) -> list[str]:
        """The arms of a column whose networks an experiment asks, by their own names."""
        if experiment not in self.columns[column].experiments:
            return []
        return [arm for arm in self.asked_by_all(experiment) if arm in self.columns[column].arms]

    def asked(self, experiment: str) -> list[str]:
        """The arms whose networks an experiment asks, those of columns among them."""
        found = self.asked_by_all(experiment)
        for column, names in self.column_names.items():
            found = [*found, *(names[arm] for arm in self.asked_in(column, experiment))]
        return list(dict.fromkeys(found))

    @property
    def chains(self) -> list[str]:
        """The modular arms of `comparison`."""
        return [arm for arm in self.comparison if self.arms[arm].grows]

    def arms_of(self, target: str = "all") -> list[str]:
        """The arms that a target of the workflow needs."""
        return [arm for arm in self.arms if self.arm_targets[arm] == target]

    def networks(self, target: str = "all") -> list[tuple[str, int]]:
        """Every (arm, seed) that a target needs."""
        return [(arm, seed) for arm in self.arms_of(target) for seed in self.seeds_of(arm)]

    def seeds_of(self, arm: str) -> range:
        """The numbers of an arm's networks, from `first_seed` on."""
        return range(self.first_seed, self.first_seed + self.arm_seeds[arm])

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
    defaults = raw.pop("defaults", None)
    defaults = {} if defaults is None else defaults
    arms = raw.pop("arms", None)
    _refuse_alone(raw, defaults, arms, name)
    derived = _derived(raw, arms, defaults, name)
    settings = validated(Settings, {"comparison": derived["plain_arms"], **raw, **derived}, name)
    for problem in problems(settings):
        raise refusal(name, problem)
    return settings


def _refuse_alone(raw: dict, defaults: Any, arms: Any, name: str) -> None:
    """Raise SettingsError for what is wrong by itself, whatever stands beside it."""
    if not isinstance(defaults, dict):
        raise refusal(name, f"defaults: is {shown(defaults)}; must be a mapping of settings to values")
    if not isinstance(arms, dict) or not arms:
        raise refusal(name, f"arms: is {shown(arms)}; must be a mapping of arm names to recipes")
    if given := set(raw) & set(Settings.derived):
        raise refusal(name, f"{min(given)}: is derived; give `seeds` or `target` in each arm")
    recipes.refuse_halves({"seeds": raw.get("seeds")}, "", name)
    recipes.refuse_halves(defaults, "defaults", name)
    if recipes.is_by_family(raw.get("seeds")):
        for family, count in raw["seeds"].items():
            recipes.refuse_no_count(count, f"seeds.{family}", name)
    validated(Settings, {"arms": {"any": Arm(units=1)}, **raw}, name, alone=False, also=("defaults",))
    for family in FAMILIES:
        shared = recipes.of_family(defaults, family)
        validated(Arm, recipes.sized({"units": 1, **shared}), name, ("defaults",), alone=False)


def _derived(raw: dict, arms: dict, defaults: dict, name: str) -> dict[str, Any]:
    """The arms with their recipes complete, how many networks of each, for which target, which are plain."""
    seeds = raw.get("seeds", Settings.model_fields["seeds"].default)
    main = recipes.own_arms(arms, defaults, seeds, name)
    complete = {own.arm: own.resolved(defaults, name) for own in main}
    changed, names = columns.column_arms(raw.get("columns", {}), arms, main, complete, defaults, name)
    if len(main) + len(changed) > MOST_ARMS:
        raise refusal(
            name, f"arms: {len(main)} arms and {len(changed)} of columns; at most {MOST_ARMS} in all"
        )
    every = [*main, *(own for own, _ in changed)]
    return {
        "arms": complete | {own.arm: recipe for own, recipe in changed},
        "arm_seeds": {own.arm: own.seeds for own in every},
        "arm_targets": {own.arm: own.target for own in every},
        "column_names": names,
        "plain_arms": [arm for arm, own in arms.items() if set(own) <= {"architecture", "units", "seeds"}],
    }


def refuse_beyond(settings: Settings, available_mb: int, name: str) -> None:
    """Raise SettingsError if a job of target `all` would need more memory than there is."""
    for arm, what, mb in needs(settings, settings.arms_of("all")):
        if mb > available_mb:
            asked = (
                f"{what} will need about {mb / 1024:.1f} GB of memory, and {available_mb / 1024:.1f} are free"
            )
            mend = "lower it, or let --resources mem_mb=... say what the machine has"
            raise refusal(name, f"arms.{arm}: {asked}; {mend}")
