"""Documents of subjects stay small, follow the names of communities, and expire."""

import json
import time
from datetime import timedelta
from typing import Any

from collector.maintenance.cleanup import Cleaner
from collector.rollups import subject_months, subject_tables
from collector.rollups.subject_tables import rows_of_day
from shared.models import DayStats
from shared.settings import Settings
from shared.stats.months import key_of
from shared.stats.subject_tables import MONTHS_OF_TABLE, read_tables
from shared.stats.subjects import (
    TABLE,
    PartFields,
    part_days,
    part_name,
    parts_key,
    put_part,
    read_subject_days,
    subject_scope,
)
from shared.stats.table_rows import REST, numbers_of
from shared.stats.threads import Threads, pack_threads
from shared.stats.uncertainty import Thread
from shared.store import (
    DAYS,
    MONTHS,
    SUBJECT_HOURS,
    SUBJECT_PARTS,
    SUBJECTS_DAYS,
    SUBJECTS_MONTHS,
    Query,
    Store,
)
from shared.times import Window
from tests.collector.harness import check_statistics, run_cycle, settings_for, things
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
    watch_next,
)
from tests.watchlists import a_subject, watch

FORUM = NAMES[3]


def a_cell(items: int) -> Any:
    return {
        "posts": 0,
        "comments": items,
        "positive": items,
        "negative": 0,
        "neutral": 0,
        "compound_sum": 0.5 * items,
        "compound_squares": 0.25 * items,
    }


def a_day(day: str, sizes: dict[str, int]) -> DayStats:
    """Return a day of a subject in whose every hour each community has this number of mentions."""
    found = DayStats(id=day, scope=subject_scope("s"), hours={}, parts={}, names=sorted(sizes))
    for hour in range(24):
        key = f"{hour:02}"
        found["hours"][key] = a_cell(sum(sizes.values()))
        for name, items in sizes.items():
            part = part_name("text", name)
            fields = PartFields(found["parts"], {}, {})
            put_part(fields, part, key, a_cell(items), is_mixed=False)
    return found


def test_a_table_names_the_homes_and_the_largest_and_adds_the_others_up() -> None:
    sizes = {f"c{n:02}": 100 - n for n in range(40)} | {"Home": 1}
    rows = rows_of_day(a_day("2026-11-03", sizes), ["home"]).steps
    assert rows.keys() == {f"{hour:02}" for hour in range(24)}
    for found in rows.values():
        assert found.keys() == {"Home", REST, *(f"c{n:02}" for n in range(19))}
        assert found["Home"] == numbers_of(a_cell(1))
        assert found[REST] == numbers_of(a_cell(sum(100 - n for n in range(19, 40))))


async def test_a_table_that_grows_too_large_names_fewer(sqlite_store, monkeypatch) -> None:
    monkeypatch.setattr(subject_tables, "MAX_CHARACTERS", 2000)
    sizes = {f"c{n:02}": 100 - n for n in range(40)} | {"Home": 1}
    homes = {"s": ["home"]}
    rows = rows_of_day(a_day("2026-11-03", sizes), homes["s"])
    await subject_tables.write_tables(sqlite_store, {"2026-11-03": {"s": rows}}, homes)
    stored = await sqlite_store.read(SUBJECTS_DAYS, TABLE, "2026-11-03")
    assert sum(map(len, stored["subjects"]["s"].values())) <= 2000
    window = [f"2026-11-03T{hour:02}" for hour in range(24)]
    (table,) = await read_tables(sqlite_store, [window], [*sizes], other_languages="count")
    found = table.items_by_community("s")
    assert {"Home", REST} <= found.keys()
    assert len(found) < 10
    assert found["Home"] == 24
    assert table.total("s").items == 24 * sum(sizes.values())
    assert table.total("s", without=["Home"]).items == 24 * (sum(sizes.values()) - 1)


async def test_a_table_that_grows_too_large_lists_fewer_threads(sqlite_store, monkeypatch) -> None:
    threads = Threads({f"p{n:02}": Thread(20 - n, 1.5) for n in range(20)})
    day = a_day("2026-11-03", {"c": 210})
    for cell in day["hours"].values():
        cell["threads"] = pack_threads(threads)
    rows = {"2026-11-03": {"s": rows_of_day(day, ())}}
    window = [f"2026-11-03T{hour:02}" for hour in range(24)]
    listed, sums = [], []
    for most in (10_000, 3200, 800, 500):
        monkeypatch.setattr(subject_tables, "MAX_OF_THREADS", most)
        await subject_tables.write_tables(sqlite_store, rows, {})
        (table,) = await read_tables(sqlite_store, [window], ["c"], other_languages="count")
        found = table.threads("s")
        listed.append(None if found is None else [*found.listed])
        sums.append(None if found is None else found.items)
    largest = [f"p{n:02}" for n in range(7)]
    assert listed == [[*threads.listed], largest, [], None]
    assert sums == [24 * 210] * 3 + [None]


async def test_a_month_with_too_many_parts_is_read_by_its_days(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(subject_months, "MAX_CELLS", 2)
    settings = settings_in(tmp_path)
    days = Window.of_hours(24 * 120, NOW).days()
    async with a_world(tmp_path, [CURSOR]) as store:
        for n in range(4):
            batch = [a_post(n, "Cursor", hours=n + 1), a_comment(n, "", post=n, hours=n + 0.5)]
            await put(store, settings, batch, later=n)
        parts = await store.read(SUBJECT_PARTS, *parts_key("cursor", "2026-11"))
        assert parts is not None
        assert (parts["parts"], parts["is_full"]) == ({}, True)
        for watched, expected in ((NAMES, 8), ([FORUM], 0)):
            found = await read_subject_days(store, ["cursor"], days, watched, parts=True)
            for some in (found["cursor"], part_days(found["cursor"], community=NAMES[0])):
                items = [c["posts"] + c["comments"] for day in some for c in day["hours"].values()]
                assert sum(items) == expected


async def test_what_expires_goes_from_subjects_too(tmp_path) -> None:
    settings = settings_in(tmp_path)
    async with a_world(tmp_path, [CURSOR, GEMINI]) as store:
        batch = [a_post(n, "Cursor or Gemini", hours=24.0 * 20 * n + 1) for n in range(4)]
        await put(store, settings, batch)
        await watch_next(store, [GEMINI])
        stray = subject_scope("cursor"), "2026-07-01"
        # What a defect may have left, of a subject that is not watched any more.
        await store.upsert(DAYS, [DayStats(id=stray[1], scope=stray[0], hours={})])
        later = lambda: NOW + timedelta(days=60)  # noqa: E731
        await Cleaner(store, settings, later).run()
        await check_statistics(store, NAMES)
        border = (NOW - timedelta(days=30)).isoformat()[:10]
        for subject in ("cursor", "gemini"):
            scope = subject_scope(subject)
            hours = await store.query(Query(SUBJECT_HOURS, scope, 99, order_by="id"))
            assert hours
            assert all(each["id"] >= border for each in hours)
            months = await store.query(Query(MONTHS, key_of(scope, "")[0], 99, order_by="id"))
            assert all(each["id"] >= border[:7] for each in months)
        tables = await store.query(Query(SUBJECTS_DAYS, TABLE, 99, order_by="id"))
        assert all(each["id"] >= border for each in tables)
        of_months = await store.query(Query(SUBJECTS_MONTHS, MONTHS_OF_TABLE, 99, order_by="id"))
        assert all(each["id"] >= border[:7] for each in of_months)


async def test_a_community_in_another_spelling_keeps_its_mentions(
    store: Store, any_store_settings: Settings, stand_in
) -> None:
    await watch(store, 1, a_subject("praise", "great work", home=["claudeai"]))
    reddit = stand_in(things(["ClaudeAI"], 12, newest=time.time()))
    days = [day["id"] for day in await _collected(store, any_store_settings, reddit, "claudeai")]
    before = await read_subject_days(store, ["praise"], days, ["ClaudeAI"], parts=True)
    moved = await _collected(store, any_store_settings, reddit, "ClaudeAI")
    assert {name for day in moved for name in day["names"]} == {"ClaudeAI"}
    after = await read_subject_days(store, ["praise"], days, ["ClaudeAI"], parts=True)
    kept = [
        [(day["id"], day["hours"], day["parts"]) for day in each["praise"]]
        for each in (before, after)
    ]
    assert kept[0]
    # Where a thread holds most of an hour, its community is spelled as when the hour was counted.
    one, other = (json.dumps(cells, sort_keys=True).lower() for cells in kept)
    assert one == other


async def _collected(store: Store, settings: Settings, reddit: Any, name: str) -> list[DayStats]:
    """Collect a community by this name, and return the days of the subject."""
    await run_cycle(store, settings_for(settings, reddit.base_url, [name]))
    await check_statistics(store, [name])
    days = await store.query(Query(DAYS, subject_scope("praise"), 99, order_by="id"))
    return [day for day in days if len(day["id"]) == len("2026-11-03")]
