"""What a file of results says of itself, and in what two of them differ: `modgrow show | compare`."""

import contextlib
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import yaml

from modgrow import extensions, schemas, study
from modgrow.differences import differences
from modgrow.errors import ModgrowError
from modgrow.store import headers, tables
from modgrow.store.schema import Schema

MACHINE = {
    "processor": "type of processor",
    "features": "what the processor can do, a digest",
    "blas": "BLAS and its kernel for this processor, in",
    "torch": "instructions that torch uses",
    "gpu": "GPU",
    "environment": "variable of the environment",
}
LONGEST = 1000  # characters of one difference


def show(path: str) -> str:
    """What made a network or a table, and what is in it, as text. Raises ModgrowError."""
    if _is_table(path):
        with _table(path) as table:
            said = _told(table)
            n_columns = len(table.columns)
            n_rows = table.n_rows
        counted = f"{n_columns} columns, {n_rows} rows, {n_columns * n_rows} values"
    else:
        said, tensors = _network(path)
        counted = f"{len(tensors)} tensors, {sum(value.size for value in tensors.values())} values"
    text = yaml.safe_dump(said, sort_keys=True, default_flow_style=None, width=100).rstrip()
    return f"{path}\n{text}\n{counted}"


def compare(first: str, second: str) -> str:
    """What the first and the second file say and hold that differs, as text. Raises ModgrowError."""
    if _is_table(first) != _is_table(second):
        for path in (first, second):
            show(path)  # what is no such file at all is refused for that
        raise ModgrowError(f"{second}: is not of one kind with {first}; name two networks or two tables")
    compared = _tables if _is_table(first) else _networks
    said, parts, kind = compared(first, second)
    words = []
    for key, (one, other) in said.items():
        words.append(headers.short(f"{_named(key)}: {one} | {other}", LONGEST))
    numbers = [f"{name}: {found}" for name, found in parts.items() if found]
    same = f"{len(parts) - len(numbers)} of {len(parts)} {kind} are equal to the bit"
    return "\n".join([f"{first} | {second}", *words, *numbers, same])


def _is_table(path: str) -> bool:
    kind = Path(path).suffix
    if kind not in (".safetensors", ".parquet"):
        raise ModgrowError(
            f"{path}: neither a network (.safetensors) nor a table (.parquet); name one of those"
        )
    return kind == ".parquet"


def _named(key: str) -> str:
    """A dotted key; what it says of the machine in words."""
    where, *what = key.removeprefix("provenance.").split(".", 2)
    if where != "machine" or not what:
        return key
    return " ".join([MACHINE.get(what[0], key), *what[1:]])  # machine.blas.numpy: the words, then numpy


def _networks(first: str, second: str) -> tuple[dict, dict[str, str], str]:
    """In what two networks or states differ: in what they say, and by tensor."""
    (said, mine), (also_said, theirs) = _network(first), _network(second)
    parts = {name: _difference(mine.get(name), theirs.get(name)) for name in sorted({*mine, *theirs})}
    return differences(said, also_said), parts, "tensors"


def _network(path: str) -> tuple[dict, dict[str, np.ndarray]]:
    from modgrow.store import checked  # loads torch, which tables do without

    with headers.refusals(path, "network or state", headers.mend(path)):
        tensors, header = checked.read(path)
        headers.refuse_provenance(header["provenance"])
        return header, {name: value.numpy() for name, value in tensors.items()}


def _tables(first: str, second: str) -> tuple[dict, dict[str, str], str]:
    """In what two tables differ: in what they say, and by column, row by row."""
    with _table(first) as mine, _table(second) as theirs:
        said = differences(_told(mine), _told(theirs))
        names = sorted({*mine.columns.names, *theirs.columns.names})
        parts = dict.fromkeys(names, f"{mine.n_rows} rows | {theirs.n_rows} rows")
        if mine.n_rows == theirs.n_rows:
            parts = _by_column(names, mine, theirs)
        return said, parts, "columns"


def _by_column(names: list[str], mine: tables.Opened, theirs: tables.Opened) -> dict[str, str]:
    """Per column in what as many rows of two tables differ."""
    parts = {name: _unlike(name, mine.columns, theirs.columns) for name in names}
    found = {name: Unlike() for name, told in parts.items() if not told}
    for one, other in zip(_cut(mine), _cut(theirs), strict=True):
        for name, counted in found.items():
            counted.add(_values(one[name]), _values(other[name]))
    return parts | {name: counted.in_words() for name, counted in found.items()}


@contextlib.contextmanager
def _table(path: str) -> Iterator[tables.Opened]:
    """A table of any kind of this project, verified."""
    with tables.opened(path, headers.mend(path)) as table:
        table.verify(_schema(table.said["table"]))
        yield table


def _told(table: tables.Opened) -> dict:
    return {"table": table.said["table"], **table.said["provenance"]}


def _schema(name: str) -> Schema:
    if name in extensions.names("studies"):
        return study.named(name).schema
    if name not in {module.name for module in pkgutil.iter_modules(schemas.__path__)} - {"evidence"}:
        raise ValueError(f"no table is called {name}")
    return importlib.import_module(f"modgrow.schemas.{name}").SCHEMA


def _cut(table: tables.Opened) -> Iterator[pa.Table]:
    """The rows of a table in pieces of one size, however they are cut on disk."""
    waiting = table.columns.empty_table()
    for rows in table.batches():
        waiting = pa.concat_tables([waiting, rows])
        while len(waiting) >= tables.BATCH:
            yield waiting[: tables.BATCH]
            waiting = waiting[tables.BATCH :]
    yield waiting


def _values(column: pa.ChunkedArray) -> np.ndarray:
    return column.to_pandas().to_numpy()


def _unlike(name: str, mine: pa.Schema, theirs: pa.Schema) -> str:
    """What is to be said of a column that two tables do not both have, or not alike."""
    if name not in mine.names or name not in theirs.names:
        return "in the second alone" if name not in mine.names else "in the first alone"
    one = mine.field(name).type
    other = theirs.field(name).type
    return "" if one == other else f"{one} | {other}"


class Unlike:
    """How many values of two arrays differ, and by how much; a missing value is equal to a missing one."""

    def __init__(self):
        self.count = 0
        self.size = 0
        self.largest = 0.0
        self.numbers = False

    def add(self, one: np.ndarray, other: np.ndarray) -> None:
        """Take in two more pieces of one shape."""
        both_missing = (one != one) & (other != other)  # only what is missing differs from itself
        unlike = (one != other) & ~both_missing
        self.size += one.size
        self.count += int(unlike.sum())
        self.numbers = one.dtype.kind in "fiub" and other.dtype.kind in "fiub"
        if self.numbers and unlike.any():
            largest = np.abs(one[unlike].astype(float) - other[unlike].astype(float)).max()
            self.largest = max(self.largest, float(largest))

    def in_words(self) -> str:
        """Empty if in nothing."""
        amount = f", by at most {self.largest:.3g}" if self.numbers else ""
        return f"{self.count} of {self.size} values differ{amount}" if self.count else ""


def _difference(one: np.ndarray | None, other: np.ndarray | None) -> str:
    """In what two tensors differ, in words; empty if in nothing."""
    if one is None or other is None:
        return "in the second alone" if one is None else "in the first alone"
    if one.shape != other.shape or one.dtype != other.dtype:
        return f"{one.dtype} {one.shape} | {other.dtype} {other.shape}"
    found = Unlike()
    found.add(one, other)
    return found.in_words()
