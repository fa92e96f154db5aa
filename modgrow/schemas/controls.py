"""What growth, freezing and heads of their own do: one row per epoch of every network."""

import pyarrow as pa

from modgrow.store.schema import FLAG, FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "controls",
    pa.schema(
        [
            column("arm", NAME),
            column("kind", NAME),
            column("units", INTEGER),
            column("learning_rate", NUMBER),
            column("seed", INTEGER),
            column("epoch", INTEGER),
            column("n", INTEGER),
            column("loss", NUMBER, null=True),
            column("accuracy", NUMBER, null=True),
            column("accuracy_previous", NUMBER, null=True),
            column("n_solved", INTEGER),
            column("diverged", FLAG),
            column("clipped", NUMBER),
        ]
    ),
    keys=(
        "arm",
        "seed",
        "epoch",
    ),
    ranges={
        "units": FROM_1,
        "learning_rate": FROM_0,
        "seed": FROM_0,
        "epoch": FROM_1,
        "n": FROM_1,
        "accuracy": FRACTION,
        "accuracy_previous": FRACTION,
        "n_solved": FROM_0,
        "clipped": FRACTION,
    },
)
