"""An arm: one training recipe as a frozen record whose defaults are the paper.

With a seed it determines a network. Where each default comes from: `docs/fidelity.md`.
"""

import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from modgrow import extensions
from modgrow.policy import PATHWAYS, Growth
from modgrow.records import Record, said_beside

FAMILIES = ("modular", "flat")
Fraction = Annotated[float, Field(ge=0.0, le=1.0)]


def _task(name: str) -> str:
    """A file of `tasks/`; else an error."""
    known = extensions.names("tasks")
    if name in known:
        return name
    said = f"did you mean {extensions.closest('tasks', name)}? Tasks are {', '.join(known)}"
    raise PydanticCustomError("task", said.replace("{", "{{").replace("}", "}}"))


TaskName = Annotated[str, AfterValidator(_task), Field(json_schema_extra={"words": "tasks"})]


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
    bias_initial: Literal["source", "single"] = Field(
        "source",
        description="b starts as one U(-s, s) for each pathway into the neuron, or as a single one",
        json_schema_extra={"as_before": "single"},
    )
    tau_initial: list[Annotated[float, Field(ge=1.0, le=1000.0)]] = Field(
        [1.0, 2.0], min_length=2, max_length=2, description="tau starts uniform between these two"
    )
    tau_trained: bool = Field(True, description="whether tau is trained at all")

    feedforward_delay: int = Field(
        1,
        ge=0,
        le=1,
        description="steps by which a module reads the one upstream late",
        json_schema_extra={"as_before": 1},
    )

    frozen_from: int = Field(
        2,
        ge=2,
        le=1000,
        description="first module whose frozen pathways do not train; those before train all",
        json_schema_extra={"as_before": 2},
    )

    task: TaskName = Field(
        "parity",
        description="what is learnt: a file of modgrow/tasks",
        json_schema_extra={"as_before": "parity", "words": "tasks"},
    )
    density: Literal["per_batch", "per_sequence"] | Annotated[float, Field(gt=0.0, lt=1.0)] = Field(
        "per_batch", description="P(bit = 1): drawn U(0,1) for each batch or sequence, or one number for all"
    )
    n_first: int = Field(2, ge=1, le=1000, description="N that the curriculum starts with")
    length_extra: int = Field(2, ge=0, le=1000, description="shortest sequence: N plus this")
    length_factor: float = Field(4.0, ge=1.0, le=100.0, description="longest sequence: this times N")

    learning_rate: float = Field(
        0.2,
        gt=0.0,
        le=100.0,
        description="of SGD; may follow the size: 1.1/sqrt(units)",
        json_schema_extra={"flat": 0.05},
    )
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
        100,
        description="training batches whose frozen activity is kept; fresh: new bits each update",
        json_schema_extra={"flat": "fresh"},
    )
    dtype: Literal["float32", "float64"] = Field("float32", description="precision of training")
    growth: Growth | None = Field(
        default_factory=Growth,
        description="how a new module is born; flat arms have none",
        json_schema_extra={"flat": None},
    )
    copy_noise: float = Field(
        0.05,
        ge=0.0,
        le=100.0,
        description="of births by noisy_copy: standard deviation, as a share of each value",
        json_schema_extra={"as_before": 0.05},
    )

    @model_validator(mode="before")
    @classmethod
    def _defaults_of_flat_arms(cls, raw: Any) -> Any:
        if isinstance(raw, dict) and raw.get("architecture") == "flat":
            extras = {key: said_beside(field) for key, field in cls.model_fields.items()}
            return {key: extra["flat"] for key, extra in extras.items() if "flat" in extra} | raw
        return raw

    @model_validator(mode="after")
    def _possible(self):
        if not self.grows and self.growth is not None:
            raise ValueError("growth is given; a flat arm adds no modules, so it may not have growth")
        if not self.grows and self.pool_batches != "fresh":
            raise ValueError(
                f"pool_batches is {self.pool_batches}; a flat arm has no frozen activity: leave it out"
            )
        if self.grows and self.growth is None:
            raise ValueError("growth is null; a modular arm needs a policy, or leave the key out")
        if not self.grows and self.feedforward_delay == 0:
            raise ValueError("feedforward_delay is 0; a flat arm has no W^FF: leave it out")
        if not self.grows and self.frozen_from != 2:
            raise ValueError(
                f"frozen_from is {self.frozen_from}; a flat arm has no module to freeze: leave it out"
            )
        if self.epochs is None and self.n_max is None:
            raise ValueError("epochs and n_max are both null; give at least one, or training never ends")
        if self.epochs is None and self.threshold == 1.0:
            raise ValueError(
                "threshold is 1.0, which no accuracy is above; give epochs, or training never ends"
            )
        if self.nesterov and self.momentum == 0.0:
            raise ValueError("nesterov is true but momentum is 0.0; give momentum, or nesterov: false")
        n_min = extensions.load("tasks", self.task).TASK.n_min
        if self.n_first < n_min:
            raise ValueError(f"n_first is {self.n_first}; the task {self.task} begins at N = {n_min}")
        if self.n_max is not None and self.n_max < self.n_first:
            raise ValueError(f"n_max is {self.n_max}; must be at least n_first, {self.n_first}")
        shortest, longest = self.lengths(self.n_first)
        if longest < shortest:
            raise ValueError(
                f"length_factor is {self.length_factor}: the longest sequence at N = {self.n_first} is "
                f"then shorter than the shortest, N + {self.length_extra}; raise length_factor"
            )
        if self.tau_initial[0] > self.tau_initial[1]:
            raise ValueError(f"tau_initial is {self.tau_initial}; the lower bound comes first")
        return self

    @property
    def grows(self) -> bool:
        """Whether every new N gets a module of its own; in a flat network it gets a head alone."""
        return self.architecture == "modular"

    @property
    def title(self) -> str:
        """`modular, 10 units`."""
        return f"{self.architecture}, {self.units} units"

    @property
    def n_limit(self) -> int:
        """The largest N that training can reach."""
        by_epochs = None if self.epochs is None else self.n_first + self.epochs - 1
        return min(n for n in (by_epochs, self.n_max) if n is not None)

    def lengths(self, n: int) -> tuple[int, int]:
        """Shortest and longest sequence at N = `n`, both inclusive."""
        needed = extensions.load("tasks", self.task).TASK.shortest(n)
        return needed + self.length_extra, math.floor(self.length_factor * needed + 1e-9)

    def heads(self, n: int) -> int:
        """How many heads stand for n_first to `n`; so many tasks are solved if `n` is the largest solved."""
        return n - self.n_first + 1

    def trains(self, pathway: str) -> bool:
        """Whether a pathway goes on training where no policy of growth freezes it."""
        thawed = self.growth is None or self.growth.trains(pathway)
        return thawed and (pathway != "tau" or self.tau_trained)

    def modules(self, heads: int) -> int:
        """How many modules a network with so many heads has: one per head, or one in all."""
        return heads if self.grows else 1

    def n_weights(self, heads: int) -> int:
        """Off-diagonal W^R, W^FF and readout weights of a network with `heads` heads.

        The count under which flat 20/54/91/128 match modules of 5/10/15/20 at N = 30.
        """
        modules = self.modules(heads)
        recurrent = self.units * (self.units - 1)
        below = self.units**2
        return modules * recurrent + (modules - 1) * below + 2 * self.units * heads

    def n_parameters(self, heads: int) -> int:
        """Every scalar but the diagonal of W^R: the weights, W^I, biases, tau and the heads' biases."""
        modules = self.modules(heads)
        return self.n_weights(heads) + 3 * self.units * modules + 2 * heads

    @property
    def item_bytes(self) -> int:
        """Memory of one number."""
        return 4 if self.dtype == "float32" else 8

    @property
    def pool_bytes(self) -> int:
        """Memory of the activity pools, training and test, at their longest; 0 without a pool."""
        if self.pool_batches == "fresh":
            return 0
        length = self.lengths(self.n_limit)[1]
        sequences = (self.pool_batches + self.test_batches) * self.batch_size
        bits_and_states = length + (length + 1) * self.units
        return sequences * self.item_bytes * bits_and_states

    @property
    def files(self) -> tuple[str, ...]:
        """The files of `tasks/` and `births/` that the recipe names, relative to the root, sorted."""
        births = {self.growth.birth(pathway) for pathway in PATHWAYS} if self.growth else set()
        return (*(f"modgrow/births/{birth}.py" for birth in sorted(births)), f"modgrow/tasks/{self.task}.py")


def arm_from_json(settings: Any) -> Arm:
    """The arm of an identity: one that a script was given, or that stands in a file of results.

    A key that was added since is read as what it means to have none. Raises ValueError.
    """
    return Arm.from_canonical(settings)
