"""Generates docs/exports.md from the schemas of files: `python -m local.exports_page`."""

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import get_args

from api.export.columns import Column, ColumnType, ListOf, MapOf, StructOf, type_text
from api.export.file_schemas import FileSchema, SchemaName, schema_of
from api.export.parquet import METADATA_KEY, ROWS_IN_GROUP
from api.reads.day_items import UNITS_A_SECOND
from api.schema.exports import MAX_EXPORTED, MAX_EXPORTED_CHARS, MAX_EXPORTED_WITHOUT_KEY
from api.schema.parameters import MAX_POSTS

HEAD = Path(__file__).with_name("exports_head.txt")


def page() -> str:
    """Return the page."""
    head = Template(HEAD.read_text()).substitute(
        items=f"{MAX_EXPORTED:,}",
        anonymous=MAX_EXPORTED_WITHOUT_KEY,
        characters=f"{MAX_EXPORTED_CHARS:,}",
        page=MAX_POSTS,
        units=UNITS_A_SECOND,
        group=f"{ROWS_IN_GROUP:,}",
        key=METADATA_KEY,
    )
    names: tuple[SchemaName, ...] = get_args(SchemaName)
    parts = [line for name in names for line in _schema(schema_of(name))]
    return "\n".join([head.rstrip(), *parts]) + "\n"


def _schema(schema: FileSchema) -> Iterator[str]:
    yield f"\n## {schema.name}\n"
    yield f"Version {schema.version}.\n"
    yield "| column | type | null | what |\n| --- | --- | --- | --- |"
    for column in schema.columns:
        yield _row(column.name, column)
        yield from _inner(column.name, column.type)


def _inner(name: str, given: ColumnType) -> Iterator[str]:
    """Yield the rows of the fields of structs in a column."""
    match given:
        case ListOf(of) | MapOf(of):
            yield from _inner(f"{name}[]", of)
        case StructOf(fields):
            for field in fields:
                path = f"{name}.{field.name}"
                yield _row(path, field)
                yield from _inner(path, field.type)
        case _:
            pass


def _row(name: str, column: Column) -> str:
    null = "yes" if column.is_nullable else "no"
    described = column.description.replace("|", "\\|")
    return f"| `{name}` | {_short(column.type)} | {null} | {described} |"


def _short(given: ColumnType) -> str:
    """Return a type; the fields of a struct have rows of their own."""
    match given:
        case ListOf(StructOf()):
            return "list<struct>"
        case StructOf():
            return "struct"
        case _:
            return type_text(given)


if __name__ == "__main__":
    print(page(), end="")
