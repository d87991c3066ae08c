"""Days and weeks as people count them in a time zone, in whole hours of UTC."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from api.errors import BadParameters
from api.reads.spans import kept_since
from api.schema.digest import DigestParameters, PeriodKind
from api.schema.problems import BadParameter
from shared.ncrontab import MONTHS
from shared.times import hour_start, iso

DAYS_OF = {"day": 1, "week": 7}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True)
class Period:
    """A day, or a week from Monday to Sunday; end is the day after its last one, in the zone."""

    kind: PeriodKind
    end: date
    zone: ZoneInfo

    @property
    def first(self) -> date:
        """Return its first day."""
        return self.end - timedelta(days=DAYS_OF[self.kind])

    @property
    def starts(self) -> datetime:
        """Return the beginning of its first hour, in UTC."""
        return _begins(self.first, self.zone)

    @property
    def ends(self) -> datetime:
        """Return the end of its last hour, in UTC; the next period starts there."""
        return _begins(self.end, self.zone)

    @property
    def before(self) -> "Period":
        """Return the period before."""
        return replace(self, end=self.first)

    @property
    def after(self) -> "Period":
        """Return the period after."""
        return replace(self, end=self.end + timedelta(days=DAYS_OF[self.kind]))

    @property
    def days_text(self) -> str:
        """Return its days in words: 16 to 22 November 2026."""
        first, last = self.first, self.end - timedelta(days=1)
        if first == last:
            return weekday_text(first)
        if first.year != last.year:
            return f"{day_text(first)} to {day_text(last)}"
        if first.month != last.month:
            return f"{first.day} {MONTHS[first.month - 1]} to {day_text(last)}"
        return f"{first.day} to {day_text(last)}"

    @property
    def when(self) -> str:
        """Return when it was, to begin a sentence with."""
        if self.kind == "day":
            return f"On {self.days_text}"
        return f"In the week from {self.days_text}"


def _begins(day: date, zone: ZoneInfo) -> datetime:
    """Return when a day begins in a zone, or the full hour in UTC before: hours are counted so."""
    return hour_start(datetime.combine(day, time(), zone).astimezone(UTC))


def day_text(day: date) -> str:
    """Return a day in words: 22 November 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def weekday_text(day: date) -> str:
    """Return a day in words, with its weekday: Sunday, 22 November 2026."""
    return f"{WEEKDAYS[day.weekday()]}, {day_text(day)}"


def period_with_end(kind: PeriodKind, end: date, zone: ZoneInfo) -> Period:
    """Return the period that ends with a day; a week ends with the last Monday up to it."""
    return Period(kind, end if kind == "day" else end - timedelta(days=end.weekday()), zone)


def last_period(kind: PeriodKind, zone: ZoneInfo, now: datetime) -> Period:
    """Return the last period that is over."""
    return period_with_end(kind, now.astimezone(zone).date(), zone)


def period_around(kind: PeriodKind, zone: ZoneInfo, moment: datetime) -> Period:
    """Return the period that a moment lies in."""
    return last_period(kind, zone, moment).after


def period_asked(parameters: DigestParameters, now: datetime, retention_days: int) -> Period:
    """Return the period of the parameters.

    Raises BadParameters where it isn't over yet, or its data isn't kept any more.
    """
    zone = ZoneInfo(parameters.time_zone)
    last = last_period(parameters.period, zone, now)
    if parameters.end is None:
        return last
    period = period_with_end(parameters.period, date.fromisoformat(parameters.end), zone)
    if period.end > last.end:
        raise _refused(parameters.end, f"that {period.kind} isn't over: the last one is {last.end}")
    kept = kept_since(now, retention_days)
    if period.starts < kept:
        detail = f"nothing from before {iso(kept)} is kept: RETENTION_DAYS is {retention_days}"
        raise _refused(parameters.end, detail)
    return period


def _refused(end: str, detail: str) -> BadParameters:
    takes = DigestParameters.model_fields["end"].description or ""
    return BadParameters([BadParameter(parameter="end", detail=f"{end}: {detail}", takes=takes)])
