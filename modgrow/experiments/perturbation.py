"""Robustness: accuracy of every head after a perturbation of weights or of tau (eq. 5; Figs. 3, 5a-b)."""

import itertools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow import task
from modgrow.experiments import disturbance
from modgrow.experiments.drive import Weights, drive, head_accuracies
from modgrow.learning.draws import draw_bits
from modgrow.model.network import WEIGHTS, LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.streams import stream


class Noise(NamedTuple):
    """What is disturbed together; its size by eq. 5 or, `in_drive`, by what it adds to the drive.

    `module`: the only one that is disturbed, counted from 1; by default all are.
    """

    parts: tuple[str, ...]
    in_drive: bool = False
    module: int | None = None


EVERYWHERE = {
    "weights": Noise(("recurrent", "feedforward")),
    "recurrent": Noise(("recurrent",)),
    "feedforward": Noise(("feedforward",)),
    "recurrent_in_drive": Noise(("recurrent",), in_drive=True),
    "feedforward_in_drive": Noise(("feedforward",), in_drive=True),
    "tau": Noise(("tau",)),
}


def kinds(network: Network, modules: list[int]) -> dict[str, Noise]:
    """The kinds of noise that a network can bear, by the name of their pathway in the table.

    A single module has no W^FF, and its W^R is all its weights. `recurrent_of_5` is W^R of module 5 alone.
    """
    if not network.arm.grows:
        return {name: EVERYWHERE[name] for name in ("weights", "tau")}
    alone = {}
    for part, m in itertools.product(("recurrent", "feedforward"), modules):
        if 1 < m <= len(network.chain):
            alone[f"{part}_of_{m}"] = Noise((part,), module=m)
    return EVERYWHERE | alone


def strengths(lowest: float, highest: float, count: int) -> list[float]:
    """0 and `count` perturbation strengths epsilon, geometric from `lowest` to `highest`."""
    return [0.0, *dict.fromkeys(np.geomspace(lowest, highest, count).tolist())]


def rows(
    trained: Trained, weights: dict, tau: dict, fine: dict, modules: list[int], draws: int, steps: int
) -> pd.DataFrame:
    """Rows (pathway, epsilon, draw, n, accuracy) for each of the `kinds` of noise.

    `weights`, `tau` and `fine` are strengths: lowest, highest, count. The fine ones, where curves fall, join
    the others where all modules are disturbed.
    """
    sweeps = []
    for pathway, noise in kinds(trained.network, modules).items():
        epsilons = set(strengths(**(tau if pathway == "tau" else weights)))
        if noise.module is None:
            epsilons |= set(strengths(**fine))
        sweeps.append(sweep(trained.network, trained.seed, pathway, noise, sorted(epsilons), draws, steps))
    return pd.concat(sweeps)


def sweep(
    network: Network, seed: int, pathway: str, noise: Noise, epsilons: list[float], draws: int, steps: int
) -> pd.DataFrame:
    """Rows (pathway, epsilon, draw, n, accuracy) of one network under one kind of noise.

    Each draw has its own noise, the same direction at every epsilon, and its own bits (p = 0.5): one
    continuous run, warm-up max(100, 4 N) steps, then `steps` scored ones with every head read at each.
    """
    n_first = network.arm.n_first
    n_last = network.n_newest
    warmup = max(100, 4 * n_last)
    bits = torch.stack(
        [draw_bits(stream(seed, "perturbation bits", draw), warmup + steps, 1, 0.5) for draw in range(draws)],
        1,
    ).to(network.newest.tau)
    grid = [(epsilon, draw) for epsilon in epsilons for draw in range(draws)]
    tiled = bits.repeat(1, len(epsilons), 1)
    change = _changes(network, seed, pathway, noise, grid, bits, warmup)

    learnt = task.named(network.arm.task)
    rows = []
    for module, states in drive(network, tiled, change):
        n = n_first + len(rows)
        rows.extend(head_accuracies(module, states, tiled, learnt, n, warmup).numpy())
    table = pd.DataFrame(rows, index=range(n_first, n_last + 1), columns=pd.MultiIndex.from_tuples(grid))
    long = table.rename_axis(index="n", columns=["epsilon", "draw"]).unstack().rename("accuracy")
    return long.reset_index().assign(pathway=pathway)[["pathway", "epsilon", "draw", "n", "accuracy"]]


def _changes(
    network: Network,
    seed: int,
    pathway: str,
    noise: Noise,
    grid: list[tuple[float, int]],
    bits: Float[Tensor, "time draw sequence"],
    warmup: int,
) -> Callable[[LeakyModule, int], Weights]:
    """For `drive`: the weights of module m in every version (epsilon, draw) of the network."""
    epsilons = torch.tensor([epsilon for epsilon, _ in grid], dtype=bits.dtype)
    draws = [draw for _, draw in grid]
    undisturbed = disturbance.undisturbed(network, bits, warmup) if noise.in_drive else None

    def change(module: LeakyModule, m: int) -> Weights:
        weights = {name: getattr(module, name) for name in WEIGHTS}
        for name in noise.parts:
            value = weights[name]
            if value is None or noise.module not in (None, m):
                continue
            drawn = [_noise(value, seed, pathway, name, m, draw) for draw in range(max(draws) + 1)]
            if undisturbed is None:
                directions = [disturbance.by_norm(value, xi, name) for xi in drawn]
            else:
                directions = [undisturbed[m - 1].direction(xi, name) for xi in drawn]
            start = value.clamp(min=1.0) if name == "tau" else value
            scale = epsilons.view(-1, *[1] * value.dim())
            weights[name] = start + scale * torch.stack(directions)[draws]
        return weights

    return change


def _noise(value: Tensor, seed: int, *purpose: str | int) -> Tensor:
    drawn = stream(seed, "perturbation", *purpose).standard_normal(tuple(value.shape))
    return torch.from_numpy(drawn).to(value)
