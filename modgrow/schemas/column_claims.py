"""Claims under other readings: one row per column and claim."""

import pyarrow as pa

from modgrow.schemas import claims
from modgrow.store.schema import NAME, Schema, column

SCHEMA = Schema(
    "column_claims",
    pa.schema([*claims.SCHEMA.columns, column("column", NAME), column("main", NAME, null=True)]),
    keys=("column", "claim"),
    ranges=claims.SCHEMA.ranges,
)
