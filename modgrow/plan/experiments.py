"""What is asked of every trained network: one record per experiment, those of studies among them.

Its name is that of its rule, script, table and settings, and of its file in `modgrow/experiments`.
"""

from collections.abc import Callable
from typing import NamedTuple

from modgrow import forecast, study
from modgrow.arm import Arm
from modgrow.config import Settings

STUDY = "study"  # the script of all studies
LEAST_MB = 1500  # of what records activity: an interpreter with torch, and room
OF_READERS = {"arms", "threshold"}  # keys that say nothing to the experiment, but to who reads its table


class Experiment(NamedTuple):
    """One experiment: which arms it asks, and what one of its jobs may take."""

    name: str
    memory_mb: Callable[[Settings, Arm], int]
    minutes: int
    script: str = ""  # default: the name
    files: tuple[str, ...] = ()  # that its jobs load by name, whatever their arms name

    @property
    def told(self) -> dict[str, str]:
        """What its script is told beside the arm, the seed and what is asked."""
        return {"study": self.name} if self.script == STUDY else {}

    def arms(self, settings: Settings) -> list[str]:
        """The arms whose networks it asks for target `all`."""
        if self.name in settings.studies:
            return settings.studies[self.name].arms
        return settings.asked_by_all(self.name)

    def asks(self, settings: Settings) -> dict:
        """What it asks of a network, by the names of the parameters of its `rows`."""
        if self.name in settings.studies:
            return study.named(self.name).asks(settings.studies[self.name].settings)
        if self.name not in Settings.model_fields:
            return {}
        return getattr(settings, self.name).identity_without(OF_READERS)


def _generalisation_mb(settings: Settings, arm: Arm) -> int:
    return forecast.generalisation_mb(arm, settings.generalisation)


def _perturbation_mb(settings: Settings, arm: Arm) -> int:
    return max(LEAST_MB, forecast.perturbation_mb(arm, settings.perturbation))


def _timescales_mb(settings: Settings, arm: Arm) -> int:
    return max(LEAST_MB, forecast.timescales_mb(arm, settings.timescales))


def _conservation_mb(settings: Settings, arm: Arm) -> int:
    """An interpreter and one network, with room; what the profiles give a job that asks for nothing."""
    return 1100


EXPERIMENTS = (
    Experiment("generalisation", _generalisation_mb, 60),
    Experiment("perturbation", _perturbation_mb, 60),
    Experiment("timescales", _timescales_mb, 120),
    Experiment("conservation", _conservation_mb, 60),
)


def experiments(settings: Settings) -> tuple[Experiment, ...]:
    """Those of the paper, and the studies that the settings name."""
    return (*EXPERIMENTS, *map(_of_study, settings.studies))


def _of_study(name: str) -> Experiment:
    found = study.named(name)
    return Experiment(
        name,
        lambda settings, arm: found.memory_mb,
        found.minutes,
        script=STUDY,
        files=(study.file_of(name),),
    )
