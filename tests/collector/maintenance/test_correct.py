"""Corrections: they count in items and statistics, outlast all rewriting, and can be taken back."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.maintenance.cleanup import Cleaner
from collector.maintenance.correct import Corrector
from collector.writers.lease import LeaseWait
from local.reddit.limits import RateLimit
from shared.corrections.documents import (
    LISTED,
    WAITING,
    new_ticket,
    read_correction,
    read_notes,
    write_correction,
)
from shared.corrections.items import text_digest
from shared.models import Correct, Correction
from shared.settings import Settings
from shared.store import DAYS, WORK, Query, Store
from shared.store.keys import item_key
from shared.times import iso, utc_now
from tests.api.world import NAMES, a_comment, a_post, keep
from tests.collector.crashing import DeadStore, Killed, copied, opened, rematch_turn, rescorer
from tests.collector.harness import (
    WatchedStore,
    check_statistics,
    run_cycle,
    settings_for,
    stored_items,
    things,
)
from tests.watchlists import a_subject, watch

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
ZED, KIRO = a_subject("zed"), a_subject("kiro")


@pytest.fixture
def settings(any_store_settings: Settings) -> Settings:
    return any_store_settings.model_copy(update={"subreddits": NAMES})


def some_items() -> tuple[list[Any], list[Any]]:
    """Return posts and comments of three communities, of which the first of each name zed."""
    posts: list[Any] = [a_post(n, NOW - n * timedelta(hours=1), NAMES[n % 3]) for n in range(6)]
    for post in posts:
        post["title"] = "zed is quick" if post["id"] in {"p0", "p1"} else "A table"
    comments: list[Any] = [
        a_comment(n, NOW - n * timedelta(minutes=50), NAMES[0]) for n in range(6)
    ]
    return posts, comments


async def stored(store: Store, settings: Settings) -> None:
    """Store the items, matched by the rules of zed and kiro."""
    await keep(store, *some_items())
    await watch(store, 1, ZED, KIRO)
    await rematch_turn(store, settings).run()


async def say(store: Store, item: dict[str, Any], at: datetime = NOW, **said: Any) -> Correction:
    """Store a correction as the API does, and return it."""
    key = item_key(item["kind"], item["id"])
    before = await read_correction(store, key)
    empty: Any = {"label": None, "targets": {}, "mentions": {}}
    after = Correction(
        id=key,
        kind="correction",
        community=item["community"],
        item_id=item["id"],
        item_kind=item["kind"],
        says={"text": text_digest(item), **empty, **said},  # type: ignore[arg-type, typeddict-item]
        label_said=None,
        targets_said={},
        corrected_at=iso(at),
        ticket=new_ticket(at),
    )
    await write_correction(store, before, after)
    return after


async def correct(store: Any, settings: Settings, now: datetime = NOW) -> Correct | None:
    return await Corrector(store, settings, lambda: now).run()


async def waiting(store: Store) -> int:
    return len(await read_notes(store, WAITING, 100))


async def corrected_in(store: Store) -> int:
    """Count the corrected items in the days of `all`."""
    days = await store.query(Query(DAYS, "all", 100, order_by="id"))
    cells = [cell for day in days if "hours" in day for cell in day["hours"].values()]
    return sum(cell.get("corrected", 0) for cell in cells)


def less_etags(items: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {key: {**item, "_etag": ""} for key, item in items.items()}


async def test_a_label_counts_in_the_item_and_in_all_statistics(store, settings) -> None:
    await stored(store, settings)
    before = await stored_items(store, NAMES)
    await say(store, before["t3_p0"], label="negative", targets={"zed": "positive"})
    await say(store, before["t1_c2"], label="positive")
    done = await correct(store, settings)
    assert done is not None
    assert (done["status"], done["corrected"], done["pending_cells"]) == ("completed", 2, {})
    items = await stored_items(store, NAMES)
    assert items["t3_p0"]["sentiment"]["label"] == "negative"
    assert items["t3_p0"]["mentions"][0]["sentiment"]["label"] == "positive"
    assert items["t1_c2"]["sentiment"]["compound"] == 0.6
    await check_statistics(store, NAMES)
    assert (await corrected_in(store), await waiting(store)) == (2, 0)
    others = before.keys() - {"t3_p0", "t1_c2"}
    assert {key: items[key] for key in others} == {key: before[key] for key in others}


async def test_a_mention_is_taken_away_and_added_in_the_statistics_of_subjects(
    store, settings
) -> None:
    await stored(store, settings)
    items = await stored_items(store, NAMES)
    await say(store, items["t3_p0"], mentions={"zed": False, "kiro": True})
    await correct(store, settings)
    items = await stored_items(store, NAMES)
    assert [each["subject"] for each in items["t3_p0"]["mentions"]] == ["kiro"]
    await check_statistics(store, NAMES)


async def test_taken_back_the_method_s_own_is_there_again(store, settings) -> None:
    await stored(store, settings)
    before = await stored_items(store, NAMES)
    await say(store, before["t3_p0"], label="negative", mentions={"zed": False})
    await correct(store, settings)
    await say(store, before["t3_p0"], NOW + timedelta(seconds=1))
    await correct(store, settings, NOW + timedelta(minutes=5))
    assert less_etags(await stored_items(store, NAMES)) == less_etags(before)
    assert await corrected_in(store) == 0
    assert await read_notes(store, LISTED, 10) == []
    await check_statistics(store, NAMES)


async def test_without_corrections_nothing_is_written(store, settings) -> None:
    await stored(store, settings)
    watched = WatchedStore(store)
    assert await correct(watched, settings) is None
    assert not watched.written


async def test_the_same_correction_again_writes_no_item(store, settings) -> None:
    await stored(store, settings)
    item = (await stored_items(store, NAMES))["t3_p0"]
    await say(store, item, label="negative")
    await correct(store, settings)
    await say(store, item, NOW + timedelta(seconds=1), label="negative")
    watched = WatchedStore(store)
    await correct(watched, settings, NOW + timedelta(minutes=5))
    assert watched.written.keys() == {"cycles"}
    assert await waiting(store) == 0
    assert len(await read_notes(store, LISTED, 10)) == 1


async def test_a_note_before_its_correction_waits_for_a_minute(store, settings) -> None:
    await stored(store, settings)
    item = (await stored_items(store, NAMES))["t3_p0"]

    class Dying:
        """A store whose process is killed before it writes the correction itself."""

        def __getattr__(self, name: str) -> Any:
            if name == "create":
                raise Killed
            return getattr(store, name)

    with pytest.raises(Killed):
        await say(Dying(), item, label="negative")  # type: ignore[arg-type]
    await correct(store, settings, NOW + timedelta(seconds=5))
    assert await waiting(store) == 1
    await correct(store, settings, NOW + timedelta(minutes=2))
    assert (await waiting(store), await corrected_in(store)) == (0, 0)
    assert await read_notes(store, LISTED, 10) == []


async def test_a_rescore_keeps_it_and_renews_the_method_s_own(store, settings) -> None:
    await stored(store, settings)
    item = (await stored_items(store, NAMES))["t3_p0"]
    await say(store, item, label="negative", mentions={"zed": False})
    await correct(store, settings)
    done = await rescorer(store, settings, now=NOW + timedelta(minutes=5)).run()
    assert (done.rescored, done.waiting) == (12, 0)
    items = await stored_items(store, NAMES)
    sentiment = items["t3_p0"]["sentiment"]
    assert (sentiment["label"], sentiment["method"]) == ("negative", "linear")
    await check_statistics(store, NAMES)
    assert await corrected_in(store) == 1
    await say(store, item, NOW + timedelta(minutes=6))
    await correct(store, settings, NOW + timedelta(minutes=10))
    fresh = (await stored_items(store, NAMES))["t3_p0"]
    # As if it had never been corrected.
    await keep(store, *some_items())
    await rematch_turn(store, settings, begins_again=True, now=NOW + timedelta(minutes=11)).run()
    await rescorer(store, settings, now=NOW + timedelta(minutes=15)).run()
    plain = (await stored_items(store, NAMES))["t3_p0"]
    for each in (fresh, plain):
        del each["_etag"], each["sentiment"]["analyzed_at"]
    assert fresh == plain


async def test_a_correction_during_a_rescore_isn_t_lost(store, settings) -> None:
    await stored(store, settings)
    item = (await stored_items(store, NAMES))["t3_p0"]
    later = NOW + timedelta(minutes=5)

    class Meanwhile:
        """A store in which a correction is written before the rescore takes the lease."""

        is_new = True

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        async def create(self, *args: Any) -> Any:
            if self.is_new and args[1]["kind"] in {"lease", "rescore"}:
                self.is_new = False
                await say(store, item, label="negative")
                await correct(store, settings)
            return await store.create(*args)

        async def replace(self, *args: Any) -> Any:
            if self.is_new and args[1]["kind"] == "lease":
                self.is_new = False
                await say(store, item, label="negative")
                await correct(store, settings)
            return await store.replace(*args)

    await rescorer(Meanwhile(), settings, now=later).run(lease_wait=LeaseWait(5))  # type: ignore[arg-type]
    await rescorer(store, settings, now=later + timedelta(minutes=5)).run()
    sentiment = (await stored_items(store, NAMES))["t3_p0"]["sentiment"]
    assert (sentiment["label"], sentiment["method"]) == ("negative", "linear")
    await check_statistics(store, NAMES)


async def test_a_rematch_keeps_it(store, settings) -> None:
    await stored(store, settings)
    items = await stored_items(store, NAMES)
    await say(store, items["t3_p0"], mentions={"zed": False, "kiro": True}, label="negative")
    await correct(store, settings)
    before = await stored_items(store, NAMES)
    await rematch_turn(store, settings, begins_again=True, now=NOW + timedelta(minutes=1)).run()
    assert await stored_items(store, NAMES) == before
    # The rules find another subject in it: that one counts, and the correction stays.
    quick = a_subject("quick")
    await watch(store, 2, ZED, KIRO, quick)
    await rematch_turn(store, settings, now=NOW + timedelta(minutes=2)).run()
    after = (await stored_items(store, NAMES))["t3_p0"]
    assert [each["subject"] for each in after["mentions"]] == ["quick", "kiro"]
    assert after["sentiment"]["label"] == "negative"
    # A subject that ends takes along what was said of it.
    await watch(store, 3, ZED, quick)
    await rematch_turn(store, settings, now=NOW + timedelta(minutes=3)).run()
    after = (await stored_items(store, NAMES))["t3_p0"]
    assert [each["subject"] for each in after["mentions"]] == ["quick"]
    await check_statistics(store, NAMES)


async def test_an_item_that_is_gone_takes_its_correction_along(store, settings) -> None:
    await stored(store, settings)
    item = {**(await stored_items(store, NAMES))["t3_p0"], "id": "p99"}
    await say(store, item, label="negative")
    await correct(store, settings)
    assert await read_correction(store, "post:p99") is None
    assert (await waiting(store), await read_notes(store, LISTED, 10)) == (0, [])


async def test_the_cleanup_takes_it_along(store, settings) -> None:
    await stored(store, settings)
    items = await stored_items(store, NAMES)
    await say(store, items["t3_p0"], label="negative")
    await say(store, items["t1_c0"], label="positive")
    await correct(store, settings)
    later = NOW + timedelta(days=settings.retention_days + 1)
    await Cleaner(store, settings, lambda: later).run()
    assert await stored_items(store, NAMES) == {}
    assert await read_correction(store, "post:p0") is None
    assert await read_correction(store, "comment:c0") is None
    assert await read_notes(store, LISTED, 10) == []


async def test_collected_again_edited_and_removed(stand_in, store, settings) -> None:
    reddit = stand_in(
        things(NAMES, 30, newest=time.time()), rate_limit=RateLimit(requests=1_000_000)
    )
    here = settings_for(settings, reddit.base_url, NAMES)
    now = utc_now()
    await run_cycle(store, here)
    items = await stored_items(store, NAMES)
    posts = [key for key in items if key.startswith("t3_")]
    kept, edited, removed = posts[:3]
    text = items[edited]["content"]
    for each in (kept, edited, removed):
        await say(store, items[each], now, label="negative")
    await Corrector(store, here).run()
    reddit.control.set_score(kept, 999)
    reddit.control.edit(edited, "Something else altogether")
    reddit.control.delete(removed)
    await run_cycle(store, here, clock=lambda: utc_now() + timedelta(minutes=5))
    fresh = await stored_items(store, NAMES)
    assert fresh[kept]["upvotes"] == 999
    assert fresh[kept]["sentiment"]["label"] == "negative"
    assert "method_says" not in fresh[edited]["sentiment"], "it is of another text"
    assert removed not in fresh
    keys = [item_key("post", each[3:]) for each in (kept, edited, removed)]
    found = [await read_correction(store, key) for key in keys]
    assert [each is not None for each in found] == [True, True, False]
    await check_statistics(store, NAMES)
    # The text is as it was: what was said of it counts again.
    reddit.control.edit(edited, text)
    await run_cycle(store, here, clock=lambda: utc_now() + timedelta(minutes=10))
    again = (await stored_items(store, NAMES))[edited]
    assert again["sentiment"]["label"] == "negative"
    await check_statistics(store, NAMES)


async def test_killed_at_any_write_the_next_run_finishes_it(sqlite_settings) -> None:
    before = sqlite_settings.model_copy(update={"subreddits": NAMES})
    async with opened(before) as store:
        await stored(store, before)
        items = await stored_items(store, NAMES)
        await say(store, items["t3_p0"], label="negative", mentions={"zed": False})
        await say(store, items["t3_p1"], label="positive")
        await say(store, items["t1_c0"], label="positive")
        await say(store, {**items["t3_p2"], "id": "p99"}, label="positive")
    whole = copied(before, "whole")
    async with opened(whole) as store:
        counting: Any = DeadStore(store, -2)
        await correct(counting, whole)
        expected = less_etags(await stored_items(store, NAMES))
    assert len(counting.batches) > 10
    for step in counting.steps():
        settings = copied(before, f"step{step}")
        async with opened(settings) as store:
            deadly: Any = DeadStore(store, step)
            with pytest.raises(Killed):
                await correct(deadly, settings)
            # Its lease expires, and the next writer finishes its work.
            moment = NOW + timedelta(seconds=61)
            await Cleaner(store, settings, lambda at=moment: at).run()  # type: ignore[misc]
            await check_statistics(store, NAMES)
            await correct(store, settings, moment + timedelta(seconds=1))
            assert less_etags(await stored_items(store, NAMES)) == expected, step
            await check_statistics(store, NAMES)
            assert (await waiting(store), await corrected_in(store)) == (0, 3)
            unreconciled = Query(WORK, "correct", 10, order_by="id", equals={"reconciled": "no"})
            assert await store.query(unreconciled) == []
