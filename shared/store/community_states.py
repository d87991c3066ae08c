"""The states of communities: one document for each, in buckets by a hash of its name.

A bucket is a partition, which holds 20 GB and bears 10,000 request units a second. A list of all
communities costs a query for each bucket, so there are few.
"""

import heapq
import zlib
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from hashlib import blake2b

from shared.communities import source_of
from shared.models import CommunityState, EarlierState
from shared.store.base import Key, Query, Store
from shared.store.containers import COMMUNITIES, EARLIER_COMMUNITIES
from shared.store.scan import after

# It can't change while states are stored.
BUCKETS = ("0", "1", "2", "3")
EARLIER = "community"
"""The partition of states that earlier versions stored."""
PAGE = 500
# Up to this number of watched communities, the state of all is read from each.
MAX_OBSERVED = 500
SAMPLE = 200


def bucket_of(name: str) -> str:
    """Return the bucket of a community; all cases of a name have the same one."""
    digest = blake2b(name.lower().encode(), digest_size=4).digest()
    return BUCKETS[int.from_bytes(digest) % len(BUCKETS)]


def community_key(name: str) -> Key:
    """Return the key of a community's state."""
    return bucket_of(name), name


def never_read(name: str) -> CommunityState:
    """Return the state of a community that was never polled: it is due."""
    return CommunityState(
        id=name,
        kind="community",
        bucket=bucket_of(name),
        source=source_of(name),
        shard="",
        due_at="",
        ttl=-1,
        watermark=None,
        last_attempt_at="",
        last_collected_at=None,
        last_error=None,
    )


async def read_states(store: Store, names: Iterable[str]) -> dict[str, CommunityState]:
    """Return the states of these communities that have one, by name. Raises StoreError."""
    keys = {name: community_key(name) for name in names}
    found = await store.read_many(COMMUNITIES, keys.values())
    return {name: found[key] for name, key in keys.items() if key in found}


async def states_to_change(store: Store, names: Iterable[str]) -> dict[str, CommunityState]:
    """Return the same for a writer, which must not lose what an earlier version stored.

    The states that no cycle has moved yet are read there. Raises StoreError.
    """
    asked = list(names)
    states = await read_states(store, asked)
    missing = [(EARLIER, name) for name in asked if name not in states]
    earlier = await store.read_many(EARLIER_COMMUNITIES, missing) if missing else {}
    return states | {name: _moved(state) for (_, name), state in earlier.items()}


def observed_names(watched: Sequence[str]) -> Sequence[str]:
    """Return the communities whose states stand for all: all of them, or SAMPLE of many.

    A state costs about a request unit, and an outage of a source shows in a sample, too. The sample
    is the same as long as the same communities are watched.
    """
    if len(watched) <= MAX_OBSERVED:
        return watched
    return sorted(watched, key=lambda name: (zlib.crc32(name.lower().encode()), name))[:SAMPLE]


async def due_states(store: Store, bucket: str, until: str, limit: int) -> list[CommunityState]:
    """Return at most `limit` states of a bucket that are due before an ISO time, earliest first."""
    return await store.query(Query(COMMUNITIES, bucket, limit, order_by="due_at", below=until))


async def states_of_shard(store: Store, shard: str, limit: int) -> list[CommunityState]:
    """Return at most `limit` states of a shard, in the order of their names."""
    pages = [
        await store.query(Query(COMMUNITIES, bucket, limit, order_by="id", equals={"shard": shard}))
        for bucket in BUCKETS
    ]
    return sorted((state for page in pages for state in page), key=_name)[:limit]


async def states_page(store: Store, at_least: str, limit: int) -> list[CommunityState]:
    """Return the first `limit` states whose name is at least `at_least`, in the order of names."""
    pages = [
        await store.query(Query(COMMUNITIES, bucket, limit, order_by="id", at_least=at_least))
        for bucket in BUCKETS
    ]
    return sorted((state for page in pages for state in page), key=_name)[:limit]


async def all_states(store: Store) -> AsyncIterator[CommunityState]:
    """Return all states in the order of names, and hold at most a page of each bucket."""
    streams = [_bucket_states(store, bucket) for bucket in BUCKETS]
    heads: list[tuple[str, int, CommunityState]] = []
    for number, stream in enumerate(streams):
        if (first := await anext(stream, None)) is not None:
            heads.append((first["id"], number, first))
    heapq.heapify(heads)
    while heads:
        _, number, state = heapq.heappop(heads)
        yield state
        if (following := await anext(streams[number], None)) is not None:
            heapq.heappush(heads, (following["id"], number, following))


async def mark_left(store: Store, watched: Collection[str]) -> dict[str, CommunityState]:
    """Mark the states of communities that aren't watched any more; return all states by name.

    Nothing is written where the marks are right. That of a community that is watched again goes
    with its next poll.
    """
    states: dict[str, CommunityState] = {}
    wrong: list[CommunityState] = []
    own = set(watched)
    async for state in all_states(store):
        states[state["id"]] = state
        if state["id"] not in own and "left" not in state:
            wrong.append({**state, "left": "yes"})
    if wrong:
        await store.upsert(COMMUNITIES, wrong)
    return states


async def left_names(store: Store) -> list[str]:
    """List the communities that the last cycle found no longer watched. Raises StoreError."""
    buckets = [_bucket_states(store, bucket, {"left": "yes"}) for bucket in BUCKETS]
    return sorted([state["id"] for states in buckets async for state in states])


async def move_earlier_states(
    store: Store, watched: Collection[str], known: Collection[str]
) -> dict[str, CommunityState]:
    """Copy the states that an earlier version stored, and return them; known names have one here.

    It looks for them only while a watched community has no state. Watched ones are written last,
    so that a killed copy is repeated. The earlier documents stay, so that the version before can
    be installed again.
    """
    if set(watched) <= set(known):
        return {}
    last, fresh = "", list[CommunityState]()
    while page := await _earlier_page(store, last):
        fresh += [_moved(state) for state in page if state["id"] not in known]
        last = after(page[-1]["id"])
    await store.upsert(COMMUNITIES, [state for state in fresh if state["id"] not in watched])
    await store.upsert(COMMUNITIES, [state for state in fresh if state["id"] in watched])
    return {state["id"]: state for state in fresh}


async def forget_state(store: Store, name: str) -> None:
    """Delete the state of a community."""
    await store.delete(COMMUNITIES, [community_key(name)])
    if await store.read(EARLIER_COMMUNITIES, EARLIER, name) is not None:
        await store.delete(EARLIER_COMMUNITIES, [(EARLIER, name)])


async def _bucket_states(
    store: Store, bucket: str, equals: Mapping[str, str] | None = None
) -> AsyncIterator[CommunityState]:
    """Return the states of a bucket, or those with these properties, in the order of names."""
    last = ""
    while page := await store.query(
        Query(COMMUNITIES, bucket, PAGE, order_by="id", at_least=last, equals=equals or {})
    ):
        for state in page:
            yield state
        if len(page) < PAGE:
            return
        last = after(page[-1]["id"])


async def _earlier_page(store: Store, at_least: str) -> list[EarlierState]:
    return await store.query(
        Query(EARLIER_COMMUNITIES, EARLIER, PAGE, order_by="id", at_least=at_least)
    )


def _moved(state: EarlierState) -> CommunityState:
    """Return an earlier version's state as it is stored now."""
    kept = {name: value for name, value in state.items() if name != "_etag"}
    moved: CommunityState = {**never_read(state["id"]), **kept}  # type: ignore[typeddict-item]
    return moved


def _name(state: CommunityState) -> str:
    return state["id"]
