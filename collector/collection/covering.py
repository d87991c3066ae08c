"""Records the time of communities that other work than a poll has read."""

from collections.abc import Mapping

from shared.models import CommunityState, Interval
from shared.stats.coverage import add_covered
from shared.store import COMMUNITIES, Store
from shared.store.community_states import never_read, states_to_change


async def cover(store: Store, spans: Mapping[str, Interval]) -> None:
    """Add for each community a span (two ISO times) to what was observed of it."""
    known = await states_to_change(store, spans)
    changed: list[CommunityState] = []
    for name, (start, end) in spans.items():
        state = known.get(name) or never_read(name)
        covered = add_covered(state.get("covered", []), start, end)
        if covered != state.get("covered", []):
            changed.append({**state, "covered": covered})
    if changed:
        await store.upsert(COMMUNITIES, changed)
