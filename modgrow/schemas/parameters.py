"""Weights and parameters against N: one row per network and solved N."""

import pyarrow as pa

from modgrow.store.schema import FLAG, FROM_0, FROM_1, INTEGER, NAME, Schema, column

SCHEMA = Schema(
    "parameters",
    pa.schema(
        [
            column("arm", NAME),
            column("seed", INTEGER),
            column("n", INTEGER),
            column("epoch", INTEGER),
            column("n_weights", INTEGER),
            column("n_parameters", INTEGER),
            column("n_solved", INTEGER),
            column("architecture", NAME),
            column("on_front", FLAG),
        ]
    ),
    keys=(
        "arm",
        "seed",
        "n",
    ),
    ranges={
        "seed": FROM_0,
        "n": FROM_0,
        "epoch": FROM_1,
        "n_weights": FROM_0,
        "n_parameters": FROM_0,
        "n_solved": FROM_0,
    },
)
