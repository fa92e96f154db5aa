"""Claims under changed settings: one row per variant and claim."""

import pyarrow as pa

from modgrow.schemas import claims
from modgrow.store.schema import NAME, Schema, column

SCHEMA = Schema(
    "sensitivity_claims",
    pa.schema([*claims.SCHEMA.columns, column("baseline", NAME, null=True), column("variant", NAME)]),
    keys=("variant", "claim"),
    ranges=claims.SCHEMA.ranges,
)
