"""Assigns communities to shards: groups of one source, which stay as they are.

A community that isn't watched any more stays in its shard, whose sweep looks after its items.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable

from shared.communities import SourceName
from shared.models import CommunityState
from shared.shards import NEVER, shard_id, source_of_shard

SourceOf = Callable[[str], SourceName]


def assigned(
    states: Iterable[CommunityState],
    watched: Collection[str],
    source_of: SourceOf,
    *,
    size: int,
) -> list[CommunityState]:
    """Return the states that change: with a shard, and due if they are watched, else never.

    A shard has at most `size` watched communities, and as many that aren't. No community moves from
    one shard to another.
    """
    names = frozenset(watched)
    known = list(states)
    full: dict[bool, Counter[str]] = defaultdict(Counter)
    for state in known:
        if state["shard"]:
            full[state["id"] in names][state["shard"]] += 1
    last = Counter[SourceName]()
    for shard in {*full[True], *full[False]}:
        source = source_of_shard(shard)
        if source is not None:
            last[source] = max(last[source], int(shard.rpartition("_")[2]))
    changed: list[CommunityState] = []
    for state in known:
        is_watched = state["id"] in names
        fresh: CommunityState = {**state}
        if not state["shard"]:
            source = source_of(state["id"])
            fresh["shard"] = _with_room(source, last, full[is_watched], size)
            full[is_watched][fresh["shard"]] += 1
        if is_watched and state["due_at"] == NEVER:
            fresh["due_at"] = ""
        elif not is_watched:
            fresh["due_at"] = NEVER
        if fresh != state:
            changed.append(fresh)
    return changed


def unwatched_shards(states: Iterable[CommunityState]) -> list[str]:
    """Return the shards none of whose communities is watched: they are only swept."""
    watched: dict[str, bool] = {}
    for state in states:
        if shard := state["shard"]:
            watched[shard] = watched.get(shard, False) or state["due_at"] != NEVER
    return sorted(shard for shard, is_watched in watched.items() if not is_watched)


def _with_room(source: SourceName, last: Counter[SourceName], full: Counter[str], size: int) -> str:
    # Most shards are full, and the last one is where there is room.
    for number in (last[source], *range(1, last[source])):
        if number and full[shard := shard_id(source, number)] < size:
            return shard
    last[source] += 1
    return shard_id(source, last[source])
