"""Writes posts, comments and trends as files, and names the files."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from api.deps import Deps
from api.export.tables import FileFormat, written
from api.http.responses import Prepared, prepared
from api.reads.listing import Page
from api.reads.scopes import scope_asked
from api.reads.spans import window_of
from api.schema.items import ItemAnswer, Items, PostAnswer, Posts, PostSentiment
from api.schema.parameters import (
    ItemsParameters,
    ListParameters,
    PostsParameters,
    SubjectFilter,
    TrendsParameters,
)
from api.schema.sentiment import SentimentTrends, TrendPoint
from api.schema.subject_parameters import MentionsParameters
from api.schema.subjects import MentionAnswer, Mentions
from shared.settings import Settings
from shared.times import iso

# Fields added later are at the end, for programs that use column positions.
_KINDS = ("kinds", "switch")
_SWITCH = ("switch_from", "switch_to")
_LATEST = {"language", "source", "mentions", "not_about", *_KINDS}
_FIELDS = [name for name in PostAnswer.model_fields if name not in _LATEST]
_AT = _FIELDS.index("sentiment")
_BASIS = ["sentiment_unsure", "sentiment_deciding", "sentiment_by", "sentiment_corrected"]
_OF_SENTIMENT = (f"sentiment_{name}" for name in PostSentiment.model_fields)
_SENTIMENT = [name for name in _OF_SENTIMENT if name not in _BASIS]
POST_COLUMNS = [
    *_FIELDS[:_AT],
    *_SENTIMENT,
    "language",
    *_FIELDS[_AT + 1 :],
    "source",
    "mentions",
    *_BASIS,
    "not_about",
    "kinds",
    *_SWITCH,
]
_LATER = ("language", "copy_of", "copies", "source", "mentions")
ITEM_COLUMNS = [
    *(name for name in ItemAnswer.model_fields if name not in {"sentiment", *_LATER, *_KINDS}),
    *_SENTIMENT,
    *_LATER,
    *_BASIS,
    "kinds",
    *_SWITCH,
]
_OF_MENTIONS = [name for name in MentionAnswer.model_fields if name not in {"sentiment", *_KINDS}]
_AT_MENTION = list(MentionAnswer.model_fields).index("sentiment")
MENTION_COLUMNS = [
    *_OF_MENTIONS[:_AT_MENTION],
    *_SENTIMENT,
    *_OF_MENTIONS[_AT_MENTION:],
    *_BASIS,
    "kinds",
    *_SWITCH,
]
# A file goes from hand to hand without its name, so that each line says whose it is.
NEWER_COLUMNS = ("stderr", "interval", "few", "corrected")
TREND_COLUMNS = [
    # Steps have no shares.
    *(name for name in TrendPoint.model_fields if name not in {*NEWER_COLUMNS, "shares"}),
    "subreddit",
]
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
    columns, kind = POST_COLUMNS, "post"
    if isinstance(parameters, ItemsParameters):
        columns, kind = ITEM_COLUMNS, parameters.kind or "item"
    if isinstance(parameters, MentionsParameters):
        columns, kind = MENTION_COLUMNS, "mention"
    rows = page.items.model_dump()
    if form == "csv":
        rows = [
            {
                **row,
                **_switch_columns(row.get("switch")),
                "mentions": [_in_a_cell(each) for each in row["mentions"]],
            }
            for row in rows
        ]
    body = written(rows, columns, form, bom=parameters.bom == "1")
    parts = _parts_of(deps, parameters, page.next_cursor)
    name = _name(deps.settings, form, f"{kind}s", *parts)
    return prepared(body, deps.settings.origin, more={**links, **_disposition(name)})


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
    # Columns that are newer come last.
    columns = list(dict.fromkeys((*TREND_COLUMNS, *of, *NEWER_COLUMNS)))
    body = written(rows, columns, form, bom=parameters.bom == "1")
    span = (trends.window.start, trends.window.end)
    scope = (trends.subreddit, trends.subject or "", trends.via or "")
    step = f"by-{trends.granularity}"
    name = _name(deps.settings, form, "trends", *scope, step, *span)
    return prepared(body, deps.settings.origin, more=_disposition(name))


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
