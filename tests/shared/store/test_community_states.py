"""The states of communities, in the embedded store and in Cosmos DB."""

from typing import Any

import pytest

from shared.models import CommunityState
from shared.store import COMMUNITIES, Store, community_states
from shared.store.community_states import (
    BUCKETS,
    EARLIER,
    all_states,
    bucket_of,
    due_states,
    forget_state,
    left_names,
    mark_left,
    move_earlier_states,
    never_read,
    read_states,
    states_of_shard,
    states_page,
    states_to_change,
)
from shared.store.containers import EARLIER_COMMUNITIES
from shared.store.scan import after

NAMES = [f"sub{n:03}" for n in range(40)]
LATER = "2026-11-23T14:00:00Z"


def due(name: str, at: str, shard: str = "a") -> CommunityState:
    return {**never_read(name), "due_at": at, "shard": shard}


def earlier(name: str) -> Any:
    kept = {"kind": "community", "ttl": -1, "watermark": {"posts": "p"}, "last_attempt_at": LATER}
    return {"id": name, **kept, "last_collected_at": LATER, "last_error": None}


def test_all_cases_of_a_name_are_in_one_bucket_and_names_are_in_all_buckets() -> None:
    assert bucket_of("ClaudeAI") == bucket_of("claudeai")
    assert {bucket_of(name) for name in NAMES} == set(BUCKETS)
    # Stored states rest on it.
    assert [bucket_of(name) for name in ("aws", "OpenAI")] == ["2", "3"]


async def test_states_come_by_name_when_due_by_shard_and_in_pages(store: Store) -> None:
    states = [
        due(name, f"2026-11-23T13:{59 - n:02}:00Z", "ab"[n % 2]) for n, name in enumerate(NAMES)
    ]
    await store.upsert(COMMUNITIES, states)
    found = await read_states(store, [NAMES[3], "unknown"])
    assert [(name, each["due_at"]) for name, each in found.items()] == [
        (NAMES[3], "2026-11-23T13:56:00Z")
    ]
    for bucket in BUCKETS:
        times = {each["due_at"] for each in states if each["bucket"] == bucket}
        waiting = await due_states(store, bucket, "2026-11-23T13:50:00Z", 3)
        expected = sorted(each for each in times if each < "2026-11-23T13:50:00Z")[:3]
        assert [each["due_at"] for each in waiting] == expected
    assert [each["id"] for each in await states_of_shard(store, "b", 50)] == NAMES[1::2]
    seen: list[str] = []
    last = ""
    while page := await states_page(store, last, 7):
        seen += [each["id"] for each in page]
        last = after(seen[-1])
    assert seen == NAMES == [each["id"] async for each in all_states(store)]
    await forget_state(store, NAMES[0])
    assert await read_states(store, NAMES[:1]) == {}


async def test_all_that_left_are_found_however_many_pages_they_take(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(community_states, "PAGE", 3)
    await store.upsert(COMMUNITIES, [never_read(name) for name in NAMES])
    await mark_left(store, NAMES[::4])
    assert await left_names(store) == [name for name in NAMES if name not in NAMES[::4]]
    await mark_left(store, NAMES[::4])
    assert len(await left_names(store)) == 30


async def test_states_of_an_earlier_version_are_read_and_moved_once(sqlite_store: Store) -> None:
    await sqlite_store.upsert(EARLIER_COMMUNITIES, [earlier("aws"), earlier("gone")])
    assert await read_states(sqlite_store, ["aws"]) == {}
    found = await states_to_change(sqlite_store, ["aws", "claude"])
    assert {name: each["watermark"] for name, each in found.items()} == {"aws": {"posts": "p"}}
    assert (await move_earlier_states(sqlite_store, ["aws"], [])).keys() == {"aws", "gone"}
    moved = [each async for each in all_states(sqlite_store)]
    assert [each["id"] for each in moved] == ["aws", "gone"]
    assert moved[0]["bucket"] == bucket_of("aws")
    # A later state is never replaced by the earlier one.
    await sqlite_store.upsert(COMMUNITIES, [{**never_read("aws"), "last_attempt_at": "now"}])
    assert await move_earlier_states(sqlite_store, ["aws"], ["aws", "gone"]) == {}
    assert await move_earlier_states(sqlite_store, ["new"], ["aws", "gone"]) == {}
    assert (await read_states(sqlite_store, ["aws"]))["aws"]["last_attempt_at"] == "now"
    await forget_state(sqlite_store, "gone")
    assert await sqlite_store.read(EARLIER_COMMUNITIES, EARLIER, "gone") is None
