"""Parser of NCRONTAB: six fields, seconds first, as the library behind Azure's timers reads them.

The grammar is that of https://github.com/atifaziz/NCrontab (CrontabFieldImpl, CrontabField), which
has no L, W, #, ? or @daily. A tick matches all six fields.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

# .NET's Int32.Parse accepts leading zeros, and blanks around a number. Only a step may have a sign.
VALUE = re.compile(r"0*([0-9]{1,10})[\t-\r]*")
STEP = re.compile(r"[\t-\r]*([+-]?)0*([0-9]{1,10})[\t-\r]*")
MAX_INT32 = 2**31 - 1


class BadScheduleError(ValueError):
    """The expression isn't a six-field NCRONTAB, or it never has a tick."""


@dataclass(frozen=True)
class Field:
    """One of the six fields: its lowest and highest value, and the values' names if any."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        """Return the number of its values."""
        return self.high - self.low + 1


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
FIELDS = (
    Field("seconds", 0, 59),
    Field("minutes", 0, 59),
    Field("hours", 0, 23),
    Field("days", 1, 31),
    Field("months", 1, 12, MONTHS),
    Field("weekdays", 0, 6, WEEKDAYS),
)


@dataclass(frozen=True)
class Item:
    """One item of a field's list: a value, a range or `*`, and its step as it was written.

    `is_open` means that the item runs to the end of its field, as `*`, `*/5` and `10/5` do.
    """

    text: str
    first: int
    last: int
    step: int = 1
    is_open: bool = False

    @property
    def values(self) -> range:
        """Return its values. A reversed range is swapped; a step below 1 counts as 1."""
        low, high = sorted((self.first, self.last))
        return range(low, high + 1, max(self.step, 1))


@dataclass(frozen=True)
class Schedule:
    """The values of each field, ascending. Sunday is 0."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]


@lru_cache(maxsize=64)
def parse(expression: str) -> Schedule:
    """Parse a schedule; it may still never have a tick. Raises BadScheduleError."""
    values = (
        tuple(sorted({value for item in items for value in item.values}))
        for _, items in fields_of(expression)
    )
    return Schedule(*values)


def fields_of(expression: str) -> list[tuple[Field, list[Item]]]:
    """Return each field with the items of its list. Raises BadScheduleError."""
    texts = [text for text in expression.split(" ") if text]
    if len(texts) != len(FIELDS):
        counted = f"{len(texts) or 'no'} field{'s' * (len(texts) != 1)}"
        raise BadScheduleError(f"{expression!r} has {counted}, and NCRONTAB has six")
    try:
        return [
            (field, [_item(item, field) for item in text.split(",")])
            for field, text in zip(FIELDS, texts, strict=True)
        ]
    except BadScheduleError as error:
        raise BadScheduleError(f"{expression!r}: {error}") from None


def _item(text: str, field: Field) -> Item:
    span, slash, stride = text.partition("/")
    step = _step(stride) if slash else 1
    if span == "*":
        return Item(text, field.low, field.high, step, is_open=True)
    first_text, dash, last_text = span.partition("-")
    first = _value(first_text, field)
    if dash:
        item = Item(text, first, _value(last_text, field), step)
    elif slash:
        item = Item(text, first, field.high, step, is_open=True)
    else:
        item = Item(text, first, first)
    # The library counts up from the first value in 32 bits, and fails when that overflows.
    if item.values[-1] - field.low + item.values.step > MAX_INT32:
        raise BadScheduleError(f"the step of {text!r} is too large")
    return item


def _step(text: str) -> int:
    found = STEP.fullmatch(text)
    step = int(found[1] + found[2]) if found else 0
    if found is None or not -MAX_INT32 - 1 <= step <= MAX_INT32:
        raise BadScheduleError(f"{text!r} is no step")
    return step


def _value(text: str, field: Field) -> int:
    found = VALUE.fullmatch(text)
    value = int(found[1]) if found else _named(text, field)
    if value is None or not field.low <= value <= field.high:
        named = f", or names from {field.names[0]} to {field.names[-1]}" if field.names else ""
        raise BadScheduleError(
            f"{text!r} is none of the {field.name}, which are {field.low} to {field.high}{named}"
        )
    return value


def _named(text: str, field: Field) -> int | None:
    """Return the first value, in calendar order, whose name begins with the text."""
    begins = (bool(text) and name.lower().startswith(text.lower()) for name in field.names)
    return next((value for value, fits in enumerate(begins, field.low) if fits), None)
