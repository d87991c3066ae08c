"""Hours of `all` and of subjects that are split into parts."""

import itertools
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from collector.maintenance.cleanup import Cleaner
from collector.rollups import hour_documents, subjects
from collector.rollups.hour_documents import delete_hours
from collector.rollups.hours import rebuild_all, share_of
from collector.rollups.subjects import HourShare
from shared.models import ALL, ScopeHour
from shared.stats.folded_parts import with_part_of
from shared.stats.hour_parts import (
    PART,
    hour_part_of,
    keys_of_hour,
    newest_within,
    parts_in,
    parts_partition,
    read_hours,
    with_parts,
)
from shared.stats.subjects import part_days, part_of, read_subject_days, subject_scope
from shared.store import HOURS_OF_ALL, SUBJECT_HOURS, Key, Query, Store
from shared.times import Window, hour_of, iso
from tests.api.world import a_post as a_stored_post
from tests.collector.harness import check_statistics
from tests.collector.rollups.subject_world import (
    CURSOR,
    GEMINI,
    NAMES,
    NOW,
    a_comment,
    a_post,
    a_world,
    put,
    settings_in,
)

HOUR = hour_of(iso(NOW))
PLACES = [f"place{n}" for n in range(30)]
WRITES = {"upsert", "delete"}


class Stopped(Exception):
    """The writer was killed."""


class StoppingStore:
    """A store that ends its writer in the middle of a write: half of a batch is stored."""

    def __init__(self, inner: Store, step: int) -> None:
        self._inner = inner
        self._left = step

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._inner, name)
        return self._stopping(method) if name in WRITES else method

    def _stopping(self, method: Any) -> Any:
        async def write(container: Any, batch: Any) -> None:
            self._left -= 1
            some = list(batch)
            if self._left < 0:
                await method(container, some[: len(some) // 2])
                raise Stopped
            await method(container, some)

        return write


class ResplittingStore:
    """A store in which a writer goes ahead before the parts of a split hour are read."""

    def __init__(self, inner: Store, write: Callable[[], Awaitable[None]]) -> None:
        self._inner = inner
        self._writes = [write]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def read_many(self, container: Any, keys: Iterable[Key]) -> Any:
        wanted = list(keys)
        if self._writes and any(PART in name for _, name in wanted):
            await self._writes.pop()()
        return await self._inner.read_many(container, wanted)


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Split hours of more than two communities."""
    monkeypatch.setattr(hour_documents, "MAX_SHARES", 2)
    monkeypatch.setattr(hour_documents, "PART_SHARES", 1)


def shares_of(places: list[str], posts: int = 1) -> dict[str, dict[str, HourShare]]:
    """Return the shares of these communities in HOUR."""
    found: dict[str, dict[str, HourShare]] = {}
    for n, name in enumerate(places):
        own = [a_stored_post(100 * n + k, NOW - timedelta(seconds=k), name) for k in range(posts)]
        found[name] = {HOUR: share_of(own, [])}
    return found


async def whole(store: Store) -> ScopeHour:
    return (await read_hours(store, HOURS_OF_ALL, ALL, [HOUR]))[HOUR]


async def parts_of(store: Store) -> list[str]:
    """Return the ids of all parts that are stored of HOUR."""
    partition = parts_partition(ALL, HOUR[:10])
    return [each["id"] for each in await store.query(Query(HOURS_OF_ALL, partition, 99, "id"))]


@pytest.mark.usefixtures("small_parts")
async def test_split_hours_count_what_whole_ones_do(tmp_path) -> None:
    settings = settings_in(tmp_path)
    async with a_world(tmp_path, [CURSOR, GEMINI]) as store:
        for later in range(3):
            batch = [
                item
                for n, name in enumerate(NAMES)
                for item in (
                    a_post(10 * later + n, "Cursor or Gemini", community=name, hours=1),
                    a_comment(10 * later + n, "Cursor", post=10 * later + n, hours=1),
                )
            ]
            await put(store, settings, batch, later=later)
            await check_statistics(store, NAMES)
        hour = hour_of(iso(NOW - timedelta(hours=1)))
        for container, scope in ((HOURS_OF_ALL, ALL), (SUBJECT_HOURS, subject_scope("cursor"))):
            first = await store.read(container, scope, hour)
            assert first is not None
            assert (parts_in(first), first["shares"]) == (4, {})
            few = await read_hours(store, container, scope, [hour], [NAMES[0]])
            same = {name for name in NAMES if hour_part_of(name, 4) == hour_part_of(NAMES[0], 4)}
            assert few[hour]["shares"].keys() == same
        later_on = lambda: NOW + timedelta(days=120)  # noqa: E731
        await Cleaner(store, settings, later_on).run()
        for container, scope in ((HOURS_OF_ALL, ALL), (SUBJECT_HOURS, subject_scope("cursor"))):
            for partition in (scope, parts_partition(scope, hour[:10])):
                assert await store.query(Query(container, partition, 9, "id")) == []


@pytest.mark.usefixtures("small_parts")
async def test_a_writer_that_is_killed_anywhere_leaves_an_hour_that_a_recount_mends(
    sqlite_store,
) -> None:
    steps, counts = 0, []
    known: set[str] = set()
    for grown in (PLACES[:2], PLACES[:5], PLACES):
        before = shares_of(grown)
        step = 0
        while True:
            try:
                await rebuild_all(StoppingStore(sqlite_store, step), before)  # type: ignore[arg-type]
            except Stopped:
                # A reader never misses what an earlier recount has written.
                if known:
                    assert set((await whole(sqlite_store))["shares"]) >= known
                step += 1
                continue
            break
        steps += step
        fresh = await whole(sqlite_store)
        assert fresh["shares"] == {name: before[name][HOUR].share for name in sorted(grown)}
        known = set(grown)
        counts.append(parts_in(fresh))
    assert steps > 10
    assert counts == [1, 8, 32]
    # What a killed writer leaves of an earlier split goes with the hour.
    first = await sqlite_store.read(HOURS_OF_ALL, ALL, HOUR)
    assert first is not None
    keys = await keys_of_hour(sqlite_store, first)
    assert [key[1] for key in keys] == [HOUR, *await parts_of(sqlite_store)]


@pytest.mark.usefixtures("small_parts")
@pytest.mark.parametrize("names", [None, PLACES[:2]])
async def test_a_reader_finds_an_hour_whole_that_is_split_again_meanwhile(store, names) -> None:
    await rebuild_all(store, shares_of(PLACES[:5]))
    resplitting: Any = ResplittingStore(store, lambda: rebuild_all(store, shares_of(PLACES)))
    read = await read_hours(resplitting, HOURS_OF_ALL, ALL, [HOUR], names)
    assert parts_in(read[HOUR]) == 32
    assert read[HOUR]["shares"].keys() >= set(names or PLACES)


@pytest.mark.usefixtures("small_parts")
async def test_a_reader_finds_no_hour_that_is_removed_meanwhile(store) -> None:
    await rebuild_all(store, shares_of(PLACES[:5]))
    known = {(ALL, HOUR): await whole(store)}
    removing: Any = ResplittingStore(
        store, lambda: delete_hours(store, HOURS_OF_ALL, list(known), known)
    )
    assert await read_hours(removing, HOURS_OF_ALL, ALL, [HOUR]) == {}


@pytest.mark.usefixtures("small_parts")
async def test_a_removal_that_is_killed_anywhere_leaves_no_part_behind(
    sqlite_store, tmp_path
) -> None:
    settings = settings_in(tmp_path)

    async def by_recount(store: Any) -> None:
        firsts = await sqlite_store.read_many(HOURS_OF_ALL, [(ALL, HOUR)])
        known = await with_parts(sqlite_store, HOURS_OF_ALL, firsts)
        await delete_hours(store, HOURS_OF_ALL, [(ALL, HOUR)], known)

    async def by_cleanup(store: Any) -> None:
        await Cleaner(store, settings, lambda: NOW + timedelta(days=120)).run()

    for remove in (by_recount, by_cleanup):
        for step in itertools.count():
            await rebuild_all(sqlite_store, shares_of(PLACES[:5]))
            assert await parts_of(sqlite_store)
            try:
                await remove(StoppingStore(sqlite_store, step))
            except Stopped:
                await remove(sqlite_store)
            else:
                break
            assert await parts_of(sqlite_store) == [], step
        assert step > 1


@pytest.mark.usefixtures("small_parts")
async def test_only_the_parts_of_what_changed_are_written(sqlite_store, monkeypatch) -> None:
    await rebuild_all(sqlite_store, shares_of(PLACES))
    written: list[str] = []
    upsert = sqlite_store.upsert

    async def noting(container: Any, documents: Any) -> None:
        if container is HOURS_OF_ALL:
            written.extend(each["id"] for each in documents)
        await upsert(container, documents)

    monkeypatch.setattr(sqlite_store, "upsert", noting)
    await rebuild_all(sqlite_store, shares_of(PLACES[:1], posts=2))
    assert written == [f"{HOUR}~32.{hour_part_of(PLACES[0], 32)}"]
    assert len((await whole(sqlite_store))["shares"]) == len(PLACES)


def test_a_share_that_is_larger_than_a_part_is_split_no_further() -> None:
    large = {"a": {"text": "x" * (2 * hour_documents.MAX_BYTES)}}
    count = hour_documents.parts_for(large, 1)
    assert hour_documents.parts_for(large, count) == count


async def test_communities_that_a_day_does_not_name_are_read_from_its_hours(
    tmp_path, monkeypatch
) -> None:
    monkeypatch.setattr(subjects, "MAX_NAMED", 1)
    settings = settings_in(tmp_path)
    async with a_world(tmp_path, [CURSOR]) as store:
        counts = dict(zip(NAMES, (4, 3, 2, 1), strict=True))
        batch = [
            a_post(10 * n + k, "Cursor", community=name, hours=1)
            for n, name in enumerate(NAMES)
            for k in range(counts[name])
        ]
        await put(store, settings, batch)
        days = Window.of_hours(24, NOW).days()
        read = await read_subject_days(store, ["cursor"], days, NAMES, parts=True)
        (day,) = read["cursor"]
        assert [part_of(part)[1] for part in day["parts"]] == ["", NAMES[0]]
        assert day["names"] == [NAMES[0]]
        (hour,) = day["hours"].values()
        assert hour["posts"] == 10
        for name, count in counts.items():
            whole = await with_part_of(store, subject_scope("cursor"), [day], name)
            (own,) = part_days(whole, community=name)
            assert [cell["posts"] for cell in own["hours"].values()] == [count]


def test_the_newest_hours_are_read_that_have_few_enough_parts() -> None:
    hours: dict[Key, ScopeHour] = {
        (ALL, f"2026-11-03T{n:02}"): {"id": f"2026-11-03T{n:02}", "scope": ALL, "shares": {}}
        for n in range(6)
    }
    assert newest_within(hours, 1) == hours
    for hour in list(hours.values())[:4]:
        hour["part_count"] = 8
    assert [hour[-2:] for _, hour in newest_within(hours, 16)] == ["05", "04", "03", "02"]
    assert len(newest_within({(ALL, "h"): {**hours[ALL, "2026-11-03T00"], "id": "h"}}, 1)) == 1
