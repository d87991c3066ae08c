"""The trending topics, current or at an earlier time."""

from collections.abc import Sequence

from api.deps import Deps
from api.errors import NotFound
from api.reads.coverage import States, coverage_answer, coverage_in, read_states
from api.schema.coverage import CoverageAnswer
from api.schema.parameters import TrendingParameters
from api.schema.trending import TopicAnswer, TopicsAnswer
from shared.models import ALL, Topic, Topics
from shared.stats.cells import FIRST_METHOD
from shared.store import CURRENT, TOPICS, Store
from shared.times import Window, parse_iso

TOPIC_HOURS = 24


async def read_trending(deps: Deps, parameters: TrendingParameters) -> TopicsAnswer:
    """Return the topics, in one read, or two for an earlier time.

    The list is empty before topics were ever computed. Raises NotFound and StoreError.
    """
    topics = only_watched(await topics_at(await deps.store(), parameters.at), deps.settings.watched)
    shown = topics[: parameters.limit]
    names = list(dict.fromkeys(name for topic in shown for name in topic["communities"]))
    if not names:
        return TopicsAnswer([])
    states = await read_states(deps, await deps.watched_store(), names)
    return TopicsAnswer([topic_answer(topic, _coverage(deps, topic, states)) for topic in shown])


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
