"""What the published timescale fit makes of an ideal parity reader (the reference curve of Fig. 4b)."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from modgrow.experiments import timescales
from modgrow.experiments.autocorrelation import ideal_reader


def ideal_timescales(orders: Iterable[int], max_lag: int) -> pd.DataFrame:
    """Rows (n, tau_effective, tau_weighted) under the published drive, each run its own p ~ U(0, 1)."""
    lags = np.arange(max_lag + 1.0)
    fits = {int(n): timescales.fit(ideal_reader(int(n), lags, "uniform")) for n in orders}
    rows = [(n, found.tau_effective, found.tau_weighted) for n, found in fits.items()]
    return pd.DataFrame(rows, columns=["n", "tau_effective", "tau_weighted"])
