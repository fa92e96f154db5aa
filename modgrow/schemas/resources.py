"""Time and memory: one row per job; `arm` and `seed` are missing where the job is of no network."""

import pyarrow as pa

from modgrow.store.schema import FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "resources",
    pa.schema(
        [
            column("rule", NAME),
            column("arm", NAME, null=True),
            column("seed", INTEGER, null=True),
            column("seconds", NUMBER, null=True),
            column("cpu_seconds", NUMBER, null=True),
            column("max_rss_mb", NUMBER, null=True),
            column("n_parts", INTEGER, null=True),
            column("n_epochs", NUMBER, null=True),
            column("n_tasks_solved", NUMBER, null=True),
            column("seconds_per_task", NUMBER, null=True),
        ]
    ),
    keys=(
        "rule",
        "arm",
        "seed",
    ),
    ranges={
        "seed": FROM_0,
        "seconds": FROM_0,
        "cpu_seconds": FROM_0,
        "max_rss_mb": FROM_0,
        "n_parts": FROM_1,
        "n_epochs": FROM_0,
        "n_tasks_solved": FROM_0,
        "seconds_per_task": FROM_0,
    },
)
