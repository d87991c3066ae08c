"""Answers of one and the same kind to every request: no source asks for more without an end."""

import json
import random
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any

import pytest

from collector.sources.arctic_shift.client import ArcticShiftSource
from collector.sources.base import Seen, Source
from collector.sources.discourse.source import DiscourseSource
from collector.sources.github.source import GitHubSource
from collector.sources.hackernews.client import HackerNewsSource
from collector.sources.waiting import Backoff
from shared.errors import SourceError
from shared.settings import Settings
from shared.times import iso, utc_now
from tests.collector.sources.test_hostile_servers import RawServer, served, whole

FAST = Backoff(attempts=2, first_seconds=0.01, most_seconds=0.02)
MOST = 300
NOW = utc_now().replace(microsecond=0)
HOUR = timedelta(hours=1)
SECONDS = int((NOW - HOUR).timestamp())


class TooMany(BaseException):
    """More requests than any answers of these tests are worth."""


def source_of(server: RawServer, name: str) -> tuple[Source, str]:
    """Return a source of this server, and a community of it."""
    count = 0

    def wait(_seconds: float) -> None:
        nonlocal count
        count += 1
        if count > 8 * MOST or len(server.requests) > MOST:
            raise TooMany

    settings = Settings(
        subreddits=("claude",),
        communities=("hn.claude", "forum.x", "github.a.b"),
        forums={"x": server.base_url},
        hn_base_url=server.base_url,
        github_base_url=server.base_url,
        arctic_shift="poll",
        arctic_shift_base_url=server.base_url,
    )
    made: dict[str, Callable[[], tuple[Source, str]]] = {
        "hackernews": lambda: (
            HackerNewsSource(settings, wait=wait, backoff=FAST, paces=(0, 0)),
            "hn.claude",
        ),
        "discourse": lambda: (
            DiscourseSource(settings, wait=wait, backoff=FAST, pace=0),
            "forum.x",
        ),
        "github": lambda: (GitHubSource(settings, wait=wait, backoff=FAST, pace=0), "github.a.b"),
        "arctic_shift": lambda: (
            ArcticShiftSource(settings, wait=wait, backoff=FAST, pace=0),
            "claude",
        ),
    }
    return made[name]()


def hit(number: int, seconds: int) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "created_at_i": seconds,
        "author": "ada",
        "title": "claude",
        "num_comments": 1,
        "_tags": ["story"],
    }


def post(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "topic_id": number,
        "post_number": 1,
        "username": "ada",
        "raw": "I love it",
        "created_at": iso(NOW - HOUR),
    }


def issue(number: int, at: str) -> dict[str, Any]:
    return {
        "id": number,
        "number": number,
        "title": "I love it",
        "user": {"login": "ada"},
        "created_at": at,
        "updated_at": at,
        "html_url": f"https://github.com/a/b/issues/{number}",
    }


def archived(number: int, seconds: int) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "created_utc": seconds,
        "author": "ada",
        "title": "I love it",
        "selftext": "",
        "subreddit": "claude",
    }


FULL = {
    "hits": [hit(n, SECONDS - n) for n in range(1000)],
    "nbHits": 10**9,
    "latest_posts": [post(1000 - n) for n in range(50)],
    "topic_list": {"topics": [{"id": n, "posts_count": 9} for n in range(1, 500)]},
    "post_stream": {"posts": [post(n) for n in range(1, 21)]},
    "category_list": {"categories": []},
    "data": [archived(n, SECONDS + n) for n in range(100)],
}
NEVER_ENDING = f'</x?page=2&per_page=100>; rel="next", <{"a" * 3000}>; rel="next"'.encode()
ISSUES = [issue(n, iso(NOW - HOUR)) for n in range(100)]


def all_of(source: Source, community: str) -> Iterator[Seen]:
    """Yield the items of a poll and of the past."""
    pages = source.poll(community, None, oldest=iso(NOW - 90 * 24 * HOUR), now=NOW)
    slices = source.backfill(community, iso(NOW - 48 * HOUR), iso(NOW), None)
    for read in (pages, slices):
        with suppress(SourceError):
            for part in read:
                yield from part.items


@pytest.mark.parametrize("name", ["hackernews", "discourse", "arctic_shift"])
def test_a_server_that_always_shows_the_same_page_is_left(name: str) -> None:
    answer = whole(json.dumps(FULL).encode())
    with served(lambda to, _: to.sendall(answer)) as server:
        source, community = source_of(server, name)
        with closing(source):
            deque(all_of(source, community), maxlen=0)
    assert 1 < len(server.requests) < MOST


@pytest.mark.parametrize("link", [b"Link: " + NEVER_ENDING, b"X-None: 1"])
def test_github_that_always_shows_the_same_page_is_left(link: bytes) -> None:
    answer = whole(json.dumps(ISSUES).encode(), link)
    with served(lambda to, _: to.sendall(answer)) as server:
        source, community = source_of(server, "github")
        with closing(source):
            deque(all_of(source, community), maxlen=0)
    assert 1 < len(server.requests) <= 60


def test_pages_are_asked_for_at_the_own_address_whatever_links_say() -> None:
    def serve_other(to: Any, _number: int) -> None:
        to.sendall(whole(b"[]"))

    with served(serve_other) as other:
        link = f'<{other.base_url}/repos/a/b/issues?page=2>; rel="next"'.encode()
        answer = whole(json.dumps(ISSUES).encode(), b"Link: " + link)
        with served(lambda to, _: to.sendall(answer)) as server:
            source, community = source_of(server, "github")
            with closing(source):
                deque(all_of(source, community), maxlen=0)
        assert (other.requests, len(server.requests) > 2) == ([], True)


@pytest.mark.parametrize("name", ["hackernews", "discourse", "github", "arctic_shift"])
def test_an_answer_that_nobody_asked_for_is_no_news(name: str) -> None:
    answer = b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n"
    with served(lambda to, _: to.sendall(answer)) as server:
        source, community = source_of(server, name)
        pages = source.poll(community, None, oldest=iso(NOW - 24 * HOUR), now=NOW)
        with closing(source), pytest.raises(SourceError):
            deque(pages, maxlen=0)


@pytest.mark.parametrize("reset", [b"\xb2", b"9" * 4000, b"-1", b"1e9", b"\xb9\xb2"])
def test_a_reset_that_is_no_time_ends_no_cycle(reset: bytes) -> None:
    limits = [b"X-RateLimit-Remaining: 0", b"X-RateLimit-Reset: " + reset]
    answer = whole(b'{"message":"API rate limit exceeded"}', *limits, status=b"403 Forbidden")
    for name in ("github", "arctic_shift"):
        with served(lambda to, _: to.sendall(answer)) as server:
            source, community = source_of(server, name)
            pages = source.poll(community, None, oldest=iso(NOW - 24 * HOUR), now=NOW)
            with closing(source), pytest.raises(SourceError):
                deque(pages, maxlen=0)


ODD: list[Any] = [
    None, True, -1, 0, 10**30, 1e308, float("nan"), "", "a/b", "../..", "é😀", "\ud800", "\x00",
    "x" * 3_000_000, "1970-01-01T00:00:00Z", "3000-01-01T00:00:00Z", "0000-00-00", 32503680000,
    [], {}, [[[[]]]], {"a": {"b": [None]}}, "javascript:alert(1)", "<p>" * 5000, "١٢", "²",
]  # fmt: skip


def spoiled(thing: Any, rng: random.Random) -> Any:
    """Return a thing with some of its values replaced by odd ones."""
    if isinstance(thing, dict) and thing:
        return {
            key: rng.choice(ODD) if rng.random() < 0.12 else spoiled(value, rng)
            for key, value in thing.items()
        }
    if isinstance(thing, list) and thing:
        return [rng.choice(ODD) if rng.random() < 0.03 else spoiled(each, rng) for each in thing]
    return thing


SMALL = {
    **FULL,
    "hits": [hit(n, SECONDS - n) for n in range(1, 9)],
    "nbHits": 8,
    "latest_posts": [post(8 - n) for n in range(8)],
    "topic_list": {"topics": [{"id": n, "posts_count": 9} for n in range(1, 5)]},
    "data": [archived(n, SECONDS + n) for n in range(8)],
}


@pytest.mark.parametrize("name", ["hackernews", "discourse", "github", "arctic_shift"])
@pytest.mark.parametrize("seed", range(6))
def test_odd_values_anywhere_are_left_out_and_what_is_read_can_be_stored(
    name: str, seed: int
) -> None:
    rng = random.Random(f"{name}{seed}")
    right = ISSUES[:8] if name == "github" else SMALL

    def serve(to: Any, _number: int) -> None:
        to.sendall(whole(json.dumps(spoiled(right, rng)).encode()))

    with served(serve) as server:
        source, community = source_of(server, name)
        with closing(source):
            for item in all_of(source, community):
                texts = [item.id, item.content, item.permalink, item.author or ""]
                assert all(text.encode() is not None and "\x00" not in text for text in texts)
                assert max(map(len, texts)) <= 100_000
                assert not set(item.id) & set("/\\?#")
                assert item.permalink.startswith(("https://", "http://")) or not item.permalink
                assert 946_684_800 <= item.created_utc < 4_102_444_800
