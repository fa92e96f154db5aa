"""States of networks in training: a network file with what only training needs.

Frozen activity is not in it (it is recomputed from the frozen modules), and no random state (streams
are keyed by epoch): beside the network, the records of its epochs and the optimiser's momentum.
"""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter
from torch import Tensor

from modgrow.store import checked, headers, networks
from modgrow.store.networks import Trained

MOMENTUM = "momentum."


@dataclass(frozen=True)
class Record:
    """One epoch of a learning curve. Accuracies are fractions; loss is in nats, summed over heads.

    `diverged`: a loss or a weight of this epoch is not finite; it is the last, and has no accuracy (NaN).
    """

    epoch: int
    n: int
    loss: float
    accuracy: float
    accuracy_previous: float | None
    n_solved: int
    n_tasks_solved: int
    diverged: bool


@dataclass
class State:
    """A network after some epoch: `records` one row per epoch, `momentum` by tensor of the newest module."""

    trained: Trained
    records: list[Record] = field(default_factory=list)
    momentum: dict[str, Tensor] = field(default_factory=dict)


def write(path: str | Path, state: State) -> None:
    """Write a state over the one before. Raises StoreError."""
    tensors, header = networks.pack(state.trained)
    tensors |= {MOMENTUM + name: value.cpu() for name, value in state.momentum.items()}
    checked.write(path, tensors, {**header, "records": [asdict(record) for record in state.records]})


def read(path: str | Path) -> State:
    """Read a state, checked as networks are. Raises StoreError naming the file."""
    with headers.refusals(path, "state", "delete it"):
        tensors, header = checked.read(path)
        records = TypeAdapter(list[Record]).validate_python(header.pop("records"))
        momentum = {name: tensors.pop(name) for name in list(tensors) if name.startswith(MOMENTUM)}
        trained = networks.unpack(tensors, header)
        newest = dict(trained.network.newest.named_parameters())
        momentum = {name.removeprefix(MOMENTUM): value for name, value in momentum.items()}
        for name, value in momentum.items():
            if value.shape != newest[name].shape or value.dtype != newest[name].dtype:
                raise ValueError(f"the momentum of {name} has the wrong shape or type")
        return State(trained, records, momentum)
