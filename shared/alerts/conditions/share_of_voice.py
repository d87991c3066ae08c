"""A subject's share of voice that moved beyond its interval, in a week against the week before.

The set are the watched subjects that are no topics. Mentions are counted by day, so that it changes
once a day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence, Voice
from shared.alerts.hourly import end_of_last_day
from shared.alerts.wording import HOURS_OF_DAY, counted, finding, found, no_data, percent
from shared.models import Condition
from shared.stats.shares import Share, Voices, difference
from shared.stats.subjects import subject_of
from shared.stats.threads import Threads, together
from shared.stats.uncertainty import FEW
from shared.times import day_of

DAYS = 7
CONFIDENCE = 0.999
"""Of the interval of the change: a rule looks at 30 of them in 30 days."""
MIN_MOVED = 0.05
"""A smaller change of the share (0..1) raises no alert, however many mentions bear it."""
MIN_KNOWN = 0.75


@dataclass(frozen=True)
class _Side:
    """A subject's share of the mentions of the set in one week."""

    share: Share
    mentions: int


def evaluate(condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return whether the share of voice of the scope's subject moved by the last full day."""
    subject, voice = subject_of(evidence.scope), evidence.voice
    if voice is None or subject not in voice.subjects:
        reason = f"{evidence.name} has no share of voice: it is of subjects that aren't topics."
        return Evaluation("broken", reason=reason)
    if not _are_known(evidence, hour):
        return no_data("Too many hours of the last two weeks weren't observed.")
    last = date.fromisoformat(day_of(end_of_last_day(hour)))
    now, before = (_side(voice, subject, _week(day)) for day in (last, last - timedelta(days=DAYS)))
    if now is None or before is None:
        return no_data(f"The set has fewer than {FEW} mentions in a week, which is too few.")
    interval = difference(now.share, before.share, CONFIDENCE)
    moved = now.share.value - before.share.value
    cause = "up" if moved > 0 else "down"
    is_wanted = condition.get("direction", "any") in {"any", cause}
    # All mentions of one thread have no interval, and say nothing of the set.
    is_chance = interval is None or interval[0] <= 0 <= interval[1]
    if not is_wanted or is_chance or abs(moved) < MIN_MOVED:
        return found([])
    sentence = (
        f"{evidence.name} has {percent(now.share.value)} of the mentions of the watched subjects,"
        f" after {percent(before.share.value)} in the week before:"
        f" {counted(now.mentions, 'mention')} in 7 days."
    )
    values = {
        "value": now.share.value,
        "baseline": before.share.value,
        "change": moved,
        "n": now.mentions,
        "hours": DAYS * HOURS_OF_DAY,
    }
    return found([finding(cause, sentence, end_of_last_day(hour), values)])


def _are_known(evidence: Evidence, hour: str) -> bool:
    """Return whether enough hours of either week were observed."""
    figures = evidence.figures
    span = figures.span(end_of_last_day(hour), 2 * DAYS * HOURS_OF_DAY)
    if span is None:
        return False
    known = [figures.is_known_hour(place) for place in range(*span)]
    half = len(known) // 2
    return min(sum(known[:half]), sum(known[half:])) >= MIN_KNOWN * half


def _side(voice: Voice, subject: str, days: Sequence[str]) -> _Side | None:
    """Return a subject's share in the mentions of these days; None where they are few."""
    # Neighbouring hours look at the same weeks.
    voices = voice.weeks.get(days[0]) or voice.weeks.setdefault(days[0], _voices(voice, days))
    if voices.mentions < FEW:
        return None
    share = _items(voice, subject, days) / voices.mentions
    return _Side(voices.estimate(share, subject), voices.mentions)


def _week(last: date) -> Sequence[str]:
    return [(last - timedelta(days=number)).isoformat() for number in range(DAYS)]


def _items(voice: Voice, subject: str, days: Sequence[str]) -> int:
    return sum(voice.days[day].items.get(subject, 0) for day in days if day in voice.days)


def _voices(voice: Voice, days: Sequence[str]) -> Voices:
    """Return the mentions of the set on these days."""
    counts = {subject: _items(voice, subject, days) for subject in voice.subjects}
    return Voices(
        sum(counts.values()),
        {subject: _threads(voice, subject, days) for subject, items in counts.items() if items},
    )


def _threads(voice: Voice, subject: str, days: Sequence[str]) -> Threads | None:
    """Return the threads of a subject's mentions on these days; None where a day's are unknown."""
    parts: list[Threads] = []
    for day in days:
        of_day = voice.days.get(day)
        if of_day is None or not of_day.items.get(subject):
            continue
        threads = of_day.threads.get(subject)
        if threads is None:
            return None
        parts.append(threads)
    whole = together(parts)
    return whole if whole.items else None
