"""Suggestions for schedules that are refused, or that probably don't mean what was intended."""

import re

from shared.ncrontab import BadScheduleError, Field, Item, fields_of, parse

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86_400, 604_800
# Days and a time, as .NET writes time spans. .NET reads `30` and `24:00:00` as numbers of days.
SPAN = re.compile(r"(?:([0-9]{1,3})\.)?(2[0-3]|[01]?[0-9]):([0-5]?[0-9])(?::([0-5]?[0-9]))?")
SPAN_LIKE = re.compile(r"-?[0-9][0-9.:]*")
CRON_NAMES = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}


def instead(expression: str) -> str:
    """Return a clause that suggests a replacement for a bad schedule; "" if there is none."""
    text = expression.strip()
    if span := SPAN.fullmatch(text):
        days, hours, minutes, seconds = (int(part or 0) for part in span.groups())
        period = days * DAY + hours * HOUR + minutes * MINUTE + seconds
        if schedule := _every(period):
            return f"; for every {text} write {schedule}"
        return (
            f"; a time span is refused, and no NCRONTAB recurs every {text}: choose a time that"
            " divides a minute, an hour or a day, or list the moments"
        )
    if SPAN_LIKE.fullmatch(text):
        return (
            "; a time span is refused, and 30 or 24:00:00 would be days: for every 30 minutes"
            " write 0 */30 * * * *, for every 24 hours 0 0 0 * * *"
        )
    schedule = CRON_NAMES.get(text.lower()) or _rewritten(expression)
    return f"; write {schedule}" if schedule else ""


def _every(seconds: int) -> str | None:
    """Return the schedule that recurs every `seconds` seconds, or None."""
    if seconds in {DAY, WEEK}:
        return CRON_NAMES["@daily" if seconds == DAY else "@weekly"]
    units = ((1, 60, "{} * * * * *"), (MINUTE, 60, "0 {} * * * *"), (HOUR, 24, "0 0 {} * * *"))
    for unit, size, schedule in units:
        count, rest = divmod(seconds, unit)
        if rest == 0 and 0 < count < size and size % count == 0:
            return schedule.format("*" if count == 1 else f"*/{count}")
    return None


def _rewritten(expression: str) -> str | None:
    """Return the six fields for an expression of another kind of cron; None if they are invalid."""
    words = expression.strip(" \t\r\n'\"").replace("?", "*").split()
    if len(words) == 5:  # noqa: PLR2004 - minutes first
        words.insert(0, "0")
    if words and "/" not in words[-1]:
        to_sunday = re.sub(r"\b([0-9])-7\b", r"\1-6,0", words[-1])
        words[-1] = re.sub(r"\b7\b", "0", to_sunday)
    schedule = " ".join(words)
    try:
        parse(schedule)
    except BadScheduleError:
        return None
    return schedule


def warnings(expression: str) -> list[str]:
    """Return a warning for each item of a valid schedule that probably isn't what was intended.

    Raises BadScheduleError.
    """
    return [
        f"{item.text!r} in the {field.name} of {expression!r} {warning}"
        for field, items in fields_of(expression)
        for item in items
        if (warning := _warning(item, field))
    ]


def _warning(item: Item, field: Field) -> str | None:
    values = item.values
    if item.first > item.last:
        turned, meant = f"{item.last}-{item.first}", _wrapped(item, field)
        return f"is read as {turned}: for a range past the end of the field write {meant}"
    if item.step < 1:
        return "has a step below 1, which counts for nothing"
    length = item.last - item.first + 1
    if item.step > max(1, length if length == field.size else length - 1):
        return f"is {values[0]} alone: its step goes past its end"
    if item.is_open and field.size % item.step:
        return f"is uneven: after {values[-1]} it begins again with {values[0]}"
    return None


def _wrapped(item: Item, field: Field) -> str:
    """Return the values from the item's first, past the end of the field, to its last."""
    if item.step > 1:
        steps = range(item.first, item.last + field.size + 1, item.step)
        return ",".join(str((value - field.low) % field.size + field.low) for value in steps)
    return f"{_range(item.first, field.high)},{_range(field.low, item.last)}"


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"
