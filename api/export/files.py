"""Writes posts, comments and trends as files, and names the files."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from api.deps import Deps
from api.export.file_schemas import (
    ITEM_COLUMNS,
    MENTION_COLUMNS,
    NEWER_COLUMNS,
    POST_COLUMNS,
    TREND_COLUMNS,
    SchemaName,
    schema_of,
)
from api.export.parquet import parquet_of
from api.export.tables import FileFormat, Row, written
from api.http.responses import Prepared, prepared
from api.reads.listing import Page
from api.reads.scopes import scope_asked
from api.reads.spans import window_of
from api.schema.items import Items, Posts
from api.schema.parameters import (
    ItemsParameters,
    ListParameters,
    PostsParameters,
    SubjectFilter,
    TrendsParameters,
)
from api.schema.sentiment import SentimentTrends, Stats, TrendPoint
from api.schema.subject_parameters import MentionsParameters
from api.schema.subjects import Mentions
from shared.settings import Settings
from shared.times import iso

COLUMNS: Mapping[SchemaName, Sequence[str]] = {
    "posts": POST_COLUMNS,
    "items": ITEM_COLUMNS,
    "mentions": MENTION_COLUMNS,
}
NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
MAX_NAME_CHARS = 150


def items_file(
    deps: Deps,
    parameters: ListParameters,
    page: Page[Posts] | Page[Items] | Page[Mentions],
    form: FileFormat,
    links: Mapping[str, str],
) -> Prepared:
    """Write a page of posts, of items or of mentions as a file. Raises UnknownCommunity."""
    schema: SchemaName = "posts"
    kind = "post"
    if isinstance(parameters, ItemsParameters):
        schema, kind = "items", parameters.kind or "item"
    if isinstance(parameters, MentionsParameters):
        schema, kind = "mentions", "mention"
    rows = page.items.model_dump()
    scope = scope_asked(deps.settings, parameters)
    subject, via = _subject_of(parameters)
    if form == "parquet":
        about = about_scope(deps.settings, scope, subject, via)
        body = parquet_of(rows, schema_of(schema), about)
    else:
        body = items_text(rows, schema, form, bom=parameters.bom == "1")
    parts = _parts_of(deps, parameters, page.next_cursor)
    name = file_name(deps.settings, form, f"{kind}s", *parts)
    return prepared(body, deps.settings.origin, more={**links, **disposition(name)})


def items_text(
    rows: Iterable[Row],
    schema: SchemaName,
    form: Literal["csv", "ndjson"],
    *,
    bom: bool = False,
    header: bool = True,
) -> bytes:
    """Return rows of posts, items or mentions as CSV or NDJSON."""
    if form == "csv":
        rows = [
            {
                **row,
                **_switch_columns(row.get("switch")),
                "mentions": [_in_a_cell(each) for each in row["mentions"]],
            }
            for row in rows
        ]
    return written(list(rows), COLUMNS[schema], form, bom=bom, header=header)


def about_scope(settings: Settings, community: str, subject: str, via: str) -> dict[str, object]:
    """Return what a file says of its origin and its scope."""
    return {
        "origin": settings.origin,
        "community": community,
        "subject": subject or None,
        "via": via or None,
    }


def _in_a_cell(mention: Mapping[str, Any]) -> str:
    """Return a mention for a cell: its subject, via, the words that name it, and its own label."""
    words = ", ".join(mention["matched"])
    how = f"{mention['via']}: {words}" if words else mention["via"]
    if own := mention["sentiment"]:
        how += f"; {own['label']}"
    return f"{mention['subject']} ({how})"


def _switch_columns(switch: Mapping[str, str | None] | None) -> dict[str, str | None]:
    known = switch or {}
    return {"switch_from": known.get("from"), "switch_to": known.get("to")}


def trends_file(
    deps: Deps, parameters: TrendsParameters, trends: SentimentTrends, form: FileFormat
) -> Prepared:
    """Write the steps of a trend as a file; those of each community or via follow."""
    of: dict[str, str | None] = {"subreddit": trends.subreddit}
    if trends.subject is not None:
        of |= {"subject": trends.subject, "via": trends.via}
    series: list[tuple[Mapping[str, str | None], Sequence[TrendPoint]]] = [(of, trends.trend_data)]
    parts = (trends.communities or {}).items()
    series += [({**of, "subreddit": name}, points) for name, points in parts]
    series += [({**of, "via": via}, points) for via, points in (trends.vias or {}).items()]
    rows = [{**point.model_dump(), **own} for own, points in series for point in points]
    span = (trends.window.start, trends.window.end)
    scope = (trends.subreddit, trends.subject or "", trends.via or "")
    step = f"by-{trends.granularity}"
    name = file_name(deps.settings, form, "trends", *scope, step, *span)
    if form == "parquet":
        return _trends_parquet(deps.settings, parameters, trends, rows, disposition(name))
    # Columns that are newer come last.
    columns = list(dict.fromkeys((*TREND_COLUMNS, *of, *NEWER_COLUMNS)))
    body = written(rows, columns, form, bom=parameters.bom == "1")
    return prepared(body, deps.settings.origin, more=disposition(name))


def _trends_parquet(
    settings: Settings,
    parameters: TrendsParameters,
    trends: SentimentTrends,
    rows: Sequence[Row],
    more: Mapping[str, str],
) -> Prepared:
    """Return the steps as Parquet.

    A window that ends now says another end each second. So the ETag is of the rows alone, and weak.
    """
    about = {
        **about_scope(settings, trends.subreddit, trends.subject or "", trends.via or ""),
        **about_statistics(trends),
        "granularity": trends.granularity,
    }
    body = parquet_of(rows, schema_of("trends"), about)
    if parameters.is_custom:
        return prepared(body, settings.origin, more=more)
    steady = written(rows, (), "ndjson")
    return prepared(body, settings.origin, steady=steady, is_weak=True, more=more)


def about_statistics(stats: Stats) -> dict[str, object]:
    """Return what a file says of its span, of what was observed in it, and of the methods."""
    return {
        "start": stats.window.start,
        "end": stats.window.end,
        "coverage": None if stats.coverage is None else stats.coverage.observed,
        "methods": stats.statistics.methods,
        "mixed_methods": stats.statistics.mixed_methods,
    }


def _parts_of(deps: Deps, parameters: ListParameters, next_cursor: str | None) -> list[str]:
    """Return the parts of the file's name: scope, filters and time span.

    The span is that of this page; in another order than newest first it is that of the list.
    """
    parts = [scope_asked(deps.settings, parameters), *_subject_of(parameters)]
    parts += [parameters.sentiment or "", parameters.talk or ""]
    parts.append("search" if parameters.q else "")
    is_sorted = parameters.sort != "newest"
    by = f"by-{parameters.sort.replace('_', '-')}" if is_sorted else ""
    if isinstance(parameters, PostsParameters) and parameters.topic:
        return [*parts, f"topic-{parameters.topic}", parameters.at or "", by]
    window, _ = window_of(parameters, deps.clock())
    start, end = iso(window.start), iso(window.end)
    if is_sorted:
        return [*parts, by, start, end]
    return [*parts, _time_of(next_cursor) or start, _time_of(parameters.cursor) or end]


def _subject_of(parameters: ListParameters) -> tuple[str, str]:
    """Return the subject and the via that the parameters name, or empty texts."""
    if isinstance(parameters, MentionsParameters):
        return parameters.id, parameters.via or ""
    if isinstance(parameters, SubjectFilter):
        return parameters.subject or "", parameters.via or ""
    return "", ""


def _time_of(cursor: str | None) -> str:
    return cursor.partition("_")[0] if cursor else ""


def file_name(settings: Settings, form: FileFormat, *parts: str) -> str:
    """Return the file's name in ASCII, with the origin unless it is live."""
    origin = "" if settings.origin == "live" else settings.origin
    named = ["undertone", origin, *(_compact(part) for part in parts)]
    safe = NOT_IN_FILE_NAMES.sub("-", "-".join(part for part in named if part)).strip("-")
    return f"{safe[:MAX_NAME_CHARS]}.{form}"


def _compact(part: str) -> str:
    """Return a time in a form for file names, 20261123T130507Z; anything else unchanged."""
    try:
        return datetime.strptime(part, "%Y-%m-%dT%H:%M:%SZ").strftime("%Y%m%dT%H%M%SZ")  # noqa: DTZ007 - it is UTC's
    except ValueError:
        return part


def disposition(name: str) -> dict[str, str]:
    """Return the header by which a browser saves a file under its name."""
    return {"Content-Disposition": f'attachment; filename="{name}"'}
