"""Growth: how a network gets its next head and, if it is modular, the module that the head reads."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from modgrow.arm import PATHWAYS, Arm
from modgrow.errors import ModgrowError
from modgrow.model.network import PATHWAY_TENSORS, LeakyModule, Network
from modgrow.streams import stream


@dataclass(frozen=True)
class Birth:
    """What growing to parity order `n` did, in scalars per pathway of the new module or head."""

    n: int
    copied: dict[str, int]
    trained: dict[str, int]
    frozen: dict[str, int]


def grow(network: Network, seed: int) -> Birth:
    """Give `network` the head for the next parity order; all that stood before a new module freezes.

    A flat network gains a fresh head and everything goes on training. A modular one gains a module,
    born from the newest by the arm's growth policy. Draws come from (seed, "birth", n, pathway).
    """
    n = network.n_newest + 1
    if network.arm.architecture == "flat" and network.chain:
        fresh = draw("readout", network.arm, seed, n)
        network.newest.add_heads(fresh["readout"], fresh["readout_bias"])
        return Birth(n, {}, {"readout": _scalars(fresh)}, {})
    donor = network.newest if network.chain else None
    network.requires_grad_(False)
    child, birth = _born(network.arm, donor, seed, n)
    network.chain.append(child)
    return birth


def _born(arm: Arm, donor: LeakyModule | None, seed: int, n: int) -> tuple[LeakyModule, Birth]:
    values, copied, frozen, trained = {}, {}, {}, {}
    m = n - arm.n_first + 1
    trains = trained_pathways(arm, m)
    for name in owned_pathways(m):
        inherits = donor is not None and bool(donor.pathway(name))
        origin = arm.growth.birth(name) if inherits else "random"
        tensors = _values(origin, name, arm, donor, seed, n)
        values |= tensors
        if origin == "copy":
            copied[name] = _scalars(tensors)
        (trained if name in trains else frozen)[name] = _scalars(tensors)
    child = LeakyModule(values, arm.negative_slope, arm.leak, arm.feedforward_delay)
    if donor is not None:
        child.to(donor.tau.device)
    for name in frozen:
        for tensor in child.pathway(name).values():
            tensor.requires_grad_(False)
    return child, Birth(n, copied, trained, frozen)


def owned_pathways(m: int) -> list[str]:
    """The pathways of module `m`, counted from 1: the first reads no module."""
    return [name for name in PATHWAYS if name != "feedforward" or m > 1]


def trained_pathways(arm: Arm, m: int) -> list[str]:
    """Those of module `m` that train after its birth; the first that owns a pathway always trains it."""

    def trains(name: str) -> bool:
        first = m == (2 if name == "feedforward" else 1)
        return (first or arm.growth.trains(name)) and (name != "tau" or arm.tau_trained)

    return [name for name in owned_pathways(m) if trains(name)]


def trained_tensors(arm: Arm, m: int) -> list[str]:
    """Names of the tensors of module `m` that train after its birth."""
    return [tensor for name in trained_pathways(arm, m) for tensor in PATHWAY_TENSORS[name]]


def _values(origin: str, name: str, arm: Arm, donor: LeakyModule | None, seed: int, n: int) -> dict:
    if origin == "copy":
        return {tensor: value.detach().clone() for tensor, value in donor.pathway(name).items()}
    if origin == "initial":
        return {tensor: donor.start[tensor].clone() for tensor in PATHWAY_TENSORS[name]}
    return draw(name, arm, seed, n)


def draw(pathway: str, arm: Arm, seed: int, n: int) -> dict[str, Tensor]:
    """Fresh values: U(-s, s) with s = weight_scale / sqrt(fan_in), tau uniform on `tau_initial`.

    fan_in is 1 for W^I and the number of units for all else (PyTorch's own default for a linear map).
    Raises ModgrowError for what is no pathway.
    """
    if pathway not in PATHWAYS:
        raise ModgrowError(f"{pathway} is no pathway; name one of {', '.join(PATHWAYS)}")
    rng, units = stream(seed, "birth", n, pathway), arm.units

    def uniform(bound: float, *shape: int) -> Tensor:
        return torch.from_numpy(rng.uniform(-bound, bound, shape)).to(getattr(torch, arm.dtype))

    bound = arm.weight_scale / np.sqrt(units)
    if pathway == "input":
        return {"input": uniform(arm.weight_scale, units)}
    if pathway == "recurrent":
        return {"recurrent": uniform(bound, units, units).fill_diagonal_(0.0)}
    if pathway == "tau":
        low, high = arm.tau_initial
        return {"tau": (low + high) / 2 + uniform((high - low) / 2, units)}
    if pathway == "readout":
        return {"readout": uniform(bound, 1, 2, units), "readout_bias": uniform(bound, 1, 2)}
    return {pathway: uniform(bound, *((units, units) if pathway == "feedforward" else (units,)))}


def _scalars(tensors: dict[str, Tensor]) -> int:
    diagonal = len(tensors["recurrent"]) if "recurrent" in tensors else 0
    return sum(tensor.numel() for tensor in tensors.values()) - diagonal
