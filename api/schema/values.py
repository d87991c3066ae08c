"""The values of query strings: numbers, names, times and cursors, with their bounds."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic.functional_validators import AfterValidator

from shared.times import iso

MAX_HOURS = 2160
# A span with a start of its own may be longer. A year of all communities costs 430 request units,
# and 770 where each hour is as large as an hour can be.
MAX_SPAN_DAYS = 366
# A comparison reads twice the span, of each scope.
MAX_COMPARED_DAYS = 180
MAX_COMPARED = 10
# Request units that the items of a span may take, whose topics are looked for.
MIN_ITEMS_COST = 20
MAX_ITEMS_COST = 340
# A page of a list in another order than newest first reads this many items, less what the days cost
# that list them (api/reads/ranked.py): less than 1,000 request units together.
MAX_SORTED = 860
# A scope's items in a window, of which the days that list them cost as much as they may.
MAX_RANKED_ITEMS = 300_000
MAX_REVISION = 10**8
# Reddit's longest names have 21 characters; longer names up to this limit are unknown communities.
MAX_NAME_CHARS = 100
MAX_SCOPE_CHARS = MAX_NAME_CHARS + len("community:")
# A cursor is the place of a page's last item (api/reads/listing.py): opaque to clients, and valid
# while items arrive.
ITEM_ID = r"[A-Za-z0-9_.-]{1,128}"
PLACE = rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}Z_{ITEM_ID}!?"
CURSOR = rf"^{PLACE}$"
# In another order than newest first, a cursor begins with that order and a rank; for influence, the
# mean from which it is measured is in between, and `score` has the rank alone.
RANK_END = "~"
_RANK = r"-?[0-9]{1,12}~"
_ORDER = rf"((reach|most_negative|most_positive)~{_RANK}|influence~-?[0-9]{{1,7}}~{_RANK})"
LIST_CURSOR = rf"^{_ORDER}?{PLACE}$"
MENTION_CURSOR = rf"^({_ORDER}|{_RANK})?{PLACE}$"
SUBJECT_ID = r"^[A-Za-z0-9_.-]{1,100}$"

# Only at the end of a day in UTC: https://www.rfc-editor.org/rfc/rfc3339#section-5.7
LEAP_SECOND = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}.[0-9]{2}:[0-9]{2}:)60((?:[.,][0-9]+)?.*)")
LAST_MINUTE = (23, 59)
# Of changes, in histories.
BY = (
    "who made the change: the name of a key, or who was signed in; null where that isn't known, or"
    " isn't shown since everybody may read"
)
SECOND = timedelta(seconds=1)
LAST_SECOND = datetime.max.replace(microsecond=0, tzinfo=UTC)
NO_TIME = "it is not a time"

# More digits than any bound has, and few enough for int() to be fast.
WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")


def _whole_number(value: object) -> object:
    """Return a number of digits only; pydantic alone would also accept 1_000, 24.0 and spaces."""
    if not isinstance(value, str):
        return value
    if not WHOLE_NUMBER.fullmatch(value):
        raise ValueError("it is not a whole number")
    return int(value)


def _integer(value: object) -> object:
    """Return a number of JSON as an integer where it is one, as 24.0 is.

    https://json-schema.org/draft/2020-12/json-schema-core#section-4.2.3
    """
    return int(value) if isinstance(value, float) and value.is_integer() else value


def names_in(value: object) -> object:
    """Return the names that commas separate, each once."""
    if isinstance(value, str):
        return tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    return value


def _moment(value: str) -> str:
    """Return a time in UTC, in whole seconds. A time without offset is in UTC."""
    return iso(_time(value))


def _bound(value: str) -> str:
    """Return a time as a bound in whole seconds, rounded up.

    Stored times are whole seconds, so those from 10:00:00.5 on are those from 10:00:01 on.
    """
    moment = _time(value)
    is_last = moment.replace(microsecond=0) == LAST_SECOND
    return iso(moment + SECOND) if moment.microsecond and not is_last else iso(moment)


def _time(value: str) -> datetime:
    """Read a time of RFC 3339 or ISO 8601, with t and z in any case, and with leap seconds.

    A leap second counts as the beginning of the next minute, as in Unix time.
    """
    # A plus sign in a query string is a space.
    text = value.replace(" ", "+").upper()
    leap = LEAP_SECOND.fullmatch(text)
    try:
        moment = datetime.fromisoformat(f"{leap[1]}59{leap[2]}" if leap else text)
        utc = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        return _after_leap(utc) if leap else utc
    except (ValueError, OverflowError) as error:
        raise ValueError(NO_TIME) from error


def _after_leap(second_before: datetime) -> datetime:
    """Return the end of the leap second. Raises ValueError if there is none, and OverflowError."""
    if (second_before.hour, second_before.minute) != LAST_MINUTE:
        raise ValueError(NO_TIME)
    return second_before.replace(microsecond=0) + SECOND


WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
# Its bounds come first: after a validator, a value that may be missing has none in its schema.
ItemsCost = Annotated[
    int, Field(ge=MIN_ITEMS_COST, le=MAX_ITEMS_COST), BeforeValidator(_whole_number)
]
JsonInteger = Annotated[int, BeforeValidator(_integer)]
Cursor = Annotated[str, Field(pattern=CURSOR)]
ListCursor = Annotated[str, Field(pattern=LIST_CURSOR)]
MentionCursor = Annotated[str, Field(pattern=MENTION_CURSOR)]
Sort = Literal["newest", "reach", "most_negative", "most_positive", "influence"]
MentionSort = Literal[Sort, "score"]
Format = Literal["json", "csv", "ndjson", "parquet"]
ReportFormat = Literal["json", "markdown"]
Kind = Literal["post", "comment"]
CommunityName = Annotated[str, Field(max_length=MAX_NAME_CHARS)]
Compared = Annotated[
    tuple[Annotated[CommunityName, Field(pattern=r"^[A-Za-z0-9_.-]+$")], ...],
    Field(min_length=1, max_length=MAX_COMPARED),
    BeforeValidator(names_in),
]
ComparedScopes = Annotated[
    tuple[Annotated[CommunityName, Field(pattern=r"^(subject:)?[A-Za-z0-9_.-]+$")], ...],
    Field(min_length=1, max_length=MAX_COMPARED),
    BeforeValidator(names_in),
]
SubjectId = Annotated[str, Field(pattern=SUBJECT_ID)]
# As tools of agents (subject:ID or the id of a community) and alert rules (community:ID) have it.
ScopeName = Annotated[
    str, Field(max_length=MAX_SCOPE_CHARS, pattern=r"^((subject|community):)?[A-Za-z0-9_.-]+$")
]
Moment = Annotated[str, AfterValidator(_moment)]
Bound = Annotated[str, AfterValidator(_bound)]
Hours = Annotated[
    int,
    Field(
        ge=1,
        le=MAX_HOURS,
        description=f"a whole number of hours from 1 to {MAX_HOURS}, the current one included",
    ),
    BeforeValidator(_whole_number),
]
Revision = Annotated[int, Field(ge=1, le=MAX_REVISION), BeforeValidator(_whole_number)]
