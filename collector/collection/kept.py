"""Keeps between cycles what a source wants back, such as the requests of the running hour."""

from collections.abc import Mapping

from collector.sources.base import Source
from shared.communities import SourceName
from shared.models import SourceState
from shared.store import SOURCE_STATES, Key, Store

Sources = Mapping[SourceName, Source]


async def give_back(store: Store, sources: Sources, shard: str = "") -> None:
    """Give each source what it kept in the last cycle, or in the last one of a shard."""
    by_id = _by_id(sources, shard)
    found = await store.read_many(SOURCE_STATES, _keys(by_id))
    for state in found.values():
        by_id[state["id"]].kept.update(state["kept"])


async def keep(store: Store, sources: Sources, shard: str = "") -> None:
    """Store what sources keep, where it has changed."""
    by_id = _by_id(sources, shard)
    found = await store.read_many(SOURCE_STATES, _keys(by_id))
    known = {state["id"]: state["kept"] for state in found.values()}
    changed = [
        SourceState(id=state_id, kind="source", ttl=-1, kept=dict(source.kept))
        for state_id, source in by_id.items()
        if source.kept != known.get(state_id, {})
    ]
    if changed:
        await store.upsert(SOURCE_STATES, changed)


def _by_id(sources: Sources, shard: str) -> dict[str, Source]:
    """Return the sources by the ids of their states: shards of one server's clients share one."""
    return {
        shard if shard and source.own_servers else name: source for name, source in sources.items()
    }


def _keys(by_id: Mapping[str, Source]) -> list[Key]:
    return [("source", state_id) for state_id in by_id]
