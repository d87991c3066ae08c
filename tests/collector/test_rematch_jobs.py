"""The queue function of rematches: which messages it sends, and what it does after one."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from collector import rematch_jobs
from collector.rematch_jobs import rematch_on_message, send_due_rematch
from local.commands.rematch import rematch_command
from local.host.invoke import Output
from shared.errors import BadMessage
from shared.models import Lease, Rematch
from shared.rematches import message_of, read_rematch
from shared.settings import Settings
from shared.store import LEASES, REMATCH, Store, open_store
from shared.subjects.watchlist import read_watchlist
from shared.times import iso, parse_iso, utc_now
from tests.api.world import NAMES, a_post, keep
from tests.collector.harness import check_statistics, stored_items
from tests.watchlists import a_subject, watch

T = TypeVar("T")

ITEMS = 30
ZED, KIRO = a_subject("zed"), a_subject("kiro")


class World:
    """A database with posts that name zed, and a watchlist."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.run_in_store(self._fill)

    async def _fill(self, store: Store) -> None:
        now = utc_now()
        posts: list[Any] = [
            {**a_post(n, now - n * timedelta(hours=1), NAMES[n % 3]), "title": "zed and kiro"}
            for n in range(ITEMS)
        ]
        await keep(store, posts)

    def run_in_store(self, work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            store = await open_store(self.settings, retry_seconds=5)
            try:
                return await work(store)
            finally:
                await store.close()

        return asyncio.run(run())

    def watch(self, revision: int, *subjects: Any) -> None:
        self.run_in_store(lambda store: watch(store, revision, *subjects))

    def sent(self) -> list[bytes]:
        output = Output()
        send_due_rematch(self.settings, output)
        return messages_of(output)

    def run(self, message: bytes) -> list[bytes]:
        output = Output()
        rematch_on_message(self.settings, message, output)
        return messages_of(output)

    def message(self) -> bytes:
        """Return the message that the change of the watchlist sent."""

        async def read(store: Store) -> str:
            return message_of(await read_watchlist(store))

        return self.run_in_store(read).encode()

    def rematch(self) -> Rematch | None:
        return self.run_in_store(read_rematch)

    def mentioned(self) -> set[frozenset[str]]:
        async def read(store: Store) -> set[frozenset[str]]:
            await check_statistics(store, NAMES)
            items = (await stored_items(store, NAMES)).values()
            return {frozenset(each["subject"] for each in i.get("mentions", [])) for i in items}

        return self.run_in_store(read)

    def age(self, time: timedelta) -> None:
        """Move the document's own time back."""

        async def move(store: Store) -> None:
            found: Any = await read_rematch(store)
            found["updated_at"] = iso(parse_iso(found["updated_at"]) - time)
            await store.upsert(REMATCH, [found])

        self.run_in_store(move)

    @contextmanager
    def leased(self, holder: str) -> Iterator[None]:
        """Let another writer hold the lease while the block runs."""

        async def write(store: Store, name: str | None, until: datetime) -> None:
            held = Lease(id="lease", kind="lease", ttl=-1, holder=name, expires_at=iso(until))
            await store.upsert(LEASES, [held])

        self.run_in_store(lambda store: write(store, holder, utc_now() + timedelta(minutes=1)))
        yield
        self.run_in_store(lambda store: write(store, None, utc_now()))


def messages_of(output: Output) -> list[bytes]:
    return [text.encode() for text in output.value or []]


@pytest.fixture
def world(sqlite_settings: Settings) -> World:
    return World(sqlite_settings.model_copy(update={"subreddits": NAMES}))


@pytest.fixture
def short(monkeypatch) -> None:
    """Let a run after a message end after its first batch, of an hour."""
    monkeypatch.setattr(rematch_jobs, "RUN_SECONDS", 0.0)
    monkeypatch.setattr("collector.maintenance.rematch.BATCH_HOURS", 10)


def test_a_change_of_the_watchlist_is_matched_after_its_message(world) -> None:
    assert world.sent() == []
    world.watch(1, ZED)
    assert world.run(world.message()) == []
    assert world.mentioned() == {frozenset({"zed"})}
    # Nothing is left to do, and a message that comes twice does nothing.
    assert world.sent() == world.run(world.message()) == []


def test_a_long_rematch_goes_on_with_the_next_message(world, short) -> None:
    del short
    world.watch(1, ZED)
    message, matched = world.message(), [0]
    while (more := world.run(message)) != []:
        assert more == [message]
        matched.append(world.rematch()["matched"])
        # It is on its way: a collection sends no second message.
        assert world.sent() == []
    assert matched == [0, 10, 20, 30]
    assert world.rematch()["ended_at"] is not None
    assert world.mentioned() == {frozenset({"zed"})}


def test_a_collection_makes_up_for_a_message_that_was_never_sent(world) -> None:
    world.watch(1, ZED)
    (message,) = world.sent()
    assert json.loads(message) == {"revision": 1}
    assert world.run(message) == []
    world.watch(2, ZED, KIRO)
    (message,) = world.sent()
    world.run(message)
    assert world.mentioned() == {frozenset({"zed", "kiro"})}
    assert world.sent() == []


def test_a_collection_makes_up_for_a_message_that_was_lost_on_the_way(world, short) -> None:
    del short
    world.watch(1, ZED)
    world.run(world.message())
    world.age(timedelta(minutes=14))
    assert world.sent() == []
    world.age(timedelta(minutes=2))
    (message,) = world.sent()
    while messages := world.run(message):
        (message,) = messages
    assert world.mentioned() == {frozenset({"zed"})}


def test_a_busy_lease_sends_the_same_message_again(world, monkeypatch) -> None:
    monkeypatch.setattr(rematch_jobs, "MESSAGE_WAIT_SECONDS", 0.0)
    world.watch(1, ZED)
    message = world.message()
    with world.leased("cycle_20261123_130000"):
        assert world.run(message) == [message]
    assert world.rematch() is None
    assert world.run(message) == []
    assert world.mentioned() == {frozenset({"zed"})}


def test_a_second_message_leaves_the_work_to_the_first(world, monkeypatch) -> None:
    """Of two changes within a minute, both send one: two runs would only wait for each other."""
    monkeypatch.setattr(rematch_jobs, "MESSAGE_WAIT_SECONDS", 0.0)
    world.watch(1, ZED)
    with world.leased("rematch"):
        assert world.run(world.message()) == []


def test_a_change_during_the_run_is_matched_by_it(world, monkeypatch) -> None:
    changed = False

    class Turn(rematch_jobs.RematchTurn):
        async def run(self, **more: Any) -> Rematch | None:
            nonlocal changed
            done = await super().run(**more)
            if not changed:
                changed = True
                await watch(self.store, 2, ZED, KIRO)
            return done

    monkeypatch.setattr(rematch_jobs, "RematchTurn", Turn)
    world.watch(1, ZED)
    assert world.run(world.message()) == []
    assert world.rematch()["revision"] == 2
    assert world.mentioned() == {frozenset({"zed", "kiro"})}


@pytest.mark.parametrize("body", [b"hello", b"{}", b'{"revision": -1}'])
def test_a_message_that_cannot_be_read_fails(world, body: bytes) -> None:
    with pytest.raises(BadMessage, match="no request for a rematch"):
        world.run(body)


def environ(world: World) -> dict[str, str]:
    return {"SQLITE_PATH": str(world.settings.sqlite_path), "SUBREDDITS": ",".join(NAMES)}


def test_by_hand_it_runs_to_its_end_at_once(world, capsys) -> None:
    world.watch(1, ZED)
    assert rematch_command(environ(world), begins_again=False, as_json=True) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {
        "status": "completed",
        "revision": 1,
        "subjects": ["zed"],
        "items": ITEMS,
        "matched": ITEMS,
        "changed": ITEMS,
    }
    assert world.mentioned() == {frozenset({"zed"})}
    assert rematch_command(environ(world), begins_again=False, as_json=False) == 0
    assert "All stored items are matched" in capsys.readouterr().out


def test_by_hand_it_can_match_everything_again(world, capsys) -> None:
    world.watch(1, ZED)
    world.run(world.message())
    assert rematch_command(environ(world), begins_again=True, as_json=False) == 0
    assert f"{ITEMS} items were matched, and 0 were changed" in capsys.readouterr().out


def test_by_hand_another_writer_is_named(world, capsys, monkeypatch) -> None:
    monkeypatch.setattr(rematch_jobs, "RESCORE_WAIT_SECONDS", 0.0)
    world.watch(1, ZED)
    with world.leased("cycle_20261123_130000"):
        assert rematch_command(environ(world), begins_again=False, as_json=False) == 3
    assert "cycle_20261123_130000" in capsys.readouterr().err
