"""Driving a trained network: continuous runs on given bits, module by module down the chain.

Only one module's activity is in memory at a time (and the one above it reads).
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from modgrow import task
from modgrow.model import dynamics
from modgrow.model.heads import answers
from modgrow.model.network import WEIGHTS, LeakyModule, Network
from modgrow.task import Task

Weights = dict[str, Tensor | None]


def drive(
    network: Network,
    bits: Float[Tensor, "time *network sequence"],
    change: Callable[[LeakyModule, int], Weights] | None = None,
) -> Iterator[tuple[LeakyModule, Float[Tensor, "states *network unit sequence"]]]:
    """Each module of the chain with its activity on `bits`, from a silent start.

    `change` gives the weights to use for module m (counted from 1); by default its own. Axes of `bits`
    between time and sequence are versions of the network, driven side by side.
    """
    upstream = None
    for m, module in enumerate(network.chain, 1):
        weights = change(module, m) if change else {name: getattr(module, name) for name in WEIGHTS}
        initial = torch.zeros(*bits.shape[1:-1], module.units, bits.shape[-1], dtype=bits.dtype)
        settings = {"negative_slope": module.negative_slope, "leak": module.leak, "delay": module.delay}
        with torch.no_grad():
            upstream = dynamics.run(bits, initial, upstream, **weights, **settings)
        yield module, upstream


def head_accuracies(
    module: LeakyModule,
    states: Float[Tensor, "states *network unit sequence"],
    bits: Float[Tensor, "time *network sequence"],
    task: Task,
    n_first: int,
    warmup: int,
) -> Float[Tensor, "head *network"]:
    """Share of scored steps (after `warmup`) at which each head of the module is right.

    The first head of the module stands for N = `n_first`.
    """
    scored = states[1 + warmup :]
    found = []
    for head in range(len(module.readout)):  # one at a time: together they may not fit in memory
        (answered,) = answers(module, scored, slice(head, head + 1))
        labels = task.labels(bits, n_first + head)[warmup:]
        found.append((answered == labels).float().mean(dim=(0, -1)))
    return torch.stack(found)


def accuracies(trained, bits: Bool[np.ndarray, "time sequence"], warmup: int) -> Iterator[tuple[int, float]]:
    """(N, share of scored steps, after `warmup`, at which its head is right) of every head, from silence."""
    learnt = task.named(trained.arm.task)
    answered = trained.answers(bits)
    given = answered.new_tensor(bits)
    for n, own in zip(trained.heads, answered, strict=True):
        right = own == learnt.labels(given, n)
        yield n, right[warmup:].double().mean().item()


def chain_states(
    chain: Iterable[LeakyModule], bits: Float[Tensor, "time sequence"]
) -> Iterator[tuple[LeakyModule, Float[Tensor, "states unit sequence"]]]:
    """Each module with its states, the silent one first. They stand until the next module but one."""
    states = below = None
    for module in chain:
        silent = torch.zeros(module.units, bits.shape[1]).to(bits)
        states, below = module.states(bits, silent, states, out=below), states
        yield module, states


def stream_states(
    chain: list[LeakyModule], chunks: Iterator[Float[Tensor, "time sequence"]]
) -> Iterator[tuple[int, Float[Tensor, "time unit sequence"]]]:
    """(place in the chain, its states) chunk after chunk of one continuous run, from a silent start.

    A chunk of one module at a time is all that is kept.
    """
    last: list[Tensor | None] = [None] * len(chain)
    for bits in chunks:
        below = None
        for place, module in enumerate(chain):
            start = last[place]
            if start is None:
                start = torch.zeros(module.units, bits.shape[1], dtype=bits.dtype)
            below = module.states(bits, start, below)
            last[place] = below[-1].clone()
            yield place, below[1:]
