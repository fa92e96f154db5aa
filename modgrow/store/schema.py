"""What a table of one kind holds: columns with types, nulls, keys and ranges, as pyarrow writes them down."""

from dataclasses import dataclass, field

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

NAME = pa.string()
INTEGER = pa.int64()
NUMBER = pa.float64()
FLAG = pa.bool_()
LONGEST_TEXT = 10_000  # bytes of one text
FRACTION = (0, 1)
FROM_0 = (0, None)
FROM_1 = (1, None)


@dataclass(frozen=True)
class Schema:
    """One kind of table: its columns, the keys that identify a row, (least, most) of its numbers."""

    name: str
    columns: pa.Schema
    keys: tuple[str, ...]
    ranges: dict[str, tuple[float | None, float | None]] = field(default_factory=dict)

    @property
    def texts(self) -> list[str]:
        """The columns that hold text."""
        return [column.name for column in self.columns if column.type == NAME]

    def table(self, frame: pd.DataFrame) -> pa.Table:
        """The rows of `frame` under this schema. Raises ValueError, or pyarrow's errors."""
        _refuse_other_names(self.columns.names, list(frame.columns))
        found = pa.Table.from_pandas(frame, self.columns, preserve_index=False).replace_schema_metadata()
        self.check(found)
        return found

    def frame(self, table: pa.Table) -> pd.DataFrame:
        """What `table` gave, for pandas; a whole number that may be missing is pandas' `Int64`."""
        missing = [column.name for column in self.columns if column.nullable and column.type == INTEGER]
        return table.to_pandas().astype(dict.fromkeys(missing, "Int64"))

    def check(self, rows: pa.Table) -> None:
        """Raise ValueError (pyarrow's ArrowInvalid is one) unless these may be rows of such a table."""
        rows.validate(full=True)
        for column in self.columns:
            if not column.nullable and rows[column.name].null_count:
                raise ValueError(f"the column {column.name} lacks values")
        for name in self.texts:
            refuse_long_texts(rows[name])
        for name, (least, most) in self.ranges.items():
            _refuse_beyond(name, rows[name], least, most)
        if self.keys and rows.select(self.keys).to_pandas().duplicated().any():
            raise ValueError(f"two rows have the same {', '.join(self.keys)}")


def column(name: str, kind: pa.DataType, null: bool = False) -> pa.Field:
    """A column that has a value in every row, unless `null`."""
    return pa.field(name, kind, null)


def refuse_long_texts(texts: pa.Array | pa.ChunkedArray) -> None:
    """Raise ValueError if one of these is longer than any text of this project."""
    if (pc.max(pc.binary_length(texts)).as_py() or 0) > LONGEST_TEXT:
        raise ValueError(f"it has a text of more than {LONGEST_TEXT} bytes")


def _refuse_other_names(expected: list[str], found: list) -> None:
    unknown = [name for name in found if name not in expected]
    lacking = [name for name in expected if name not in found]
    if lacking or unknown or len(found) != len(expected):
        told = f"lacks the columns {lacking}" if lacking else f"has the columns {unknown or found}"
        raise ValueError(f"{told}, must have {', '.join(expected)}")


def _refuse_beyond(name: str, values: pa.ChunkedArray, least: float | None, most: float | None) -> None:
    found = pc.min_max(values).as_py()
    for bound, value, beyond in ((least, found["min"], -1), (most, found["max"], 1)):
        if bound is not None and value is not None and (value - bound) * beyond > 0:
            raise ValueError(
                f"the column {name} has {value}, must be {'at least' if beyond < 0 else 'at most'} {bound}"
            )
