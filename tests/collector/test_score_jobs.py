"""The queue function that scores stored items: its messages, and what it does after one."""

import asyncio
import json
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from collector import score_jobs
from collector.maintenance.backlog import Backlog
from collector.score_jobs import (
    plan_rescore,
    rescore_by_hand,
    score_on_message,
    score_waiting,
    send_due_scoring,
)
from collector.sentiment.base import Method
from local.host.invoke import Output
from shared.errors import BadMessage, SettingsError
from shared.models import Lease, ScoringState
from shared.scoring import read_scoring
from shared.settings import Settings
from shared.stats.cells import method_of
from shared.store import LEASES, SCORING, Store
from shared.times import iso, parse_iso, utc_now
from tests.api.world import NAMES, a_post, keep
from tests.collector.crashing import LINEAR, linear_score, opened
from tests.collector.harness import WatchedStore, check_statistics, stored_items

T = TypeVar("T")

ITEMS = 30
SLOW = Method("slow", "1", linear_score, fallback=lambda: LINEAR, is_slow=True)


class World:
    """A database with posts that another method scored, and what loads the method in force."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.method = SLOW
        self.in_store(self._fill)

    async def _fill(self, store: Store) -> None:
        now = utc_now()
        posts = [a_post(n, now - n * timedelta(hours=1), NAMES[n % 3]) for n in range(ITEMS)]
        await keep(store, posts)

    def load(self, _settings: Settings) -> Method:
        return self.method

    def in_store(self, work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            async with opened(self.settings) as store:
                return await work(store)

        return asyncio.run(run())

    def sent(self) -> list[bytes]:
        output = Output()
        send_due_scoring(self.settings, output, load=self.load)
        return messages_of(output)

    def run(self, message: bytes) -> list[bytes]:
        output = Output()
        score_on_message(self.settings, message, output, load=self.load)
        return messages_of(output)

    def state(self) -> ScoringState:
        found = self.in_store(read_scoring)
        assert found is not None
        return found

    def methods(self) -> set[str]:
        async def read(store: Store) -> set[str]:
            await check_statistics(store, NAMES)
            items = await stored_items(store, NAMES)
            return {method_of(item["sentiment"]) for item in items.values()}

        return self.in_store(read)

    def age(self, time: timedelta) -> None:
        """Move the message's last sign of life back."""

        async def move(store: Store) -> None:
            found: Any = await read_scoring(store)
            found["ticket_at"] = iso(parse_iso(found["ticket_at"]) - time)
            await store.upsert(SCORING, [found])

        self.in_store(move)

    @contextmanager
    def leased(self, holder: str) -> Iterator[None]:
        """Let another writer hold the lease while the block runs."""

        async def write(store: Store, name: str | None, until: datetime) -> None:
            held = Lease(id="lease", kind="lease", ttl=-1, holder=name, expires_at=iso(until))
            await store.upsert(LEASES, [held])

        self.in_store(lambda store: write(store, holder, utc_now() + timedelta(minutes=1)))
        yield
        self.in_store(lambda store: write(store, None, utc_now()))


def messages_of(output: Output) -> list[bytes]:
    return [text.encode() for text in output.value or []]


@pytest.fixture
def world(sqlite_settings: Settings) -> World:
    return World(sqlite_settings.model_copy(update={"subreddits": NAMES}))


@pytest.fixture
def short(monkeypatch) -> None:
    """Let a run after a message end after its first batch, of ten hours."""
    monkeypatch.setattr(score_jobs, "RUN_SECONDS", 0.0)
    monkeypatch.setattr("collector.maintenance.stale.MAX_HOURS", 10)


def test_what_waits_after_a_collection_is_scored_after_a_message(world) -> None:
    (message,) = world.sent()
    state = world.state()
    assert (state["method"], state["stands_in"], state["waiting"]) == ("slow 1", "linear 1", ITEMS)
    assert world.sent() == [], "it is on its way"
    assert world.run(message) == []
    assert world.methods() == {"slow 1"}
    assert (world.state()["waiting"], world.state()["ticket"]) == (0, None)
    # Nothing is left to do, and a message that comes twice does nothing.
    assert world.sent() == world.run(message) == []


def test_a_long_backlog_goes_on_with_the_next_message_and_is_counted_down(world, short) -> None:
    del short
    (message,) = world.sent()
    waiting = []
    while (more := world.run(message)) != []:
        assert more == [message]
        waiting.append(world.state()["waiting"])
        assert world.sent() == [], "a collection sends no second message"
    assert waiting == [20, 10, 0]
    assert world.methods() == {"slow 1"}


def test_a_message_that_was_lost_is_made_up_for_and_void_if_it_comes_after_all(
    world, short
) -> None:
    del short
    (lost,) = world.sent()
    world.age(timedelta(minutes=14))
    assert world.sent() == []
    world.age(timedelta(minutes=2))
    (message,) = world.sent()
    assert message != lost
    assert world.run(lost) == []
    assert world.state()["waiting"] == ITEMS
    while messages := world.run(message):
        (message,) = messages
    assert world.methods() == {"slow 1"}


def test_a_busy_lease_sends_the_same_message_again(world, monkeypatch) -> None:
    monkeypatch.setattr(score_jobs, "MESSAGE_WAIT_SECONDS", 0.0)
    (message,) = world.sent()
    with world.leased("cycle_20261123_130000"):
        assert world.run(message) == [message]
    assert world.run(message) == []
    assert world.methods() == {"slow 1"}


def test_a_new_version_of_a_light_method_is_applied_to_what_is_stored(world) -> None:
    world.method = LINEAR
    (message,) = world.sent()
    assert world.run(message) == []
    assert world.methods() == {"linear 1"}
    world.method = replace(LINEAR, version="2")
    (message,) = world.sent()
    assert world.state()["stands_in"] is None
    assert world.run(message) == []
    assert world.methods() == {"linear 2"}


def test_once_all_is_scored_by_a_light_method_one_document_is_read(world) -> None:
    world.method = LINEAR
    (message,) = world.sent()
    world.run(message)

    async def ask(store: Store) -> list[str]:
        watched: Any = WatchedStore(store)
        assert await Backlog(watched, LINEAR, "linear", utc_now).ask() is None
        return list(watched.operations)

    assert world.in_store(lambda store: Backlog(store, LINEAR, "linear", utc_now).ask()) is None
    assert world.in_store(ask) == ["read"]


def test_a_method_that_stands_in_for_the_wanted_one_says_so_and_scores_nothing_again(
    world,
) -> None:
    world.method = replace(LINEAR, stands_in_because="CannotLoadError: no runtime")
    assert world.sent() == []
    state = world.state()
    wanted = world.settings.sentiment_method
    assert (state["method"], state["wanted"], state["waiting"]) == ("linear 1", wanted, 0)
    assert state["reason"] == "CannotLoadError: no runtime"
    assert world.methods() == {"vader 3.3.2"}
    for by_hand in (rescore_by_hand, plan_rescore):
        with pytest.raises(SettingsError, match="no runtime"):
            asyncio.run(by_hand(world.settings, load=world.load))
    world.method = SLOW
    (message,) = world.sent()
    assert world.run(message) == []
    assert world.methods() == {"slow 1"}
    assert world.state()["reason"] is None


def test_a_command_scores_what_it_has_left_to_a_slow_method(world) -> None:
    def after_command() -> int | None:
        done = asyncio.run(score_waiting(world.settings, load=world.load))
        return done and done.rescored

    world.method = LINEAR
    assert after_command() is None, "a light one has scored it already"
    world.method = SLOW
    (message,) = world.sent()
    assert after_command() is None, "a message is on its way"
    world.age(timedelta(minutes=16))
    assert after_command() == ITEMS
    assert world.run(message) == []
    assert world.methods() == {"slow 1"}


@pytest.mark.parametrize("body", [b"hello", b"{}", json.dumps({"ticket": 7}).encode()])
def test_a_message_that_cannot_be_read_fails(world, body: bytes) -> None:
    with pytest.raises(BadMessage, match="no request for scoring"):
        world.run(body)
