"""What a rule would have sent over the last days: its condition and states, hour by hour.

It reads each stored document once: 74 days of a scope and of all communities take less than 700
request units, and the tables of 40 days for share of voice less than 400.
"""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.alerts.conditions import evaluate
from shared.alerts.evidence import Evidence
from shared.alerts.reading import DAYS_NEEDED, EvidenceReader, days_until
from shared.alerts.states import Change, first_state, step
from shared.alerts.wording import HOURS_OF_DAY, length_of
from shared.models import AlertRule, CitedItem, ConditionType, Watchlist
from shared.settings import Settings
from shared.store import Store
from shared.times import hour_of, hour_start, iso, next_hour, parse_iso

REPLAYED_DAYS = 30
HOUR = timedelta(hours=1)
NOT_KEPT: Mapping[ConditionType, str] = {
    "topic": "Topics of the past aren't kept with all their items, so that none is tried.",
    "mention": "Scores are known as they are now alone, so that none of the past is tried.",
    "search": "The texts of past hours aren't searched, so that none is tried.",
    "collection": "The times of past collections aren't looked at, so that none is tried.",
}
"""The reasons why a type of condition can't be replayed from stored hours."""


@dataclass(frozen=True)
class ReplayedMessage:
    """A message that people would have got, at the end of an hour; items are never read again."""

    at: str
    event: Literal["opened", "updated", "closed"]
    cause: str
    sentence: str
    figures: Mapping[str, float | None]
    items: Sequence[CitedItem] = ()


@dataclass(frozen=True)
class Replay:
    """A rule over past hours: those evaluated, those of them unknown, and why, and its messages.

    reasons counts the unknown hours by why nothing could be judged in them.
    """

    evaluated: int
    unknown: int
    reasons: Mapping[str, int]
    messages: Sequence[ReplayedMessage]


async def read_replay(
    store: Store,
    settings: Settings,
    watchlist: Watchlist,
    rule: AlertRule,
    *,
    now: datetime,
    days: int = REPLAYED_DAYS,
) -> Replay:
    """Return what a rule would have sent in the last days, up to the last hour that was collected.

    Raises StoreError.
    """
    reader = EvidenceReader(store, settings, watchlist, days=days + DAYS_NEEDED)
    newest = hour_of(iso(hour_start(now) - HOUR))
    last = min((await reader.base()).last or newest, newest)
    hours = days_until(last, days + 1).hours()[-days * HOURS_OF_DAY :]
    if reason := NOT_KEPT.get(rule["condition"]["type"]):
        return Replay(len(hours), len(hours), {reason: len(hours)}, [])
    evidence = await reader.read(rule, last)
    # Off the loop: 720 evaluations take up to two seconds.
    return await asyncio.to_thread(replay, rule, evidence, hours)


def replay(rule: AlertRule, evidence: Evidence, hours: Iterable[str]) -> Replay:
    """Return what a rule would have sent in these consecutive hours, oldest first."""
    state = first_state(rule["id"])
    reasons: Counter[str] = Counter()
    opened: dict[int, str] = {}
    messages: list[ReplayedMessage] = []
    evaluated = 0
    for hour in hours:
        evaluated += 1
        evaluation = evaluate(rule["condition"], evidence, hour)
        if evaluation.reason is not None:
            reasons[evaluation.reason] += 1
        at = f"{next_hour(hour)}:00:00Z"
        done = step(rule, state, evaluation, parse_iso(at))
        state = done.state
        for change in done.changes:
            if change.event == "opened":
                opened[change.number] = at
            if change.event != "updated" or (change.finding and change.finding["key"]):
                messages.append(_message(change, at, opened[change.number]))
    return Replay(evaluated, reasons.total(), dict(reasons.most_common()), messages)


def _message(change: Change, at: str, opened: str) -> ReplayedMessage:
    if change.finding is None:
        hours = round((parse_iso(at) - parse_iso(opened)) / HOUR)
        ended = f"It ended after {length_of(hours)}."
        sentence = f"{change.reason} {ended}" if change.reason else ended
        return ReplayedMessage(at, change.event, change.cause, sentence, {})
    found = change.finding
    return ReplayedMessage(at, change.event, change.cause, found["sentence"], found["figures"])
