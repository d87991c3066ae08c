"""The trending topics: the current ones, or as they were at an earlier time."""

from api.deps import Deps
from api.models import TopicAnswer, TopicsAnswer, TrendingParameters
from api.parameters import NotThere
from shared.models import Topics
from shared.store import CURRENT, TOPICS, Store


async def read_trending(deps: Deps, parameters: TrendingParameters) -> TopicsAnswer:
    """Give the topics, in one read; in two for those of an earlier time.

    Before topics were ever computed there are none. Raises NotThere and StoreError.
    """
    store = await deps.store()
    current = await store.read(TOPICS, CURRENT, CURRENT)
    found = current
    if parameters.at is not None and (current is None or parameters.at < current["created_at"]):
        found = await _snapshot(store, current, parameters.at)
    topics = found["topics"][: parameters.limit] if found else []
    return TopicsAnswer([TopicAnswer.model_validate(topic) for topic in topics])


async def _snapshot(store: Store, current: Topics | None, at: str) -> Topics:
    known = current["snapshots"] if current else []
    earlier = [created for created in known if created <= at]
    found = await store.read(TOPICS, earlier[-1], earlier[-1]) if earlier else None
    if found is None:
        since = f"; the earliest is that of {known[0]}" if known else ""
        raise NotThere(f"There are no topics of that time: they are kept for 7 days{since}.")
    return found
