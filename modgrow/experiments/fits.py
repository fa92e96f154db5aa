"""Timescales from autocorrelations: one or two exponentials, chosen by AIC. Arrays in, fits out.

The models are a exp(-k/tau) and a [c exp(-k/tau_fast) + (1 - c) exp(-k/tau_slow)], a and c in [0, 1],
tau from 0.05 to 100 time steps, tau_fast <= tau_slow. A fit is an experiment: it starts from the best of a
grid over all taus, and gives a row that says how it went, never an exception.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float
from scipy.optimize import OptimizeResult, least_squares

from modgrow.experiments import starts

TAU_MIN = 0.05  # below, nothing is left after one step
TAU_MAX = 100.0
GRID = np.geomspace(TAU_MIN, 95.0, 48)  # taus to start from, one by one and in pairs


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


@dataclass(frozen=True)
class _Curve:
    """A fitted model with tau_fast <= tau_slow; of one tau, both are that one and all the share is fast."""

    n_taus: int
    amplitude: float
    fast_share: float
    tau_fast: float
    tau_slow: float
    rss: float
    converged: bool

    def aic(self, n_lags: int) -> float:
        """A tau comes with one more share: a alone, or a and c."""
        return aic_of(self.rss, n_lags, 2 * self.n_taus)

    @property
    def tau_weighted(self) -> float:
        """The mean of both taus, weighted by their shares."""
        return self.fast_share * self.tau_fast + (1 - self.fast_share) * self.tau_slow

    @property
    def at_bound(self) -> bool:
        """Whether a tau is as short or as long as it may be: the lags do not say how much further it goes."""
        return bool(self.tau_slow > 0.999 * TAU_MAX or self.tau_fast < 1.001 * TAU_MIN)


def fit(acf: Float[np.ndarray, " lag"]) -> Fit:
    """Fit an autocorrelation at lags 0, 1, 2, ... by both models and choose by AIC."""
    acf = np.asarray(acf, float)
    if not np.isfinite(acf).all():
        return Fit("silent" if np.isnan(acf).all() else "invalid")
    one, two = _both(acf)
    aic_one = one.aic(len(acf))
    aic_two = two.aic(len(acf))
    chosen = two if aic_two < aic_one else one
    return Fit(
        state="fitted",
        n_taus=chosen.n_taus,
        amplitude=chosen.amplitude,
        tau_effective=chosen.tau_slow,
        tau_one=one.tau_slow,
        tau_fast=two.tau_fast,
        tau_slow=two.tau_slow,
        fast_share=two.fast_share,
        aic_one=aic_one,
        aic_two=aic_two,
        converged=chosen.converged,
        at_bound=chosen.at_bound,
        tau_weighted=chosen.tau_weighted,
        tau_crossing=crossing(acf),
    )


def published(acf: Float[np.ndarray, " lag"]) -> float:
    """The effective tau as the authors' code finds it: both models start in the middle of their bounds.

    There a and c are 1/2 and every tau is 50, so that the two taus of the second model often stay together.
    NaN where there is nothing to fit.
    """
    acf = np.asarray(acf, float)
    if not np.isfinite(acf).all():
        return np.nan
    lags = np.arange(len(acf), dtype=float)
    middle = TAU_MAX / 2
    one = _best(acf, lags, [(0.5, middle)])
    two = _best(acf, lags, [(0.5, 0.5, middle, middle)])
    return two.tau_slow if two.aic(len(acf)) < one.aic(len(acf)) else one.tau_slow


def _both(acf: np.ndarray) -> tuple[_Curve, _Curve]:
    """The best fit with one tau, and with two."""
    lags = np.arange(len(acf), dtype=float)
    one = _best(acf, lags, [starts.of_one(acf, lags, GRID)])
    tau = one.tau_slow
    near_one = (one.amplitude, 0.5, 0.8 * tau, min(1.2 * tau, 90.0))
    two = _best(acf, lags, [starts.of_two(acf, lags, GRID), near_one])
    if two.rss > one.rss:  # one tau is a special case of two: never fit worse than that
        two = replace(one, n_taus=2)
    return one, two


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
    """(lag, parameter): derivatives of `model`."""
    if len(parameters) == 2:
        a, tau = parameters
        decay = np.exp(-lags / tau)
        return np.stack([decay, a * decay * lags / tau**2], 1)
    a, share, first, second = parameters
    fast = np.exp(-lags / first)
    slow = np.exp(-lags / second)
    return np.stack(
        [
            share * fast + (1 - share) * slow,
            a * (fast - slow),
            a * share * fast * lags / first**2,
            a * (1 - share) * slow * lags / second**2,
        ],
        1,
    )


def _best(acf: np.ndarray, lags: np.ndarray, points: list[tuple]) -> _Curve:
    """The best of bounded least-squares fits from several points, all with as many taus."""
    n_taus = len(points[0]) // 2  # (a, tau) or (a, c, tau, tau)
    low = np.array([0.0] * n_taus + [TAU_MIN] * n_taus)
    high = np.array([1.0] * n_taus + [TAU_MAX] * n_taus)
    fits = [
        least_squares(
            lambda x: model(x, lags) - acf,
            np.clip(point, low + 1e-6, high - 1e-6),  # it refuses to start on a bound
            jac=lambda x: _jacobian(x, lags),
            bounds=(low, high),
            xtol=1e-10,
            ftol=1e-12,
            max_nfev=300,
        )
        for point in points
    ]
    return _sorted(min(fits, key=lambda found: found.cost))


def _sorted(found: OptimizeResult) -> _Curve:
    """What `least_squares` found, the faster tau first; its cost is half the sum of squares."""
    how = {"rss": 2 * found.cost, "converged": bool(found.success)}
    if len(found.x) == 2:
        a, tau = found.x
        return _Curve(1, a, 1.0, tau, tau, **how)
    a, share, first, second = found.x
    if first <= second:
        return _Curve(2, a, share, first, second, **how)
    return _Curve(2, a, 1 - share, second, first, **how)
