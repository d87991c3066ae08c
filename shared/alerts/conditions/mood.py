"""Mood that fell or rose beyond noise: at once, or slowly.

At once: the mean of the last 24 full hours has a verdict against the same hours a week before, and
is beyond chance by far against the same hours of up to four weeks before. The second test has more
items, and a dip a week ago isn't taken for a rise today.

Slowly: the mean of the last seven full days, against four weeks that end a week before them. A
drift has begun in the week between. It changes once a day, so that it is looked at once a day.

Where threads are few, they agree by chance, and their own error is too small now and then. So the
change must also be beyond chance by the error of items that correlate as they usually do.

A mood that moved lasts until it is much less beyond chance than it takes to open an alert: a mean
that comes and goes about that threshold is one change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, hypot, sqrt
from statistics import median
from typing import Literal

from shared.alerts.conditions.falling import all_fell, without_fallen
from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.hourly import HourlyFigures, Span, end_of_last_day
from shared.alerts.wording import (
    UNOBSERVED,
    about,
    counted,
    finding,
    found,
    length_of,
    no_data,
    signed,
)
from shared.models import Condition, Finding
from shared.stats.compare import Basis, Change, judged_samples, with_verdicts
from shared.stats.uncertainty import FEW

DAY = 24
WEEK = 7 * DAY
WEEKS = 4
AT_ONCE_CHANCE = 3e-5
"""The probability of a change at once by chance: a rule looks at it 720 times in 30 days."""
SLOWLY_CHANCE = 1.5e-3
"""The probability of a slow change by chance: a rule looks at it 30 times in 30 days, at spans of
which neighbours share six days of seven."""
LASTING_CHANCE = 1e-2
"""The probability up to which a change that was found still lasts."""
MIN_MOVED = 0.1
"""A smaller change of the mean (-1..1) raises no alert, however many items bear it."""
MIN_KNOWN = 0.75
"""The share of the hours of a span that must be known on both sides."""

GAPS = "Too many of the last 24 hours, or of those a week before, weren't observed."
MIXED = "The items of the two times were scored by different methods."
TEMPORARY = frozenset({GAPS, MIXED})
"""Reasons that don't last: meanwhile a change at once isn't over, whatever a slow look says."""

Speed = Literal["at once", "slowly"]


@dataclass(frozen=True)
class _Moved:
    """A change that still lasts; finding is None where it is too weak to open an alert."""

    cause: str
    finding: Finding | None


def evaluate(condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return whether the mood up to a full hour is worse or better than usual, beyond noise."""
    figures = evidence.figures
    span = figures.span(hour, 1)
    if span is None or not figures.is_known(span):
        return no_data(UNOBSERVED)
    if reason := all_fell(evidence, hour):
        return no_data(reason)
    evidence = without_fallen(evidence, hour)
    looks = [_at_once(evidence, hour), _slowly(evidence, hour)]
    wanted = condition.get("direction", "any")
    moved = [each for each in looks if isinstance(each, _Moved) and wanted in {"any", each.cause}]
    findings = [each.finding for each in moved if each.finding is not None]
    reasons = [each for each in looks if isinstance(each, str)]
    is_temporary = isinstance(looks[0], str) and looks[0] in TEMPORARY
    if not findings and (is_temporary or len(reasons) == len(looks)):
        return no_data(reasons[0])
    return found(_one_of_each_cause(findings), lasting=(each.cause for each in moved))


def _one_of_each_cause(findings: Sequence[Finding]) -> list[Finding]:
    """Return the first finding of each cause: a change at once says more than a slow one."""
    return list({each["cause"]: each for each in reversed(findings)}.values())[::-1]


def _at_once(evidence: Evidence, hour: str) -> _Moved | str | None:
    """Return what the last 24 hours say; a text says why they can't be judged."""
    figures = evidence.figures
    span = figures.span(hour, DAY)
    if span is None or not figures.has(span.moved(-WEEK)):
        return "There is no week before to compare with yet."
    now = judged_places(figures, span)
    if len(now) < MIN_KNOWN * DAY:
        return GAPS
    change = _judged(figures, now, [place - WEEK for place in now], DAY)
    return _against_usual(evidence, hour, now, change) if isinstance(change, Change) else change


def _against_usual(
    evidence: Evidence, hour: str, now: Sequence[int], change: Change
) -> _Moved | str | None:
    """Return what four weeks say of a change against one; a text says why they can't be judged."""
    figures = evidence.figures
    known = (
        [place - week * WEEK for place in now if figures.is_known_hour(place - week * WEEK)]
        for week in range(1, WEEKS + 1)
    )
    of_weeks = [places for places in known if figures.counted_in(places)]
    # Their median doesn't know of a dip in one of them, which moves the mean of all.
    typical = median(map(figures.mean_in, of_weeks))
    if abs(figures.mean_in(now) - typical) < MIN_MOVED:
        return None
    earlier = [place for places in of_weeks for place in places]
    usual = _change(figures, now, earlier, wanted=DAY)
    has_verdict = with_verdicts({"": change})[""].verdict in {"better", "worse"}
    if usual.reason == "mixed_methods" and has_verdict:
        return MIXED
    if not _is_beyond(usual, LASTING_CHANCE) or _has_risen(usual) != _has_risen(change):
        return None
    weeks = max(1, round(len(earlier) / len(now)))
    against = f"the same hours {f'of the {weeks} weeks before' if weeks > 1 else 'a week before'}"
    finding = _finding(evidence, usual, hour, hours=DAY, against=against, speed="at once")
    is_found = has_verdict and _is_beyond(usual, AT_ONCE_CHANCE)
    return _Moved(finding["cause"], finding if is_found else None)


def _slowly(evidence: Evidence, hour: str) -> _Moved | str | None:
    """Return what the last seven full days say; a text says why they can't be judged."""
    figures = evidence.figures
    span = figures.span(end_of_last_day(hour), WEEK)
    if span is None or not figures.has(before := _before(span)):
        return "There aren't four weeks to compare a week with yet."
    now, earlier = (
        [place for place in range(*each) if figures.is_known_hour(place)] for each in (span, before)
    )
    if len(now) < MIN_KNOWN * WEEK or len(earlier) < MIN_KNOWN * WEEKS * WEEK:
        return "Too many hours of the last six weeks weren't observed."
    change = _judged(figures, now, earlier, WEEK)
    if not isinstance(change, Change) or not _is_beyond(change, LASTING_CHANCE):
        return change if isinstance(change, str) else None
    against = "the four weeks before the last two"
    last = end_of_last_day(hour)
    finding = _finding(evidence, change, last, hours=WEEK, against=against, speed="slowly")
    return _Moved(finding["cause"], finding if _is_beyond(change, SLOWLY_CHANCE) else None)


def judged_places(figures: HourlyFigures, span: Span) -> list[int]:
    """Return the places of the hours of a span that a change of the mood rests on.

    A day is compared with the same hours of a week before, so that these are known, too.
    """
    lacks = WEEK if span.length == DAY else 0
    return [place for place in range(*span) if _is_known(figures, place, place - lacks)]


def _before(week: Span) -> Span:
    """Return the four weeks that end a week before the beginning of one."""
    end = week.first - WEEK
    return Span(end - WEEKS * WEEK, end)


def _judged(
    figures: HourlyFigures, now: Sequence[int], earlier: Sequence[int], hours: int
) -> Change | str | None:
    """Return a change of the mean that is large enough to look at.

    A text says why it can't be judged.
    """
    time = length_of(hours)
    if min(figures.counted_in(now), figures.counted_in(earlier)) < FEW:
        return f"There are fewer than {FEW} items in {time}, which is too few."
    # Threads take most of the time, and most hours don't move.
    if not _is_large(figures, now, earlier):
        return None
    change = _change(figures, now, earlier, wanted=hours)
    if change.verdict == "too_few":
        return f"Too few threads have items in {time}."
    if change.reason == "mixed_methods":
        return MIXED
    return change if change.reason is None else "The time before has too few items."


def _is_large(figures: HourlyFigures, now: Sequence[int], earlier: Sequence[int]) -> bool:
    return abs(figures.mean_in(now) - figures.mean_in(earlier)) >= MIN_MOVED


def _is_known(figures: HourlyFigures, *places: int) -> bool:
    return all(map(figures.is_known_hour, places))


def _change(
    figures: HourlyFigures, now: Sequence[int], earlier: Sequence[int], *, wanted: int
) -> Change:
    """Return the change of the mean between hours at these places."""
    return judged_samples(
        (figures.totals(now), figures.totals(earlier)),
        (figures.sample(now), figures.sample(earlier)),
        Basis(hours=len(now), wanted=wanted, is_late=False, behind=[]),
    )


def _is_beyond(change: Change, chance: float) -> bool:
    """Return whether a change is large enough, and no chance at this probability."""
    moved = change.plain is not None and abs(change.plain.value) >= MIN_MOVED
    found = _chance(change)
    return moved and found is not None and found <= chance


def _chance(change: Change) -> float | None:
    """Return the probability of a change by chance, by both errors; None where none is known."""
    errors = [each.expected_error for each in change.samples if each.expected_error]
    if change.chance is None or change.by_thread is None or len(errors) < len(change.samples):
        return change.chance
    z = abs(change.by_thread.value) / hypot(*errors)
    return max(change.chance, erfc(z / sqrt(2)))


def _has_risen(change: Change) -> bool:
    return change.plain is not None and change.plain.value > 0


def _finding(
    evidence: Evidence, change: Change, hour: str, *, hours: int, against: str, speed: Speed
) -> Finding:
    now, before = change.samples
    moved = now.mean - before.mean
    rose = moved > 0
    sentence = (
        f"Mood {about(evidence)} {'rose' if rose else 'fell'} {'slowly ' * (speed == 'slowly')}by"
        f" {abs(moved):.2f} to {signed(now.mean)}: {counted(now.items, 'item')} in"
        f" {length_of(hours)}, against {against}."
    )
    figures = {
        "value": now.mean,
        "baseline": before.mean,
        "change": moved,
        "n": now.items,
        "hours": hours,
        "chance": _chance(change),
    }
    return finding("better" if rose else "worse", sentence, hour, figures)
