"""Tables: pandas in memory, Parquet on disk, under a schema, with what made them inside. No torch here.

The Parquet metadata hold one text of JSON: the table's name, its place in the folder of results, what made
it, and a digest over all that, the columns and every value. Nothing is loaded before that was compared; this
takes the memory of a few thousand rows, whatever a file promises.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from modgrow.store import files, headers
from modgrow.store.schema import Schema, refuse_long_texts

METADATA_KEY = b"modgrow"
SAID = {"digest", "place", "provenance", "table"}
BATCH = 4096  # rows looked at together
MOST_ROWS = 20_000_000
LARGEST_GROUP = 2**28  # bytes of one row group, whose columns are unpacked page by page
LONGEST_FOOTER = 2**24
PACKED = {"write_page_checksum": True, "write_statistics": False, "store_schema": False}
LARGEST_LIST = 10_000  # columns, row groups or metadata that a footer may list
KINDS = (pa.string(), pa.int64(), pa.float32(), pa.float64(), pa.bool_())


def write(path: str | Path, frame: pd.DataFrame, schema: Schema, provenance: dict) -> None:
    """Write the rows of `frame` under `schema`, with what made them.

    The same rows and provenance are the same bytes. Raises StoreError, and ValueError or pyarrow's errors
    where they cannot be such a table: that is a fault of ours.
    """
    table = schema.table(frame)
    said = {"table": schema.name, "place": headers.place(path, schema.name), "provenance": provenance}
    said = json.loads(json.dumps(said, sort_keys=True, allow_nan=False))
    _refuse_elsewhere(said, table)
    seal = _Digest(table.schema)
    for batch in table.to_batches(BATCH):
        seal.add(batch)
    text = json.dumps({**said, "digest": seal.over(said)}, sort_keys=True)
    files.write(path, lambda temporary: _write(temporary, table, text))


def read(path: str | Path, schema: Schema, arms: dict[str, dict] | None = None) -> pd.DataFrame:
    """The rows of a table of this kind that lies in its place; it may have none. Raises StoreError.

    `arms`: the settings by name that the reader knows arms by. A table that knows one by others is refused.
    """
    return schema.frame(_load(path, schema, arms or {})[0])


def collect(
    folder: str | Path, schema: Schema, seeds: dict[str, range], planned: dict[str, dict]
) -> pd.DataFrame:
    """The rows of every network's table below `folder`, one after another: of the `seeds` of each arm.

    `planned` holds, per arm, what the provenance of its tables must say. Raises StoreError naming the table.
    """
    parts = [schema.columns.empty_table()]
    for arm, own in seeds.items():
        for seed in own:
            path = f"{folder}/{arm}/seed_{seed}.parquet"
            rows, made_by = _load(path, schema, {})
            headers.refuse_others(path, made_by, planned.get(arm, {}))
            parts.append(rows)
    return schema.frame(pa.concat_tables(parts))


def provenance(path: str | Path) -> dict:
    """What made a table: the record given to `write`. Raises StoreError."""
    with opened(path) as table:
        table.verify()
        return table.said["provenance"]


class Opened:
    """A table on disk, of which the footer alone has been read; `said` is what it says of itself."""

    def __init__(self, file: pa.NativeFile):
        limits = {
            "pre_buffer": False,
            "page_checksum_verification": True,
            "thrift_string_size_limit": LONGEST_FOOTER,
            "thrift_container_size_limit": LARGEST_LIST,
            "arrow_extensions_enabled": False,
        }
        found = pq.ParquetFile(file, **limits)
        self.columns = found.schema_arrow.remove_metadata()
        self.n_rows = found.metadata.num_rows
        self.said = _said(found.metadata)
        _refuse_promises(found.metadata)
        texts = [column.name for column in self.columns if pa.types.is_string(column.type)]
        self.file = pq.ParquetFile(file, metadata=found.metadata, read_dictionary=texts, **limits)

    def batches(self) -> Iterator[pa.Table]:
        """The rows, a few thousand at a time. Raises what pyarrow raises on damage."""
        for batch in self.file.iter_batches(BATCH, use_threads=False):
            for column in batch.columns:
                if pa.types.is_dictionary(column.type):
                    refuse_long_texts(column.dictionary)
            yield pa.Table.from_batches([batch]).cast(self.columns)

    def verify(self, schema: Schema | None = None) -> None:
        """Read all rows once. Raises ValueError unless they are what was written, and of this schema."""
        if schema is not None and not self.columns.equals(schema.columns):
            raise ValueError(_unlike(self.columns, schema.columns))
        seal, n_rows = _Digest(self.columns), 0
        for rows in self.batches():
            if schema is not None:
                schema.check(rows)
            n_rows += rows.num_rows
            if n_rows > self.n_rows:
                break
            for batch in rows.to_batches():
                seal.add(batch)
        if n_rows != self.n_rows:
            raise ValueError(f"it has other than {self.n_rows} rows")
        if self.said["digest"] != seal.over({name: self.said[name] for name in SAID - {"digest"}}):
            raise ValueError("its content is not what was written")


@contextlib.contextmanager
def opened(path: str | Path, mend: str = "") -> Iterator[Opened]:
    """A table, to look at it row by row; whatever goes wrong meanwhile is said in one line as StoreError."""
    with headers.refusals(path, "table", mend or headers.again(path)):
        _refuse_footer(path)
        with pa.OSFile(os.fspath(path)) as file:
            yield Opened(file)


def _write(path: Path, table: pa.Table, text: str) -> None:
    with pq.ParquetWriter(path, table.schema, **PACKED) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({METADATA_KEY: text})


class _Digest:
    """SHA-256 over columns and rows, the same however the rows are cut, packed and encoded."""

    def __init__(self, columns: pa.Schema):
        self.columns = [[column.name, str(column.type), column.nullable] for column in columns]
        self.parts = [[hashlib.sha256() for _ in range(3)] for _ in columns]

    def add(self, batch: pa.RecordBatch) -> None:
        """Take these rows in, after those before them."""
        for parts, column in zip(self.parts, batch.columns, strict=True):
            for part, values in zip(parts, _plain(column), strict=False):
                part.update(np.ascontiguousarray(values))

    def over(self, said: dict) -> str:
        """The digest over the rows and over what is said of them."""
        rows = [[part.hexdigest() for part in parts] for parts in self.parts]
        text = json.dumps([said, self.columns, rows], sort_keys=True, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _plain(column: pa.Array) -> tuple[np.ndarray, ...]:
    """Where values are missing, and the values, zero there; of texts their lengths, and all their bytes."""
    missing = column.is_null().to_numpy(zero_copy_only=False)
    if pa.types.is_string(column.type):
        texts = column.fill_null("").cast(pa.large_string())
        ends = np.frombuffer(texts.buffers()[1], "<i8")[texts.offset :][: len(texts) + 1]
        text = np.frombuffer(texts.buffers()[2] or b"", "u1")[ends[0] : ends[-1]]
        return missing, np.diff(ends), text
    values = column.fill_null(False if pa.types.is_boolean(column.type) else 0)
    return missing, values.to_numpy(zero_copy_only=False)


def _load(path: str | Path, schema: Schema, arms: dict[str, dict]) -> tuple[pa.Table, dict]:
    """The rows of a table, and what made it."""
    with opened(path) as table:
        said, expected = table.said, headers.place(path, schema.name)
        if said["table"] != schema.name:
            raise ValueError(f"it is the table {said['table']}, must be {schema.name}")
        table.verify(schema)
        if expected and said["place"] != expected:
            raise ValueError(f"it was made as {said['place'] or 'no part of any results'}, not as {expected}")
        rows = table.file.read().cast(schema.columns)
        schema.check(rows)
        _refuse_elsewhere(said, rows)
        known = _arms(said["provenance"]["id"])
        headers.refuse_others(path, known, {arm: arms[arm] for arm in known if arm in arms})
        return rows, said["provenance"]


def _arms(identity: dict) -> dict[str, dict]:
    """The settings that a table's identity names arms by, wherever it has them."""
    planned = identity.get("planned", {})
    asked = {arm: parts.get("network", parts["id"]).get("settings", {}) for arm, parts in planned.items()}
    return asked | identity.get("arms", {})


def _refuse_elsewhere(said: dict, rows: pa.Table) -> None:
    """Raise ValueError unless the table of one network is of the arm and seed that its place names."""
    if said["place"].startswith(f"{said['table']}/"):
        _, arm, name = said["place"].split("/")
        seed = int(name.removeprefix("seed_"))
        headers.refuse_other_network(said["provenance"]["id"], arm, seed)
        for column, value in (("arm", arm), ("seed", seed)):
            if not pc.all(pc.equal(rows[column], value), min_count=0).as_py():
                raise ValueError(f"it has rows of another {column} than {value}")


def _said(footer: pq.FileMetaData) -> dict:
    """What a footer says of the table, checked for its form."""
    if set(footer.metadata or {}) != {METADATA_KEY}:
        raise ValueError("it does not say what made it")
    said = headers.plain(footer.metadata[METADATA_KEY])
    if not isinstance(said, dict) or set(said) != SAID:
        raise ValueError(f"what it says of itself is not {', '.join(sorted(SAID))}")
    headers.refuse_provenance(said["provenance"])
    if not all(isinstance(said[name], str) for name in SAID - {"provenance"}):
        raise ValueError("its name, place or digest is no text")
    return said


def _refuse_footer(path: str | Path) -> None:
    """Raise ValueError if what lies at the end of the file is not a footer of sensible length."""
    with open(path, "rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - 8, 0))
        length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
    if magic != b"PAR1" or length > min(size, LONGEST_FOOTER):
        raise ValueError(f"its end is not that of a Parquet file, its size is {size} bytes")


def _refuse_promises(footer: pq.FileMetaData) -> None:
    """Raise ValueError if a footer promises more than any table of this project holds."""
    for column in footer.schema.to_arrow_schema():
        if column.type not in KINDS:
            raise ValueError(f"the column {column.name} holds {column.type}")
    if not 0 <= footer.num_rows <= MOST_ROWS:
        raise ValueError(f"it promises {footer.num_rows} rows, more than {MOST_ROWS}")
    groups = [footer.row_group(place).total_byte_size for place in range(footer.num_row_groups)]
    if any(not 0 <= size <= LARGEST_GROUP for size in groups):
        raise ValueError(f"it promises more than {LARGEST_GROUP} bytes at once")


def _unlike(found: pa.Schema, expected: pa.Schema) -> str:
    """In what the columns of a table are not those of its schema."""
    if found.names != expected.names:
        return f"its columns are {', '.join(found.names)}, must be {', '.join(expected.names)}"
    pairs = zip(found, expected, strict=True)
    mine, must = next((mine, must) for mine, must in pairs if not mine.equals(must))
    null = {True: "", False: " in every row"}
    told = f"the column {must.name} holds {mine.type}{null[mine.nullable]}"
    return f"{told}, must hold {must.type}{null[must.nullable]}"
