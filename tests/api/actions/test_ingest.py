"""Pushed items over the API: what is taken, what is refused and why, and what waits."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest

from api.actions import ingest as pushed
from api.actions.ingest import send, take
from api.errors import TooLarge, UnsupportedMediaType
from shared.batches import MAX_ITEMS, lines_of
from shared.errors import QueueUnavailable, StoreUnavailable
from shared.store import BATCH_LINES, BATCHES, Query, Store
from shared.times import iso
from tests.api.world import NOW, deps_of

CREATED = iso(NOW - timedelta(hours=2))


def line(**fields: Any) -> str:
    said = {"source": "push", "community": "push.desk", "kind": "post", "id": "42", "text": "Fine"}
    return json.dumps({**said, "created": CREATED, **fields})


async def post(store: Any, *lines: str, now: Any = NOW) -> dict[str, Any]:
    deps = deps_of(store, names=["aws"], now=now, COMMUNITIES="push.desk")
    answer, _ = await take(deps, "\n".join(lines).encode())
    return answer.model_dump()


async def waiting(store: Store) -> list[bytes]:
    found = await store.query(Query(BATCHES, "batch", 100, order_by="id"))
    keys = [("batch_lines", each["id"]) for each in found]
    packed = await store.read_many(BATCH_LINES, keys)
    return [text for key in keys for text in lines_of(packed[key])]


async def test_lines_are_taken_and_wait_as_they_were_sent(store) -> None:
    sent = [line(), line(id="43", kind="comment", post_id="nowhere")]
    assert await post(store, *sent, "") == {"accepted": 2, "unchanged": 0, "refused": []}
    assert await waiting(store) == [each.encode() for each in sent]


async def test_the_same_lines_again_change_nothing_also_while_they_wait(store) -> None:
    await post(store, line())
    assert await post(store, line(), line()) == {"accepted": 0, "unchanged": 2, "refused": []}
    assert await post(store, line(text="Bad"), line(text="Bad"), line(deleted="author")) == {
        "accepted": 2, "unchanged": 1, "refused": [],
    }  # fmt: skip
    assert await post(store, line(deleted="author")) == {
        "accepted": 0, "unchanged": 1, "refused": [],
    }  # fmt: skip


async def test_a_message_that_may_be_lost_is_sent_again(store) -> None:
    deps = deps_of(store, names=["aws"], COMMUNITIES="push.desk")
    _, first = await take(deps, line().encode())
    assert (await take(deps, line().encode()))[1] == first
    assert (await take(deps_of(store, COMMUNITIES="push.desk"), b""))[1] == first


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nonsense", "no JSON"),
        (line(id="a/b"), "no usable id"),
        (line(community=None), "no community: name one, such as push.desk"),
        (line(community="push.other"), "push.other isn't watched: add it to COMMUNITIES"),
        (line(community="aws"), "aws takes no pushed items: those that do begin with push."),
        (line(created="2020-01-01T00:00:00Z"), "older than RETENTION_DAYS, 90 days"),
        (line(created="2026-12-25T00:00:00Z"), "dated more than a day ahead"),
    ],
)  # fmt: skip
async def test_a_wrong_line_is_named_and_the_others_are_taken(sqlite_store, text, reason) -> None:
    answer = await post(sqlite_store, "\ufeff" + line(id="1"), "", text, line(id="2") + "\r")
    assert answer == {
        "accepted": 2, "unchanged": 0, "refused": [{"line": 3, "reason": reason}],
    }  # fmt: skip
    assert len(await waiting(sqlite_store)) == 2


async def test_taking_back_what_is_unknown_changes_nothing(sqlite_store) -> None:
    answer = await post(sqlite_store, line(deleted="moderator"))
    assert answer == {"accepted": 0, "unchanged": 1, "refused": []}
    assert await waiting(sqlite_store) == []


async def test_a_thousand_lines_are_taken_and_not_one_more(sqlite_store) -> None:
    many = [line(id=str(n)) for n in range(MAX_ITEMS)]
    assert (await post(sqlite_store, *many))["accepted"] == MAX_ITEMS
    with pytest.raises(TooLarge):
        await post(sqlite_store, *many, line(id="more"))


async def test_batches_at_the_same_moment_lose_nothing(store) -> None:
    await asyncio.gather(*(post(store, line(id=str(n))) for n in range(8)))
    assert len(await waiting(store)) == 8


class FullQueue(func.Out[str]):
    def set(self, val: str) -> None:
        del val
        raise OSError("no space")

    def get(self) -> str:
        return ""


async def test_if_the_queue_takes_no_message_nothing_is_half_done(store) -> None:
    deps = deps_of(store, COMMUNITIES="push.desk")
    answer, message = await take(deps, line().encode())
    assert message is not None
    with pytest.raises(QueueUnavailable):
        await send(deps, FullQueue(), message, is_new=answer.accepted > 0)
    assert await waiting(store) == []
    assert (await post(store, line()))["accepted"] == 1


class FailingStore:
    """A store that fails to write a batch after its lines."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def create(self, container: Any, document: Any) -> str:
        if container is BATCHES:
            raise StoreUnavailable("it is away")
        found: str = await self._inner.create(container, document)
        return found


async def test_if_the_database_fails_in_between_nothing_is_left(sqlite_store) -> None:
    with pytest.raises(StoreUnavailable):
        await post(FailingStore(sqlite_store), line())
    assert await sqlite_store.query(Query(BATCH_LINES, "batch_lines", 10, order_by="id")) == []


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ({}, True),
        ({"content-type": "application/x-ndjson; charset=utf-8"}, True),
        ({"content-type": "text/plain"}, True),
        ({"content-type": "multipart/form-data; boundary=x"}, False),
        ({"content-type": "application/ndjson", "content-encoding": "gzip"}, False),
    ],
)
def test_bodies_that_cant_be_lines_are_refused(given: dict[str, str], is_taken: bool) -> None:
    if is_taken:
        pushed.check_type(given)
    else:
        with pytest.raises(UnsupportedMediaType):
            pushed.check_type(given)
