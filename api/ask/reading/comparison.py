"""Subjects and communities side by side."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from api.ask.links import compare_page, subjects_page
from api.ask.names import NamedScope
from api.ask.reading.asking import Asking
from api.ask.reading.feeling import read_figures
from api.ask.reading.voice import share_text
from api.ask.wording import (
    baseline_text,
    counted,
    coverage_text,
    listed,
    mean_text,
    short_verdict,
    why_incomplete,
)
from api.reads.comparison import compare
from api.reads.subjects import read_subjects
from api.reads.subreddits import read_communities
from api.reads.voice import read_voice
from api.schema.parameters import CompareParameters, SubredditsParameters
from api.schema.sentiment import ComparedScope
from api.schema.subject_parameters import SubjectsParameters, VoiceParameters
from api.schema.values import MAX_COMPARED
from shared.communities import community_name

MAX_COVERAGE = 2
MAX_SHARES = 5
MAX_IN_COMMUNITY = 5
# Of scopes that the question doesn't name, shares are said of 30 days at most.
MAX_HOURS_OF_SHARES = 720


async def busiest_communities(asking: Asking) -> Sequence[NamedScope]:
    """Return the watched communities with the most items of the last day, ten at most."""
    found = await asking.reader.read(read_communities, SubredditsParameters())
    number = asking.citing.cite("coverage", "The watched communities", "/api/v1/communities", None)
    chosen = sorted(found.details, key=lambda each: -(each.items_24h or 0))[:MAX_COMPARED]
    asking.citing.say(
        f"These are the {len(chosen)} of {len(found.details)} communities with the most items of"
        " the last 24 hours.",
        [number],
    )
    return [
        NamedScope("community", each.community, community_name(each.community), "")
        for each in chosen
    ]


async def most_mentioned(asking: Asking) -> Sequence[NamedScope]:
    """Return the own subjects and competitors that are mentioned most in the span.

    There are ten together with the subjects that the question names, at most.
    """
    parameters = SubjectsParameters.model_validate(
        {**asking.hours.parameters, "until": "collected"}
    )
    found, number = await asking.read(
        read_subjects,
        parameters,
        cite=("list_subjects", "Subjects and their mentions", "/subjects"),
        page=subjects_page(asking.hours, asking.now),
    )
    named = {each.id: each.name for each in asking.parsed.subjects}
    others = [each for each in found.subjects if each.id in found.set and each.id not in named]
    chosen = sorted((each for each in others if each.mentions), key=lambda each: -each.mentions)
    chosen = chosen[: MAX_COMPARED - len(named)]
    beside = f"Beside {listed(list(named.values()))}, these" if named else "These"
    asking.citing.say(
        f"{beside} are the {len(chosen)} most mentioned of {counted(len(others), 'subject')}.",
        [number],
    )
    return [NamedScope("subject", each.id, each.name, "") for each in chosen]


async def answer_comparison(asking: Asking) -> None:
    """Add the mean of each scope and its change, and which differ."""
    scopes = asking.parsed.scopes
    if asking.parsed.is_inside:
        await _answer_in_community(asking)
        return
    names = {each.scope: each.name for each in scopes}
    parameters = CompareParameters.model_validate(
        {"scopes": ",".join(names), **asking.hours.parameters, "until": "collected"}
    )
    found, number = await asking.read(
        compare,
        parameters,
        cite=("compare", f"{listed(list(names.values()))} side by side", "/sentiment/compare"),
        page=compare_page(list(names), asking.hours, asking.now),
    )
    say = asking.citing.say
    by_mean = sorted(found.subreddits, key=lambda each: -(each.statistics.avg_sentiment or -2.0))
    say(_order_text(names, by_mean, is_mixed=found.mixed_methods), [number])
    shared = _shared_reason(by_mean)
    for each in by_mean:
        say(_scope_text(names[each.scope], each, has_change=shared is None), [number])
    say(shared, [number])
    if found.before is not None:
        say(
            f"Means are on a scale from -1 to 1, {asking.hours.text}; changes are from"
            f" {baseline_text(found.before)}.",
            [number],
        )
    # The figures that chose the scopes cost as much as shares do.
    is_cheap = not asking.parsed.is_filled or asking.hours.hours <= MAX_HOURS_OF_SHARES
    if is_cheap and all(each.kind == "subject" for each in scopes):
        await _say_shares(asking)
    gaps = [text for each in by_mean if (text := coverage_text(each.coverage))]
    for text in dict.fromkeys(gaps[:MAX_COVERAGE]):
        say(text, [number])


def _shared_reason(scopes: Sequence[ComparedScope]) -> str | None:
    """Return why no scope has a verdict, where all have the same reason; else None."""
    changes = [each.change for each in scopes if each.change is not None]
    if any(each.verdict != "incomplete" for each in changes):
        return None
    reasons = {why_incomplete(each) for each in changes}
    return f"Of none of them can a change be told: {reasons.pop()}." if len(reasons) == 1 else None


async def _answer_in_community(asking: Asking) -> None:
    """Add the mean of each subject in a community; their changes aren't compared."""
    say, community = asking.citing.say, asking.parsed.communities[0]
    say(f"Means in {community.name} are on a scale from -1 to 1, {asking.hours.text}.")
    numbers = []
    for each in asking.parsed.subjects[:MAX_IN_COMMUNITY]:
        alone = replace(asking, parsed=replace(asking.parsed, subjects=[each]))
        stats, number = await read_figures(alone)
        numbers.append(number)
        totals = stats.statistics
        known = f"mean {mean_text(totals)}" if totals.total else "nothing is known of it (n = 0)"
        say(f"{each.name}: {known}.", [number])
    await _say_shares(asking)


def _scope_text(name: str, scope: ComparedScope, *, has_change: bool) -> str:
    totals = scope.statistics
    if not totals.total:
        return f"{name}: nothing is known of it in this time (n = 0)."
    change = f"; {short_verdict(scope.change)}" if scope.change and has_change else ""
    return f"{name}: mean {mean_text(totals)}{change}."


def _order_text(
    names: dict[str, str], scopes: Sequence[ComparedScope], *, is_mixed: bool
) -> str | None:
    """Return which scopes stand above others, in a sentence: their intervals don't overlap."""
    if is_mixed:
        return "Several methods scored these items, so that their means can't be compared."
    known = [each for each in scopes if each.statistics.interval and not each.statistics.few]
    if len(known) < 2:  # noqa: PLR2004 - a pair
        return "There is too little to say which is higher: it takes 30 items and two threads each."
    parts = []
    for one, other in pairwise(known):
        high, low = one.statistics, other.statistics
        assert high.interval is not None  # noqa: S101 - those with one were chosen
        assert low.interval is not None  # noqa: S101 - likewise
        if high.interval[0] > low.interval[1]:
            difference = (high.avg_sentiment or 0.0) - (low.avg_sentiment or 0.0)
            parts.append(
                f"{names[one.scope]} stands above {names[other.scope]} by {difference:.2f}"
            )
    if parts:
        is_whole = len(parts) == len(known) - 1
        rest = "" if is_whole else "; chance may explain the rest of the order"
        return f"{listed(parts)}: their 95% intervals don't overlap{rest}."
    if len(known) > 2:  # noqa: PLR2004 - a pair
        return "The intervals of neighbours overlap, so that chance may explain their order."
    pair = listed([names[each.scope] for each in known])
    return f"Which of {pair} is higher can't be told: their 95% intervals overlap."


async def _say_shares(asking: Asking) -> None:
    """Add the share that each of these subjects has of their mentions."""
    ids = ",".join(each.id for each in asking.parsed.subjects)
    place = {"community": asking.community} if asking.community else {}
    parameters = VoiceParameters.model_validate(
        {"subjects": ids, **place, **asking.hours.parameters, "until": "collected"}
    )
    found, number = await asking.read(
        read_voice,
        parameters,
        cite=("share_of_voice", "Their share of voice", "/share-of-voice"),
        page=subjects_page(asking.hours, asking.now),
    )
    parts = [
        f"{each.name} has {share_text(each)}" for each in found.subjects if each.share is not None
    ]
    if parts:
        asking.citing.say(
            f"Of their {found.base:,} mentions together, {listed(parts)}.",
            [number],
        )
