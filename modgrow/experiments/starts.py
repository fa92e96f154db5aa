"""Where a fit of one or two exponentials starts from: the taus from a grid, the amplitudes exact.

Least squares over all lags, for every tau of the grid or every pair of them; the best is the start.
"""

import numpy as np
from jaxtyping import Float


def of_one(
    acf: Float[np.ndarray, " lag"], lags: Float[np.ndarray, " lag"], grid: Float[np.ndarray, " tau"]
) -> tuple[float, float]:
    """(a, tau): the tau of the grid that fits best, with the amplitude that is best for it.

    With d = exp(-k/tau), |a d - acf|^2 = a^2 d.d - 2 a d.acf + acf.acf, a parabola in a with its minimum
    at d.acf / d.d; where that is not in [0, 1], the nearer end is best.
    """
    products, overlaps = _inner_products(acf, lags, grid)
    norms = np.diag(products)
    a = np.clip(overlaps / norms, 0.0, 1.0)
    cost = a**2 * norms - 2 * a * overlaps  # without acf.acf, the same for all
    best = np.argmin(cost)
    return a[best], grid[best]


def of_two(
    acf: Float[np.ndarray, " lag"], lags: Float[np.ndarray, " lag"], grid: Float[np.ndarray, " tau"]
) -> tuple[float, float, float, float]:
    """(a, c, tau_fast, tau_slow): the pair of the grid that fits best, with the best amplitudes for it.

    For given taus the model is linear: u f + v s, with f and s the two decays, u = a c and v = a (1 - c).
    a and c in [0, 1] are the triangle u, v >= 0, u + v <= 1, and what is to be least is

        |u f + v s - acf|^2 = u^2 f.f + 2 u v f.s + v^2 s.s - 2 (u f.acf + v s.acf) + acf.acf
    """
    products, overlaps = _inner_products(acf, lags, grid)
    fast, slow = np.triu_indices(len(grid), 1)  # places in the grid of every pair, the shorter tau first
    f_f = products[fast, fast]
    s_s = products[slow, slow]
    f_s = products[fast, slow]
    f_acf = overlaps[fast]
    s_acf = overlaps[slow]

    # Both derivatives zero: f.f u + f.s v = f.acf and f.s u + s.s v = s.acf, solved by Cramer's rule.
    determinant = f_f * s_s - f_s**2
    u = (s_s * f_acf - f_s * s_acf) / determinant
    v = (f_f * s_acf - f_s * f_acf) / determinant

    # Beyond the triangle the least is on its rim. On the sides u = 0 and v = 0 one tau is left, and the fit
    # starts from the best of those anyway: so only the side u + v = 1 is searched. With v = 1 - u the
    # derivative is zero at u = (f - s).(acf - s) / |f - s|^2.
    on_side = np.clip((f_acf - s_acf + s_s - f_s) / (f_f - 2 * f_s + s_s), 0.0, 1.0)
    beyond = (u < 0) | (v < 0) | (u + v > 1)
    u = np.where(beyond, on_side, u)
    v = np.where(beyond, 1 - on_side, v)

    cost = u**2 * f_f + 2 * u * v * f_s + v**2 * s_s - 2 * (u * f_acf + v * s_acf)
    best = np.argmin(cost)
    a = u[best] + v[best]
    return a, u[best] / max(a, 1e-9), grid[fast[best]], grid[slow[best]]


def _inner_products(acf: np.ndarray, lags: np.ndarray, grid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of the decays exp(-k/tau) with each other (tau, tau), and with the autocorrelation (tau)."""
    decays = np.exp(-lags / grid[:, None])
    return decays @ decays.T, decays @ acf
