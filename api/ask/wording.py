"""Words for figures, times and changes, as sentences of answers have them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Protocol

from api.mcp.untrusted import cleaned
from api.schema.coverage import CoverageAnswer
from api.schema.sentiment import Baseline, ThreadChange
from shared.communities import community_name
from shared.ncrontab import MONTHS
from shared.reasons.sentence import moved_by
from shared.stats.compare import Reason, Verdict
from shared.stats.windows import Because
from shared.times import parse_iso

MIN_OBSERVED: Final = 0.995
MAX_GAPS: Final = 2
MAX_TITLE: Final = 100
MAX_TEXT: Final = 280
PLAIN_QUOTES: Final = str.maketrans(dict.fromkeys("“”", '"'))
BECAUSE: Final[dict[Because, str]] = {
    "just_before": "the time just before ({span})",
    "week_before": "the same hours a week earlier ({span})",
    "no_week_before": "the time just before ({span}), since too little is known of the week before",
}


class Counted(Protocol):
    """Items that are counted and averaged: Totals and MentionTotals."""

    @property
    def total(self) -> int:
        """Return the number of items."""

    @property
    def left_out(self) -> int:
        """Return how many of them don't count in the mean."""

    @property
    def avg_sentiment(self) -> float | None:
        """Return the mean, -1 to 1."""

    @property
    def interval(self) -> list[float] | None:
        """Return its interval."""

    @property
    def few(self) -> bool:
        """Return whether it is of fewer than 30 items."""


class Changed(Protocol):
    """A change of a mean: Change and MentionChange."""

    @property
    def verdict(self) -> Verdict:
        """Return its verdict."""

    @property
    def reason(self) -> Reason | None:
        """Return why it is incomplete."""

    @property
    def statistics(self) -> Counted:
        """Return the items of the window."""

    @property
    def previous(self) -> Counted:
        """Return the items of the time before."""

    @property
    def avg_sentiment(self) -> float | None:
        """Return the change of the mean."""

    @property
    def interval(self) -> list[float] | None:
        """Return its interval."""

    @property
    def by_thread(self) -> ThreadChange | None:
        """Return the change on which the verdict rests."""

    @property
    def behind(self) -> list[str]:
        """Return the communities that aren't collected to the end."""

    @property
    def span_needed(self) -> int | None:
        """Return the hours that a span would need for a verdict."""


def counted(number: int, noun: str) -> str:
    """Return a number of things in words: 1 item, 1,127 items."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def signed(value: float) -> str:
    """Return a mean or a change with its sign, in two digits: -0.08."""
    text = f"{value:+.2f}"
    return "0.00" if text in {"+0.00", "-0.00"} else text


def interval_text(interval: Sequence[float] | None) -> str:
    """Return the interval of a mean, in words."""
    if interval is None:
        return "no interval: fewer than two threads"
    return f"95% interval {signed(interval[0])} to {signed(interval[1])}"


def mean_text(totals: Counted) -> str:
    """Return a mean with its interval and the number of its items: -0.08 (95% interval …)."""
    if totals.avg_sentiment is None:
        return "no mean (nothing counts)"
    n = totals.total - totals.left_out
    few = ", which is few" if totals.few else ""
    return f"{signed(totals.avg_sentiment)} ({interval_text(totals.interval)}; n = {n:,}{few})"


def percent(share: float) -> str:
    """Return a share, 0 to 1, in percent."""
    return f"{share:.0%}" if share >= 0.01 or share == 0 else "under 1%"  # noqa: PLR2004


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names as a sentence lists them, with a word before the last one."""
    *others, final = names or [""]
    return f"{', '.join(others)} {last} {final}" if others else final


def time_text(moment: datetime, *, with_year: bool = False) -> str:
    """Return a time in words, in UTC: 20 Nov 17:00."""
    day = f"{moment.day} {MONTHS[moment.month - 1][:3]}" + (f" {moment.year}" if with_year else "")
    return f"{day} {moment:%H:%M}"


def span_text(start: datetime, end: datetime) -> str:
    """Return a span in words: the days where it has whole ones, else its times."""
    last = end - timedelta(seconds=1)
    with_year = start.year != last.year
    if start.hour or end.hour:
        first = time_text(start, with_year=with_year)
        if start.date() == end.date():
            return f"{first} to {end:%H:%M} UTC"
        return f"{first} to {time_text(end, with_year=with_year)} UTC"
    if start.date() == last.date():
        return f"{_day(start, with_year=with_year)} UTC"
    is_in_month = (start.year, start.month) == (last.year, last.month)
    first = str(start.day) if is_in_month else _day(start, with_year=with_year)
    return f"{first} to {_day(last, with_year=with_year)} UTC"


def _day(moment: datetime, *, with_year: bool) -> str:
    return f"{moment.day} {MONTHS[moment.month - 1][:3]}" + (f" {moment.year}" if with_year else "")


def baseline_text(before: Baseline) -> str:
    """Return the time that is compared with, in words."""
    span = span_text(parse_iso(before.start), parse_iso(before.end))
    return BECAUSE[before.because].format(span=span)


def moved_text(change: Changed, counts: str) -> str:
    """Return by how much a mean changed, with the interval that its verdict rests on.

    Where the interval of the mean of all items doesn't bear a clear verdict, that of threads does.
    """
    moved = moved_by(change.avg_sentiment or 0.0)
    plain = f"{moved} ({interval_text(change.interval)}; {counts})"
    low, high = change.interval or (0.0, 0.0)
    if change.verdict not in {"better", "worse"} or not low <= 0 <= high or not change.by_thread:
        return plain
    threads = change.by_thread
    return (
        f"{moved}, and {moved_by(threads.avg_sentiment)} where no thread outweighs others"
        f" ({interval_text(threads.interval)}; {counts})"
    )


def change_text(name: str, change: Changed, before: Baseline) -> str:
    """Return a change of the mood about something as a sentence, with its verdict."""
    now, then = change.statistics, change.previous
    counts = f"n = {now.total:,}, {then.total:,} before"
    match change.verdict:
        case "better" | "worse":
            return (
                f"The mood of {name} got {change.verdict}: {moved_text(change, counts)}, beyond"
                f" chance, compared with {baseline_text(before)}."
            )
        case "no_clear_change":
            return (
                f"The mood of {name} has no clear change: {moved_text(change, counts)}, which"
                f" chance explains, compared with {baseline_text(before)}."
            )
        case "too_few":
            return (
                f"There is too little to tell a change of the mood of {name}: {counts}, compared"
                f" with {baseline_text(before)}.{_needed(change)}"
            )
        case _:
            return (
                f"Whether the mood of {name} changed can't be told: {why_incomplete(change)},"
                f" compared with {baseline_text(before)}."
            )


def _needed(change: Changed) -> str:
    days = (change.span_needed or 0) // 24
    return f" A span of about {counted(days, 'day')} would be enough." if days else ""


def why_incomplete(change: Changed) -> str:
    """Return why a change is incomplete, in words."""
    if change.reason == "mixed_methods":
        return "several methods scored the items"
    if change.reason == "not_collected":
        behind = listed(list(map(community_name, change.behind)))
        return f"{behind or 'a community'} isn't collected up to the end of the span"
    return "too little is known of the time before"


def short_verdict(change: Changed) -> str:
    """Return a verdict in some words, with the change where there is one."""
    moved = moved_by(change.avg_sentiment or 0.0)
    match change.verdict:
        case "better" | "worse":
            return f"got {change.verdict} ({moved})"
        case "no_clear_change":
            return f"no clear change ({moved})"
        case "too_few":
            return "too little to tell a change"
        case _:
            return f"a change can't be told, since {why_incomplete(change)}"


def coverage_text(coverage: CoverageAnswer | None) -> str | None:
    """Return what of a span wasn't observed, as a sentence; None: nothing is known to miss."""
    if coverage is None or (coverage.observed >= MIN_OBSERVED and not coverage.gaps):
        return None
    gaps = coverage.gaps[:MAX_GAPS]
    parts = [
        f"{span_text(parse_iso(each.start), parse_iso(each.end))} ({each.reason.rstrip('.')})"
        for each in gaps
    ]
    more = len(coverage.gaps) - len(gaps)
    parts += [f"{counted(more, 'more gap')}"] if more else []
    unknown = f": nothing is known of {listed(parts)}" if parts else ""
    return f"Of this time {_observed(coverage.observed)} was observed{unknown}."


def _observed(part: float) -> str:
    # 99.9% isn't all.
    return "over 99%" if MIN_OBSERVED <= part < 1 else f"{int(part * 100)}%"


def quoted(text: str, most: int = MAX_TITLE) -> str:
    """Return what a stranger wrote, in quotes that it can't close, in one line."""
    return f"“{one_line(text, most).translate(PLAIN_QUOTES)}”"


def one_line(text: str, most: int = MAX_TEXT) -> str:
    """Return the beginning of a text in one line, without hidden characters."""
    return cleaned(" ".join(text.split()), most)
