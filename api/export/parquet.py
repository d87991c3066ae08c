"""Writes rows as Parquet: https://parquet.apache.org/docs/file-format/.

arro3 writes it, the Rust crates of Arrow and Parquet (docs/adr/0010-parquet.md). It is imported by
the first file.
"""

import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from api.export.columns import Column, ColumnType, ListOf, MapOf, Simple, StructOf
from api.export.file_schemas import FileSchema
from api.export.tables import Row, flat_row

if TYPE_CHECKING:
    from arro3.core import DataType, Field, RecordBatch, Schema

# A reader holds one group of rows in memory at a time.
ROWS_IN_GROUP = 2_500
COMPRESSION = "zstd(3)"
# No UTF-8 has them. Collections replace them, so that none is stored.
HALF_PAIR = re.compile("[\ud800-\udfff]")
# The key of the file's metadata, one object of JSON: the order of several keys would vary.
METADATA_KEY = "undertone"


def parquet_of(rows: Sequence[Row], schema: FileSchema, about: Mapping[str, object]) -> bytes:
    """Return the rows as a file. about is what the file says of itself beside its schema."""
    return parquet_file(batches_of(rows, schema), schema, about)


def batches_of(rows: Sequence[Row], schema: FileSchema) -> list["RecordBatch"]:
    """Return the rows as columns in memory, which take about as much of it as their JSON.

    Raises an exception of arro3 if a value doesn't have the type of its column.
    """
    from arro3.io import read_json  # noqa: PLC0415 - 30 MB that few processes need

    if not rows:
        return []
    flat = [flat_row(row, schema.names) for row in rows]
    lines = [
        json.dumps({name: row.get(name) for name in schema.names}, ensure_ascii=False)
        for row in flat
    ]
    data = HALF_PAIR.sub("\ufffd", "\n".join(lines)).encode()
    return list(read_json(io.BytesIO(data), arrow_schema(schema), batch_size=len(rows)))


def parquet_file(
    batches: Sequence["RecordBatch"], schema: FileSchema, about: Mapping[str, object]
) -> bytes:
    """Return a file of these batches. The same rows make the same bytes."""
    from arro3.core import RecordBatchReader  # noqa: PLC0415
    from arro3.io import write_parquet  # noqa: PLC0415

    said = json.dumps({"schema": schema.name, "schema_version": schema.version, **about})
    file = io.BytesIO()
    write_parquet(
        RecordBatchReader.from_batches(arrow_schema(schema), batches),
        file,
        compression=COMPRESSION,
        key_value_metadata={METADATA_KEY: said},
        max_row_group_size=ROWS_IN_GROUP,
    )
    return file.getvalue()


def arrow_schema(schema: FileSchema) -> "Schema":
    """Return the schema in Arrow's types."""
    from arro3.core import Schema  # noqa: PLC0415

    return Schema([_field(each) for each in schema.columns])


def _field(column: Column) -> "Field":
    from arro3.core import Field  # noqa: PLC0415

    return Field(column.name, _data_type(column.type), nullable=column.is_nullable)


def _data_type(given: ColumnType) -> "DataType":
    from arro3.core import DataType, Field  # noqa: PLC0415

    match given:
        case ListOf(of):
            return DataType.list(Field("item", _data_type(of), nullable=False))
        case MapOf(of):
            key = Field("key", DataType.utf8(), nullable=False)
            return DataType.map(key, Field("value", _data_type(of), nullable=False), False)
        case StructOf(fields):
            return DataType.struct([_field(each) for each in fields])
        case _:
            return _simple_type(given)


def _simple_type(given: Simple) -> "DataType":
    from arro3.core import DataType  # noqa: PLC0415

    match given:
        case "string":
            return DataType.utf8()
        case "int64":
            return DataType.int64()
        case "double":
            return DataType.float64()
        case "bool":
            return DataType.bool()
        case "timestamp":
            return DataType.timestamp("us", tz="UTC")
