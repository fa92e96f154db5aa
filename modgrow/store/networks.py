"""Trained networks on disk: safetensors, with what made them in the header. Nothing is unpickled.

What the file holds: `layout`. Who asks for weights alone reads it without torch: `weights`.
"""

from pathlib import Path

from torch import Tensor

from modgrow.arm import Arm
from modgrow.model.network import TENSORS, LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.store import checked, headers, layout
from modgrow.validation import validated


def write(path: str | Path, trained: Trained) -> None:
    """Write a network with its settings, its seed and what made it. Raises StoreError."""
    checked.write(path, *pack(trained))


def read(path: str | Path) -> Trained:
    """Read a network; its digest, shapes, values and place are checked. Raises StoreError naming the file."""
    with headers.refusals(path, "network", headers.again(path)):
        trained = unpack(*checked.read(path, layout.check))
        headers.refuse_other_place(path, "networks", trained.provenance.get("id", {}))
        return trained


def pack(trained: Trained) -> tuple[dict[str, Tensor], dict]:
    """Tensors by name, and the header."""
    tensors = {**_tensors(trained.network), **_starts(trained.network)}
    for n, network in trained.snapshots.items():
        tensors |= {f"solved.{n}.{name}": value for name, value in _tensors(network).items()}
    said = {field: getattr(trained, field) for field in ("seed", "n_solved", "diverged", "provenance")}
    return tensors, {"arm": trained.arm.canonical, **said}


def fingerprint(trained: Trained) -> str:
    """A digest of what was trained, apart from what made it."""
    tensors, _ = pack(trained)
    return checked.digest(tensors, {"n_solved": trained.n_solved, "diverged": trained.diverged})


def unpack(tensors: dict[str, Tensor], header: dict) -> Trained:
    """The network that was packed and passed `layout.check`. Raises ValueError for numbers that are none."""
    header = validated(layout.Header, header, "its header")
    layout.refuse_no_numbers(tensors, header)
    arm = header.arm
    snapshots = {n: _network(arm, tensors, f"solved.{n}.") for n in layout.snapshots(arm, header.n_solved)}
    network = _network(arm, tensors)
    return Trained(network, header.seed, header.n_solved, header.diverged, snapshots, header.provenance)


def _network(arm: Arm, tensors: dict[str, Tensor], prefix: str = "") -> Network:
    network = Network(arm)
    m = 1
    while f"{prefix}chain.{m}.tau" in tensors:
        values = _of_module(tensors, f"{prefix}chain.{m}.")
        module = LeakyModule(values, arm.negative_slope, arm.leak, arm.feedforward_delay)
        module.start = _of_module(tensors, f"{prefix}chain.{m}.{layout.START}")
        network.chain.append(module.requires_grad_(False))
        m += 1
    return network


def _of_module(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name: tensors[prefix + name] for name in TENSORS if prefix + name in tensors}


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
