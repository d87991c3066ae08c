"""What is said more in a subject, a community or all of them than in the time before."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from api.deps import Deps
from api.errors import BadParameters
from api.reads.copies import is_talk
from api.reads.coverage import coverage_answer, coverage_in, read_states
from api.reads.listing import Slice, place_of
from api.reads.scope_items import is_about, label_in, mention_of
from api.reads.scopes import Scope, read_scope_of_subject, scope_of
from api.reads.span_items import MAX_COST, SpanItems, read_span_items
from api.reads.spans import read_spans
from api.reads.totals import totals_of_cells
from api.schema.parameters import ItemsParameters
from api.schema.problems import BadParameter
from api.schema.sentiment import Totals
from api.schema.topics import (
    MAX_ITEMS,
    CourseStep,
    LookedAt,
    ScopeTopic,
    ScopeTopics,
    TopicCourse,
    TopicItem,
    TopicsParameters,
)
from api.schema.values import Kind
from shared.models import ALL, Cell, Item, Label, OtherLanguages, Subject
from shared.stats.cell_threads import thread_of, with_threads
from shared.stats.cells import Scored, count, scored
from shared.stats.subjects import scored_mention
from shared.stats.windows import SECOND, Spans, steps_of
from shared.times import Window, hour_of, hour_start, iso
from shared.topics.course import course_of
from shared.topics.own_names import NO_NAMES, OwnNames, names_of_community, names_of_subject
from shared.topics.spans import SpanTopic, SpanTopics, topics_between

# What people write has the rhythm of a week, and what is rare needs a long time to be known by.
MIN_BEFORE = timedelta(weeks=1)
MAX_STEPS_BY_HOUR = 48
# The statistics of longer spans cost more, so that fewer of their items are read.
MAX_SHORT_HOURS = 20 * 24
MAX_COST_OF_LONG = 260
NOTHING_KNOWN: Mapping[Window, Mapping[str, Cell]] = {}
RATIO_DIGITS = 2
CHANCE_DIGITS = 6


@dataclass(frozen=True)
class FoundTopics:
    """The topics of a scope in a span, and the items among which they were looked for."""

    scope: Scope
    spans: Spans
    now: SpanItems
    before: SpanItems
    found: SpanTopics

    def named(self, topic_id: str) -> SpanTopic | None:
        """Return the topic with this id; None if there is none."""
        return next((each for each in self.found.topics if each.id == topic_id), None)


async def read_topics(deps: Deps, parameters: TopicsParameters) -> ScopeTopics:
    """Return the topics of a scope and a span.

    Raises UnknownCommunity, UnknownSubject, BadParameters and StoreError.
    """
    found = await find_topics(deps, parameters)
    scope, window = found.scope, found.spans.window
    states = await read_states(deps, await deps.watched_store(), [scope.community])
    coverage = coverage_answer(coverage_in(deps, states, scope.community, window))
    topics = found.found.topics[: parameters.limit]
    languages = deps.settings.other_languages
    return ScopeTopics(
        scope=scope.name,
        subject=scope.subject_id,
        span=_looked_at(found.now, found.found.items),
        before=_looked_at(found.before, found.found.before),
        why_none=_why_none(found.found),
        topics=await asyncio.to_thread(
            lambda: [_answer(each, scope, found.spans, languages) for each in topics]
        ),
        coverage=coverage,
        rematching=scope.is_rematching,
    )


async def find_topics(deps: Deps, parameters: TopicsParameters) -> FoundTopics:
    """Return the topics of the parameters, all of them. Raises what `read_topics` raises."""
    scope, own = await _scope_of(deps, parameters)
    spans = await read_spans(deps, parameters)
    max_cost = cost_of(spans.window)
    now, before, topics = await read_topics_of(deps, scope, spans.window, own, max_cost=max_cost)
    return FoundTopics(scope, spans, now, before, topics)


def cost_of(window: Window) -> int:
    """Return the request units that the items of a window may take, and those of the time before.

    With their statistics it is less than 1,000.
    """
    return MAX_COST if len(window.hours()) <= MAX_SHORT_HOURS else MAX_COST_OF_LONG


async def read_topics_of(
    deps: Deps,
    scope: Scope,
    window: Window,
    own: OwnNames,
    *,
    max_cost: int = MAX_COST,
    known: Mapping[Window, Mapping[str, Cell]] = NOTHING_KNOWN,
) -> tuple[SpanItems, SpanItems, SpanTopics]:
    """Return the items of a window, those of the time before, and the topics of the window.

    The time before is a week, or as long as the window where that is longer. max_cost is the number
    of request units that each of them may take. own are names that are no topics. known are the
    cells of windows that are read already. Raises StoreError.
    """
    length = max(MIN_BEFORE, timedelta(hours=len(window.hours())))
    earlier = Window(window.start - length, window.start - SECOND)
    now, before = [
        await read_span_items(deps, scope, each, max_cost=max_cost, cells=known.get(each))
        for each in (window, earlier)
    ]
    # Off the loop: it takes about a millisecond for each item.
    topics = await asyncio.to_thread(
        topics_between,
        now.items,
        before.items,
        own=own,
        other_languages=deps.settings.other_languages,
    )
    return now, before, topics


def own_names(scope: Scope, subjects: Sequence[Subject]) -> OwnNames:
    """Return the names of a scope, which are never its topics; subjects are all of the list."""
    if scope.subject is not None:
        return names_of_subject(scope.subject)
    return NO_NAMES if scope.community == ALL else names_of_community(scope.community, subjects)


async def _scope_of(deps: Deps, parameters: TopicsParameters) -> tuple[Scope, OwnNames]:
    if parameters.subject is not None:
        if parameters.community is not None:
            raise BadParameters(
                [
                    BadParameter(
                        parameter="subject",
                        detail="it doesn't go with a community",
                        takes="`subject`, or `community`, or neither",
                    )
                ]
            )
        scope = await read_scope_of_subject(deps, parameters.subject)
        return scope, own_names(scope, ())
    name = scope_of(deps.settings, parameters.community, parameter="community")
    if name == ALL:
        return Scope(), NO_NAMES
    watchlist = await deps.read_watchlist()
    return Scope(name), own_names(Scope(name), watchlist["subjects"])


def _looked_at(read: SpanItems, items: int) -> LookedAt:
    end = hour_start(read.window.end) + timedelta(hours=1)
    if end - read.window.end > SECOND:
        end = read.window.end
    return LookedAt(
        start=iso(read.window.start),
        end=iso(end),
        items=items,
        read=len(read.items),
        of=read.of,
        is_whole=read.is_whole,
    )


def _why_none(
    found: SpanTopics,
) -> Literal["no_items", "nothing_before", "nothing_stands_out"] | None:
    if found.topics:
        return None
    if not found.items:
        return "no_items"
    return "nothing_stands_out" if found.before else "nothing_before"


def _answer(
    topic: SpanTopic, scope: Scope, spans: Spans, other_languages: OtherLanguages
) -> ScopeTopic:
    places = Counter(item["community"] for item in topic.items)
    newest = sorted(topic.items, key=place_of, reverse=True)
    return ScopeTopic(
        id=topic.id,
        name=topic.name,
        keywords=topic.keywords,
        n=len(topic.items),
        n_before=len(topic.before),
        ratio=None if topic.ratio is None else round(topic.ratio, RATIO_DIGITS),
        log_likelihood=round(topic.log_likelihood, RATIO_DIGITS),
        chance=round(topic.chance, CHANCE_DIGITS),
        kinds=kinds_of(topic.items),
        statistics=_totals(topic.items, scope, other_languages),
        communities=[name for name, _ in places.most_common()],
        course=_course(topic, spans),
        started_by=_place(newest[-1]),
        items=[_place(item) for item in newest[:MAX_ITEMS]],
    )


def kinds_of(items: Sequence[Item]) -> dict[str, int] | None:
    """Return the number of items of each kind of talk, most first; None where none is known."""
    listed = [kinds for item in items if (kinds := item.get("kinds")) is not None]
    if not listed:
        return None
    return dict(Counter(kind for kinds in listed for kind in kinds).most_common())


def _totals(items: Sequence[Item], scope: Scope, other_languages: OtherLanguages) -> Totals:
    counted = [(thread_of(item), _scored(item, scope)) for item in items]
    posts = sum(item["kind"] == "post" for item in items)
    cell = count([each for _, each in counted], posts=posts)
    return totals_of_cells([with_threads(cell, counted)], other_languages)


def _scored(item: Item, scope: Scope) -> Scored:
    mention = mention_of(item, scope)
    return scored_mention(item, mention) if mention else scored(item)


def _course(topic: SpanTopic, spans: Spans) -> TopicCourse:
    granularity: Literal["hour", "day"] = "hour" if spans.hours <= MAX_STEPS_BY_HOUR else "day"
    steps = steps_of(spans.window, granularity)
    by_hour = Counter(hour_of(item["order_key"]) for item in topic.items)
    counts = [sum(by_hour[hour] for hour in hours) for hours in steps.values()]
    course = course_of(
        counts, is_known_before=bool(topic.before), last_part=_last_part(spans, granularity)
    )
    starts = list(steps)
    return TopicCourse(
        state=course.state,
        granularity=granularity,
        first_at=min(item["created_utc"] for item in topic.items),
        peak_at=starts[course.peak],
        steps=[CourseStep(start=at, items=items) for at, items in zip(starts, counts, strict=True)],
    )


def _last_part(spans: Spans, granularity: Literal["hour", "day"]) -> float:
    """Return the part of the window's last step that lies in it and has passed (0..1)."""
    step = timedelta(hours=1) if granularity == "hour" else timedelta(days=1)
    begins = hour_start(spans.window.end)
    if granularity == "day":
        begins = begins.replace(hour=0)
    return min(1.0, (spans.window.end + SECOND - begins) / step)


def _place(item: Item) -> TopicItem:
    return TopicItem(
        kind=item["kind"],
        id=item["id"],
        post_id=thread_of(item),
        community=item["community"],
        created_utc=item["created_utc"],
    )


@dataclass(frozen=True)
class TopicListing:
    """The items of a topic, newest first, of one label or any."""

    items: Sequence[Item]
    end: str = "~"

    async def read(self, below: str, count: int) -> Slice[Item]:
        """Return at most `count` of the newest items below a place, and where to continue."""
        found = [item for item in self.items if place_of(item) < below]
        more = place_of(found[count - 1]) if len(found) > count else None
        return Slice(found[:count], more)


async def read_topic_items(
    deps: Deps, parameters: ItemsParameters, scope: Scope, kinds: Sequence[Kind]
) -> TopicListing:
    """Return exactly the items of a topic of /topics with the same scope and span.

    Of these it lists what the scope's via, the kinds, the label and the kind of talk leave. Raises
    BadParameters where there is no such topic, and what `read_topics` raises.
    """
    given = parameters.model_dump(
        include={"subject", "hours", "start", "end"}, exclude_unset=True, exclude_none=True
    )
    community = parameters.community or parameters.subreddit
    asked = TopicsParameters.model_validate({**given, "community": community})
    found = await find_topics(deps, asked)
    topic = found.named(parameters.topic or "")
    if topic is None:
        raise BadParameters([_no_topic(parameters, found)])
    label: Label | None = parameters.sentiment
    items = [
        item
        for item in sorted(topic.items, key=place_of, reverse=True)
        if item["kind"] in kinds
        and is_about(item, scope)
        and label in {None, label_in(item, scope)}
        and is_talk(item, parameters.talk)
    ]
    return TopicListing(items)


def _no_topic(parameters: ItemsParameters, found: FoundTopics) -> BadParameter:
    ids = ", ".join(each.id for each in found.found.topics)
    return BadParameter(
        parameter="topic",
        detail=f"{parameters.topic!r} is no topic of this scope and span",
        takes=f"one of {ids}" if ids else "the id of a topic of /api/v1/topics; there are none",
    )
