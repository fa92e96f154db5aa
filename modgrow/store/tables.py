"""Tables: pandas in memory, Parquet on disk, with what made them inside the file. No torch here."""

import json
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from modgrow.errors import StoreError
from modgrow.store import files

METADATA_KEY = b"modgrow"


def write(path: str | Path, table: pd.DataFrame, provenance: dict | None = None) -> None:
    """Write `table` with `provenance` in the Parquet metadata. Raises StoreError."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    extra = {METADATA_KEY: json.dumps(provenance or {}, sort_keys=True).encode()}
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), **extra})
    files.write(path, lambda temporary: pq.write_table(arrow, temporary))


def read(path: str | Path, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table that must have `columns`. Raises StoreError naming the file."""
    try:
        table = pq.read_table(path).to_pandas()
    except FileNotFoundError:
        raise StoreError(f"{path}: no such table; `snakemake {path}` makes it") from None
    except (OSError, pa.ArrowException) as error:
        reason = str(error).splitlines()[0]
        raise StoreError(f"{path}: not a readable Parquet table ({reason}); delete it and rerun") from None
    if missing := [column for column in columns if column not in table]:
        raise StoreError(f"{path}: lacks the column {missing[0]}; delete it and rerun")
    return table


def provenance(path: str | Path) -> dict:
    """What made the table: the record given to `write`."""
    return json.loads((pq.read_schema(path).metadata or {}).get(METADATA_KEY, b"{}"))


def read_all(paths: Sequence[str | Path], columns: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of several tables of one kind, one after another."""
    return pd.concat([read(path, columns) for path in paths], ignore_index=True)
