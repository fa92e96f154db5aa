"""Growth: how a network gets its next head and, if it is modular, the module that the head reads."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from modgrow.arm import PATHWAYS, Arm
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
    owned = [name for name in PATHWAYS if name != "feedforward" or donor is not None]
    for name in owned:
        inherits = donor is not None and bool(donor.pathway(name))
        origin = arm.growth.birth(name) if inherits else "random"
        tensors = _values(origin, name, arm, donor, seed, n)
        values |= tensors
        if origin == "copy":
            copied[name] = _scalars(tensors)
        trains = (arm.growth.trains(name) if inherits else True) and (name != "tau" or arm.tau_trained)
        (trained if trains else frozen)[name] = _scalars(tensors)
    child = LeakyModule(values, arm.negative_slope, arm.leak)
    if donor is not None:
        child.to(donor.tau.device)
    for name in frozen:
        for tensor in child.pathway(name).values():
            tensor.requires_grad_(False)
    return child, Birth(n, copied, trained, frozen)


def _values(origin: str, name: str, arm: Arm, donor: LeakyModule | None, seed: int, n: int) -> dict:
    if origin == "copy":
        return {tensor: value.detach().clone() for tensor, value in donor.pathway(name).items()}
    if origin == "initial":
        return {tensor: donor.start[tensor].clone() for tensor in PATHWAY_TENSORS[name]}
    return draw(name, arm, seed, n)


def draw(pathway: str, arm: Arm, seed: int, n: int) -> dict[str, Tensor]:
    """Fresh values: U(-s, s) with s = weight_scale / sqrt(fan_in), tau uniform on `tau_initial`.

    fan_in is 1 for W^I and the number of units for all else (PyTorch's own default for a linear map).
    """
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
