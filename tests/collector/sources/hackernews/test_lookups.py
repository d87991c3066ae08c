"""Items that are looked up side by side: in order, counted, paced, and ended together."""

import asyncio
import threading
import time
from contextlib import closing
from dataclasses import replace

import pytest
from starlette.types import Receive, Scope, Send

from collector.sources.base import ItemReference
from collector.sources.hackernews.lookups import AT_ONCE
from collector.sources.waiting import SourceWait
from local.hackernews.board import Board
from local.hackernews.server import HackerNewsApp
from local.reddit.faults import FaultPlan, Faults
from local.serving import Listening
from shared.errors import DeadlineReached, SourceError, SourceUnavailable, Stopped
from tests.collector.sources.hackernews.clients import COMMUNITY, source_of
from tests.contracts.worlds.base import FAST


def filled(board: Board, count: int) -> list[ItemReference]:
    moment = int(time.time()) - 7200
    numbers = [
        board.write("story", title=f"Claude Code {number}", time=moment) for number in range(count)
    ]
    return [ItemReference(COMMUNITY, "post", f"hn.{number}") for number in numbers]


def threads() -> set[str]:
    return {each.name for each in threading.enumerate() if each.name.startswith("hackernews")}


class Together:
    """An application that answers once AT_ONCE requests are there, and notes the most at once."""

    def __init__(self, board: Board) -> None:
        self._app = HackerNewsApp(board, Faults(FaultPlan()), time.monotonic)
        self._open = 0
        self.most = 0
        self._all_there = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            self._open += 1
            self.most = max(self.most, self._open)
            there = self._all_there
            if self._open == AT_ONCE:
                self._open = 0
                self._all_there = asyncio.Event()
                there.set()
            await there.wait()
        await self._app(scope, receive, send)


def test_as_many_are_asked_at_once_as_may_be_and_all_answers_are_there_in_order() -> None:
    board = Board()
    asked = filled(board, 3 * AT_ONCE)
    app = Together(board)
    with Listening(app) as server, closing(source_of(server.base_url)) as source:
        looked = source.look_again(asked)
        assert [each.id for each in looked.found] == [item.id for item in asked]
        assert source.requests_used == 3 * AT_ONCE
    assert app.most == AT_ONCE
    assert not threads()


def test_a_fault_that_passes_loses_and_doubles_nothing(hacker_news) -> None:
    asked = filled(hacker_news.board, 60)
    hacker_news.board.delete(int(asked[30].id[3:]))
    hacker_news.set_faults("503,first=2;cut,first=2")
    # All four faults may meet one item.
    patient = replace(FAST, attempts=5)
    with closing(source_of(hacker_news.base_url, backoff=patient)) as source:
        looked = source.look_again(asked)
        assert [each.id for each in looked.found] == [
            item.id for item in asked if item != asked[30]
        ]
        assert looked.gone == {asked[30].key}
        assert source.requests_used == len(hacker_news.asked) > 60


@pytest.mark.parametrize("fault", ["503", "html", "403"])
def test_a_fault_in_the_middle_ends_all_of_them(hacker_news, fault) -> None:
    asked = filled(hacker_news.board, 120)
    with closing(source_of(hacker_news.base_url)) as source:
        source.look_again(asked[:40])
        hacker_news.set_faults(fault)
        with pytest.raises(SourceUnavailable):
            source.look_again(asked)
        # No thread begins another item, and none is left.
        assert source.requests_used == len(hacker_news.asked) < 120
        assert not threads()
        assert source.kept == {}
        hacker_news.set_faults("")
        assert len(source.look_again(asked).found) == 120


@pytest.mark.parametrize("error", [DeadlineReached("too late"), Stopped("asked to stop")])
def test_the_end_of_a_cycle_in_the_middle_ends_all_of_them(hacker_news, error) -> None:
    asked = filled(hacker_news.board, 120)
    lock, waits = threading.Lock(), 0

    def wait(_seconds: float) -> None:
        nonlocal waits
        with lock:
            waits += 1
            if waits > 50:
                raise error

    with closing(source_of(hacker_news.base_url, wait=wait)) as source:
        with pytest.raises((SourceError, DeadlineReached, Stopped)) as caught:
            source.look_again(asked)
        assert caught.value is error
        assert source.requests_used == len(hacker_news.asked) <= 50
    assert not threads()


def test_a_probe_asks_for_nothing_twice(hacker_news) -> None:
    asked = filled(hacker_news.board, 120)
    hacker_news.set_faults("503")
    wait = SourceWait(lambda _seconds: None)
    wait.is_probing = True
    with closing(source_of(hacker_news.base_url, wait=wait)) as source:
        with pytest.raises(SourceUnavailable):
            source.look_again(asked)
        paths = [each.path for each in hacker_news.asked]
    assert len(paths) == len(set(paths)) <= 2 * AT_ONCE
