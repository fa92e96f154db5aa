"""The verdict on every claim: one row per claim."""

import pyarrow as pa

from modgrow.store.schema import FLAG, FROM_0, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "claims",
    pa.schema(
        [
            column("claim", NAME),
            column("panel", NAME),
            column("place", NAME),
            column("statement", NAME),
            column("statistic", NAME),
            column("arms", NAME),
            column("estimate", NUMBER, null=True),
            column("low", NUMBER, null=True),
            column("high", NUMBER, null=True),
            column("level", NUMBER),
            column("difference", NUMBER, null=True),
            column("medians", NAME),
            column("shares_stuck", NAME),
            column("n_seeds", INTEGER),
            column("n_left_out", INTEGER),
            column("direction", NAME),
            column("threshold", NUMBER),
            column("threshold_high", NUMBER, null=True),
            column("because", NAME),
            column("headline", FLAG),
            column("families", FLAG),
            column("p", NUMBER, null=True),
            column("p_holm", NUMBER, null=True),
            column("verdict", NAME),
            column("reason", NAME),
            column("seeds_needed", NUMBER, null=True),
        ]
    ),
    keys=("claim",),
    ranges={
        "n_seeds": FROM_0,
        "n_left_out": FROM_0,
        "seeds_needed": FROM_0,
    },
)
