"""Tables: pandas in memory, Parquet on disk, with what made them inside the file. No torch here."""

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from modgrow.errors import StoreError
from modgrow.store import files
from modgrow.store.headers import again

METADATA_KEY = b"modgrow"
NUMBERS = {"seed", "epoch", "n", "k", "loss", "accuracy", "n_solved", "n_tasks_solved", "epsilon", "tau"}


def write(path: str | Path, table: pd.DataFrame, provenance: dict | None = None) -> None:
    """Write `table` with `provenance` in the Parquet metadata. Raises StoreError."""
    arrow = pa.Table.from_pandas(table, preserve_index=False)
    extra = {METADATA_KEY: json.dumps(provenance or {}, sort_keys=True).encode()}
    arrow = arrow.replace_schema_metadata({**(arrow.schema.metadata or {}), **extra})
    files.write(path, lambda temporary: pq.write_table(arrow, temporary, write_page_checksum=True))


def read(path: str | Path, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table that has `columns` of the types that their names promise; rows it may have none.

    Raises StoreError naming the file.
    """
    return _read(path, columns)


def read_all(paths: Sequence[str | Path], columns: Sequence[str] = ()) -> pd.DataFrame:
    """The rows of several tables of one kind, one after another; some may have none. Raises StoreError."""
    return pd.concat([_read(path, columns) for path in paths], ignore_index=True)


def provenance(path: str | Path) -> dict:
    """What made the table: the record given to `write`. Raises StoreError."""
    with _refusals(path):
        return json.loads((pq.read_schema(path).metadata or {}).get(METADATA_KEY, b"{}"))


def _read(path: str | Path, columns: Sequence[str]) -> pd.DataFrame:
    with _refusals(path):
        table = pq.ParquetFile(path, page_checksum_verification=True).read().to_pandas()
    for column in columns:
        if column not in table:
            raise StoreError(f"{path}: lacks the column {column}; {again(path)}")
        if column in NUMBERS and len(table) and not pd.api.types.is_numeric_dtype(table[column]):
            raise StoreError(f"{path}: the column {column} does not hold numbers; {again(path)}")
    return table


@contextlib.contextmanager
def _refusals(path: str | Path) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise StoreError(f"{path}: no such table; `snakemake --cores 1 {path}` makes it") from None
    except (OSError, pa.ArrowException, ValueError, LookupError, TypeError, AttributeError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise StoreError(f"{path}: not a readable Parquet table ({reason}); {again(path)}") from None
