"""What the networks of target `far` cost: a row for each."""

import pyarrow as pa

from modgrow.store.schema import FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "far",
    pa.schema(
        [
            column("arm", NAME),
            column("seed", INTEGER),
            column("n_epochs", INTEGER),
            column("n_tasks_solved", INTEGER),
            column("seconds", NUMBER, null=True),
            column("seconds_per_task", NUMBER, null=True),
            column("max_rss_mb", NUMBER, null=True),
            column("n_parts", INTEGER, null=True),
        ]
    ),
    keys=("arm", "seed"),
    ranges={
        "seed": FROM_0,
        "n_epochs": FROM_1,
        "n_tasks_solved": FROM_0,
        "seconds": FROM_0,
        "seconds_per_task": FROM_0,
        "max_rss_mb": FROM_0,
        "n_parts": FROM_1,
    },
)
