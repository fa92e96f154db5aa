"""The authors' own numbers beside ours: one row per number."""

import pyarrow as pa

from modgrow.store.schema import FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "reference",
    pa.schema(
        [
            column("what", NAME),
            column("theirs", NAME),
            column("source", NAME),
            column("arm", NAME),
            column("ours", NUMBER),
            column("lowest", NUMBER),
            column("highest", NUMBER),
            column("n_seeds", INTEGER),
        ]
    ),
    keys=(
        "what",
        "source",
        "arm",
    ),
    ranges={
        "n_seeds": FROM_1,
    },
)
