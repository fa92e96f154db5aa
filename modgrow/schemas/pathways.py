"""What each arm copied, froze and trained, and how far it got: one row per network."""

import pyarrow as pa

from modgrow.store.schema import FLAG, FROM_0, INTEGER, NAME, Schema, column

SCHEMA = Schema(
    "pathways",
    pa.schema(
        [
            column("arm", NAME),
            column("seed", INTEGER),
            column("copied", NAME),
            column("frozen", NAME),
            column("n_trained", INTEGER),
            column("n_trained_weights", INTEGER),
            column("n_solved", INTEGER),
            column("stuck", FLAG),
        ]
    ),
    keys=(
        "arm",
        "seed",
    ),
    ranges={
        "seed": FROM_0,
        "n_trained": FROM_0,
        "n_trained_weights": FROM_0,
        "n_solved": FROM_0,
    },
)
