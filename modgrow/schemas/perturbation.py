"""Accuracy under perturbation: one row per network, pathway, strength, draw and N."""

import pyarrow as pa

from modgrow.store.schema import FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "perturbation",
    pa.schema(
        [
            column("pathway", NAME),
            column("epsilon", NUMBER),
            column("draw", INTEGER),
            column("n", INTEGER),
            column("accuracy", pa.float32()),
            column("arm", NAME),
            column("seed", INTEGER),
        ]
    ),
    keys=(
        "arm",
        "seed",
        "pathway",
        "epsilon",
        "draw",
        "n",
    ),
    ranges={
        "seed": FROM_0,
        "epsilon": FROM_0,
        "draw": FROM_0,
        "n": FROM_1,
        "accuracy": FRACTION,
    },
)
