"""Answers a question in words: parses it, reads what it asks for, and says it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from api.ask.citing import Citing
from api.ask.names import Known
from api.ask.parse import parse
from api.ask.parsed import Parsed, World
from api.ask.reading.asking import Asking
from api.ask.reading.change import answer_change, answer_reason
from api.ask.reading.comparison import answer_comparison, busiest_communities, most_mentioned
from api.ask.reading.feeling import answer_feeling
from api.ask.reading.posts import answer_reading
from api.ask.reading.release import answer_release
from api.ask.reading.topics import answer_topic
from api.ask.reading.voice import answer_share
from api.ask.understood import understood
from api.ask.window import Hours, NoHours, whole_hours
from api.deps import Deps
from api.errors import BadParameters, NotFound
from api.mcp.reader import Reader
from api.reads.spans import kept_since, last_collection
from api.schema.ask import AskAnswer, AskBody, Intent
from api.schema.problems import BadParameter
from shared.llm.chat import is_configured
from shared.models import Origin
from shared.subjects.watchlist import markers_of
from shared.times import EARLIEST, iso, parse_iso

NOTES: Final[Mapping[Origin, str | None]] = {
    "live": None,
    "sample": "This is sample data: everything in it is invented.",
    "recorded": "This is recorded data: it isn't what people write now.",
}
# A page whose clock is ahead by less asks about now.
MAX_AHEAD: Final = timedelta(minutes=5)
ANSWERS: Final[Mapping[Intent, Callable[[Asking], Awaitable[None]]]] = {
    "feeling": answer_feeling,
    "change": answer_change,
    "reason": answer_reason,
    "comparison": answer_comparison,
    "topic": answer_topic,
    "reading": answer_reading,
    "release": answer_release,
    "share": answer_share,
}
# They read items, of 90 days at most.
OF_ITEMS: Final = frozenset({"change", "reason", "topic", "reading"})
TOO_LONG: Final = (
    "What people wrote, and why something changed, is read for 90 days at most: name a shorter"
    " span, or ask how people feel."
)


async def ask(reader: Reader, body: AskBody) -> AskAnswer:
    """Answer a question. Raises BadParameters for its time, TooBusy and StoreError."""
    deps = reader.deps
    now = deps.clock()
    at = _time_of(body, now)
    parsed = await asyncio.to_thread(parse, body.question, at, await _world(deps))
    citing = Citing(cannot=list(parsed.cannot))
    hours: Hours | None = None
    try:
        if parsed.intent is not None and parsed.intent != "release":
            hours = await _hours(deps, parsed, at, now)
            citing.cannot += hours.notes
        parsed = await _answer(Asking(reader, parsed, hours or _no_hours(at), now, citing))
    except (NoHours, NotFound) as error:
        citing.cannot.append(str(error))
    except BadParameters as error:
        citing.cannot += [_refusal(each) for each in error.errors]
    note = NOTES[deps.settings.origin]
    if citing.sentences:
        citing.say(note)
    return AskAnswer(
        id=None,
        status="answered",
        question=body.question,
        at=iso(at),
        answered_by="parser",
        has_model=is_configured(deps.settings),
        understood=understood(parsed, hours),
        answer=citing.sentences,
        cannot=citing.cannot,
        evidence=citing.evidence,
        items=citing.items,
        struck=[],
        steps=[],
        origin=deps.settings.origin,
        timestamp=iso(now),
    )


async def _answer(asking: Asking) -> Parsed:
    """Answer what was parsed, and return it with the scopes that the figures chose."""
    parsed, intent = asking.parsed, asking.parsed.intent
    if intent is None:
        return parsed
    if intent in OF_ITEMS and asking.hours.is_long:
        raise NoHours(TOO_LONG)
    if intent == "comparison" and parsed.is_filled:
        parsed = await _filled(asking)
        if not parsed.scopes:
            return parsed
        asking = replace(asking, parsed=parsed)
    await ANSWERS[intent](asking)
    return parsed


async def _filled(asking: Asking) -> Parsed:
    """Return what was parsed with the scopes that are compared: the busiest ones, up to ten."""
    parsed = asking.parsed
    if parsed.is_of_communities:
        return replace(parsed, communities=await busiest_communities(asking))
    return replace(parsed, subjects=[*parsed.subjects, *await most_mentioned(asking)])


async def _world(deps: Deps) -> World:
    watchlist = await deps.read_watchlist()
    return World(
        Known(watchlist["subjects"], deps.settings.watched),
        markers_of(watchlist),
        has_model=is_configured(deps.settings),
    )


async def _hours(deps: Deps, parsed: Parsed, at: datetime, now: datetime) -> Hours:
    """Return the whole hours of the span of a question. Raises NoHours and StoreError."""
    assert parsed.span is not None  # noqa: S101 - what can be answered has one
    collected = await last_collection(deps, now)
    return whole_hours(parsed.span, at, collected, kept_since(now, deps.settings.retention_days))


def _no_hours(at: datetime) -> Hours:
    """Return an empty span, for what needs none."""
    return Hours(at, at)


def _time_of(body: AskBody, now: datetime) -> datetime:
    """Return the time from which words count. Raises BadParameters where it can't be one."""
    if body.at is None:
        return now
    at = parse_iso(body.at)
    if EARLIEST <= at <= now + MAX_AHEAD:
        return min(at, now)
    takes = f"a time from {iso(EARLIEST)} to now, {iso(now)}"
    detail = f"{body.at} is yet to come" if at > now else f"{body.at} is too early"
    raise BadParameters([BadParameter(parameter="/at", detail=detail, takes=takes)])


def _refusal(bad: BadParameter) -> str:
    """Return why a read refuses its parameters, as a sentence."""
    detail = bad.detail.rstrip(".")
    return f"{detail[:1].upper()}{detail[1:]}."
