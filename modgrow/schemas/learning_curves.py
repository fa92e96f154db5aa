"""Learning curves: one row per epoch of every network."""

import pyarrow as pa

from modgrow.store.schema import FLAG, FRACTION, FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "learning_curves",
    pa.schema(
        [
            column("arm", NAME),
            column("seed", INTEGER),
            column("epoch", INTEGER),
            column("n", INTEGER),
            column("loss", NUMBER, null=True),
            column("accuracy", NUMBER, null=True),
            column("accuracy_previous", NUMBER, null=True),
            column("n_solved", INTEGER),
            column("n_tasks_solved", INTEGER),
            column("diverged", FLAG),
            column("clipped", NUMBER, null=True),
            column("learnt_after", INTEGER, null=True),
        ]
    ),
    keys=(
        "arm",
        "seed",
        "epoch",
    ),
    ranges={
        "seed": FROM_0,
        "epoch": FROM_1,
        "n": FROM_1,
        "accuracy": FRACTION,
        "accuracy_previous": FRACTION,
        "n_solved": FROM_0,
        "n_tasks_solved": FROM_0,
        "clipped": FRACTION,
        "learnt_after": FROM_1,
    },
)
