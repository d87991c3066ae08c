"""Answers as frames of pandas: columns by the models, so that an empty frame has them too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from undertone_client import models
from undertone_client.version import __version__

try:
    import pandas as pd
except ImportError as error:
    raise ImportError(
        "frames need pandas: pip install 'undertone-client[pandas]' brings it", name="pandas"
    ) from error

if TYPE_CHECKING:
    from undertone_client.answers import Table
    from undertone_client.paging import Pages

T = TypeVar("T", bound=BaseModel)
AnswerT = TypeVar("AnswerT")

# Texts of which there are few different ones.
CATEGORIES = {"community", "subreddit", "subject", "scope", "method", "version", "rule", "via"}
# Where an answer has its rows, if it isn't a list itself.
ROWS: dict[type[BaseModel], str] = {
    models.Comparison: "subreddits",
    models.SubjectsAnswer: "subjects",
    models.ShareOfVoice: "subjects",
    models.ScopeTopics: "topics",
}
# Courses are tables of their own; steps of trends have no shares.
LEFT_OUT = {"trend_data", "shares"}
INTERVAL = ("low", "high")


@dataclass(frozen=True)
class Column:
    """A column: its name, the fields that lead to its values, and how pandas keeps them.

    part is the place in an interval, and categories are those known before.
    """

    name: str
    path: tuple[str, ...]
    dtype: str
    part: int | None = None
    categories: tuple[str, ...] = ()

    def value_of(self, row: object) -> object:
        """Return the value of a row; None if a part of the way is missing."""
        value = row
        for name in self.path:
            value = None if value is None else getattr(value, name)
        if self.part is not None and isinstance(value, Sequence):
            return value[self.part]
        return plain(value)

    def series(self, rows: Sequence[object]) -> pd.Series:
        """Return the values of the rows."""
        values = [self.value_of(row) for row in rows]
        if self.dtype != "category":
            return pd.Series(values, dtype=self.dtype, name=self.name)
        unknown = sorted({str(each) for each in values if each is not None} - set(self.categories))
        dtype = pd.CategoricalDtype([*self.categories, *unknown])
        return pd.Series(values, dtype=dtype, name=self.name)


def plain(value: object) -> object:
    """Return models inside of a value as dicts, which files can hold; anything else unchanged."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    return value


def columns_of(
    kind: type[BaseModel],
    *,
    prefix: str = "",
    path: tuple[str, ...] = (),
    is_optional: bool = False,
) -> Iterator[Column]:
    """Yield the columns of a model: nested models become columns such as sentiment_label."""
    for field, info in fields_of(kind).items():
        if field in LEFT_OUT:
            continue
        inner, may_miss = without_none(info.annotation)
        may_miss = may_miss or is_optional
        name, way = f"{prefix}{field.rstrip('_')}", (*path, field)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from columns_of(inner, prefix=f"{name}_", path=way, is_optional=may_miss)
        elif get_origin(inner) is tuple and get_args(inner) == (float, float):
            for part, end in enumerate(INTERVAL):
                yield Column(f"{name}_{end}", way, "float64", part)
        else:
            yield Column(name, way, dtype_of(inner, field, may_miss=may_miss), None, known(inner))


def fields_of(kind: type[BaseModel]) -> dict[str, FieldInfo]:
    """Return the fields of a model, with types instead of the names of types."""
    # Models are built when they are first needed; an empty list needs none.
    kind.model_rebuild()
    return kind.model_fields


def without_none(annotation: object) -> tuple[object, bool]:
    """Return a type without None, and whether it had it."""
    if get_origin(annotation) not in {Union, UnionType}:
        return annotation, False
    parts = [each for each in get_args(annotation) if each is not NoneType]
    found = parts[0] if len(parts) == 1 else Union[tuple(parts)]  # noqa: UP007 - of a list
    return found, len(parts) < len(get_args(annotation))


def dtype_of(inner: object, field: str, *, may_miss: bool) -> str:
    """Return how pandas keeps the values of a type."""
    if known(inner) or (inner is str and field in CATEGORIES):
        return "category"
    if inner is int:
        return "Int64" if may_miss else "int64"
    if inner is bool:
        return "boolean" if may_miss else "bool"
    kept = {str: "string", float: "float64", datetime: "datetime64[us, UTC]"}
    return next((dtype for kind, dtype in kept.items() if inner is kind), "object")


def known(inner: object) -> tuple[str, ...]:
    """Return the values that a type names: of Literal[…], alone or beside str."""
    if get_origin(inner) is Literal:
        return tuple(map(str, get_args(inner)))
    if get_origin(inner) in {Union, UnionType}:
        return next((found for each in get_args(inner) if (found := known(each))), ())
    return ()


def frame_of(
    kind: type[BaseModel],
    rows: Sequence[object],
    attrs: Mapping[str, object],
    more: Mapping[str, Sequence[str | None]] | None = None,
) -> pd.DataFrame:
    """Return rows as a frame, with more columns of categories after those of the model."""
    series = {each.name: each.series(rows) for each in columns_of(kind)}
    for name, values in (more or {}).items():
        series[name] = pd.Series(list(values), dtype="category", name=name)
    frame = pd.DataFrame(series)
    for name, value in attrs.items():
        frame.attrs[name] = value
    frame.attrs["undertone_client"] = __version__
    return frame


def frame_of_pages(pages: Pages[T]) -> pd.DataFrame:
    """Return all items of a list as a frame."""
    read = list(pages.pages())
    return frame_of(
        pages.kind,
        [each for page in read for each in page.items],
        {
            "origin": read[0].origin,
            # A list doesn't say what was observed of its time: stats of the same scope does.
            "coverage": None,
            "request": read[0].request,
            "pages": len(read),
            "complete": read[-1].cursor is None and not read[-1].is_cut,
            "rematching": any(page.rematching for page in read),
        },
    )


def frame_of_answer(table: Table[AnswerT]) -> pd.DataFrame:
    """Return an answer as a frame. Raises TypeError if it has no rows."""
    data: object = table.data
    coverage = getattr(data, "coverage", None)
    attrs = {
        "origin": table.origin,
        "coverage": plain(coverage),
        "request": table.request,
        "rematching": table.rematching,
    }
    if isinstance(data, models.SentimentTrends):
        return frame_of_trends(data, attrs)
    kind, rows = rows_of(data, table.kind)
    return frame_of(kind, rows, attrs)


def rows_of(data: object, kind: object) -> tuple[type[BaseModel], Sequence[object]]:
    """Return the model of the rows of an answer, and the rows. Raises TypeError."""
    if isinstance(data, tuple):
        return row_model(kind), data
    for answered, field in ROWS.items():
        if isinstance(data, answered):
            return row_model(fields_of(answered)[field].annotation), getattr(data, field)
    raise TypeError(f"{kind} has no rows")


def row_model(listed: object) -> type[BaseModel]:
    """Return X of tuple[X, ...]. Raises TypeError if it isn't that of a model."""
    row = next(iter(get_args(listed)), None)
    if not (isinstance(row, type) and issubclass(row, BaseModel)):
        raise TypeError(f"{listed} has no rows")
    return row


def frame_of_trends(trends: models.SentimentTrends, attrs: Mapping[str, object]) -> pd.DataFrame:
    """Return the steps of a trend; those of each community or via follow, as in its CSV file."""
    series = list(courses_of(trends))
    owners = [owner for owner, points in series for _ in points]
    # A trend of no subject has only the community's name.
    names = ("subreddit", "subject", "via") if trends.subject is not None else ("subreddit",)
    return frame_of(
        models.TrendPoint,
        [point for _, points in series for point in points],
        {**attrs, "granularity": trends.granularity},
        {name: [owner[at] for owner in owners] for at, name in enumerate(names)},
    )


def courses_of(
    trends: models.SentimentTrends,
) -> Iterable[tuple[tuple[str | None, ...], Sequence[models.TrendPoint]]]:
    """Yield each course with its community, subject and via."""
    whole, subject, via = trends.subreddit, trends.subject, trends.via
    yield (whole, subject, via), trends.trend_data
    for name, points in (trends.communities or {}).items():
        yield (name, subject, via), points
    for name, points in (trends.vias or {}).items():
        yield (whole, subject, name), points
