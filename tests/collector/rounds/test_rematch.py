"""The rematch by shard: it gives what the rematch of all communities gives, beside collections."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector import rematch_jobs, shard_runs
from collector.maintenance.cleanup import Cleaner
from collector.rematch_jobs import RematchInShards, rematch_by_hand, rematch_on_message
from collector.rematch_jobs import send_due_rematch as send_due
from collector.rounds import worker
from collector.rounds.documents import read_round
from collector.rounds.rematch import RematchRound
from collector.rounds.worker import RoundWorker, ShardsFailedError, holder_of
from collector.shards.retiring import retire_shards
from collector.writers.lease import LeaseWait, lease
from collector.writers.shared_lease import shared_lease
from local.host.invoke import Output
from shared.errors import CycleRunning, LeaseLost
from shared.models import Rematch, RoundName, ShardRound
from shared.rematches import LOST_AFTER, RematchMessage, is_done, read_rematch, rematching
from shared.settings import Settings
from shared.store import (
    COMMENTS,
    COMMUNITIES,
    DAYS,
    LEASES,
    POSTS,
    REMATCH,
    SHARD_PARTS,
    SHARD_ROUNDS,
    WORK,
    Query,
    Store,
)
from shared.store.community_states import never_read, read_states
from shared.subjects.watchlist import read_watchlist
from shared.times import iso, parse_iso, utc_now
from tests.collector.crashing import DeadlyStore, DeadStore, Killed, copied, opened, rematch_turn
from tests.collector.harness import check_statistics, final_data, stored_items
from tests.collector.maintenance.test_rematch import truth
from tests.collector.shards.world import (
    NAMES,
    SHARDING,
    Server,
    Workers,
    a_seen_comment,
    a_seen_post,
    a_server,
    add_up_again,
    notes_left,
    settings_of,
)
from tests.watchlists import a_subject, watch

LATER = timedelta(minutes=5)
"""The leases of a killed worker have expired by then."""
ZED = a_subject("zed")
KIRO = a_subject("kiro", home=["forum.a", "gemini"])
WORDS = ("zed is quick", "kiro broke", "nothing", "zed or kiro?", "plain")
HOURS = 4
FIRST, SECOND, FORUMS = "shard_reddit_0001", "shard_reddit_0002", "shard_discourse_0001"
WAIT = LeaseWait(20.0)


def a_world_of_words(newest: datetime) -> Server:
    """Return sources whose posts name zed, kiro, both or nothing, each with a comment."""
    server = a_server(newest)
    for place, name in enumerate(NAMES):
        server.items[name] = []
        for number in range(HOURS):
            created = newest - timedelta(hours=number, minutes=place)
            key = f"{place}x{number}"
            words = [WORDS[(place + number + more) % len(WORDS)] for more in range(2)]
            server.items[name] += [
                a_seen_post(key, created, words[0]),
                a_seen_comment(key, created, words[1]),
            ]
    return server


ITEMS = 2 * HOURS * len(NAMES)


@pytest.fixture
def settings(sqlite_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(shard_runs, "SHARDING", SHARDING)
    monkeypatch.setattr(worker, "LET_GO_SECONDS", 0.05)
    return settings_of(sqlite_settings)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run after a message end after one turn of one batch."""
    monkeypatch.setattr(rematch_jobs, "RUN_SECONDS", 0.0)


async def begin(settings: Settings, *, subjects: Sequence[Any] = (ZED, KIRO)) -> Server:
    """Collect once without subjects, and then watch these."""
    server = a_world_of_words(utc_now() - timedelta(hours=1))
    async with opened(settings) as store:
        await watch(store, 1)
        await Workers(settings, server, -LATER).collect(store)
        await watch(store, 2, *subjects)
    return server


def in_shards(
    store: Any, settings: Settings, later: timedelta = timedelta(0), **more: Any
) -> RematchInShards:
    def clock() -> datetime:
        return utc_now() + later

    return RematchInShards(store, settings, WAIT, clock, **{"batch_items": 5, **more})


async def to_the_end(
    store: Any, settings: Settings, later: timedelta = timedelta(0), **more: Any
) -> Rematch:
    done = await in_shards(store, settings, later, **more).to_the_end(begins_again=False)
    assert done is not None
    return done


async def messages(
    store: Any, settings: Settings, message: RematchMessage, **more: Any
) -> list[RematchMessage]:
    return [*(await in_shards(store, settings, **more).on_message(message)).following]


async def work_through(
    store: Any, settings: Settings, waiting: Sequence[RematchMessage], **more: Any
) -> None:
    left = list(waiting)
    while left:
        left += await messages(store, settings, left.pop(0), **more)


async def is_right(store: Store, *subjects: Any) -> bool:
    """Return whether all items have the mentions of these subjects.

    Of a comment whose post isn't stored yet, nothing is known.
    """
    found = await stored_items(store, NAMES)
    items = {
        key: item
        for key, item in found.items()
        if "post_id" not in item or f"t3_{item['post_id']}" in found
    }
    stored = {
        key: {(each["subject"], each["via"]) for each in item.get("mentions", [])}
        for key, item in items.items()
    }
    return stored == truth(items, *subjects)


async def check(store: Store, *subjects: Any, items: int = ITEMS) -> None:
    """Assert that all items have these subjects' mentions, and that every figure is a recount."""
    assert len(await stored_items(store, NAMES)) == items
    assert await is_right(store, *subjects)
    await check_statistics(store, NAMES)
    assert await notes_left(store) == 0
    assert await rematching(store) == frozenset()
    assert is_done(await read_rematch(store), await read_watchlist(store))
    for kind in ("rematch", "cycle"):
        query: Query[Any] = Query(WORK, kind, 9, order_by="id", equals={"reconciled": "no"})
        assert await store.query(query) == []


async def run_of(store: Store) -> str:
    found = await read_rematch(store)
    assert found is not None
    return found["run"]


async def test_it_gives_what_a_rematch_of_all_communities_gives(
    any_store_settings: Settings,
) -> None:
    settings = settings_of(any_store_settings)
    await begin(settings)
    async with opened(settings) as store:
        before = await final_data(store, NAMES)
        shown: list[Rematch] = []
        done = await to_the_end(store, settings, progress=shown.append)
        await check(store, ZED, KIRO)
        sharded = await final_data(store, NAMES)
        assert sharded != before
        assert (done["revision"], done["items"], done["matched"]) == (2, ITEMS, ITEMS)
        changed = [key for key in sharded["items"] if sharded["items"][key] != before["items"][key]]
        assert done["changed"] == len(changed)
        assert [each["matched"] for each in shown] == sorted(each["matched"] for each in shown)
        assert 0 < shown[1]["matched"] < ITEMS
        # As it is without shards, from the same items.
        await watch(store, 3)
        while await rematch_turn(store, settings, now=None).run() is not None:
            pass
        await watch(store, 4, ZED, KIRO)
        while await rematch_turn(store, settings, now=None).run() is not None:
            pass
        await check(store, ZED, KIRO)
        assert await final_data(store, NAMES) == sharded


async def test_nothing_is_written_where_all_is_matched(settings: Settings) -> None:
    await begin(settings)
    async with opened(settings) as store:
        await to_the_end(store, settings)
        before = await read_rematch(store)
        assert await in_shards(store, settings).to_the_end(begins_again=False) is None
        assert await messages(store, settings, RematchMessage(revision=2)) == []
        assert await read_rematch(store) == before
        # By hand all can be matched again.
        spoilt = (await store.query(Query(POSTS, "aws", 9)))[0]
        await store.upsert(POSTS, [{**spoilt, "mentions": []}])
        done = await in_shards(store, settings).to_the_end(begins_again=True)
        assert done is not None
        assert (done["matched"], done["changed"]) == (ITEMS, int(bool(spoilt.get("mentions"))))
        await check(store, ZED, KIRO)


async def test_killed_at_any_write_nothing_is_lost_and_answers_say_what_is_not_right_yet(
    settings: Settings,
) -> None:
    """A killed turn is recovered by the next one, or by another writer.

    Items that stood in a home community turn out to name another subject.
    """
    await begin(settings, subjects=[KIRO])
    async with opened(settings) as store:
        await to_the_end(store, settings)
        before = await mentioned(store)
        await watch(store, 3, KIRO, ZED)
        assert await rematching(store) == {"zed"}
    undisturbed = copied(settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting = DeadlyStore(store, -2)
        await to_the_end(counting, undisturbed)
        await check(store, ZED, KIRO)
        expected = await final_data(store, NAMES)
    assert len(counting.batches) > 60
    for number, step in enumerate(counting.steps()):
        killed = copied(settings, f"step{step}")
        async with opened(killed) as store:
            dead: Any = DeadStore(store, step)
            with suppress(Killed):
                await to_the_end(dead, killed)
            assert dead.is_dead, step
            await check_what_is_named(store, before)
            if number % 3 == 2:
                at = utc_now() + LATER
                await Cleaner(store, killed, lambda at=at: at).run()  # type: ignore[misc]
            await in_shards(store, killed, 2 * LATER).to_the_end(begins_again=False)
            await check_statistics(store, NAMES)
            await add_up_again(store, utc_now() + 3 * LATER)
            await check(store, ZED, KIRO)
            assert await final_data(store, NAMES) == expected, step


async def test_killed_at_any_write_a_change_that_is_taken_back_leaves_nothing_behind(
    settings: Settings,
) -> None:
    await begin(settings, subjects=[KIRO])
    async with opened(settings) as store:
        await to_the_end(store, settings)
        expected = await final_data(store, NAMES)
        await watch(store, 3, KIRO, ZED)
    undisturbed = copied(settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting = DeadlyStore(store, -2)
        await to_the_end(counting, undisturbed)
    for step in counting.steps():
        killed = copied(settings, f"step{step}")
        async with opened(killed) as store:
            dead: Any = DeadStore(store, step)
            with suppress(Killed):
                await to_the_end(dead, killed)
            await watch(store, 4, KIRO)
            await in_shards(store, killed, LATER).to_the_end(begins_again=False)
            await check_statistics(store, NAMES)
            await add_up_again(store, utc_now() + 2 * LATER)
            await check(store, KIRO)
            assert await final_data(store, NAMES) == expected, step


async def check_what_is_named(store: Store, before: dict[str, set[str]]) -> None:
    """Assert that answers name each subject whose mentions have changed, until all is right."""
    named = await rematching(store)
    if not named:
        assert await is_right(store, ZED, KIRO)
        await check_statistics(store, NAMES)
        return
    now = await mentioned(store)
    assert named >= {each for key in now for each in now[key] ^ before[key]}


async def mentioned(store: Store) -> dict[str, set[str]]:
    items = await stored_items(store, NAMES)
    return {
        key: {each["subject"] for each in item.get("mentions", [])} for key, item in items.items()
    }


async def test_a_message_begins_the_round_and_the_following_ones_do_it(
    settings: Settings, short: None
) -> None:
    del short
    await begin(settings)
    async with opened(settings) as store:
        asked = RematchMessage(revision=2)
        (message,) = await messages(store, settings, asked)
        assert message == RematchMessage(revision=2, run=await run_of(store))
        named = [await rematching(store)]
        turns = 0
        waiting = [message]
        while waiting:
            assert await rematching(store) >= {"zed", "kiro"}
            waiting = [*waiting[1:], *await messages(store, settings, waiting[0])]
            turns += 1
        assert named == [{"zed", "kiro"}]
        assert turns > 5
        await check(store, ZED, KIRO)
        # Messages that come twice, or late, do nothing.
        assert await messages(store, settings, asked) == []
        assert await messages(store, settings, message) == []


@dataclass
class Naming:
    """A store that checks that answers name the subjects of an item before they change."""

    inner: Any
    named: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)
        if name != "upsert":
            return method

        async def upsert(container: Any, items: Sequence[Any]) -> None:
            if container in (POSTS, COMMENTS) and items:
                before = await mentioned(self.inner)
                for item in items:
                    key = f"{'t1' if item['kind'] == 'comment' else 't3'}_{item['id']}"
                    self.named |= before[key] ^ {each["subject"] for each in item["mentions"]}
                assert await rematching(self.inner) >= self.named
            await method(container, items)

        return upsert


async def test_a_subject_that_loses_mentions_is_named_before_it_does(settings: Settings) -> None:
    """Of an item that stood in a home community and turns out to name another subject."""
    await begin(settings, subjects=[KIRO])
    async with opened(settings) as store:
        await to_the_end(store, settings)
        await watch(store, 3, KIRO, ZED)
        assert await rematching(store) == {"zed"}
        naming = Naming(store)
        await to_the_end(naming, settings)
        assert naming.named == {"zed", "kiro"}
        await check(store, KIRO, ZED)


async def test_several_workers_share_the_round(settings: Settings) -> None:
    await begin(settings)
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        both = await asyncio.gather(
            *(messages(store, settings, message, batch_items=1) for _ in range(3))
        )
        for left in both:
            await work_through(store, settings, left)
        await check(store, ZED, KIRO)
        assert await read_rematch(store) is not None


async def test_a_shard_that_is_collected_keeps_no_other_back(settings: Settings) -> None:
    await begin(settings)
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        cycle = "cycle_20261127_120000"
        async with (
            lease(store, FIRST, seconds=60, clock=utc_now, name=FIRST),
            shared_lease(store, cycle, FIRST, seconds=60, clock=utc_now),
        ):
            running = asyncio.create_task(messages(store, settings, message))
            while (found := await read_round(store, "rematch")) and found["open"] != [FIRST]:
                assert not running.done()
                await asyncio.sleep(0.01)
            assert await rematching(store) == {"zed", "kiro"}
        assert await running == []
        await check(store, ZED, KIRO)


async def test_a_turn_ends_after_a_batch_if_its_time_is_over_and_frees_the_shard(
    settings: Settings, short: None
) -> None:
    del short
    await begin(settings)
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        assert await messages(store, settings, message) == [message]
        ended = await store.read(SHARD_PARTS, "rematch", holder_of("rematch", FORUMS))
        assert ended is not None
        assert (ended["counts"]["matched"], ended["is_done"]) == (6, False)
        for name in (FORUMS, "lease"):
            held = await store.read(LEASES, "lease", name)
            assert held is not None
            assert held["holder"] is None


async def test_a_collection_beside_it_loses_nothing(settings: Settings) -> None:
    server = await begin(settings)
    newest = utc_now()
    fresh = 0
    for place, name in enumerate(NAMES):
        server.items[name].append(a_seen_post(f"new{place}", newest, "zed and kiro"))
        fresh += 1
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        cycle, left = await asyncio.gather(
            Workers(settings, server).collect(store),
            messages(store, settings, message, batch_items=1),
        )
        assert (cycle["status"], cycle["new"]) == ("completed", fresh)
        await work_through(store, settings, left)
        await check(store, ZED, KIRO, items=ITEMS + fresh)


@dataclass
class Overtaken:
    """A store in which, before the first day is written, a clock that is ahead takes over."""

    inner: Any
    take_over: Any
    is_over: bool = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)
        if name != "upsert":
            return method

        async def upsert(container: Any, documents: Sequence[Any]) -> None:
            if container == DAYS and documents and not self.is_over:
                self.is_over = True
                await self.take_over()
            await method(container, documents)

        return upsert


async def test_a_collection_that_takes_over_from_a_living_worker_has_its_cells_recounted(
    settings: Settings,
) -> None:
    """The worker goes on for a moment, and writes a cell without what was collected meanwhile."""
    server = await begin(settings)
    newest = datetime.fromtimestamp(server.items["forum.a"][0].created_utc, UTC)
    for name in ("forum.a", "forum.b"):
        server.items[name].append(a_seen_post(f"new{name[-1]}", newest, "zed"))
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        workers = Workers(settings, server, LATER)

        async def take_over() -> None:
            await workers.plan(store)
            (own,) = [each for each in workers.waiting if each.shard == FORUMS]
            workers.waiting.remove(own)
            workers.waiting.extend(await workers.worker(store).work(own))

        overtaken = Overtaken(store, take_over)
        with pytest.raises(LeaseLost):
            await messages(overtaken, settings, message)
        assert overtaken.is_over
        await workers.work(store)
        await work_through(store, settings, [message], later=2 * LATER)
        await check(store, ZED, KIRO, items=ITEMS + 2)


async def test_a_writer_of_everything_goes_first_and_the_message_comes_again(
    settings: Settings, short: None
) -> None:
    del short
    await begin(settings)
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        async with lease(store, "import_20261127_120000", seconds=60, clock=utc_now):
            assert await messages(store, settings, message) == [message]
        await work_through(store, settings, [message])
        await check(store, ZED, KIRO)


async def test_a_change_of_rules_meanwhile_begins_again_and_messages_of_before_are_void(
    settings: Settings, short: None
) -> None:
    del short
    await begin(settings, subjects=[ZED])
    async with opened(settings) as store:
        (old,) = await messages(store, settings, RematchMessage(revision=2))
        assert await messages(store, settings, old) == [old]
        await watch(store, 3, ZED, KIRO)
        (new,) = await messages(store, settings, RematchMessage(revision=3))
        assert new.run != old.run
        assert await rematching(store) == {"zed", "kiro"}
        assert await messages(store, settings, old) == []
        await work_through(store, settings, [new])
        await check(store, ZED, KIRO)


async def test_a_change_whose_message_was_lost_is_matched_by_the_workers_of_before(
    settings: Settings,
) -> None:
    await begin(settings, subjects=[ZED])
    async with opened(settings) as store:
        (old,) = await messages(store, settings, RematchMessage(revision=2))
        await watch(store, 3, ZED, KIRO)
        (new,) = await messages(store, settings, old)
        assert new == RematchMessage(revision=3, run=await run_of(store))
        assert await rematching(store) == {"zed", "kiro"}
        await work_through(store, settings, [new])
        await check(store, ZED, KIRO)
        # By hand, too.
        await watch(store, 4, KIRO)
        changed = False

        def change(_rematch: Rematch) -> None:
            nonlocal changed
            changed = True

        class Turn(RematchRound):
            async def turn(self, found: ShardRound, shard: str, held: Any) -> Any:
                if not changed:
                    change(await read_rematch(store))  # type: ignore[arg-type]
                    await watch(store, 5, ZED)
                return await super().turn(found, shard, held)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(rematch_jobs, "RematchRound", Turn)
            assert (await to_the_end(store, settings))["revision"] == 5
        await check(store, ZED)


async def test_a_change_of_a_name_meanwhile_goes_on_where_it_was(
    settings: Settings, short: None
) -> None:
    del short
    await begin(settings)
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        assert await messages(store, settings, message) == [message]
        await watch(store, 3, {**ZED, "name": "Zed Industries"}, KIRO)
        # The change's own message makes one more worker.
        assert await messages(store, settings, RematchMessage(revision=3)) == [
            message.model_copy(update={"revision": 3})
        ]
        await work_through(store, settings, [message])
        done = await read_rematch(store)
        assert done is not None
        assert (done["revision"], done["matched"], done["run"]) == (3, ITEMS, message.run)
        await check(store, ZED, KIRO)


@dataclass
class Broken:
    """A store in which nothing of some communities can be read by those who match."""

    inner: Any
    names: set[str] = field(default_factory=set)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)
        if name != "query":
            return method

        async def query(asked: Query[Any]) -> Any:
            if asked.container == POSTS and asked.partition in self.names:
                raise RuntimeError("no memory")
            return await method(asked)

        return query


async def test_a_shard_that_breaks_is_given_up_until_a_collection_asks_again(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    await begin(settings)
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        broken = Broken(store, {"claude"})
        done = await in_shards(broken, settings).on_message(message)
        assert (done.report["outcome"], done.report["shards"], done.following) == ("failed", 1, ())
        assert "round.gave_up" in caplog.text
        found = await read_round(store, "rematch")
        assert found is not None
        assert found["open"] == [FIRST]
        assert await rematching(store) == {"zed", "kiro"}
    assert await asyncio.to_thread(due, settings) == []
    async with opened(settings) as store:
        await age(store)
    (sent,) = await asyncio.to_thread(due, settings)
    async with opened(settings) as store:
        asked = RematchMessage.model_validate_json(sent)
        (again,) = await messages(store, settings, asked)
        assert again == message
        await work_through(store, settings, [again])
        await check(store, ZED, KIRO)


async def test_by_hand_a_shard_that_breaks_is_named(settings: Settings) -> None:
    await begin(settings)
    async with opened(settings) as store:
        broken = Broken(store, {"claude"})
        with pytest.raises(ShardsFailedError, match=f"{FIRST}: RuntimeError: no memory"):
            await to_the_end(broken, settings)
        broken.names.clear()
        await to_the_end(broken, settings)
        await check(store, ZED, KIRO)


def due(settings: Settings) -> list[str]:
    output = Output()
    send_due(settings, output)
    return list(output.value or [])


async def age(store: Store) -> None:
    """Move the document's time back, as if there had been no sign since."""
    found: Any = await read_rematch(store)
    found["updated_at"] = iso(parse_iso(found["updated_at"]) - LOST_AFTER - LATER)
    await store.upsert(REMATCH, [found])


async def test_lost_messages_are_made_up_for(settings: Settings, short: None) -> None:
    del short
    await begin(settings)
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        assert await messages(store, settings, message) == [message]
        await age(store)
    (sent,) = await asyncio.to_thread(due, settings)
    async with opened(settings) as store:
        assert await messages(store, settings, RematchMessage.model_validate_json(sent)) == [
            message
        ]
        await work_through(store, settings, [message])
        await check(store, ZED, KIRO)


async def test_a_community_without_a_shard_is_waited_for(settings: Settings) -> None:
    server = await begin(settings)
    async with opened(settings) as store:
        await store.upsert(COMMUNITIES, [never_read("pushed.example")])
        done = await in_shards(store, settings).on_message(RematchMessage(revision=2))
        assert (done.report["outcome"], done.following) == ("skipped", ())
        assert "pushed.example" in str(done.report["reason"])
        with pytest.raises(CycleRunning, match=r"pushed\.example"):
            await to_the_end(store, settings)
        assert await rematching(store) == {"zed", "kiro"}
    # The collection that assigns it sends the message.
    async with opened(settings) as store:
        await Workers(settings, server).collect(store)
    (sent,) = await asyncio.to_thread(due, settings)
    async with opened(settings) as store:
        asked = RematchMessage.model_validate_json(sent)
        await work_through(store, settings, await messages(store, settings, asked))
        await check(store, ZED, KIRO)


async def test_items_of_a_community_that_is_no_longer_watched_are_matched_too(
    settings: Settings,
) -> None:
    await begin(settings)
    fewer = settings_of(settings, NAMES[1:])
    async with opened(settings) as store:
        assert (await to_the_end(store, fewer))["matched"] == ITEMS
        await check(store, ZED, KIRO)


async def test_items_that_a_killed_collection_left_uncounted_are_matched(
    settings: Settings,
) -> None:
    """It had written them by the earlier rules, into hours that no cell counts yet."""
    server = a_world_of_words(utc_now() - timedelta(hours=1))
    async with opened(settings) as store:
        await watch(store, 1)
    undisturbed = copied(settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting = DeadlyStore(store, -2)
        await Workers(undisturbed, server).collect(counting)  # type: ignore[arg-type]
    uncounted = 0
    for step in range(0, 2 * len(counting.batches), 14):
        killed = copied(settings, f"step{step}")
        async with opened(killed) as store:
            workers = Workers(killed, server)
            with suppress(Killed):
                await workers.collect(DeadStore(store, step))  # type: ignore[arg-type]
            states = await read_states(store, NAMES)
            if len(states) < len(NAMES) or not all(each["shard"] for each in states.values()):
                continue
            if not await differs(store):
                continue
            uncounted += 1
            await watch(store, 2, ZED, KIRO)
            await in_shards(store, killed, LATER).to_the_end(begins_again=False)
            assert await is_right(store, ZED, KIRO), step
            workers.waiting.clear()
            for number in (1, 2):
                workers.later = number * (LOST_AFTER + LATER)
                await workers.collect(store)
            await check(store, ZED, KIRO)
    assert uncounted


async def differs(store: Store) -> bool:
    try:
        await check_statistics(store, NAMES)
    except AssertionError:
        return True
    return False


@pytest.mark.parametrize("is_killed", [False, True])
async def test_one_of_before_there_were_shards_begins_again(
    settings: Settings, *, is_killed: bool
) -> None:
    await begin(settings)
    step = 0
    while True:
        before = copied(settings, f"before{step}")
        async with opened(before) as store:
            dead: Any = DeadStore(store, step if is_killed else -2)
            with suppress(Killed):
                now = utc_now() - LATER
                await rematch_turn(dead, before, now=now, batch_items=9).run()
            found = await read_rematch(store)
            has_begun = found is not None and found["revision"] == 2
            assert is_killed or has_begun
            done = await to_the_end(store, before, LATER)
            assert done["matched"] == ITEMS
            await check(store, ZED, KIRO)
            if not is_killed or not dead.is_dead:
                return
        step += 4


@pytest.mark.parametrize("step", [30, 50, 130])
async def test_one_in_shards_goes_on_without_shards_and_its_parts_are_removed(
    settings: Settings, step: int
) -> None:
    await begin(settings)
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        dead: Any = DeadStore(store, step)
        with suppress(Killed):
            await messages(dead, settings, message)
        assert dead.is_dead
        await retire_shards(store, settings, clock=lambda: utc_now() + LATER)
        await check_statistics(store, NAMES)
        assert await notes_left(store) == 0
        for kind in ("rematch", "rescore", "cleanup"):
            found: Query[Any] = Query(SHARD_PARTS, kind, 9, order_by="id")
            assert [each["id"] for each in await store.query(found)] in ([], ["rematch"])
        assert await store.query(Query(SHARD_ROUNDS, "shard_round", 9, order_by="id")) == []
        assert await rematching(store) == {"zed", "kiro"}
        later = utc_now() + 2 * LATER
        matched: list[int] = []
        while (
            turn := await rematch_turn(store, settings, now=later, batch_items=9).run()
        ) is not None:
            matched.append(turn["matched"])
        assert matched[-1] == ITEMS
        await check(store, ZED, KIRO)


async def test_parts_of_all_rounds_are_recounted_before_they_are_removed(
    settings: Settings,
) -> None:
    await begin(settings)
    async with opened(settings) as store:
        await to_the_end(store, settings)
        ended = await store.read(SHARD_PARTS, "rematch", holder_of("rematch", FIRST))
        assert ended is not None
        post = (await store.query(Query(POSTS, "aws", 1)))[0]
        # As a killed part leaves them: the item is gone, and its cell is pending.
        await store.delete(POSTS, [("aws", post["id"])])
        hour = post["order_key"][:13]
        part: Any = {**ended, "id": f"cleanup_{FIRST}", "kind": "cleanup", "reconciled": "no"}
        await store.create(SHARD_PARTS, {**part, "pending_cells": {"aws": [hour]}})
        works: list[RoundName] = ["cleanup", "trending"]
        found = await read_round(store, "rematch")
        assert found is not None
        await store.upsert(SHARD_ROUNDS, [{**found, "id": work} for work in works])
        await retire_shards(store, settings)
        await check_statistics(store, NAMES)
        for work in works:
            assert await read_round(store, work) is None
        assert await store.read(SHARD_PARTS, "cleanup", f"cleanup_{FIRST}") is None


async def test_the_queue_function_and_the_command_do_it(settings: Settings) -> None:
    await begin(settings)

    def run(body: bytes) -> list[str]:
        output = Output()
        rematch_on_message(settings, body, output)
        return list(output.value or [])

    waiting = await asyncio.to_thread(run, b'{"revision": 2}')
    assert len(waiting) == 1
    assert await asyncio.to_thread(run, waiting[0].encode()) == []
    async with opened(settings) as store:
        await check(store, ZED, KIRO)
        await watch(store, 3, ZED)
    done = await rematch_by_hand(settings)
    assert done is not None
    assert (done["revision"], done["matched"]) == (3, ITEMS)
    async with opened(settings) as store:
        await check(store, ZED)


async def test_two_that_find_it_done_both_end_it(settings: Settings) -> None:
    await begin(settings)
    async with opened(settings) as store:
        (message,) = await messages(store, settings, RematchMessage(revision=2))
        assert message.run is not None
        work = RematchRound(store, settings)
        end = await RoundWorker(store, work, utc_now, lambda: False).run(message.run)
        # It is killed before the end.
        assert end.is_done
        assert await notes_left(store) > 0
        assert await rematching(store) == {"zed", "kiro"}
        await asyncio.gather(*(messages(store, settings, message) for _ in range(2)))
        await work_through(store, settings, [message])
        await check(store, ZED, KIRO)
