"""What the published timescale fit makes of an ideal reader of the task (the reference curve of Fig. 4b)."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from modgrow import task
from modgrow.experiments import fits

PUBLISHED = "parity"


def ideal_timescales(orders: Iterable[int], max_lag: int, name: str = PUBLISHED) -> pd.DataFrame:
    """Rows (n, tau_effective, tau_weighted) under the published drive, each run its own p ~ U(0, 1).

    Of a neuron that holds the right answer of head n to task `name`, for every n of `orders`.
    Raises ModgrowError.
    """
    lags = np.arange(max_lag + 1)
    rows = []
    for n in orders:
        fitted = fits.fit(task.named(name).ideal_autocorrelation(int(n), lags, "per_sequence"))
        rows.append((int(n), fitted.tau_effective, fitted.tau_weighted))
    return pd.DataFrame(rows, columns=["n", "tau_effective", "tau_weighted"])
