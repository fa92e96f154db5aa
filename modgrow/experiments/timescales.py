"""Effective timescales of a trained network: drive it, record autocorrelations, fit (Fig. 4)."""

from collections.abc import Iterator
from dataclasses import asdict, fields

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from modgrow.experiments import fits
from modgrow.experiments.autocorrelation import LagSums, normalised
from modgrow.experiments.drive import stream_states
from modgrow.model.network import LeakyModule
from modgrow.model.trained import Trained
from modgrow.streams import stream

DRIVES = ("uniform", 0.5)  # the published drive (each run its own p), and p = 0.5
CHUNK = 1000
CHECKED = (0.5, 0.9)
COLUMNS = ("n", "drive", "tau", "unit", *(field.name for field in fields(fits.Fit)), "tau_refit")


def long_bits(
    seed: int, runs: int, steps: int, burn_in: int, dtype: torch.dtype
) -> Iterator[tuple[bool, Tensor]]:
    """(whether this is burn-in, bits) in chunks; the runs of both drives side by side, published first."""
    rng = stream(seed, "timescale bits")
    p = np.concatenate([rng.random(runs), np.full(runs, 0.5)])
    for start in range(0, burn_in + steps, CHUNK):
        for first, last, burning in (
            (start, min(start + CHUNK, burn_in), True),
            (max(start, burn_in), min(start + CHUNK, burn_in + steps), False),
        ):
            if last > first:
                drawn = rng.random((last - first, 2 * runs)) < p
                yield burning, torch.from_numpy(drawn).to(dtype)


def record(
    chain: list[LeakyModule], seed: int, runs: int, steps: int, burn_in: int, max_lag: int
) -> list[dict[str | float, np.ndarray]]:
    """Normalised autocorrelation (lag, unit) of every module, per drive."""
    sums = [LagSums(max_lag) for _ in chain]
    burning: list[bool] = []

    def chunks() -> Iterator[Tensor]:
        for burn, bits in long_bits(seed, runs, steps, burn_in, chain[0].tau.dtype):
            burning.append(burn)
            yield bits

    for place, states in stream_states(chain, chunks()):
        if not burning[-1]:
            sums[place].add(states.numpy().reshape(len(states), -1))
    found = []
    for module, own in zip(chain, sums, strict=True):
        covariance = own.autocovariance().reshape(max_lag + 1, module.units, 2 * runs)
        halves = (covariance[..., :runs], covariance[..., runs:])
        found.append({name: normalised(half) for name, half in zip(DRIVES, halves, strict=True)})
    return found


def rows(trained: Trained, runs: int, steps: int, burn_in: int, max_lag: int) -> pd.DataFrame:
    """One row per (n, drive, unit): trained tau (clamped) and the fit of the effective one.

    Module m of the final network for modular (frozen since N = m + 1); for flat, the network that had
    just solved N.
    """
    network, seed, n_first = trained.network, trained.seed, trained.network.arm.n_first
    settings = {"runs": runs, "steps": steps, "burn_in": burn_in, "max_lag": max_lag}
    if network.arm.architecture == "flat":
        chains = {n: [snapshot.chain[0]] for n, snapshot in trained.snapshots.items()}
        recorded = {n: record(chain, seed, **settings)[0] for n, chain in chains.items()}
        modules = {n: chain[0] for n, chain in chains.items()}
    else:
        chain = list(network.chain)[: trained.n_tasks_solved]
        recorded = dict(enumerate(record(chain, seed, **settings) if chain else [], n_first))
        modules = dict(enumerate(chain, n_first))
    found = []
    for n, per_drive in recorded.items():
        for drive, acf in per_drive.items():
            fitted = [fits.fit(column) for column in acf.T]
            rng = stream(seed, "self-check", n, DRIVES.index(drive))
            checked = self_check(fitted, runs, steps, len(acf) - 1, rng)
            for unit, own in enumerate(fitted):
                tau = modules[n].tau[unit].clamp(min=1.0).item()
                row = {"n": n, "drive": str(drive), "tau": tau, "unit": unit, **asdict(own)}
                found.append(row | {"tau_refit": checked.get(unit, np.nan)})
    return pd.DataFrame(found, columns=COLUMNS)


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
    samples, sums = fits.simulate(found, steps, runs, rng), LagSums(max_lag)
    for start in range(0, steps, CHUNK):
        sums.add(samples[start : start + CHUNK])
    acf = normalised(sums.autocovariance()[:, None, :])[:, 0]
    return fits.fit(acf).tau_effective
