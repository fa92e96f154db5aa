"""What is asked of trained networks, as frozen records whose defaults are the paper.

Apart from `config.py`, so that a verdict can know them without what reads a settings file.
"""

from typing import Annotated, Any

from pydantic import Field, model_validator

from modgrow.records import Record

Count = Annotated[int, Field(ge=1, le=10_000_000)]


class Strengths(Record):
    """Perturbation strengths epsilon: 0, and `count` geometric from `lowest` to `highest`."""

    lowest: float = Field(ge=1e-6, le=1000.0, description="smallest epsilon above 0")
    highest: float = Field(ge=1e-6, le=1000.0, description="largest epsilon")
    count: int = Field(ge=2, le=1000, description="how many, 0 not counted")

    @model_validator(mode="after")
    def _apart(self):
        least = self.lowest * 1.001 ** (self.count - 1)
        if self.highest < least:
            raise ValueError(
                f"highest is {self.highest}; must be at least {least:.4g} for {self.count} strengths from "
                f"{self.lowest} on, each a thousandth above the one before"
            )
        return self


class Perturbation(Record):
    """Robustness to noise on weights and tau (Figs. 3, 5a-b)."""

    weights: Strengths = Field(
        default=Strengths(lowest=0.01, highest=10.0, count=10), description="epsilon for weights"
    )
    tau: Strengths = Field(
        default=Strengths(lowest=0.001, highest=10.0, count=13), description="epsilon for tau"
    )
    fine: Strengths = Field(
        default=Strengths(lowest=0.04, highest=0.6, count=13),
        description="more epsilon for either, where the curves fall",
    )
    modules: list[Annotated[int, Field(ge=2, le=1000)]] = Field(
        default_factory=lambda: [5, 15, 30], description="modules whose W^R or W^FF is disturbed alone"
    )
    draws: Count = Field(10, description="independent perturbations per network")
    steps: Count = Field(1000, description="scored steps of each continuous run")
    threshold: float = Field(0.9, ge=0.0, lt=1.0, description="a task counts as solved above this accuracy")


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
    max_lag: int = Field(
        30, ge=5, le=1000, description="autocorrelations are fitted at lags 0 to this, half of steps at most"
    )

    @model_validator(mode="after")
    def _recorded(self):
        if self.steps < 2 * self.max_lag:
            raise ValueError(f"steps is {self.steps}; must be at least twice max_lag, {2 * self.max_lag}")
        return self


class Controls(Record):
    """Growth, freezing and heads of their own, taken one by one (`snakemake controls`; in `all` if named)."""

    units: list[Annotated[int, Field(ge=1, le=80)]] = Field(
        default_factory=lambda: [5, 10],
        min_length=1,
        max_length=10,
        description="units per module; flat networks have as many in all as the whole chain",
    )
    n_max: int = Field(12, ge=3, le=50, description="the largest N, and with it the length of the chain")
    seeds: int = Field(5, ge=1, le=100, description="networks of each kind, size and learning rate")
    epochs: int = Field(25, ge=1, le=1000, description="epochs of each network, at most")
    learning_rates: list[Annotated[float, Field(gt=0.0, le=100.0)]] = Field(
        default_factory=lambda: [0.2, 0.05],
        min_length=1,
        max_length=10,
        description="each kind is trained at each: those of modular and of flat arms",
    )
    updates_per_epoch: Count = Field(500, description="updates per epoch")
    test_batches: Count = Field(50, description="held-out batches of each test")

    @model_validator(mode="after")
    def _once(self):
        for key in ("units", "learning_rates"):
            named = [f"{value:g}" for value in getattr(self, key)]
            if len(set(named)) < len(named):
                raise ValueError(f"{key} is {getattr(self, key)}; name each once")
        return self


class AskedStudy(Record):
    """An experiment of one's own, a file of `studies/`: whom it asks, and what."""

    arms: list[str] = Field(min_length=1, description="arms whose networks are asked")
    settings: dict[str, Any] = Field(
        default_factory=dict, description="values of the parameters of its `rows`, by name"
    )
