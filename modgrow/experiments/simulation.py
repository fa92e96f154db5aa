"""A process with the autocorrelation of a fit, for the self-check. Figures, which load `fits`, do not."""

import numpy as np
from jaxtyping import Float
from scipy.signal import lfilter

from modgrow.experiments.fits import Fit


def simulate(found: Fit, time: int, runs: int, rng: np.random.Generator) -> Float[np.ndarray, "time run"]:
    """A Gaussian process with the autocorrelation of a fit: one AR(1) process per tau, and white noise.

    Of variance 1; what the amplitude a lacks to 1 is white.
    """
    parts = [(found.tau_one, 1.0)]
    if found.n_taus == 2:
        parts = [(found.tau_fast, found.fast_share), (found.tau_slow, 1 - found.fast_share)]
    total = np.sqrt(1 - found.amplitude) * rng.standard_normal((runs, time))
    for tau, share in parts:
        decay = np.exp(-1 / tau)
        # x(t) = decay x(t-1) + noise has the variance of the noise over 1 - decay^2; it starts with that one
        noise = rng.standard_normal((runs, time)) * np.sqrt(found.amplitude * share * (1 - decay**2))
        noise[:, 0] /= np.sqrt(1 - decay**2)
        total += lfilter([1.0], [1.0, -decay], noise)
    return np.ascontiguousarray(total.T)
