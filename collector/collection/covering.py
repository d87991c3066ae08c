"""Records the time of communities that other work than a poll has read."""

from collections.abc import Mapping

from shared.models import CommunityState, Interval
from shared.stats.coverage import add_covered
from shared.store import COMMUNITIES, Key, Store


async def cover(store: Store, spans: Mapping[str, Interval]) -> None:
    """Add for each community a span (two ISO times) to what was observed of it."""
    keys: list[Key] = [("community", name) for name in spans]
    known = await store.read_many(COMMUNITIES, keys)
    changed: list[CommunityState] = []
    for name, (start, end) in spans.items():
        state = known.get(("community", name)) or never_read(name)
        covered = add_covered(state.get("covered", []), start, end)
        if covered != state.get("covered", []):
            changed.append({**state, "covered": covered})
    if changed:
        await store.upsert(COMMUNITIES, changed)


def never_read(name: str) -> CommunityState:
    """Return the state of a community that was never polled."""
    return CommunityState(
        id=name,
        kind="community",
        ttl=-1,
        watermark=None,
        last_attempt_at="",
        last_collected_at=None,
        last_error=None,
    )
