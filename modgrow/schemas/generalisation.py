"""Accuracy on N + K after learning it with a new head: one row per network, variant and K."""

import pyarrow as pa

from modgrow.store.schema import FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "generalisation",
    pa.schema(
        [
            column("variant", NAME),
            column("k", INTEGER),
            column("n", INTEGER),
            column("accuracy", NUMBER, null=True),
            column("arm", NAME),
            column("seed", INTEGER),
        ]
    ),
    keys=(
        "arm",
        "seed",
        "variant",
        "k",
    ),
    ranges={
        "seed": FROM_0,
        "k": FROM_1,
        "n": FROM_1,
        "accuracy": FRACTION,
    },
)
