"""Ranked days follow the recounted hours of `all` and of subjects."""

from datetime import timedelta
from typing import Any

from api.reads.ranked import Wanted, read_ranked_days
from bench.priced_store import PricedStore
from collector.maintenance.cleanup import Cleaner
from collector.rollups import hour_documents, ranked_days
from collector.rollups.ranked_days import MAX_DAY_BYTES, remove_ranked_days, write_ranked_days
from shared.models import ALL, RankedDay
from shared.settings import load_settings
from shared.stats.ranked import compound_of, ranked_key, ranked_partition, size_of
from shared.stats.subjects import subject_scope
from shared.store import COMMENTS, RANKED_DAYS, Query, Store
from shared.times import Window, day_of, hour_of, iso
from tests.api.subject_world import keep_matched, watch
from tests.api.world import NAMES, NOW, a_comment, keep
from tests.collector.rollups.test_hour_parts import ResplittingStore

HOUR = timedelta(hours=1)
DAY = iso(NOW)[:10]
ENTRY = "10000np.{minute:02}00abc{number:06}"


def entries(count: int) -> list[str]:
    """Return this number of entries of an hour."""
    return [ENTRY.format(minute=number % 60, number=number) for number in range(count)]


async def documents(store: Store, scope: str = ALL) -> list[RankedDay]:
    return await store.query(Query(RANKED_DAYS, ranked_partition(scope), 1000, order_by="id"))


async def test_equal_compounds_that_change_places_are_written(store) -> None:
    # Their cells, threads and lists of labels are the same.
    await watch(store)
    texts: Any = [{**a_comment(n, NOW), "content": "Lantern"} for n in (1, 2)]
    items = await keep_matched(store, (), texts)
    for first, second in ((0.4, 0.2), (0.2, 0.4)):
        judged: list[Any] = [
            {**item, "sentiment": {**item["sentiment"], "label": "positive", "compound": compound}}
            for item, compound in zip(items, (first, second), strict=True)
        ]
        await keep(store, (), judged)
        for scope in (ALL, subject_scope("lantern")):
            (day,) = await documents(store, scope)
            listed = day["hours"]["13"]["aws"]
            assert {each[12:]: compound_of(each) for each in listed} == {
                "c1": round(first * 10_000),
                "c2": round(second * 10_000),
            }


async def test_what_is_recounted_as_it_was_is_not_written(sqlite_store) -> None:
    priced = PricedStore(sqlite_store)
    changes = {ALL: {f"{DAY}T10": {"aws": entries(3)}, f"{DAY}T11": {"claude": entries(2)}}}
    await write_ranked_days(priced, changes)
    with priced.counting() as bill:
        await write_ranked_days(priced, changes)
    assert bill.written("stats") == 0
    assert bill.request_units > 0


async def test_what_is_gone_leaves_its_hour_its_day_and_the_store(store) -> None:
    hour = f"{DAY}T10"
    await write_ranked_days(store, {ALL: {hour: {"aws": entries(3), "claude": entries(1)}}})
    await write_ranked_days(store, {ALL: {hour: {"aws": []}}})
    (day,) = await documents(store)
    assert day["hours"] == {"10": {"claude": entries(1)}}
    await write_ranked_days(store, {ALL: {hour: {"claude": []}}})
    assert await documents(store) == []


async def test_a_large_day_is_split_into_its_hours_and_read_as_before(store) -> None:
    hours = [f"{DAY}T{number:02}" for number in range(12)]
    many = entries(MAX_DAY_BYTES // size_of(entries(1)) // 12)
    window = Window(NOW - 13 * HOUR, NOW)
    wanted = Wanted(NAMES, "", "~")
    for written in (hours[:6], hours[6:]):
        await write_ranked_days(store, {ALL: {hour: {"aws": many} for hour in written}})
        assert [each["id"] for each in await documents(store)] == [DAY]
    before = await read_ranked_days(store, ALL, window, NAMES)
    await write_ranked_days(store, {ALL: {hours[3]: {"claude": entries(200)}}})
    assert [each["id"] for each in await documents(store)] == [DAY, *hours]
    after = await read_ranked_days(store, ALL, window, NAMES)
    assert set(after.listed(wanted)) == {
        *before.listed(wanted),
        *((hours[3], "claude", entry) for entry in entries(200)),
    }
    await write_ranked_days(store, {ALL: {hours[3]: {"aws": [], "claude": []}, hours[4]: {}}})
    left = await read_ranked_days(store, ALL, window, NAMES)
    assert set(left.hours) == {*hours} - {hours[3]}
    assert hours[3] not in {each["id"] for each in await documents(store)}


async def test_days_that_are_too_old_are_removed_with_their_hours(store) -> None:
    old, kept = iso(NOW - 40 * 24 * HOUR), iso(NOW - 20 * 24 * HOUR)
    scopes = (ALL, subject_scope("lantern"))
    await watch(store)
    for scope in scopes:
        for at in (old, kept):
            day = RankedDay(id=day_of(at), scope=ranked_partition(scope), hours={}, is_split=True)
            hour = RankedDay(
                id=hour_of(at), scope=day["scope"], hours={at[11:13]: {"aws": entries(1)}}
            )
            await store.upsert(RANKED_DAYS, [day, hour])
    settings = load_settings({"SUBREDDITS": "aws", "RETENTION_DAYS": "30"})
    await Cleaner(store, settings, lambda: NOW).run()
    for scope in scopes:
        found = [each["id"] for each in await documents(store, scope)]
        assert found == [day_of(kept), hour_of(kept)]
    await remove_ranked_days(store, ALL, "9999")
    assert await documents(store) == []
    assert await store.read(RANKED_DAYS, *ranked_key(scopes[1], day_of(kept))) is not None


async def test_an_item_that_moves_to_another_hour_is_listed_once(store) -> None:
    await keep(store, (), [a_comment(1, NOW)])
    await store.delete(COMMENTS, [("aws", "c1")])
    moved: Any = a_comment(1, NOW - 2 * HOUR)
    await keep(store, (), [moved, a_comment(2, NOW)])
    (day,) = await documents(store)
    listed = {
        hour: [entry[12:] for entry in by_name["aws"]] for hour, by_name in day["hours"].items()
    }
    assert listed == {"11": ["c1"], "13": ["c2"]}


async def test_an_hour_of_many_communities_is_split_and_read_as_one(
    sqlite_store, monkeypatch
) -> None:
    monkeypatch.setattr(hour_documents, "MAX_SHARES", 3)
    monkeypatch.setattr(hour_documents, "PART_SHARES", 1)
    monkeypatch.setattr(ranked_days, "MAX_DAY_BYTES", 100)
    hour = hour_of(iso(NOW))
    names = [f"place{n}" for n in range(20)]
    for count in (2, 10, 20):
        changed = {name: entries(2) for name in names[:count]}
        await write_ranked_days(sqlite_store, {ALL: {hour: changed}})
        read = await read_ranked_days(sqlite_store, ALL, Window.of_hours(2, NOW), names)
        found = read.listed(Wanted(names, "", "~"))
        assert {name for _, name, _ in found} == set(names[:count])
    ids = {each["id"] for each in await documents(sqlite_store)}
    # Nothing is left of the earlier split.
    assert {each.partition("~")[2].partition(".")[0] for each in ids} == {"", "16"}
    await write_ranked_days(sqlite_store, {ALL: {hour: {name: [] for name in names}}})
    assert [each["id"] for each in await documents(sqlite_store)] == [DAY]


async def test_an_hour_that_is_split_again_meanwhile_is_found_whole(store, monkeypatch) -> None:
    monkeypatch.setattr(hour_documents, "MAX_SHARES", 2)
    monkeypatch.setattr(hour_documents, "PART_SHARES", 1)
    monkeypatch.setattr(ranked_days, "MAX_DAY_BYTES", 100)
    hour = hour_of(iso(NOW))
    names = [f"place{n}" for n in range(80)]

    async def grow(count: int) -> None:
        await write_ranked_days(store, {ALL: {hour: dict.fromkeys(names[:count], entries(2))}})

    await grow(5)
    resplitting: Any = ResplittingStore(store, lambda: grow(20))
    read = await read_ranked_days(resplitting, ALL, Window.of_hours(2, NOW), names)
    assert set(read.hours[hour]) == set(names[:20])
    resplitting = ResplittingStore(store, lambda: grow(80))
    await write_ranked_days(resplitting, {ALL: {hour: {names[0]: entries(1)}}})
    read = await read_ranked_days(store, ALL, Window.of_hours(2, NOW), names)
    assert {name: len(own) for name, own in read.hours[hour].items()} == {
        name: 1 if name == names[0] else 2 for name in names
    }
