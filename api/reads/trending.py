"""The trending topics, current or at an earlier time."""

from collections.abc import Sequence

from api.deps import Deps
from api.errors import NotFound
from api.reads.coverage import States, coverage_answer, coverage_in, read_states
from api.reads.scopes import Scope, read_scope_of_subject
from api.schema.coverage import CoverageAnswer
from api.schema.parameters import TrendingParameters
from api.schema.trending import TopicAnswer, TopicsAnswer
from shared.models import ALL, Topic, Topics
from shared.stats.cells import FIRST_METHOD
from shared.stats.hour_parts import read_hours
from shared.stats.subjects import listed_in
from shared.store import CURRENT, SUBJECT_HOURS, TOPICS, Store
from shared.store.keys import id_of
from shared.times import Window, parse_iso

TOPIC_HOURS = 24


async def read_trending(deps: Deps, parameters: TrendingParameters) -> TopicsAnswer:
    """Return the topics, in one read, or two for an earlier time.

    Those of a subject take a read for each of the 24 hours too. The list is empty before topics
    were ever computed. Raises NotFound, UnknownSubject and StoreError.
    """
    scope = await read_scope_of_subject(deps, parameters.subject)
    topics = only_watched(await topics_at(await deps.store(), parameters.at), deps.settings.watched)
    if scope.subject is not None:
        topics = await _about(deps, topics, scope)
    shown = topics[: parameters.limit]
    names = list(dict.fromkeys(name for topic in shown for name in topic["communities"]))
    if not names:
        return TopicsAnswer([])
    states = await read_states(deps, await deps.watched_store(), names)
    answers = [topic_answer(topic, _coverage(deps, topic, states)) for topic in shown]
    if scope.subject is not None:
        answers = [
            each.model_copy(
                update={
                    "subject_mentions": len(each.post_ids),
                    "rematching": scope.is_rematching,
                }
            )
            for each in answers
        ]
    return TopicsAnswer(answers)


async def _about(deps: Deps, topics: Sequence[Topic], scope: Scope) -> list[Topic]:
    """Return the topics with posts that mention the scope's subject, with only these posts."""
    if not topics:
        return []
    # A topic's posts are of the 24 hours before.
    window = Window.of_hours(TOPIC_HOURS + 1, parse_iso(topics[0]["created_at"]))
    store = await deps.watched_store()
    hours = (await read_hours(store, SUBJECT_HOURS, scope.name, window.hours())).values()
    mentioning = {
        id_of(each.order_key)
        for hour in hours
        for each in listed_in(hour, deps.settings.watched)
        if each.kind == "post"
    }
    found: list[Topic] = []
    for topic in topics:
        own: Topic = {
            **topic,
            "post_ids": [each for each in topic["post_ids"] if each in mentioning],
        }
        if own["post_ids"]:
            found.append(own)
    return found


def _coverage(deps: Deps, topic: Topic, states: States) -> CoverageAnswer | None:
    """Return what was observed of a topic's communities in the hours that it counts."""
    own = {name: states.get(name) for name in topic["communities"]}
    window = Window.of_hours(TOPIC_HOURS, parse_iso(topic["created_at"]))
    return coverage_answer(coverage_in(deps, own, ALL, window))


def only_watched(topics: Sequence[Topic], names: Sequence[str]) -> list[Topic]:
    """Return the topics without communities that are no longer watched."""
    found: list[Topic] = []
    own = {name.lower(): name for name in names}
    for topic in topics:
        named = [own.get(name.lower()) for name in topic["communities"]]
        watched = list(dict.fromkeys(name for name in named if name is not None))
        if watched:
            shown: Topic = {**topic, "communities": watched}
            found.append(shown)
    return found


def topic_answer(topic: Topic, coverage: CoverageAnswer | None = None) -> TopicAnswer:
    """Return a topic as an answer; a topic from before versions gets the method that scored it."""
    counted = sum(topic["sentiment_distribution"].values())
    methods = topic.get("methods", {FIRST_METHOD: counted})
    fields = {
        "left_out": 0,
        **topic,
        "methods": methods,
        "mixed_methods": len(methods) > 1,
        "coverage": coverage,
    }
    return TopicAnswer.model_validate(fields)


async def topics_at(store: Store, at: str | None) -> list[Topic]:
    """Return all topics, current or of a time. Raises NotFound and StoreError."""
    current = await store.read(TOPICS, CURRENT, CURRENT)
    found = current
    if at is not None and (current is None or at < current["created_at"]):
        found = await _snapshot(store, current, at)
    return found["topics"] if found else []


async def _snapshot(store: Store, current: Topics | None, at: str) -> Topics:
    known = current["snapshots"] if current else []
    earlier = [created for created in known if created <= at]
    found = await store.read(TOPICS, earlier[-1], earlier[-1]) if earlier else None
    if found is None:
        since = f"; the earliest is that of {known[0]}" if known else ""
        raise NotFound(f"There are no topics of that time: they are kept for 7 days{since}.")
    return found
