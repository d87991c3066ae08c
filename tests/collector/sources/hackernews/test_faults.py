"""How faults of Hacker News' servers end, and that its limits are kept."""

import threading
import time
from contextlib import closing
from itertools import pairwise

import pytest

from collector.sources import http
from collector.sources.base import ItemReference
from local.hackernews.server import HackerNewsStandIn
from shared.errors import CommunityUnavailable, SourceUnavailable
from tests.collector.sources.hackernews.clients import COMMUNITY, items_of, poll, source_of

FAULTS = {
    "429": "rate_limited",
    "403": "blocked",
    "500": "server_error",
    "503": "server_error",
    "html": "unreadable",
    "empty": "unreadable",
    "renamed": "unreadable",
    "cut": "connection",
    "truncated": "unreadable",
    "drop": "connection",
}


def write(stand_in: HackerNewsStandIn) -> tuple[int, int]:
    moment = int(time.time()) - 7200
    story = stand_in.board.write("story", title="Claude Code", time=moment)
    return story, stand_in.board.write("comment", parent=story, text="I see", time=moment + 60)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_has_its_kind_and_loses_nothing(hacker_news, fault) -> None:
    both = {f"hn.{number}" for number in write(hacker_news)}
    with closing(source_of(hacker_news.base_url)) as source:
        hacker_news.set_faults(f"{fault},route=search")
        with pytest.raises(SourceUnavailable) as caught:
            poll(source)
        assert caught.value.kind == FAULTS[fault]
        hacker_news.set_faults("")
        assert items_of(poll(source)).keys() == both


@pytest.mark.parametrize("fault", ["503", "cut", "truncated", "429,retry_after=0"])
def test_a_fault_that_passes_is_not_noticed(hacker_news, fault) -> None:
    both = {f"hn.{number}" for number in write(hacker_news)}
    hacker_news.set_faults(f"{fault},first=1")
    with closing(source_of(hacker_news.base_url)) as source:
        assert items_of(poll(source)).keys() == both
        assert source.requests_used == len(hacker_news.asked)


def test_a_server_that_hangs_is_left(hacker_news, monkeypatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 0.2)
    hacker_news.set_faults("stall")
    with (
        closing(source_of(hacker_news.base_url)) as source,
        pytest.raises(SourceUnavailable) as caught,
    ):
        poll(source)
    assert caught.value.kind == "timeout"


def test_a_query_that_is_refused_fails_alone(hacker_news) -> None:
    hacker_news.set_faults("400")
    with (
        closing(source_of(hacker_news.base_url)) as source,
        pytest.raises(CommunityUnavailable, match="HN_QUERIES"),
    ):
        poll(source)


def test_numbers_may_come_as_texts(hacker_news) -> None:
    write(hacker_news)
    with closing(source_of(hacker_news.base_url)) as source:
        plain = items_of(poll(source))
        hacker_news.set_faults("strings")
        assert items_of(poll(source)) == plain


def test_fields_that_are_missing_leave_an_object_out_and_the_rest_is_read(hacker_news) -> None:
    both = {f"hn.{number}" for number in write(hacker_news)}
    moment = int(time.time()) - 3600
    for odd in (
        {"objectID": None},
        {"objectID": "x y"},
        {"created_at_i": None},
        {"_tags": 3, "title": {}},
        {"title": "", "story_text": None},
    ):
        hacker_news.board.write("story", title="Claude Code", time=moment, odd=odd)
    with closing(source_of(hacker_news.base_url)) as source:
        assert items_of(poll(source)).keys() == both
        assert source.left_out == {
            "no usable objectID": 2,
            "no usable created_at_i": 1,
            "no story": 1,
            "no words": 1,
        }


def test_odd_answers_of_the_item_server_take_nothing_away(hacker_news) -> None:
    story, comment = write(hacker_news)
    asked = [
        ItemReference(COMMUNITY, "post", f"hn.{story}"),
        ItemReference(COMMUNITY, "comment", f"hn.{comment}", f"hn.{story}"),
        ItemReference(COMMUNITY, "comment", f"hn.{comment}"),
        ItemReference(COMMUNITY, "post", "hn.what/../is"),
    ]
    with closing(source_of(hacker_news.base_url)) as source:
        for fault in ("renamed", "empty", "null"):
            hacker_news.set_faults(fault)
            looked = source.look_again(asked)
            assert (list(looked.found), looked.gone) == ([], frozenset())
        hacker_news.set_faults("html")
        with pytest.raises(SourceUnavailable):
            source.look_again(asked)


class Clock:
    """Seconds that pass only while somebody waits; threads may share them."""

    def __init__(self) -> None:
        self.now = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        with self._lock:
            self.now += seconds


def test_the_limit_of_an_hour_is_never_reached_whatever_is_asked() -> None:
    clock = Clock()
    with (
        HackerNewsStandIn(seconds=clock) as stand_in,
        closing(
            source_of(
                stand_in.base_url, wait=clock.wait, seconds=clock, paces=(1.0, 0.1), backoff=None
            )
        ) as source,
    ):
        for number in range(60):
            story = stand_in.board.write("story", title="Claude Code", time=int(time.time()) - 60)
            stand_in.board.write("comment", parent=story, text=f"comment {number}")
        stand_in.set_faults("503,rate=0.3")
        for _ in range(4):
            poll(source)
        search = [each.at for each in stand_in.asked if each.route in {"search", "tree"}]
    assert len(search) > 300
    pauses = [later - earlier for earlier, later in pairwise(search)]
    # 3,600 an hour at most, where 10,000 are allowed.
    assert min(pauses) >= 0.999


def test_the_paces_of_a_source_from_the_settings_are_those(hacker_news) -> None:
    clock = Clock()
    story, _ = write(hacker_news)
    options = {"wait": clock.wait, "seconds": clock}
    with closing(source_of(hacker_news.base_url, paces=None, **options)) as source:
        for _ in range(5):
            poll(source)
        assert clock.now >= source.requests_used - 1
        begun = clock.now
        source.look_again([ItemReference(COMMUNITY, "post", f"hn.{story}")] * source.keys_at_once)
        assert clock.now - begun == pytest.approx((source.keys_at_once - 1) / 80)


def test_requests_say_who_sends_them(hacker_news) -> None:
    environ = {"CONTACT": "ops@example.org"}
    with closing(source_of(hacker_news.base_url, environ=environ)) as source:
        poll(source)
    agents = {each.user_agent for each in hacker_news.asked}
    assert len(agents) == 1
    assert agents.pop().endswith("(ops@example.org)")
