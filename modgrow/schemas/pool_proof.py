"""Pool against fresh sequences: one row per pair of arms, quantity and epoch."""

import pyarrow as pa

from modgrow.store.schema import FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "pool_proof",
    pa.schema(
        [
            column("arm_pool", NAME),
            column("arm_fresh", NAME),
            column("quantity", NAME),
            column("epoch", INTEGER),
            column("n_seeds", INTEGER),
            column("mean_pool", NUMBER),
            column("mean_fresh", NUMBER),
            column("difference", NUMBER, null=True),
            column("low", NUMBER, null=True),
            column("high", NUMBER, null=True),
        ]
    ),
    keys=(
        "arm_pool",
        "arm_fresh",
        "quantity",
        "epoch",
    ),
    ranges={
        "epoch": FROM_1,
        "n_seeds": FROM_1,
    },
)
