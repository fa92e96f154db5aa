"""Growth: how a network gets its next head and, if it is modular, the module that the head reads."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from modgrow.arm import PATHWAYS, Arm
from modgrow.birth import Birth, Parents, named
from modgrow.errors import ModgrowError
from modgrow.model.network import PATHWAY_TENSORS, LeakyModule, Network
from modgrow.streams import stream


@dataclass(frozen=True)
class Grown:
    """What growing to N = `n` did, in scalars per pathway of the new module or head."""

    n: int
    copied: dict[str, int]
    trained: dict[str, int]
    frozen: dict[str, int]


def grow(network: Network, seed: int) -> Grown:
    """Give `network` the head for the next N; all that stood before a new module freezes.

    A flat network gains a fresh head and everything goes on training. A modular one gains a module,
    born from the newest by the arm's growth policy. Draws come from (seed, "birth", n, pathway), the noise of
    noisy births from (seed, "birth noise", n, pathway).
    """
    n = network.n_newest + 1
    if network.chain and not network.arm.grows:
        fresh = draw("readout", network.arm, seed, n)
        network.newest.add_heads(fresh["readout"], fresh["readout_bias"])
        return Grown(n, {}, {"readout": _scalars(fresh)}, {})
    donor = network.newest if network.chain else None
    network.requires_grad_(False)
    child, grown = _born(network.arm, donor, seed, n)
    network.chain.append(child)
    return grown


def _born(arm: Arm, donor: LeakyModule | None, seed: int, n: int) -> tuple[LeakyModule, Grown]:
    values: dict[str, Tensor] = {}
    copied: dict[str, int] = {}
    frozen: dict[str, int] = {}
    trained: dict[str, int] = {}
    m = arm.heads(n)
    trains = trained_pathways(arm, m)
    for name in owned_pathways(m):
        if donor is None or not donor.pathway(name):  # the first to own it, whatever the policy says
            tensors = draw(name, arm, seed, n)
        else:
            birth = named(arm.growth.birth(name))
            tensors = _inherited(birth, name, arm, donor, seed, n)
            if birth.copies:
                copied[name] = _scalars(tensors)
        values |= tensors
        (trained if name in trains else frozen)[name] = _scalars(tensors)
    child = LeakyModule(values, arm.negative_slope, arm.leak, arm.feedforward_delay)
    if donor is not None:
        child.to(donor.tau.device)
    for name in frozen:
        for tensor in child.pathway(name).values():
            tensor.requires_grad_(False)
    return child, Grown(n, copied, trained, frozen)


def _inherited(birth: Birth, pathway: str, arm: Arm, donor: LeakyModule, seed: int, n: int) -> dict:
    """Values of a pathway that the donor has too. Raises ModgrowError for a birth that changes shapes."""
    m = arm.heads(n)
    fresh = draw(pathway, arm, seed, n)
    rng = stream(seed, "birth noise", n, pathway)
    values = {}
    for name, drawn in fresh.items():
        noise = torch.from_numpy(rng.standard_normal(drawn.shape)).to(drawn)
        trained = getattr(donor, name).detach().cpu()
        start = donor.start[name].cpu()
        found = birth.values(Parents(name, m, arm, trained, start, drawn, noise)).clone()
        if found.shape != drawn.shape or found.dtype != drawn.dtype:
            word = arm.growth.birth(pathway)
            said = f"{tuple(found.shape)} of {found.dtype}, must be {tuple(drawn.shape)} of {drawn.dtype}"
            raise ModgrowError(f"modgrow/births/{word}.py: {name} is {said}; mend its `values`")
        values[name] = found.fill_diagonal_(0.0) if name == "recurrent" else found
    return values


def owned_pathways(m: int) -> list[str]:
    """The pathways of module `m`, counted from 1: the first reads no module."""
    return [name for name in PATHWAYS if name != "feedforward" or m > 1]


def trained_pathways(arm: Arm, m: int) -> list[str]:
    """Those of module `m` that train after its birth; the first that owns a pathway always trains it."""

    def trains(name: str) -> bool:
        first = m == (2 if name == "feedforward" else 1)
        thawed = first or m < arm.frozen_from
        return arm.trains(name) or (thawed and (name != "tau" or arm.tau_trained))

    return [name for name in owned_pathways(m) if trains(name)]


def trained_tensors(arm: Arm, m: int) -> list[str]:
    """Names of the tensors of module `m` that train after its birth."""
    return [tensor for name in trained_pathways(arm, m) for tensor in PATHWAY_TENSORS[name]]


def draw(pathway: str, arm: Arm, seed: int, n: int) -> dict[str, Tensor]:
    """Fresh values: U(-s, s) with s = weight_scale / sqrt(fan_in), tau uniform on `tau_initial`.

    fan_in is 1 for W^I and the number of units for all else (PyTorch's own default for a linear map).
    With `bias_initial: source` the bias is a sum, as of linear maps that each have one: one draw with the s
    of W^I, one with that of W^R and, in a module above the first, one with that of W^FF.
    Raises ModgrowError for what is no pathway.
    """
    if pathway not in PATHWAYS:
        raise ModgrowError(f"{pathway} is no pathway; name one of {', '.join(PATHWAYS)}")
    rng = stream(seed, "birth", n, pathway)
    units = arm.units

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
    if pathway == "feedforward":
        return {"feedforward": uniform(bound, units, units)}
    return {"bias": sum(uniform(each, units) for each in _bias_bounds(arm, n))}


def _bias_bounds(arm: Arm, n: int) -> list[float]:
    """Bounds of the uniform draws that the bias of the module at N = `n` is the sum of."""
    bound = arm.weight_scale / np.sqrt(arm.units)
    if arm.bias_initial == "single":
        return [bound]
    has_upstream = arm.modules(arm.heads(n)) > 1
    return [arm.weight_scale, bound, bound] if has_upstream else [arm.weight_scale, bound]


def _scalars(tensors: dict[str, Tensor]) -> int:
    diagonal = len(tensors["recurrent"]) if "recurrent" in tensors else 0
    return sum(tensor.numel() for tensor in tensors.values()) - diagonal
