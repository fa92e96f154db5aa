"""Robustness: accuracy of every head after a perturbation of weights or of tau (eq. 5; Figs. 3, 5a-b)."""

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow import task
from modgrow.experiments.drive import Weights, drive, head_accuracies
from modgrow.learning.draws import draw_bits
from modgrow.model.network import WEIGHTS, LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.streams import stream

PERTURBED = {
    "weights": ("recurrent", "feedforward"),
    "recurrent": ("recurrent",),
    "feedforward": ("feedforward",),
    "tau": ("tau",),
}


def strengths(lowest: float, highest: float, count: int) -> list[float]:
    """0 and `count` perturbation strengths epsilon, geometric from `lowest` to `highest`."""
    return [0.0, *dict.fromkeys(np.geomspace(lowest, highest, count).tolist())]


def perturbed(
    value: Float[Tensor, "..."], name: str, epsilons: Float[np.ndarray, " network"], noise: list[Tensor]
) -> Float[Tensor, "network ..."]:
    """W + epsilon xi/||xi|| ||W|| for every epsilon and its noise xi (eq. 5); Frobenius norms.

    For `recurrent` the diagonal, which takes no part, is left out of xi and of ||W||; tau (clamped to
    >= 1 first) is only lengthened: tau + epsilon |xi|/||xi|| ||tau||.
    """
    if name == "tau":
        value, noise = value.clamp(min=1.0), [xi.abs() for xi in noise]
    if name == "recurrent":
        value = value.clone().fill_diagonal_(0.0)
        noise = [xi.clone().fill_diagonal_(0.0) for xi in noise]
    norms = [xi.norm().clamp(min=torch.finfo(value.dtype).tiny) for xi in noise]  # one unit: no W^R at all
    directions = torch.stack([xi / norm * value.norm() for xi, norm in zip(noise, norms, strict=True)])
    scale = torch.as_tensor(epsilons, dtype=value.dtype).view(-1, *[1] * value.dim())
    return value + scale * directions


def rows(trained: Trained, weights: dict, tau: dict, draws: int, steps: int) -> pd.DataFrame:
    """Rows (pathway, epsilon, draw, n, accuracy): all weights, tau, and of a chain W^R and W^FF alone.

    `weights` and `tau` are the strengths of either: lowest, highest, count.
    """
    pathways = ["weights", "tau"]
    if trained.arm.grows:  # a single module has no W^FF, and its W^R is all its weights
        pathways += ["recurrent", "feedforward"]
    sweeps = []
    for pathway in pathways:
        epsilons = strengths(**(tau if pathway == "tau" else weights))
        sweeps.append(sweep(trained.network, trained.seed, pathway, epsilons, draws, steps))
    return pd.concat(sweeps)


def sweep(
    network: Network, seed: int, pathway: str, epsilons: list[float], draws: int, steps: int
) -> pd.DataFrame:
    """Rows (pathway, epsilon, draw, n, accuracy) of one network.

    Each draw has its own noise, the same direction at every epsilon, and its own bits (p = 0.5): one
    continuous run, warm-up max(100, 4 N) steps, then `steps` scored ones with every head read at each.
    """
    n_first = network.arm.n_first
    n_last = network.n_newest
    warmup = max(100, 4 * n_last)
    bits = torch.stack(
        [draw_bits(stream(seed, "perturbation bits", draw), warmup + steps, 1, 0.5) for draw in range(draws)],
        1,
    )
    grid = [(epsilon, draw) for epsilon in epsilons for draw in range(draws)]
    values = np.array([epsilon for epsilon, _ in grid])
    tiled = bits.repeat(1, len(epsilons), 1).to(network.newest.tau)

    def change(module: LeakyModule, m: int) -> Weights:
        weights = {name: getattr(module, name) for name in WEIGHTS}
        for name in PERTURBED[pathway]:
            if weights[name] is not None:
                noise = [_noise(weights[name], seed, pathway, name, m, draw) for draw in range(draws)]
                weights[name] = perturbed(weights[name], name, values, noise * len(epsilons))
        return weights

    learnt = task.named(network.arm.task)
    rows = []
    for module, states in drive(network, tiled, change):
        n = n_first + len(rows)
        rows.extend(head_accuracies(module, states, tiled, learnt, n, warmup).numpy())
    table = pd.DataFrame(rows, index=range(n_first, n_last + 1), columns=pd.MultiIndex.from_tuples(grid))
    long = table.rename_axis(index="n", columns=["epsilon", "draw"]).unstack().rename("accuracy")
    return long.reset_index().assign(pathway=pathway)[["pathway", "epsilon", "draw", "n", "accuracy"]]


def _noise(value: Tensor, seed: int, *purpose: str | int) -> Tensor:
    drawn = stream(seed, "perturbation", *purpose).standard_normal(tuple(value.shape))
    return torch.from_numpy(drawn).to(value)
