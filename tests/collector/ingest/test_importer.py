"""Batches that wait: written once, in order, and counted; whatever dies in between."""

import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from collector.collection.cycle import Collector
from collector.ingest.importer import Importer
from collector.ingest.waiting import are_waiting, write_waiting
from collector.ingest_jobs import pushed_item
from collector.sources.push.folder import FolderSource
from shared.batches import new_batch
from shared.errors import CycleRunning
from shared.settings import Settings, load_settings
from shared.store import BATCH_LINES, BATCHES, LEASES, POSTS, Store
from shared.times import iso, utc_now
from tests.collector.harness import (
    METHOD,
    WatchedStore,
    count_by_hand,
    stored_items,
    stored_statistics,
)
from tests.contracts.worlds.base import DEADLINE

NAMES = ["push.desk", "push.shop"]
NOW = utc_now()


def settings_of(**more: str) -> Settings:
    return load_settings({"SUBREDDITS": "none", "COMMUNITIES": ",".join(NAMES), **more})


def line(name: str = "1", *, hours: int = 1, **fields: Any) -> dict[str, Any]:
    said = {"community": "push.desk", "kind": "post", "id": name, "title": f"Love {name}"}
    return {**said, "author": "ada", "created": iso(NOW - timedelta(hours=hours)), **fields}


async def push(store: Store, *lines: dict[str, Any], seconds: int = 0) -> None:
    texts = [json.dumps(each).encode() for each in lines]
    batch, packed = new_batch(NOW + timedelta(seconds=seconds), texts, {})
    await store.create(BATCH_LINES, packed)
    await store.create(BATCHES, batch)


def importer_of(store: Any, **more: Any) -> Importer:
    return Importer(store, METHOD, settings_of(), let_go_seconds=0, **more)


async def check_counts(store: Store) -> dict[str, dict[str, Any]]:
    items = await stored_items(store, NAMES)
    counted = count_by_hand(items)
    days = {hour[:10] for hours in counted.values() for hour in hours}
    assert await stored_statistics(store, NAMES, days) == counted
    return items


async def test_what_waits_is_written_scored_and_counted(store) -> None:
    comment = {"kind": "comment", "title": "", "text": "Awful", "post_id": "nowhere"}
    await push(store, line(), line("2", community="push.shop"), line("c", **comment))
    done = await write_waiting(importer_of(store), pushed_item)
    assert done is not None
    assert (done["new"], done["status"], done["reconciled"]) == (3, "completed", "yes")
    items = await check_counts(store)
    assert {key: item["sentiment"]["label"] for key, item in items.items()} == {
        "t3_push.desk.1": "positive", "t3_push.shop.2": "positive", "t1_push.desk.c": "negative",
    }  # fmt: skip
    assert not await are_waiting(store)
    assert await write_waiting(importer_of(store), pushed_item) is None


async def test_later_batches_count_whatever_order_they_are_found_in(store) -> None:
    await push(store, line(title="third"), line("2", deleted="author"), seconds=2)
    await push(store, line(title="first"), line("2"), seconds=0)
    await push(store, line(title="second", hours=9), line("3"), seconds=1)
    await write_waiting(importer_of(store), pushed_item)
    items = await check_counts(store)
    assert items.keys() == {"t3_push.desk.1", "t3_push.desk.3"}
    assert items["t3_push.desk.1"]["title"] == "third"
    assert items["t3_push.desk.1"]["created_utc"] == line()["created"]


async def test_an_item_is_edited_taken_back_and_brought_again(store) -> None:
    for fields, change in (
        ({}, "new"), ({"title": "Hate it"}, "edited"), ({"title": "Hate it", "score": 5}, "moved"),
        ({"title": "Hate it", "score": 5}, "unchanged"), ({"deleted": "author"}, "removed"),
        ({"deleted": "author"}, "unchanged"), ({}, "new"),
    ):  # fmt: skip
        await push(store, line(**fields))
        done = await write_waiting(importer_of(store), pushed_item)
        assert done is not None
        assert done[change] == 1, fields
        await check_counts(store)
    assert (await store.read(POSTS, "push.desk", "push.desk.1")) is not None


class Dead(BaseException):
    """The process is gone: nothing may handle it."""


class DyingStore:
    """A store whose process ends before one of its writes."""

    def __init__(self, inner: Any, step: int) -> None:
        self._inner, self._left = inner, step

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        if name not in {"upsert", "delete", "create", "replace"}:
            return method

        async def dying(*arguments: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                raise Dead
            return await method(*arguments)

        return dying


@pytest.mark.parametrize("step", range(0, 26, 2))
async def test_whatever_dies_in_between_nothing_is_lost_or_counted_twice(
    sqlite_store, step
) -> None:
    await push(sqlite_store, line(), line("2", hours=30), line("3", community="push.shop"))
    await push(sqlite_store, line(title="Hate it"), seconds=1)
    # Late steps are after its last write.
    with suppress(Dead):
        await write_waiting(importer_of(DyingStore(sqlite_store, step)), pushed_item)
    later = importer_of(sqlite_store, clock=lambda: utc_now() + timedelta(minutes=10))
    await write_waiting(later, pushed_item)
    # What left no batch behind is recounted by whoever writes next.
    await push(sqlite_store, line("4"), seconds=2)
    await write_waiting(later, pushed_item)
    items = await check_counts(sqlite_store)
    assert len(items) == 4
    assert items["t3_push.desk.1"]["title"] == "Hate it"


async def test_while_another_writer_works_the_batches_wait(sqlite_store) -> None:
    await push(sqlite_store, line())
    until = iso(utc_now() + timedelta(seconds=60))
    await sqlite_store.create(
        LEASES,
        {"id": "lease", "kind": "lease", "ttl": -1, "holder": "cycle_1", "expires_at": until},
    )
    with pytest.raises(CycleRunning):
        await write_waiting(importer_of(sqlite_store), pushed_item)
    assert await are_waiting(sqlite_store)


async def test_copies_of_old_items_are_marked_at_once(sqlite_store) -> None:
    words = {"title": "The very same words are said twice in here", "hours": 24 * 20}
    await push(sqlite_store, line("1", **words), line("2", community="push.shop", **words))
    await write_waiting(importer_of(sqlite_store), pushed_item)
    items = await check_counts(sqlite_store)
    assert [item.get("copy_of") is not None for item in items.values()] == [False, True]


async def test_a_community_that_is_only_pushed_fails_no_cycle(sqlite_store, tmp_path) -> None:
    await push(sqlite_store, line())
    await write_waiting(importer_of(sqlite_store), pushed_item)
    for given, failed in (({}, set()), ({"PUSH_FOLDER": str(tmp_path)}, {"push.shop"})):
        settings = settings_of(**given)
        watched = WatchedStore(sqlite_store)
        source = FolderSource(settings, wait=DEADLINE)
        cycle = await Collector(watched, {"push": source}, METHOD, settings).run("cli")  # type: ignore[arg-type]
        assert cycle["status"] == "completed"
        # A file that is missing is an error where nothing ever came in another way.
        assert {each["community"] for each in cycle["errors"]} == failed
        assert watched.written["posts"] == 0
