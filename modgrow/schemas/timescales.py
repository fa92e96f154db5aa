"""Fitted timescales: one row per network, N, drive and unit."""

import pyarrow as pa

from modgrow.store.schema import FLAG, FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "timescales",
    pa.schema(
        [
            column("n", INTEGER),
            column("trained", FLAG),
            column("drive", NAME),
            column("tau", NUMBER, null=True),
            column("unit", INTEGER),
            column("state", NAME),
            column("n_taus", INTEGER, null=True),
            column("amplitude", NUMBER, null=True),
            column("tau_effective", NUMBER, null=True),
            column("tau_one", NUMBER, null=True),
            column("tau_fast", NUMBER, null=True),
            column("tau_slow", NUMBER, null=True),
            column("fast_share", NUMBER, null=True),
            column("aic_one", NUMBER, null=True),
            column("aic_two", NUMBER, null=True),
            column("converged", FLAG),
            column("at_bound", FLAG),
            column("tau_weighted", NUMBER, null=True),
            column("tau_crossing", NUMBER, null=True),
            column("tau_published", NUMBER, null=True),
            column("tau_refit", NUMBER, null=True),
            column("arm", NAME),
            column("seed", INTEGER),
        ]
    ),
    keys=(
        "arm",
        "seed",
        "n",
        "trained",
        "drive",
        "unit",
    ),
    ranges={
        "seed": FROM_0,
        "n": FROM_1,
        "unit": FROM_0,
        "tau": FROM_1,
        "n_taus": FROM_1,
        "tau_effective": FROM_0,
        "tau_fast": FROM_0,
        "tau_slow": FROM_0,
        "fast_share": FRACTION,
    },
)
