"""Trained networks on disk: safetensors, with what made them in the header. Nothing is unpickled.

Tensors are named `chain.<m>.<tensor>` (module m counted from 1), `chain.<m>.start.<tensor>` (its
untrained values), and for flat arms `solved.<N>.chain.1.<tensor>`: the network that had just solved N.
"""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from pydantic import Field
from torch import Tensor

from modgrow.arm import Arm, Record
from modgrow.model.network import LeakyModule, Network
from modgrow.store import checked, headers
from modgrow.validation import validated

START = "start."


class Header(Record):
    """What stands in the header of a network file."""

    arm: Arm = Field(description="the recipe")
    seed: int = Field(ge=0, description="what the random streams start from")
    n_solved: int = Field(description="the largest N solved; n_first - 1 if none was")
    diverged: bool = Field(description="whether training stopped at a number that is not finite")
    provenance: dict = Field(description="what made it")


@dataclass
class Trained:
    """A trained network: what was solved, and the network at each solved N (flat arms)."""

    network: Network
    seed: int
    n_solved: int
    diverged: bool = False
    snapshots: dict[int, Network] = field(default_factory=dict)
    provenance: dict = field(default_factory=dict)

    @classmethod
    def of(cls, curriculum, provenance: dict) -> "Trained":
        """What a curriculum has trained so far, with what made it."""
        solved, diverged = curriculum.n_solved, curriculum.diverged
        return cls(curriculum.network, curriculum.seed, solved, diverged, curriculum.snapshots, provenance)

    @property
    def n_tasks_solved(self) -> int:
        """How many parity orders were solved."""
        return self.n_solved - self.network.arm.n_first + 1

    def at(self, n: int) -> Network | None:
        """The network when it had just solved `n`; None if it never did.

        A modular network holds its own past (older modules do not change): it is returned whole.
        """
        if n > self.n_solved or n < self.network.arm.n_first:
            return None
        return self.snapshots[n] if self.network.arm.architecture == "flat" else self.network


def write(path: str | Path, trained: Trained) -> None:
    """Write a network with its settings, its seed and what made it. Raises StoreError."""
    checked.write(path, *pack(trained))


def read(path: str | Path) -> Trained:
    """Read a network; its digest, shapes, values and place are checked. Raises StoreError naming the file."""
    with headers.refusals(path, "network", headers.again(path)):
        trained = unpack(*checked.read(path))
        headers.refuse_other_place(path, "networks", trained.provenance.get("id", {}))
        return trained


def pack(trained: Trained) -> tuple[dict[str, Tensor], dict]:
    """Tensors by name, and the header."""
    tensors = {**_tensors(trained.network), **_starts(trained.network)}
    for n, network in trained.snapshots.items():
        tensors |= {f"solved.{n}.{name}": value for name, value in _tensors(network).items()}
    said = {field: getattr(trained, field) for field in ("seed", "n_solved", "diverged", "provenance")}
    return tensors, {"arm": trained.network.arm.canonical, **said}


def unpack(tensors: dict[str, Tensor], header: dict) -> Trained:
    """The network that was packed. Raises ModgrowError, ValueError or LookupError if it cannot be one."""
    header = validated(Header, header, "its header")
    for name, value in tensors.items():
        if not torch.isfinite(value).all() and not header.diverged:
            raise ValueError(f"{name} has values that are not finite")
    solved = {name: value for name, value in tensors.items() if name.startswith("solved.")}
    orders = sorted({int(name.split(".")[1]) for name in solved})
    snapshots = {
        n: _network(
            header.arm, {k.split(".", 2)[2]: v for k, v in solved.items() if k.startswith(f"solved.{n}.")}
        )
        for n in orders
    }
    network = _network(header.arm, {name: value for name, value in tensors.items() if name not in solved})
    _check_orders(network, header.n_solved, orders)
    return Trained(network, header.seed, header.n_solved, header.diverged, snapshots, header.provenance)


def _check_orders(network: Network, n_solved: int, snapshots: list[int]) -> None:
    first, newest = network.arm.n_first, network.n_newest
    if not first - 1 <= n_solved <= newest:
        raise ValueError(f"n_solved is {n_solved}, its heads stand for {first} to {newest}")
    expected = list(range(first, n_solved + 1)) if network.arm.architecture == "flat" else []
    if snapshots != expected:
        raise ValueError(f"it has snapshots at {snapshots}, must have them at {expected}")


def _network(arm: Arm, tensors: dict[str, Tensor]) -> Network:
    network = Network(arm)
    by_module: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        _, m, tensor = name.split(".", 2)
        by_module.setdefault(int(m), {})[tensor] = value
    if sorted(by_module) != list(range(1, len(by_module) + 1)):
        raise ValueError(f"its modules are numbered {sorted(by_module)}")
    if arm.architecture == "flat" and len(by_module) != 1:
        raise ValueError(f"it has {len(by_module)} modules, a flat network has one")
    for m in sorted(by_module):
        values = {name: value for name, value in by_module[m].items() if not name.startswith(START)}
        _check_shapes(arm, m, values)
        starts = {name.removeprefix(START): v for name, v in by_module[m].items() if name.startswith(START)}
        if starts:
            _check_shapes(arm, m, starts)
        module = LeakyModule(values, arm.negative_slope, arm.leak)
        module.start = starts
        network.chain.append(module.requires_grad_(False))
    return network


def _check_shapes(arm: Arm, m: int, values: dict[str, Tensor]) -> None:
    u = arm.units
    heads = len(values["readout"]) if arm.architecture == "flat" else 1
    for name, value in values.items():
        if value.dtype != getattr(torch, arm.dtype):
            raise ValueError(f"module {m}: {name} is {value.dtype}, must be {arm.dtype}")
    expected = {"input": (u,), "recurrent": (u, u), "bias": (u,), "tau": (u,)}
    expected |= {"readout": (heads, 2, u), "readout_bias": (heads, 2)}
    if m > 1:
        expected["feedforward"] = (u, u)
    found = {name: tuple(value.shape) for name, value in values.items()}
    if found != expected:
        wrong = next(name for name in {**expected, **found} if expected.get(name) != found.get(name))
        raise ValueError(f"module {m}: {wrong} is {found.get(wrong)}, must be {expected.get(wrong)}")


def _tensors(network: Network) -> dict[str, Tensor]:
    return {
        f"chain.{m}.{name}": value.detach().cpu().contiguous()
        for m, module in enumerate(network.chain, 1)
        for name, value in module.named_parameters()
    }


def _starts(network: Network) -> dict[str, Tensor]:
    return {
        f"chain.{m}.start.{name}": value.cpu().contiguous()
        for m, module in enumerate(network.chain, 1)
        for name, value in module.start.items()
    }
