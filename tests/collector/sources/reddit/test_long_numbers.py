"""Answers of Reddit with whole numbers of thousands of digits, which Python refuses to parse."""

import json
import time
from typing import Any

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.reddit.feed import feed_of
from local.reddit.objects import comment, submission
from local.reddit.server import StandIn, create_app
from shared.store import COMMENTS, POSTS
from tests.collector.harness import check_statistics, run_cycle, settings_for, stored_items

LONG = "9" * 5000


class Rewritten:
    """A server of Reddit's API that answers with long numbers in these fields of these things."""

    def __init__(self, app: ASGIApp, fields: dict[str, list[str]]) -> None:
        self._app = app
        self._fields = fields

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun: list[Message] = []
        body = b""

        async def rewrite(message: Message) -> None:
            nonlocal body
            if message["type"] == "http.response.start":
                begun.append(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            text = self._rewritten(body)
            length = [(b"content-length", b"%d" % len(text))]
            kept = [each for each in begun[0]["headers"] if each[0] != b"content-length"]
            await send({**begun[0], "headers": kept + length})
            await send({"type": "http.response.body", "body": text})

        await self._app(scope, receive, rewrite)

    def _rewritten(self, body: bytes) -> bytes:
        try:
            answer: Any = json.loads(body)
        except ValueError:
            return body
        if "expires_in" in answer:
            self._put(answer, self._fields.get("token", []))
        data = answer.get("data")
        for child in data.get("children", []) if isinstance(data, dict) else []:
            self._put(child["data"], self._fields.get(child["data"]["name"], []))
        text = json.dumps(answer).replace('"-LONG"', f"-{LONG}").replace('"LONG"', LONG)
        return text.encode()

    def _put(self, thing: dict[str, Any], names: list[str]) -> None:
        for name in names:
            thing[name.removeprefix("-")] = "-LONG" if name.startswith("-") else "LONG"


@pytest.fixture
def long_numbers(sqlite_settings):
    """Start a Reddit whose answers have long numbers; return the settings for it."""
    started: list[StandIn] = []

    def start(fields: dict[str, list[str]]):
        now = time.time() - 60
        posts = [submission(f"p{n}", "aws", now - n, score=7, num_comments=3) for n in range(3)]
        said = [comment(f"c{n}", posts[0], now + n, score=5) for n in range(3)]
        app = create_app(feed_of([*posts, *said]))
        started.append(StandIn(Rewritten(app, fields)))
        return settings_for(sqlite_settings, started[-1].base_url, ["aws"])

    yield start
    for each in started:
        each.close()


async def test_where_an_item_can_do_without_it_it_is_the_default(
    sqlite_store, long_numbers
) -> None:
    settings = long_numbers(
        {
            "t3_p0": ["score", "num_comments", "upvote_ratio", "link_flair_text", "view_count"],
            "t1_c1": ["-score", "author"],
        }
    )
    for new in (6, 0):
        cycle = await run_cycle(sqlite_store, settings)
        assert (cycle["status"], cycle["new"], cycle["errors"]) == ("completed", new, [])
    post = await sqlite_store.read(POSTS, "aws", "p0")
    assert (post["upvotes"], post["comment_count"], post["upvote_ratio"]) == (0, 0, None)
    assert (await sqlite_store.read(POSTS, "aws", "p1"))["upvotes"] == 7
    said = await sqlite_store.read(COMMENTS, "aws", "c1")
    assert (said["upvotes"], said["author"]) == (0, None)
    await check_statistics(sqlite_store, ["aws"])


@pytest.mark.parametrize("name", ["id", "created_utc", "-created_utc"])
async def test_where_an_item_needs_it_that_item_alone_is_left_out(
    sqlite_store, long_numbers, name
) -> None:
    cycle = await run_cycle(sqlite_store, long_numbers({"t3_p0": [name], "t1_c1": [name]}))
    assert (cycle["status"], cycle["new"], cycle["errors"]) == ("completed", 4, [])
    assert cycle["left_out"] == {f"no usable {name.removeprefix('-')}": 2}
    assert len(await stored_items(sqlite_store, ["aws"])) == 4


async def test_a_token_that_lasts_for_ever_is_a_token(sqlite_store, long_numbers) -> None:
    cycle = await run_cycle(sqlite_store, long_numbers({"token": ["expires_in"]}))
    assert (cycle["status"], cycle["new"]) == ("completed", 6)
