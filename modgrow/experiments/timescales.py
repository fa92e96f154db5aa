"""Effective timescales of a trained network: drive it, record autocorrelations, fit (Fig. 4)."""

import itertools
from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from jaxtyping import Float
from torch import Tensor

from modgrow.experiments import fits
from modgrow.experiments.autocorrelation import LagSums, normalised
from modgrow.experiments.drive import stream_states
from modgrow.experiments.simulation import simulate
from modgrow.model.growth import grow
from modgrow.model.network import LeakyModule, Network
from modgrow.model.trained import Trained
from modgrow.streams import stream

DRIVES = ("uniform", 0.5)  # the published drive (each run its own p), and p = 0.5
CHUNK = 1000
CHECKED = (0.5, 0.9)
FITTED = tuple(field.name for field in fields(fits.Fit))
COLUMNS = ("n", "trained", "drive", "tau", "unit", *FITTED, "tau_published", "tau_refit")

Acf = Float[np.ndarray, "lag unit"]


def long_bits(
    seed: int, runs: int, steps: int, burn_in: int, dtype: torch.dtype
) -> Iterator[tuple[bool, Tensor]]:
    """(whether this is burn-in, bits) in chunks; the runs of both drives side by side, published first."""
    rng = stream(seed, "timescale bits")
    p = np.concatenate([rng.random(runs), np.full(runs, 0.5)])
    ends = [*range(0, burn_in + steps, CHUNK), burn_in, burn_in + steps]
    for start, end in itertools.pairwise(sorted(set(ends))):
        drawn = rng.random((end - start, 2 * runs)) < p
        yield end <= burn_in, torch.from_numpy(drawn).to(dtype)


def record(
    chain: list[LeakyModule], seed: int, runs: int, steps: int, burn_in: int, max_lag: int
) -> list[dict[str | float, Acf]]:
    """Normalised autocorrelation of every module, by drive.

    One continuous run down the chain, of which one chunk of one module at a time is in memory.
    """
    sums = [LagSums(max_lag) for _ in chain]
    scored: list[bool] = []  # of every chunk so far: `stream_states` pulls the next when it needs it

    def chunks() -> Iterator[Tensor]:
        for burning, bits in long_bits(seed, runs, steps, burn_in, chain[0].tau.dtype):
            scored.append(not burning)
            yield bits

    for place, states in stream_states(chain, chunks()):
        if scored[-1]:
            time, units, sequences = states.shape
            sums[place].add(states.numpy().reshape(time, units * sequences))
    covariances = [own.autocovariance() for own in sums]
    return [_by_drive(own, module.units, runs) for module, own in zip(chain, covariances, strict=True)]


def _by_drive(
    autocovariance: Float[np.ndarray, "lag series"], units: int, runs: int
) -> dict[str | float, Acf]:
    """Normalised over the runs of either drive; a series is a unit in a run, all runs of a unit together."""
    by_run = autocovariance.reshape(len(autocovariance), units, 2 * runs)
    published = by_run[..., :runs]
    even = by_run[..., runs:]
    return dict(zip(DRIVES, (normalised(published), normalised(even)), strict=True))


def rows(trained: Trained, runs: int, steps: int, burn_in: int, max_lag: int) -> pd.DataFrame:
    """One row per (n, trained, drive, unit): trained tau (clamped) and the fit of the effective one.

    At n stands the module that was newest when `n` was solved: module m of a chain (frozen since), or all
    of the flat network as it was then. A chain is recorded once more as it would be had it grown as far
    without any training.
    """
    found = []
    for chain in _chains(trained):
        recorded = record(chain.modules, trained.seed, runs, steps, burn_in, max_lag)
        for n, module, acfs in zip(chain.orders, chain.modules, recorded, strict=True):
            at = {"n": n, "trained": chain.trained}
            for drive, acf in acfs.items():
                purpose = "self-check" if chain.trained else "self-check, untrained"
                rng = stream(trained.seed, purpose, n, DRIVES.index(drive))
                fitted = _fitted(module, acf, runs, steps, rng, drive == DRIVES[0])
                found += [{**at, "drive": str(drive), **row} for row in fitted]
    return pd.DataFrame(found, columns=COLUMNS)


class Chain(NamedTuple):
    """Modules to run, the n that each of them stands for, and whether they were trained."""

    orders: range
    modules: list[LeakyModule]
    trained: bool = True


def _chains(trained: Trained) -> Iterator[Chain]:
    """What to run; nothing if nothing was solved.

    A chain that grew is run once and has a module for every n; of others each n has a network of its own.
    """
    solved = range(trained.arm.n_first, trained.n_solved + 1)
    groups = [solved] if trained.arm.grows else [range(n, n + 1) for n in solved]
    for orders in filter(len, groups):
        yield Chain(orders, list(trained.at(orders[-1]).network.chain))
    if trained.arm.grows and len(solved):
        yield Chain(solved, untrained(trained, len(solved)), trained=False)


def untrained(trained: Trained, modules: int) -> list[LeakyModule]:
    """The chain of the same arm and seed as it grows by the same births if nothing is ever trained."""
    network = Network(trained.arm)
    for _ in range(modules):
        grow(network, trained.seed)
    return list(network.chain.requires_grad_(False))


def _fitted(
    module: LeakyModule, acf: Acf, runs: int, steps: int, rng: np.random.Generator, published: bool
) -> Iterator[dict[str, object]]:
    """A row for each unit of a module: tau, the fit, the published one if asked for, the self-check."""
    fitted = [fits.fit(of_unit) for of_unit in acf.T]
    checked = self_check(fitted, runs, steps, len(acf) - 1, rng)
    for unit, own in enumerate(fitted):
        tau = module.tau[unit].clamp(min=1.0).item()
        theirs = fits.published(acf[:, unit]) if published else np.nan
        refit = checked.get(unit, np.nan)
        yield {"tau": tau, "unit": unit, **asdict(own), "tau_published": theirs, "tau_refit": refit}


def self_check(
    found: list[fits.Fit], runs: int, steps: int, max_lag: int, rng: np.random.Generator
) -> dict[int, float]:
    """What the fit makes of its own answers, for the units at the `CHECKED` quantiles of effective tau.

    A process of the taus found there is simulated, as often and as long as the network was recorded, and
    fitted again: {unit: its effective tau}; empty if no unit could be fitted.
    """
    fitted = [unit for unit, own in enumerate(found) if own.state == "fitted"]
    fitted.sort(key=lambda unit: found[unit].tau_effective)
    chosen = {fitted[round(quantile * (len(fitted) - 1))] for quantile in CHECKED} if fitted else set()
    return {unit: _refit(found[unit], runs, steps, max_lag, rng) for unit in sorted(chosen)}


def _refit(found: fits.Fit, runs: int, steps: int, max_lag: int, rng: np.random.Generator) -> float:
    samples = simulate(found, steps, runs, rng)
    sums = LagSums(max_lag)
    for start in range(0, steps, CHUNK):
        sums.add(samples[start : start + CHUNK])
    acf = normalised(sums.autocovariance()[:, None, :])[:, 0]
    return fits.fit(acf).tau_effective
