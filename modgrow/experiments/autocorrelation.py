"""Autocorrelation of long recordings at small lags, by direct sums over a stream of chunks. No torch."""

import numpy as np
from jaxtyping import Float
from numba import float64, int64

from modgrow.model.compiled import kernel


@kernel((float64[:, ::1], float64[:, ::1], int64), error_model="numpy")
def _add_products(sums, padded, new):
    """sums[k] += products of the `new` last samples with those k steps before, for every lag k."""
    time = padded.shape[0]
    for lag in range(sums.shape[0]):
        for t in range(time - new, time):
            if t >= lag:
                for s in range(sums.shape[1]):
                    sums[lag, s] += padded[t, s] * padded[t - lag, s]


class LagSums:
    """Everything that the mean-subtracted autocovariance at lags 0 to `max_lag` needs, chunk by chunk.

    Memory does not grow with the length of the recording. Samples are shifted by the mean of the first
    chunk, which changes no covariance but keeps the sums from cancelling.
    """

    def __init__(self, max_lag: int = 30):
        self.max_lag = max_lag
        self.time = 0
        self._shift = None  # the mean of the first chunk; all below is of samples minus this
        self._first = None  # the first and the last `max_lag` samples
        self._last = None
        self._total = None  # sum of all samples
        self._products = None  # per lag, sum of the products of samples so far apart

    def add(self, chunk: Float[np.ndarray, "time series"]) -> None:
        """Append samples."""
        chunk = np.asarray(chunk, np.float64)
        if self._shift is None:
            self._shift = chunk.mean(0)
            self._first = self._last = np.empty((0, chunk.shape[1]))
            self._total = np.zeros(chunk.shape[1])
            self._products = np.zeros((self.max_lag + 1, chunk.shape[1]))
        chunk = chunk - self._shift
        # the samples before come along, for the products across the border between two chunks
        padded = np.ascontiguousarray(np.concatenate([self._last, chunk]))
        _add_products(self._products, padded, len(chunk))
        self._first = np.concatenate([self._first, chunk[: self.max_lag - len(self._first)]])
        self._last = padded[max(len(padded) - self.max_lag, 0) :]
        self._total += chunk.sum(0)
        self.time += len(chunk)

    def autocovariance(self) -> Float[np.ndarray, "lag series"]:
        """Sum over t of (x(t) - mean)(x(t + lag) - mean), divided by (time - lag)."""
        mean = self._total / self.time
        rows = []
        for lag in range(self.max_lag + 1):
            pairs = self.time - lag  # of x, all but the last `lag` samples, with y, all but the first
            without_end = self._total - self._last[len(self._last) - lag :].sum(0)
            without_start = self._total - self._first[:lag].sum(0)
            # sum of (x - mean)(y - mean) = sum of x y - mean (sum of x + sum of y) + pairs mean^2
            centred = self._products[lag] - mean * (without_end + without_start) + pairs * mean**2
            rows.append(centred / pairs)
        return np.stack(rows)


def normalised(
    autocovariance: Float[np.ndarray, "lag unit run"],
) -> Float[np.ndarray, "lag unit"]:
    """Averaged over runs, then divided by lag 0; NaN where there is no variance."""
    mean = autocovariance.mean(-1)
    scale = np.where(mean[0] > 0, mean[0], np.nan)
    return mean / scale
