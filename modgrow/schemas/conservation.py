"""Change of weights from module to module: one row per network, pathway and module."""

import pyarrow as pa

from modgrow.store.schema import FROM_0, FROM_1, INTEGER, NAME, NUMBER, Schema, column

SCHEMA = Schema(
    "conservation",
    pa.schema(
        [
            column("pathway", NAME),
            column("module", INTEGER),
            column("variance", NUMBER, null=True),
            column("relative_change", NUMBER, null=True),
            column("arm", NAME),
            column("seed", INTEGER),
        ]
    ),
    keys=(
        "arm",
        "seed",
        "pathway",
        "module",
    ),
    ranges={
        "seed": FROM_0,
        "module": FROM_1,
        "variance": FROM_0,
        "relative_change": FROM_0,
    },
)
