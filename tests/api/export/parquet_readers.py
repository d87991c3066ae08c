"""Reads Parquet files as their users do: with pyarrow, DuckDB and pandas."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq


def arrow_table(body: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(body))


def frame(body: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(body))


def about(body: bytes) -> dict[str, Any]:
    """Return what a file says of itself."""
    said: dict[str, Any] = json.loads(pq.read_metadata(io.BytesIO(body)).metadata[b"undertone"])
    return said


def rows(body: bytes) -> list[dict[str, Any]]:
    """Return the rows with times as the API writes them, and counts by name as objects."""
    return _rows(arrow_table(body))


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    maps = {each.name for each in table.schema if pa.types.is_map(each.type)}
    return [
        {name: _as_json(value, is_map=name in maps) for name, value in row.items()}
        for row in table.to_pylist()
    ]


def rows_of_duckdb(body: bytes, folder: Path) -> list[dict[str, Any]]:
    """Return the rows in the order of the file, as DuckDB reads them."""
    file = folder / "read.parquet"
    file.write_bytes(body)
    with duckdb.connect() as connection:
        return _rows(connection.read_parquet(str(file)).to_arrow_table())


def flat(row: Mapping[str, Any], names: list[str]) -> dict[str, Any]:
    """Return a line of NDJSON with the columns of a file."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict) and name not in names:
            found.update({f"{name}_{inner}": each for inner, each in value.items()})
        else:
            found[name] = value
    return {name: found.get(name) for name in names}


def _as_json(value: object, *, is_map: bool) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if is_map and isinstance(value, list):
        return dict(value)
    return value
