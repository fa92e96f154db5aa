"""What jobs will need, from the settings alone: memory in MB, and which networks take longest."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from modgrow.arm import Arm

if TYPE_CHECKING:
    from modgrow.config import Settings
    from modgrow.examinations import Generalisation, Perturbation, Timescales

BASE_MB = 600  # an interpreter with torch


def work(arm: Arm) -> int:
    """Multiply-adds of one update at half the reachable N, in thousands: ranks arms by length."""
    products = 5 if arm.grows else 3
    shortest, longest = arm.lengths(max(arm.n_limit // 2, arm.n_first))
    return products * arm.units**2 * (shortest + longest) // 2 * arm.batch_size // 1000


def memory_mb(arm: Arm) -> int:
    """What a training job asks for: an interpreter with torch, the pools, passes through time."""
    length = arm.lengths(arm.n_limit)[1]
    item = arm.item_bytes
    one_pass = (2 * length + 1) * max(arm.units, 5) * max(arm.batch_size, 256) * item
    snapshots = 0 if arm.grows else arm.units**2 * item * arm.n_limit
    answered = 0 if arm.pool_batches == "fresh" else 8 * length * arm.test_batches * arm.n_limit
    return BASE_MB + (int(1.1 * arm.pool_bytes) + 3 * one_pass + 3 * snapshots + 2 * answered) // 2**20


def generalisation_mb(arm: Arm, asked: "Generalisation") -> int:
    """The same of learning N + K, on pools as long as the largest K wants."""
    longest = {"n_max": asked.n + asked.k_max, "epochs": None, "test_batches": asked.test_batches}
    return max(memory_mb(arm), memory_mb(arm.model_copy(update=longest)))


def perturbation_mb(arm: Arm, asked: "Perturbation") -> int:
    """Activity of two modules in every version of the network at once, and a row for each of their tasks."""
    strengths = max(asked.weights.count, asked.tau.count) + asked.fine.count + 1
    versions = strengths * asked.draws
    steps = max(100, 4 * arm.n_limit) + asked.steps
    activity = 2 * 4 * steps * versions * (arm.units + 1)
    weights = 2 * 4 * versions * arm.units**2
    rows = 4 * 100 * versions * arm.n_limit
    return BASE_MB + (activity + weights + rows) // 2**20


def timescales_mb(arm: Arm, asked: "Timescales") -> int:
    """Sums at every lag for every module, and the simulated process of the self-check."""
    series = 2 * asked.runs * arm.units
    sums = 8 * 3 * (asked.max_lag + 1) * series * arm.modules(arm.n_limit)
    chunks = 4 * 4 * 1000 * series
    simulated = 4 * 8 * asked.runs * asked.steps
    return BASE_MB + (sums + chunks + simulated) // 2**20


def needs(settings: "Settings", arms: list[str]) -> Iterator[tuple[str, str, int]]:
    """(arm, what, MB) of the jobs of these arms."""
    for name in arms:
        arm = settings.arms[name]
        yield name, "training", memory_mb(arm)
        if name in settings.asked("generalisation"):
            yield name, "generalisation", generalisation_mb(arm, settings.generalisation)
        if name in settings.asked("perturbation"):
            yield name, "perturbation", perturbation_mb(arm, settings.perturbation)
        if name in settings.asked("timescales"):
            yield name, "timescales", timescales_mb(arm, settings.timescales)
