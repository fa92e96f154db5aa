"""The weights of a trained network as NumPy arrays, for who looks at them alone: torch takes long to load."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from modgrow.store import checked, headers, layout
from modgrow.store.checked import Arrays
from modgrow.validation import validated


@dataclass(frozen=True)
class Weights:
    """A network as it was at last: per module its tensors by name, what it solved, what made it."""

    chain: list[dict[str, np.ndarray]]
    seed: int
    n_tasks_solved: int
    provenance: dict


def read(path: str | Path) -> Weights:
    """Read a network, checked as `networks.read` does. Raises StoreError naming the file."""
    with headers.refusals(path, "network", headers.again(path)):
        arrays, header = checked.read(path, layout.check, "numpy")
        said = validated(layout.Header, header, "its header")
        layout.refuse_no_numbers(arrays, said)
        headers.refuse_other_place(path, "networks", said.provenance.get("id", {}))
        return Weights(_chain(arrays), said.seed, said.arm.heads(said.n_solved), said.provenance)


def _chain(arrays: Arrays) -> list[dict[str, np.ndarray]]:
    """What each module of the network at last is made of."""
    found: dict[int, dict[str, np.ndarray]] = {}
    for name, values in arrays.items():
        match name.split("."):
            case ["chain", m, tensor]:
                found.setdefault(int(m), {})[tensor] = values
    return [found[m] for m in sorted(found)]
