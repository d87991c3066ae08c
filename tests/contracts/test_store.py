"""The promises of every store, whatever its database."""

import asyncio
from typing import Any

import pytest

from shared.errors import DocumentChanged, DocumentExists
from shared.settings import Settings
from shared.store import COMMENTS, CYCLES, DAYS, LEASES, POSTS, Query, Store, open_store

ODD_TEXTS = [
    "",
    "日本語 עברית 🧵👩‍👩‍👧",
    "quotes ' \" and \\ and \n\t lines",
    "'; DROP TABLE posts; --",
    "\u2028\u2029\ufeff\u0001\u007f",
    "�",
]


def post(number: int, subreddit: str = "aws", label: str = "neutral", **more: Any) -> Any:
    return {
        "id": f"p{number}",
        "community": subreddit,
        "order_key": f"2026-11-23T{number // 60:02}:{number % 60:02}:00Z_p{number}",
        "content": f"Post {number}",
        "sentiment": {"label": label, "compound": 0.25},
        **more,
    }


def without_etag(document: Any) -> dict[str, Any]:
    assert isinstance(document["_etag"], str)
    return {name: value for name, value in document.items() if name != "_etag"}


async def ids(store: Store, query: Query[Any]) -> list[str]:
    return [document["id"] for document in await store.query(query)]


async def test_a_document_reads_back_as_it_was_written(store) -> None:
    written = post(1, flair=None, ratio=0.75, tags=["a", 2, None], big=2**52, nested={"a": {}})
    await store.upsert(POSTS, [written])
    assert without_etag(await store.read(POSTS, "aws", "p1")) == written


@pytest.mark.parametrize("text", ODD_TEXTS)
async def test_odd_text_reads_back_as_it_was_written(store, text: str) -> None:
    await store.upsert(POSTS, [post(1, content=text)])
    assert (await store.read(POSTS, "aws", "p1"))["content"] == text


async def test_a_document_of_a_megabyte_fits(store) -> None:
    await store.upsert(POSTS, [post(1, content="é" * 500_000)])
    assert len((await store.read(POSTS, "aws", "p1"))["content"]) == 500_000


async def test_what_is_not_there_is_none(store) -> None:
    await store.upsert(POSTS, [post(1)])
    assert await store.read(POSTS, "aws", "p2") is None
    assert await store.read(POSTS, "claude", "p1") is None
    assert await store.read(COMMENTS, "aws", "p1") is None
    assert await store.read_many(POSTS, []) == {}
    assert await store.query(Query(POSTS, "nowhere", 10)) == []


async def test_the_same_id_in_two_partitions_is_two_documents(store) -> None:
    await store.upsert(POSTS, [post(1, "aws", content="a"), post(1, "claude", content="b")])
    assert (await store.read(POSTS, "aws", "p1"))["content"] == "a"
    assert (await store.read(POSTS, "claude", "p1"))["content"] == "b"
    await store.delete(POSTS, [("aws", "p1")])
    assert await store.read(POSTS, "aws", "p1") is None
    assert await store.read(POSTS, "claude", "p1") is not None


async def test_a_batch_gives_those_that_exist_from_any_partitions(store) -> None:
    names = ("aws", "claude", "OpenAI")
    await store.upsert(POSTS, [post(n, names[n % 3]) for n in range(250)])
    asked = [(names[n % 3], f"p{n}") for n in range(400)]
    found = await store.read_many(POSTS, [*asked, asked[0]])
    assert set(found) == set(asked[:250])
    assert all(document["id"] == key[1] for key, document in found.items())


async def test_an_upsert_replaces_the_whole_document(store) -> None:
    await store.upsert(POSTS, [post(1, flair="x")])
    await store.upsert(POSTS, [post(1, content="new")])
    found = await store.read(POSTS, "aws", "p1")
    assert found["content"] == "new"
    assert "flair" not in found


async def test_what_came_from_the_store_can_be_written_back(store) -> None:
    await store.upsert(POSTS, [post(1)])
    found = await store.read(POSTS, "aws", "p1")
    await store.upsert(POSTS, [{**found, "content": "again"}])
    assert without_etag(await store.read(POSTS, "aws", "p1")) == post(1, content="again")


async def test_deleting_what_is_not_there_does_no_harm(store) -> None:
    await store.upsert(POSTS, [post(1), post(2)])
    await store.delete(POSTS, [("aws", "p1"), ("aws", "gone"), ("nowhere", "p2")])
    await store.delete(POSTS, [])
    assert set(await store.read_many(POSTS, [("aws", "p1"), ("aws", "p2")])) == {("aws", "p2")}


async def test_a_query_is_in_order_and_cut_off(store) -> None:
    await store.upsert(POSTS, [post(n) for n in (5, 3, 9, 1, 7)])
    assert await ids(store, Query(POSTS, "aws", 3)) == ["p1", "p3", "p5"]
    assert await ids(store, Query(POSTS, "aws", 3, descending=True)) == ["p9", "p7", "p5"]


async def test_a_query_stays_inside_its_partition(store) -> None:
    await store.upsert(POSTS, [post(1, "aws"), post(2, "claude")])
    assert await ids(store, Query(POSTS, "claude", 10)) == ["p2"]


async def test_bounds_begin_with_the_first_and_end_before_the_last(store) -> None:
    await store.upsert(POSTS, [post(n) for n in range(10)])
    at_least, below = post(3)["order_key"], post(6)["order_key"]
    query = Query(POSTS, "aws", 100, at_least=at_least, below=below)
    assert await ids(store, query) == ["p3", "p4", "p5"]


async def test_a_prefix_of_a_time_is_a_bound_too(store) -> None:
    await store.upsert(POSTS, [post(n) for n in (59, 60, 61, 119, 120)])
    query = Query(POSTS, "aws", 100, at_least="2026-11-23T01", below="2026-11-23T02")
    assert await ids(store, query) == ["p60", "p61", "p119"]


async def test_equality_on_an_inner_property_filters(store) -> None:
    labels = ("positive", "negative", "neutral")
    await store.upsert(POSTS, [post(n, label=labels[n % 3]) for n in range(30)])
    query = Query(
        POSTS,
        "aws",
        4,
        descending=True,
        below=post(20)["order_key"],
        equals={"sentiment.label": "negative"},
    )
    assert await ids(store, query) == ["p19", "p16", "p13", "p10"]


async def test_the_comments_of_a_post_are_found_in_order(store) -> None:
    comments = [post(n, post_id=f"t{n % 2}") for n in range(6)]
    await store.upsert(COMMENTS, comments)
    assert await ids(store, Query(COMMENTS, "aws", 10, equals={"post_id": "t1"})) == [
        "p1",
        "p3",
        "p5",
    ]


async def test_a_query_may_order_by_id(store) -> None:
    cycles = [
        {"id": f"cycle_2026112{n}_000000", "kind": "cycle", "reconciled": "no" if n % 2 else "yes"}
        for n in range(6)
    ]
    await store.upsert(CYCLES, cycles)
    newest = Query(CYCLES, "cycle", 2, order_by="id", descending=True)
    assert await ids(store, newest) == ["cycle_20261125_000000", "cycle_20261124_000000"]
    unreconciled = Query(CYCLES, "cycle", 9, order_by="id", equals={"reconciled": "no"})
    assert len(await ids(store, unreconciled)) == 3


def test_a_query_that_no_index_serves_is_refused() -> None:
    with pytest.raises(ValueError, match="no index"):
        Query(POSTS, "aws", 10, equals={"author": "ada"})
    with pytest.raises(ValueError, match="no index"):
        Query(DAYS, "aws", 10)


async def test_a_create_finds_what_is_there(store) -> None:
    etag = await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "a"})
    assert (await store.read(LEASES, "lease", "lease"))["_etag"] == etag
    with pytest.raises(DocumentExists):
        await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "b"})
    assert (await store.read(LEASES, "lease", "lease"))["holder"] == "a"


async def test_a_replace_needs_the_etag_of_what_is_there(store) -> None:
    first = await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "a"})
    second = await store.replace(LEASES, {"id": "lease", "kind": "lease", "holder": "b"}, first)
    assert second != first
    with pytest.raises(DocumentChanged):
        await store.replace(LEASES, {"id": "lease", "kind": "lease", "holder": "c"}, first)
    assert (await store.read(LEASES, "lease", "lease"))["holder"] == "b"


async def test_a_replace_of_what_is_gone_is_refused(store) -> None:
    etag = await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "a"})
    await store.delete(LEASES, [("lease", "lease")])
    with pytest.raises(DocumentChanged):
        await store.replace(LEASES, {"id": "lease", "kind": "lease", "holder": "b"}, etag)


async def test_an_upsert_changes_the_etag(store) -> None:
    etag = await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "a"})
    await store.upsert(LEASES, [{"id": "lease", "kind": "lease", "holder": "b"}])
    with pytest.raises(DocumentChanged):
        await store.replace(LEASES, {"id": "lease", "kind": "lease", "holder": "c"}, etag)


async def test_of_many_that_replace_at_once_one_wins(store) -> None:
    etag = await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "nobody"})
    outcomes = await asyncio.gather(
        *(
            store.replace(LEASES, {"id": "lease", "kind": "lease", "holder": f"{n}"}, etag)
            for n in range(8)
        ),
        return_exceptions=True,
    )
    winners = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, str)]
    assert len(winners) == 1
    assert sum(isinstance(outcome, DocumentChanged) for outcome in outcomes) == 7
    assert (await store.read(LEASES, "lease", "lease"))["holder"] == str(winners[0])


async def test_of_many_that_create_at_once_one_wins(store) -> None:
    outcomes = await asyncio.gather(
        *(
            store.create(LEASES, {"id": "lease", "kind": "lease", "holder": f"{n}"})
            for n in range(8)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, DocumentExists) for outcome in outcomes) == 7


async def test_many_writers_and_readers_at_once_lose_nothing(store) -> None:
    async def write(start: int) -> None:
        await store.upsert(POSTS, [post(n) for n in range(start, start + 25)])

    async def read() -> None:
        await store.query(Query(POSTS, "aws", 50))

    await asyncio.gather(*(write(n * 25) for n in range(8)), *(read() for _ in range(8)))
    assert len(await store.query(Query(POSTS, "aws", 500))) == 200


async def test_documents_are_there_after_closing_and_opening(
    any_store_settings: Settings,
) -> None:
    first = await open_store(any_store_settings, retry_seconds=20)
    await first.upsert(POSTS, [post(1)])
    await first.close()
    second = await open_store(any_store_settings, retry_seconds=20)
    assert without_etag(await second.read(POSTS, "aws", "p1")) == post(1)
    await second.close()


async def test_partitions_are_listed_one_after_another(store) -> None:
    await store.upsert(POSTS, [post(n, name) for n in range(3) for name in ("b", "a/b", "é", "B")])
    found, above = [], ""
    while (partition := await store.next_partition(POSTS, above)) is not None:
        found.append(partition)
        above = partition
    assert found == ["B", "a/b", "b", "é"]
    assert await store.next_partition(COMMENTS, "") is None
