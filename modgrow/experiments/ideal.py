"""What the published timescale fit makes of an ideal parity reader (the reference curve of Fig. 4b)."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from modgrow.experiments import fits
from modgrow.experiments.autocorrelation import ideal_reader


def ideal_timescales(orders: Iterable[int], max_lag: int) -> pd.DataFrame:
    """Rows (n, tau_effective, tau_weighted) under the published drive, each run its own p ~ U(0, 1)."""
    lags = np.arange(max_lag + 1.0)
    found = {int(n): fits.fit(ideal_reader(int(n), lags, "uniform")) for n in orders}
    rows = [(n, fitted.tau_effective, fitted.tau_weighted) for n, fitted in found.items()]
    return pd.DataFrame(rows, columns=["n", "tau_effective", "tau_weighted"])
