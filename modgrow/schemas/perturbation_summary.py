"""Half-points under perturbation: one row per network and pathway."""

import pyarrow as pa

from modgrow.store.schema import FLAG, FROM_0, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "perturbation_summary",
    pa.schema(
        [
            column("arm", NAME),
            column("seed", INTEGER),
            column("pathway", NAME),
            column("solved_unperturbed", NUMBER),
            column("half_epsilon", NUMBER, null=True),
            column("censored", FLAG),
            column("steepest_epsilon", NUMBER, null=True),
            column("arm_half_epsilon", NUMBER, null=True),
            column("low", NUMBER, null=True),
            column("high", NUMBER, null=True),
            column("n_seeds", INTEGER),
        ]
    ),
    keys=(
        "arm",
        "seed",
        "pathway",
    ),
    ranges={
        "seed": FROM_0,
        "solved_unperturbed": FROM_0,
        "half_epsilon": FROM_0,
        "steepest_epsilon": FROM_0,
        "arm_half_epsilon": FROM_0,
        "low": FROM_0,
        "high": FROM_0,
        "n_seeds": FROM_0,
    },
)
