"""Neurons against connections: a row per family and N, with the size that solves it."""

import pyarrow as pa

from modgrow.store.schema import FLAG, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "costs",
    pa.schema(
        [
            column("family", NAME),
            column("n", INTEGER),
            column("arm", NAME, null=True),
            column("n_units", INTEGER),
            column("n_weights", INTEGER),
            column("n_nonzero", INTEGER, null=True),
            column("n_seeds", INTEGER, null=True),
            column("n_solving", INTEGER, null=True),
            column("suffices", FLAG),
            column("change", NAME, null=True),
            column("lambda_change", NUMBER, null=True),
        ]
    ),
    keys=("family", "n"),
    ranges={
        "n": FROM_1,
        "n_units": FROM_1,
        "n_weights": FROM_0,
        "n_nonzero": FROM_0,
        "n_seeds": FROM_1,
        "n_solving": FROM_0,
        "lambda_change": FROM_0,
    },
)
