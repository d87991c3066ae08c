"""The queue function of backfills: which messages it sends, and what it does after one."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from collector import backfill_jobs
from collector.backfill_jobs import backfill_on_message, send_due
from collector.collection.cycle import Collector
from collector.sources import registry
from local.commands.backfill import backfill_command
from local.host.invoke import Output
from shared.backfills import backfill_id
from shared.errors import BadMessage, CommunityUnavailable, SettingsError
from shared.models import Backfill, Lease
from shared.settings import Settings
from shared.store import BACKFILLS, COMMUNITIES, CURRENT, LEASES, TOPICS, open_store
from shared.store.community_states import community_key
from shared.times import iso, parse_iso, utc_now
from tests.collector.backfill.forum import Forum
from tests.collector.harness import METHOD, check_statistics, stored_items

NAME = "forum.test"
ITEMS = 120


class World:
    """A forum of 20 days that every opening of the source gives."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.error: Exception | None = None
        end = utc_now()
        self.forum: dict[str, Any] = {"count": ITEMS, "start": end - timedelta(days=20), "end": end}

    def open(self, *_args: Any) -> Forum:
        def before(_number: int) -> None:
            if self.error is not None:
                raise self.error

        return Forum(before=before, **self.forum)

    def collect(self) -> None:
        async def run() -> None:
            store = await open_store(self.settings, retry_seconds=5)
            try:
                sources: Any = {"discourse": self.open()}
                await Collector(store, sources, METHOD, self.settings).run("cli")
            finally:
                await store.close()

        asyncio.run(run())

    def sent(self) -> list[bytes]:
        output = Output()
        send_due(self.settings, output)
        return messages_of(output)

    def run(self, message: bytes) -> list[bytes]:
        output = Output()
        backfill_on_message(self.settings, message, output)
        return messages_of(output)

    def backfill(self) -> Backfill:
        async def read() -> Any:
            store = await open_store(self.settings, retry_seconds=5)
            try:
                found = await store.read(BACKFILLS, "backfill", backfill_id(NAME))
                await check_statistics(store, [NAME])
                return found, len(await stored_items(store, [NAME]))
            finally:
                await store.close()

        found, self.stored = asyncio.run(read())
        assert found is not None
        return found

    def topics(self) -> Any:
        async def read() -> Any:
            store = await open_store(self.settings, retry_seconds=5)
            try:
                return await store.read(TOPICS, CURRENT, CURRENT)
            finally:
                await store.close()

        return asyncio.run(read())

    @contextmanager
    def leased(self, holder: str | None) -> Iterator[None]:
        """Let another writer hold the lease while the block runs."""

        async def write(name: str | None, until: datetime) -> None:
            store = await open_store(self.settings, retry_seconds=5)
            held = Lease(id="lease", kind="lease", ttl=-1, holder=name, expires_at=iso(until))
            try:
                await store.upsert(LEASES, [held])
            finally:
                await store.close()

        asyncio.run(write(holder, utc_now() + timedelta(minutes=1)))
        yield
        asyncio.run(write(None, utc_now()))


def messages_of(output: Output) -> list[bytes]:
    return [text.encode() for text in output.value or []]


@pytest.fixture
def world(sqlite_settings: Settings, monkeypatch) -> World:
    more = {"subreddits": (), "communities": (NAME,), "forums": {"test": "https://forum.example"}}
    made = World(sqlite_settings.model_copy(update=more))
    monkeypatch.setattr(registry, "MAKERS", {"discourse": made.open})
    return made


def test_a_community_gets_its_past_after_its_first_collection(world) -> None:
    assert world.sent() == []
    world.collect()
    (message,) = world.sent()
    assert json.loads(message)["community"] == NAME
    # It is on its way: no second one is sent.
    assert world.sent() == []
    assert world.run(message) == []
    done = world.backfill()
    assert (done["complete"], world.stored) == (True, ITEMS)
    # Nothing is left to do, and a message that comes twice does nothing.
    assert world.sent() == world.run(message) == []


def test_without_days_or_a_past_none_is_sent(world) -> None:
    world.collect()
    for more in ({"backfill_days": 0}, {"communities": (), "subreddits": ("aws",)}):
        world.settings = world.settings.model_copy(update=more)
        assert world.sent() == []


def test_a_failure_sends_no_message_until_its_pause_is_over(world) -> None:
    world.collect()
    (message,) = world.sent()
    world.error = CommunityUnavailable("missing", "There is no such forum")
    assert world.run(message) == []
    assert world.backfill()["last_error"]["message"] == "There is no such forum"
    assert world.sent() == []
    world.error = None
    (message,) = _later(world, timedelta(minutes=11))
    assert world.run(message) == []
    assert world.backfill()["complete"]


def test_a_lost_message_is_replaced_and_void_if_it_comes_after_all(world) -> None:
    world.collect()
    (lost,) = world.sent()
    assert _later(world, timedelta(minutes=14)) == []
    (other,) = _later(world, timedelta(minutes=2))
    assert world.run(lost) == []
    assert world.backfill()["items"] == 0
    world.run(other)
    assert world.backfill()["complete"]


def _later(world: World, time: timedelta) -> list[bytes]:
    """Return what is sent after this time: the document's own times are moved back by it."""

    async def age() -> None:
        store = await open_store(world.settings, retry_seconds=5)
        try:
            found: Any = await store.read(BACKFILLS, "backfill", backfill_id(NAME))
            for name in ("updated_at", "retry_at"):
                if found[name] is not None:
                    found[name] = iso(parse_iso(found[name]) - time)
            await store.upsert(BACKFILLS, [found])
        finally:
            await store.close()

    asyncio.run(age())
    return world.sent()


def test_after_a_backfill_the_hours_of_the_last_week_have_topics(world) -> None:
    world.collect()
    (message,) = world.sent()
    assert world.topics() is None
    began = iso(utc_now())
    world.run(message)
    current = world.topics()
    assert current["created_at"] >= began
    hours = [parse_iso(each) for each in current["snapshots"]]
    assert len(hours) in (167, 168, 169)
    assert {b - a for a, b in pairwise(hours)} == {timedelta(hours=1)}
    assert utc_now() - hours[0] < timedelta(days=7, hours=1)


def test_a_worker_killed_while_it_finds_topics_leaves_them_to_the_same_message(
    world, monkeypatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_args: Any) -> None:
        raise Killed

    world.collect()
    (message,) = world.sent()
    with monkeypatch.context() as patched:
        patched.setattr(backfill_jobs, "hours_of_past", kill)
        with pytest.raises(Killed):
            world.run(message)
    assert world.backfill()["complete"]
    assert world.topics()["snapshots"] == []
    assert world.run(message) == []
    assert len(world.topics()["snapshots"]) >= 167


def test_a_busy_lease_sends_the_same_message_again(world, monkeypatch) -> None:
    monkeypatch.setattr(backfill_jobs, "MESSAGE_WAIT_SECONDS", 0.0)
    world.collect()
    (message,) = world.sent()
    with world.leased("cycle_20261123_130000"):
        assert world.run(message) == [message]
    done = world.backfill()
    assert (done["items"], done["complete"], done["last_error"]) == (0, False, None)
    assert world.run(message) == []
    assert world.backfill()["complete"]


def test_what_no_poll_reached_in_a_pause_is_read_by_another_backfill(world) -> None:
    """As after a community was taken off the list for three days, and put on it again."""
    pause = timedelta(days=3)
    again = utc_now()
    world.forum["end"] = again - pause
    world.collect()
    world.run(world.sent()[0])
    stopped = _stopped(world, pause)
    # The first collection ended some time after `again`.
    start = again - pause + timedelta(hours=1)
    world.forum = {"count": 30, "start": start, "end": again, "prefix": "discourse.later"}
    world.collect()
    (message,) = world.sent()
    assert world.run(message) == []
    done = world.backfill()
    assert (done["complete"], done["start"]) == (True, stopped)
    assert world.stored == ITEMS + 30
    # A later collection misses nothing, so nothing more is read.
    world.collect()
    assert world.sent() == []


def _stopped(world: World, pause: timedelta) -> str:
    """Move collection and the backfill back by a pause; return when collection stopped."""

    async def move() -> str:
        store = await open_store(world.settings, retry_seconds=5)
        try:
            state: Any = await store.read(COMMUNITIES, *community_key(NAME))
            earlier = [[iso(parse_iso(at) - pause) for at in span] for span in state["covered"]]
            stopped = earlier[-1][1]
            await store.upsert(COMMUNITIES, [{**state, "covered": earlier}])
            found: Any = await store.read(BACKFILLS, "backfill", backfill_id(NAME))
            ended = iso(parse_iso(found["end"]) - pause)
            await store.upsert(BACKFILLS, [{**found, "end": ended}])
            return stopped
        finally:
            await store.close()

    return asyncio.run(move())


def test_a_message_that_cannot_be_read_fails(world) -> None:
    with pytest.raises(BadMessage):
        world.run(b"hello")


def environ(world: World) -> dict[str, str]:
    return {
        "SQLITE_PATH": str(world.settings.sqlite_path),
        "SUBREDDITS": "aws",
        "COMMUNITIES": f"{NAME},push.desk",
        "FORUMS": "test=https://forum.example",
        "PUSH_FOLDER": str(world.settings.sqlite_path.parent),
    }


def test_by_hand_it_is_read_to_the_end_at_once(world, capsys) -> None:
    assert backfill_command(environ(world), "FORUM.test", days=90, as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["community"], said["items"], said["status"]) == (NAME, ITEMS, "done")
    assert world.backfill()["complete"]
    world.error = CommunityUnavailable("missing", "There is no such forum")
    assert backfill_command(environ(world), NAME, days=30, as_json=False) == 1
    assert "There is no such forum" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("community", "reason"),
    [
        ("nowhere", "nowhere isn't watched"),
        ("aws", "ARCTIC_SHIFT=backfill"),
        ("push.desk", "its file is read whole"),
    ],
)
def test_by_hand_a_community_without_a_past_is_named(world, community, reason) -> None:
    with pytest.raises(SettingsError, match=reason):
        backfill_command(environ(world), community, days=None, as_json=False)
