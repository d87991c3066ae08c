"""Keeps between cycles what a source wants back, such as the requests of the running hour."""

from collections.abc import Mapping

from collector.sources.base import Source
from shared.communities import SourceName
from shared.models import SourceState
from shared.store import SOURCE_STATES, Key, Store


async def give_back(store: Store, sources: Mapping[SourceName, Source]) -> None:
    """Give each source what it kept in the last cycle."""
    keys: list[Key] = [("source", name) for name in sources]
    found = await store.read_many(SOURCE_STATES, keys)
    for state in found.values():
        sources[state["id"]].kept.update(state["kept"])


async def keep(store: Store, sources: Mapping[SourceName, Source]) -> None:
    """Store what sources keep, where it has changed."""
    keys: list[Key] = [("source", name) for name in sources]
    found = await store.read_many(SOURCE_STATES, keys)
    known = {state["id"]: state["kept"] for state in found.values()}
    changed = [
        SourceState(id=name, kind="source", ttl=-1, kept=dict(source.kept))
        for name, source in sources.items()
        if source.kept != known.get(name, {})
    ]
    if changed:
        await store.upsert(SOURCE_STATES, changed)
