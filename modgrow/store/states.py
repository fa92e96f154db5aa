"""States of networks in training: a network file with what only training needs.

Frozen activity is not in it (it is recomputed from the frozen modules), and no random state (streams
are keyed by epoch): beside the network, the records of its epochs and the optimiser's momentum. Costs
stand here too, because a finished network may not depend on how often its training was interrupted.
"""

import dataclasses
import json
import math
from dataclasses import asdict, field
from pathlib import Path
from typing import Annotated

import torch
from pydantic import ConfigDict, Field, TypeAdapter
from pydantic.dataclasses import dataclass
from torch import Tensor

from modgrow.arm import Arm, arm_from_json
from modgrow.model.growth import trained_tensors
from modgrow.model.trained import Trained
from modgrow.store import checked, headers, layout, networks
from modgrow.store.checked import Form

MOMENTUM = "momentum."
STRICT = ConfigDict(extra="forbid", strict=True)
Amount = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]


@dataclass(frozen=True, config=STRICT)
class Record:
    """One epoch of a learning curve. Accuracies are fractions; loss is in nats, summed over heads.

    `diverged`: a loss or a weight of this epoch is not finite; it is the last, and has no accuracy (NaN).
    `clipped`, `learnt_after`: see `learning.training.Epoch`.
    """

    epoch: int
    n: int
    loss: float
    accuracy: float
    accuracy_previous: float | None
    n_solved: int
    n_tasks_solved: int
    diverged: bool
    clipped: float
    learnt_after: int | None


@dataclass(frozen=True, config=STRICT)
class Part:
    """What one job spent on a network: wall and processor time, and its largest memory in MiB."""

    seconds: Amount
    cpu_seconds: Amount
    max_rss_mb: Amount


@dataclass(config=STRICT)
class Journal:
    """What training has written down: `records` one per epoch, `parts` one per job that trained.

    `delivered`: the network was written, whole, where it belongs. `earlier`: the fingerprint of the
    network that stood there before this training, which began again from nothing.
    """

    records: list[Record] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    delivered: bool = False
    earlier: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


@dataclasses.dataclass
class State:
    """A network after some epoch: its journal, and `momentum` by tensor of the newest module."""

    trained: Trained
    journal: Journal = field(default_factory=Journal)
    momentum: dict[str, Tensor] = field(default_factory=dict)

    @property
    def records(self) -> list[Record]:
        """The learning curve so far."""
        return self.journal.records


def write(path: str | Path, state: State) -> None:
    """Write a state over the one before. Raises StoreError."""
    tensors, header = networks.pack(state.trained)
    tensors |= {MOMENTUM + name: value.cpu() for name, value in state.momentum.items()}
    checked.write(path, tensors, {**header, **asdict(state.journal)})


def read(path: str | Path) -> State:
    """Read a state, checked as networks are, and against what its records tell. Raises StoreError."""
    with headers.refusals(path, "state", "delete it"):
        tensors, header = checked.read(path, _check)
        journal, header = _journal(header)
        momentum = {name: tensors.pop(name) for name in list(tensors) if name.startswith(MOMENTUM)}
        trained = networks.unpack(tensors, header)
        if not (trained.diverged or all(torch.isfinite(value).all() for value in momentum.values())):
            raise ValueError("its momentum has values that are not finite")
        return State(trained, journal, {name.removeprefix(MOMENTUM): x for name, x in momentum.items()})


def _check(forms: dict[str, Form], header: dict) -> None:
    """What `checked.read` asks of a state before it reads a tensor."""
    journal, header = _journal(header)
    momentum = {name: form for name, form in forms.items() if name.startswith(MOMENTUM)}
    n_newest = layout.check({name: form for name, form in forms.items() if name not in momentum}, header)
    arm = arm_from_json(header["arm"])
    _check_records(journal, arm, (n_newest, header["n_solved"], header["diverged"]))
    m = arm.modules(arm.heads(n_newest))
    expected = {f"{MOMENTUM}{name}": forms[f"chain.{m}.{name}"] for name in trained_tensors(arm, m)}
    wrong = [name for name in {**expected, **momentum} if expected.get(name) != momentum.get(name)]
    if wrong:
        raise ValueError(f"{wrong[0]} is {momentum.get(wrong[0])}, must be {expected.get(wrong[0])}")


def _journal(header: dict) -> tuple[Journal, dict]:
    """The journal in a state's header, and the rest, which is a network's."""
    written = {each.name: header[each.name] for each in dataclasses.fields(Journal)}
    rest = {key: value for key, value in header.items() if key not in written}
    return TypeAdapter(Journal).validate_json(json.dumps(written)), rest


def _check_records(journal: Journal, arm: Arm, ends: tuple[int, int, bool]) -> None:
    """Raise ValueError unless the records are of epochs that end in this N, N_solved and `diverged`."""
    n = 0
    n_solved = arm.n_first - 1
    diverged = False
    for epoch, record in enumerate(journal.records, 1):
        if _over(arm, epoch - 1, n_solved, diverged):
            raise ValueError(f"it has a record {epoch}, of an epoch after training had ended")
        n = n_solved + 1
        diverged = record.diverged
        _check_numbers(record, arm, alone=n == arm.n_first)
        n_solved = n if _solves(record, arm) else n_solved
        follows = (epoch, n, n_solved, arm.heads(n_solved))
        if (record.epoch, record.n, record.n_solved, record.n_tasks_solved) != follows:
            raise ValueError(f"its record {epoch} does not follow from those before it: {record}")
    if (n, n_solved, diverged) != ends:
        raise ValueError(
            f"its records end with N, N_solved, diverged = {(n, n_solved, diverged)}, not {ends}"
        )
    if journal.delivered and not _over(arm, len(journal.records), n_solved, diverged):
        raise ValueError("it says that its network was delivered, and training had not ended")


def _check_numbers(record: Record, arm: Arm, alone: bool) -> None:
    """Raise ValueError unless the numbers can be those of an epoch; `alone`: of the first head."""
    previous = record.accuracy_previous
    if (previous is None) != alone:
        raise ValueError(f"its record {record.epoch} has accuracy_previous {previous}")
    accuracies = [record.accuracy] if alone else [record.accuracy, previous]
    if record.diverged:
        possible = all(math.isnan(accuracy) for accuracy in accuracies)
    else:
        possible = 0.0 <= record.loss < math.inf and all(0.0 <= x <= 1.0 for x in accuracies)
    in_time = record.learnt_after is None or 1 <= record.learnt_after <= arm.updates_per_epoch
    if not (possible and in_time and 0.0 <= record.clipped <= 1.0):
        raise ValueError(f"its record {record.epoch} has numbers that no epoch has: {record}")


def _solves(record: Record, arm: Arm) -> bool:
    """The success criterion (`learning.curriculum.solved`), read off a record."""
    previous = record.accuracy_previous
    return record.accuracy > arm.threshold and (previous is None or previous > arm.threshold)


def _over(arm: Arm, epoch: int, n_solved: int, diverged: bool) -> bool:
    """Whether nothing is left to train (`learning.curriculum.Curriculum.finished`)."""
    return diverged or n_solved >= arm.n_limit or (arm.epochs is not None and epoch >= arm.epochs)
