"""Arms pair by pair: difference and probability of improvement."""

import pyarrow as pa

from modgrow.store.schema import FROM_0, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "comparisons",
    pa.schema(
        [
            column("arm", NAME),
            column("other", NAME),
            column("n_seeds", INTEGER),
            column("n_seeds_other", INTEGER),
            column("mean", NUMBER, null=True),
            column("mean_other", NUMBER, null=True),
            column("median", NUMBER, null=True),
            column("median_other", NUMBER, null=True),
            column("share_stuck", NUMBER, null=True),
            column("share_stuck_other", NUMBER, null=True),
            column("difference", NUMBER, null=True),
            column("low", NUMBER, null=True),
            column("high", NUMBER, null=True),
            column("improvement", NUMBER, null=True),
            column("improvement_low", NUMBER, null=True),
            column("improvement_high", NUMBER, null=True),
        ]
    ),
    keys=(),  # a pair that two panels compare stands here twice
    ranges={
        "n_seeds": FROM_0,
        "n_seeds_other": FROM_0,
        "mean": FROM_0,
        "mean_other": FROM_0,
    },
)
