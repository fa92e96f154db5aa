"""Trained networks on disk: safetensors, with what made them in the header. Nothing is unpickled.

Tensors are named `chain.<m>.<tensor>` (module m counted from 1), `chain.<m>.start.<tensor>` (its
untrained values), and for flat arms `solved.<N>.chain.1.<tensor>`: the network that had just solved N.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from modgrow.arm import Arm, arm_from_json
from modgrow.errors import ModgrowError, StoreError
from modgrow.model.network import LeakyModule, Network
from modgrow.store import files


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
    def of(cls, curriculum) -> "Trained":
        """What a curriculum has trained."""
        solved, diverged = curriculum.n_solved, curriculum.diverged
        return cls(curriculum.network, curriculum.seed, solved, diverged, curriculum.snapshots)

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


def write(path: str | Path, trained: Trained, provenance: dict) -> None:
    """Write a network with its settings, seed and `provenance`. Raises StoreError."""
    tensors = {**_tensors(trained.network), **_starts(trained.network)}
    for n, network in trained.snapshots.items():
        tensors |= {f"solved.{n}.{name}": value for name, value in _tensors(network).items()}
    header = {
        "arm": trained.network.arm.canonical,
        "seed": trained.seed,
        "n_solved": trained.n_solved,
        "diverged": trained.diverged,
        "provenance": provenance,
    }
    metadata = {"modgrow": json.dumps(header, sort_keys=True)}
    files.write(path, lambda temporary: save_file(tensors, temporary, metadata))


def read(path: str | Path) -> Trained:
    """Read a network; its shapes and values are checked. Raises StoreError naming the file."""
    mend = f"delete it and rerun `snakemake {path}`"
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads((file.metadata() or {})["modgrow"])
            arm = arm_from_json(header["arm"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return _assemble(arm, header, tensors)
    except FileNotFoundError:
        raise StoreError(f"{path}: no such network; `snakemake {path}` trains it") from None
    except (SafetensorError, OSError) as error:
        raise StoreError(f"{path}: not a whole network file ({error}); {mend}") from None
    except (KeyError, TypeError, json.JSONDecodeError, ModgrowError, ValueError) as error:
        raise StoreError(f"{path}: not a network of this project ({error}); {mend}") from None


def _assemble(arm: Arm, header: dict, tensors: dict[str, Tensor]) -> Trained:
    for name, value in tensors.items():
        if not torch.isfinite(value).all() and not header["diverged"]:
            raise ValueError(f"{name} has values that are not finite")
    solved = {name: value for name, value in tensors.items() if name.startswith("solved.")}
    orders = sorted({int(name.split(".")[1]) for name in solved})
    snapshots = {
        n: _network(arm, {k.split(".", 2)[2]: v for k, v in solved.items() if k.startswith(f"solved.{n}.")})
        for n in orders
    }
    own = {name: value for name, value in tensors.items() if name not in solved}
    said = {key: header[key] for key in ("seed", "n_solved", "diverged", "provenance")}
    return Trained(_network(arm, own), snapshots=snapshots, **said)


def _network(arm: Arm, tensors: dict[str, Tensor]) -> Network:
    network = Network(arm)
    by_module: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        _, m, tensor = name.split(".", 2)
        by_module.setdefault(int(m), {})[tensor] = value
    if sorted(by_module) != list(range(1, len(by_module) + 1)):
        raise ValueError(f"its modules are numbered {sorted(by_module)}")
    for m in sorted(by_module):
        values = {name: value for name, value in by_module[m].items() if not name.startswith("start.")}
        _check_shapes(arm, m, values)
        module = LeakyModule(values, arm.negative_slope, arm.leak)
        starts = {
            name.removeprefix("start."): v for name, v in by_module[m].items() if name.startswith("start.")
        }
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
