"""Timescales from autocorrelations: one or two exponentials, chosen by AIC. Arrays in, fits out.

The models are a exp(-k/tau) and a [c exp(-k/tau_fast) + (1 - c) exp(-k/tau_slow)], a and c in [0, 1],
tau from 0.05 to 100 time steps, tau_fast <= tau_slow. A fit is an experiment: it starts from the best of a
grid over all taus, and gives a row that says how it went, never an exception.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import least_squares
from scipy.signal import lfilter

TAU_MIN, TAU_MAX = 0.05, 100.0  # below, nothing is left after one step
GRID = np.geomspace(TAU_MIN, 95.0, 48)  # taus to start from, one by one and in pairs
FAST, SLOW = np.triu_indices(len(GRID), 1)


@dataclass(frozen=True)
class Fit:
    """One neuron. `state` is "fitted", "silent" (no variance) or "invalid" (not finite).

    `amplitude` is a of the model that AIC chose.
    `tau_effective` is the tau of the model that AIC chose, the slower one where there are two (the
    published convention). Beside it, free of that choice: `tau_weighted`, the amplitude-weighted tau,
    and `tau_crossing`, where the autocorrelation falls below 1/e (NaN if it does not within the lags).
    """

    state: str
    n_taus: int | None = None
    amplitude: float = np.nan
    tau_effective: float = np.nan
    tau_one: float = np.nan
    tau_fast: float = np.nan
    tau_slow: float = np.nan
    fast_share: float = np.nan
    aic_one: float = np.nan
    aic_two: float = np.nan
    converged: bool = False
    at_bound: bool = False
    tau_weighted: float = np.nan
    tau_crossing: float = np.nan


def fit(acf: Float[np.ndarray, " lag"]) -> Fit:
    """Fit an autocorrelation at lags 0, 1, 2, ... by both models and choose by AIC."""
    acf = np.asarray(acf, float)
    if not np.isfinite(acf).all():
        return Fit("silent" if np.isnan(acf).all() else "invalid")
    lags = np.arange(len(acf), dtype=float)
    start_one, start_two = _starts(acf, lags)
    one = _best(acf, lags, [start_one])
    a, tau = one.x
    near_one = (a, 0.5, 0.8 * tau, min(1.2 * tau, 90.0))
    two = _best(acf, lags, [start_two, near_one])
    a_two, share, first, second = two.x
    if two.cost > one.cost:  # one tau is a special case of two: never fit worse than that
        two.cost, a_two, share, first, second = one.cost, a, 1.0, tau, tau
    if first > second:
        share, first, second = 1 - share, second, first
    aic = [aic_of(2 * one.cost, len(acf), 2), aic_of(2 * two.cost, len(acf), 4)]
    chosen = 2 if aic[1] < aic[0] else 1
    taus = (first, second) if chosen == 2 else (tau,)
    return Fit(
        state="fitted",
        n_taus=chosen,
        amplitude=a_two if chosen == 2 else a,
        tau_effective=max(taus),
        tau_one=tau,
        tau_fast=first,
        tau_slow=second,
        fast_share=share,
        aic_one=aic[0],
        aic_two=aic[1],
        converged=bool((two if chosen == 2 else one).success),
        at_bound=bool(max(taus) > 0.999 * TAU_MAX or min(taus) < 1.001 * TAU_MIN),
        tau_weighted=share * first + (1 - share) * second if chosen == 2 else tau,
        tau_crossing=crossing(acf),
    )


def aic_of(rss: float, n: int, k: int) -> float:
    """Akaike's criterion of a least-squares fit with `k` parameters to `n` points."""
    return 2 * k + n * np.log(max(rss, 1e-30) / n)


def crossing(acf: Float[np.ndarray, " lag"]) -> float:
    """The lag at which the autocorrelation first falls below 1/e, interpolated linearly; else NaN."""
    below = np.flatnonzero(acf < 1 / np.e)
    if len(below) == 0 or below[0] == 0:
        return np.nan
    k = below[0]
    return float(k - 1 + (acf[k - 1] - 1 / np.e) / (acf[k - 1] - acf[k]))


def model(parameters: Float[np.ndarray, " parameter"], lags: Float[np.ndarray, " lag"]) -> np.ndarray:
    """Either model, told apart by its number of parameters: (a, tau) or (a, c, tau, tau)."""
    if len(parameters) == 2:
        a, tau = parameters
        return a * np.exp(-lags / tau)
    a, share, first, second = parameters
    return a * (share * np.exp(-lags / first) + (1 - share) * np.exp(-lags / second))


def _jacobian(parameters: np.ndarray, lags: np.ndarray) -> np.ndarray:
    if len(parameters) == 2:
        a, tau = parameters
        decay = np.exp(-lags / tau)
        return np.stack([decay, a * decay * lags / tau**2], 1)
    a, share, first, second = parameters
    fast, slow = np.exp(-lags / first), np.exp(-lags / second)
    return np.stack(
        [
            share * fast + (1 - share) * slow,
            a * (fast - slow),
            a * share * fast * lags / first**2,
            a * (1 - share) * slow * lags / second**2,
        ],
        1,
    )


def _starts(
    acf: Float[np.ndarray, " lag"], lags: Float[np.ndarray, " lag"]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The best point of the grid for either model: the taus from the grid, the amplitudes exact.

    For given taus the two-tau model is linear in u = a c and v = a (1 - c), with u, v >= 0 and u + v <= 1:
    the least squares lie inside that triangle or on u + v = 1 (its other two sides are the one-tau model).
    """
    decays = np.exp(-lags / GRID[:, None])
    products, overlap = decays @ decays.T, decays @ acf
    norms = np.diag(products)
    a = np.clip(overlap / norms, 0.0, 1.0)
    best = np.argmin(a**2 * norms - 2 * a * overlap)
    start_one = (a[best], GRID[best])

    ff, ss, fs, f, s = norms[FAST], norms[SLOW], products[FAST, SLOW], overlap[FAST], overlap[SLOW]
    u, v = np.stack([ss * f - fs * s, ff * s - fs * f]) / (ff * ss - fs**2)
    outside = (u < 0) | (v < 0) | (u + v > 1)
    on_edge = np.clip((f - s + ss - fs) / (ff - 2 * fs + ss), 0.0, 1.0)
    u, v = np.where(outside, on_edge, u), np.where(outside, 1 - on_edge, v)
    best = np.argmin(u**2 * ff + 2 * u * v * fs + v**2 * ss - 2 * (u * f + v * s))
    total = u[best] + v[best]
    return start_one, (total, u[best] / max(total, 1e-9), GRID[FAST[best]], GRID[SLOW[best]])


def _best(acf: np.ndarray, lags: np.ndarray, starts: list[tuple]):
    """The best of several bounded least-squares fits."""
    shares = len(starts[0]) - (1 if len(starts[0]) == 2 else 2)
    low = [0.0] * shares + [TAU_MIN] * (len(starts[0]) - shares)
    high = [1.0] * shares + [TAU_MAX] * (len(starts[0]) - shares)
    fits = [
        least_squares(
            lambda x: model(x, lags) - acf,
            np.clip(start, np.array(low) + 1e-6, np.array(high) - 1e-6),
            jac=lambda x: _jacobian(x, lags),
            bounds=(low, high),
            xtol=1e-10,
            ftol=1e-12,
            max_nfev=300,
        )
        for start in starts
    ]
    return min(fits, key=lambda found: found.cost)


def simulate(found: Fit, time: int, runs: int, rng: np.random.Generator) -> Float[np.ndarray, "time run"]:
    """A Gaussian process with the autocorrelation of a fit: one AR(1) process per tau, and white noise.

    Of variance 1; what the amplitude a lacks to 1 is white.
    """
    taus, shares = (found.tau_one,), (1.0,)
    if found.n_taus == 2:
        taus, shares = (found.tau_fast, found.tau_slow), (found.fast_share, 1 - found.fast_share)
    total = np.sqrt(1 - found.amplitude) * rng.standard_normal((runs, time))
    for tau, share in zip(taus, shares, strict=True):
        decay = np.exp(-1 / tau)
        noise = rng.standard_normal((runs, time)) * np.sqrt(found.amplitude * share * (1 - decay**2))
        noise[:, 0] /= np.sqrt(1 - decay**2)
        total += lfilter([1.0], [1.0, -decay], noise)
    return np.ascontiguousarray(total.T)
