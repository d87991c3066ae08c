"""Writes posts, comments and trends as files, and names the files."""

import re
from collections.abc import Mapping
from datetime import datetime

from api.deps import Deps
from api.export.tables import FileFormat, written
from api.http.responses import Prepared, prepared
from api.reads.listing import Page
from api.reads.posts import window_of
from api.reads.scopes import scope_asked
from api.schema.items import ItemAnswer, Items, PostAnswer, Posts, PostSentiment
from api.schema.parameters import ItemsParameters, ListParameters, PostsParameters, TrendsParameters
from api.schema.sentiment import SentimentTrends, TrendPoint
from api.schema.subjects import Mentions
from shared.settings import Settings
from shared.times import iso

# Fields added later are at the end, for programs that use column positions.
_FIELDS = [
    name for name in PostAnswer.model_fields if name not in {"language", "source", "mentions"}
]
_AT = _FIELDS.index("sentiment")
POST_COLUMNS = [
    *_FIELDS[:_AT],
    *(f"sentiment_{name}" for name in PostSentiment.model_fields),
    "language",
    *_FIELDS[_AT + 1 :],
    "source",
    "mentions",
]
_LATER = ("language", "copy_of", "copies", "source", "mentions")
ITEM_COLUMNS = [
    *(name for name in ItemAnswer.model_fields if name not in {"sentiment", *_LATER}),
    *(f"sentiment_{name}" for name in PostSentiment.model_fields),
    *_LATER,
]
# A file goes from hand to hand without its name, so that each line says whose it is.
TREND_COLUMNS = [*TrendPoint.model_fields, "subreddit"]
NOT_IN_FILE_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
MAX_NAME_CHARS = 150


def items_file(
    deps: Deps,
    parameters: ListParameters,
    page: Page[Posts] | Page[Items] | Page[Mentions],
    form: FileFormat,
    links: Mapping[str, str],
) -> Prepared:
    """Write a page of posts, or of posts and comments, as a file. Raises UnknownCommunity."""
    columns, kind = POST_COLUMNS, "post"
    if isinstance(parameters, ItemsParameters):
        columns, kind = ITEM_COLUMNS, parameters.kind or "item"
    body = written(page.items.model_dump(), columns, form, bom=parameters.bom == "1")
    parts = _parts_of(deps, parameters, page.next_cursor)
    name = _name(deps.settings, form, f"{kind}s", *parts)
    return prepared(body, deps.settings.origin, more={**links, **_disposition(name)})


def trends_file(
    deps: Deps, parameters: TrendsParameters, trends: SentimentTrends, form: FileFormat
) -> Prepared:
    """Write the steps of a trend as a file."""
    of = {"subreddit": trends.subreddit}
    rows = [{**point.model_dump(), **of} for point in trends.trend_data]
    body = written(rows, TREND_COLUMNS, form, bom=parameters.bom == "1")
    span = (trends.window.start, trends.window.end)
    name = _name(
        deps.settings, form, "trends", trends.subreddit, f"by-{parameters.granularity}", *span
    )
    return prepared(body, deps.settings.origin, more=_disposition(name))


def _parts_of(deps: Deps, parameters: ListParameters, next_cursor: str | None) -> list[str]:
    """Return the parts of the file's name: scope, filters and time span.

    The span is that of this page.
    """
    parts = [scope_asked(deps.settings, parameters), parameters.sentiment or ""]
    parts.append("search" if parameters.q else "")
    if isinstance(parameters, PostsParameters) and parameters.topic:
        return [*parts, f"topic-{parameters.topic}", parameters.at or ""]
    window, _ = window_of(parameters, deps.clock())
    start, end = iso(window.start), iso(window.end)
    return [*parts, _time_of(next_cursor) or start, _time_of(parameters.cursor) or end]


def _time_of(cursor: str | None) -> str:
    return cursor.partition("_")[0] if cursor else ""


def _name(settings: Settings, form: FileFormat, *parts: str) -> str:
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


def _disposition(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
