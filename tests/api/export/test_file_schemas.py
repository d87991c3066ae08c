"""The columns of files keep their names, places and types within a version."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel, Field

from api.export.columns import Column, ListOf, MapOf, StructOf, columns_of, type_text
from api.export.file_schemas import SchemaName, schema_of
from api.schema.base import Time

NAMES: tuple[SchemaName, ...] = get_args(SchemaName)
PUBLISHED = Path(__file__).with_name("published_columns")


def line_of(column: Column) -> str:
    null = " or null" if column.is_nullable else ""
    return f"{column.name}: {type_text(column.type)}{null}"


@pytest.mark.parametrize("name", NAMES)
def test_columns_of_a_version_stay_as_they_were_published(name: SchemaName) -> None:
    """Columns may come at the end: add them to the file. Anything else is another version."""
    schema = schema_of(name)
    published = (PUBLISHED / f"{name}_{schema.version}.txt").read_text().splitlines()
    assert [line_of(each) for each in schema.columns] == published


@pytest.mark.parametrize("name", NAMES)
def test_every_column_has_its_own_name_and_says_what_it_is(name: SchemaName) -> None:
    columns = schema_of(name).columns
    assert len({each.name for each in columns}) == len(columns)
    assert [each.name for each in columns if not each.description] == []


class Inner(BaseModel):
    much: float = Field(description="how much")
    many: int | None = Field(description="how many")


class Model(BaseModel):
    at: Time = Field(description="when")
    inner: Inner | None = Field(description="both")
    inners: list[Inner] = Field(description="several")
    counts: dict[str, int] = Field(description="by name")
    names: list[str] | None = Field(description="names")
    is_so: bool = Field(description="whether")


def test_types_come_from_the_model() -> None:
    fields = (
        Column("much", "double", False, "how much"),
        Column("many", "int64", True, "how many"),
    )
    names = ["counts", "at", "inner_many", "inner_much", "inners", "names", "is_so"]
    assert columns_of(Model, names) == (
        Column("counts", MapOf("int64"), False, "by name"),
        Column("at", "timestamp", False, "when"),
        Column("inner_many", "int64", True, "how many"),
        Column("inner_much", "double", True, "how much"),
        Column("inners", ListOf(StructOf(fields)), False, "several"),
        Column("names", ListOf("string"), True, "names"),
        Column("is_so", "bool", False, "whether"),
    )
    with pytest.raises(KeyError):
        columns_of(Model, ["inner"])
