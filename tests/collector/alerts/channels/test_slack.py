"""Slack: messages within its limits, without anybody's markup, and its answers."""

import json
from typing import Any

import pytest
from hypothesis import given
from pydantic import SecretStr

from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.http import HttpClient
from collector.alerts.channels.slack import MAX_ENTRIES, SlackChannel, payload_of
from shared.alerts.messages import Message
from shared.errors import AlertError, PermanentFailure, TemporaryFailure
from tests.collector.alerts.channels.messages import HOSTILE, MESSAGES, entry, item, message
from tests.collector.alerts.channels.servers import saying, serving

CHANNEL = SlackChannel(HttpClient(Allowed.of(["127.0.0.1"]), seconds=5))
PATH = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"


def elements(payload: Any) -> list[dict[str, Any]]:
    return [
        each
        for block in payload["blocks"]
        if block["type"] == "rich_text"
        for part in block["elements"]
        for each in part["elements"]
    ]


def check_limits(payload: Any) -> None:
    """Check what Slack's pages say of each part."""
    assert 1 <= len(payload["blocks"]) <= 50
    assert 0 < len(payload["text"]) <= 3_000
    assert payload["blocks"][0]["type"] == "header"
    assert sum(len(each["text"]) for each in elements(payload)) <= 12_000
    for block in payload["blocks"]:
        if block["type"] == "header":
            assert block["text"]["type"] == "plain_text"
            assert 1 <= len(block["text"]["text"]) <= 150
        elif block["type"] == "context":
            assert 1 <= len(block["elements"]) <= 10
            assert all(each["type"] == "plain_text" for each in block["elements"])
        else:
            assert block["type"] == "rich_text"
            assert block["elements"]
            for part in block["elements"]:
                assert part["type"] in {"rich_text_section", "rich_text_quote"}
                assert part["elements"]
    for each in elements(payload):
        # Only text and links: mentions and channels would be elements of other types.
        assert each["type"] in {"text", "link"}
        assert 1 <= len(each["text"]) <= 3_000
        if each["type"] == "link":
            assert each["url"].startswith(("http://", "https://"))
            assert len(each["url"]) <= 3_000


@given(MESSAGES)
def test_any_message_is_within_the_limits(given_message: Message) -> None:
    payload = payload_of(given_message)
    check_limits(payload)
    json.dumps(payload, ensure_ascii=False).encode()
    assert not set(payload["text"]) & set("<>*_~`")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_post_is_text_and_nothing_else(hostile: str) -> None:
    cited = item(title=hostile, excerpt=hostile, community=hostile)
    given_message = message(entry(items=(cited,), rule=hostile, note=hostile), title=hostile)
    payload = payload_of(given_message)
    check_limits(payload)
    links = {each["url"] for each in elements(payload) if each["type"] == "link"}
    usual = payload_of(message(entry(items=(item(),))))
    assert links <= {each["url"] for each in elements(usual) if each["type"] == "link"}


def test_a_message_says_what_happened_and_where_to_read_on() -> None:
    payload = payload_of(message(is_sample=True))
    said = "".join(each["text"] for each in elements(payload))
    assert "New: Mood of Cursor (Cursor)" in said
    assert "The mood fell from 0.12 to -0.21 within a day." in said
    assert "mood -0.21, items 143" in said
    assert "Everything fails since the update" in said
    assert "Ask the editors' team." in said
    urls = [each["url"] for each in elements(payload) if each["type"] == "link"]
    assert urls[0] == "https://www.reddit.com/r/Cursor/comments/1a/x/"
    assert len(urls) == 3
    assert payload["text"].startswith("Mood of Cursor fell: The mood fell from 0.12")
    assert "Undertone at undertone.example" in json.dumps(payload["blocks"][-1])
    assert "invented" in json.dumps(payload["blocks"][-1])


def test_slack_fetches_no_link_and_shows_no_picture_of_others() -> None:
    payload = payload_of(message())
    assert (payload["unfurl_links"], payload["unfurl_media"]) == (False, False)


def test_an_end_says_how_long_it_lasted() -> None:
    payload = payload_of(message(entry(event="closed", lasted="3 hours")))
    said = "".join(each["text"] for each in elements(payload))
    assert "Ended: Mood of Cursor" in said
    assert "It lasted 3 hours." in said


def test_what_does_not_fit_is_counted() -> None:
    long = entry(sentence="x" * 600, items=())
    payload = payload_of(message(*[long] * 100))
    shown = sum(block["type"] == "rich_text" for block in payload["blocks"])
    assert 5 <= shown <= MAX_ENTRIES
    assert f"And {100 - shown} more in the dashboard." in json.dumps(payload["blocks"][-1])


async def test_a_message_is_posted_to_the_hook_that_the_secret_holds() -> None:
    async with serving(saying(200, "ok")) as server:
        secret = SecretStr(server.url(PATH))
        receipt = await CHANNEL.send(message(), Target(None, secret))
        await CHANNEL.send(message(), Target(server.url(PATH), None))
    assert receipt == Receipt(None)
    assert [each.path for each in server.taken] == [PATH, PATH]
    assert json.loads(server.taken[0].body) == payload_of(message())


@pytest.mark.parametrize(
    ("status", "text", "failure", "wait"),
    [
        (400, "invalid_payload", PermanentFailure, None),
        (403, "action_prohibited", PermanentFailure, None),
        (404, "no_service", PermanentFailure, None),
        (410, "channel_is_archived", PermanentFailure, None),
        (429, "", TemporaryFailure, 30.0),
        (500, "rollup_error", TemporaryFailure, None),
    ],
)
async def test_slacks_errors_are_those_of_its_pages(
    status: int, text: str, failure: type[AlertError], wait: float | None
) -> None:
    headers = {"Retry-After": "30"} if wait else None
    async with serving(saying(status, text, headers)) as server:
        with pytest.raises(failure) as caught:
            await CHANNEL.send(message(), Target(server.url(PATH), None))
    said = f" ({text})" if text else ""
    assert caught.value.reason == f"127.0.0.1: it answered {status}{said}"
    assert getattr(caught.value, "retry_after", None) == wait


async def test_what_else_a_server_says_is_not_quoted() -> None:
    async with serving(saying(404, f"no hook at {PATH}")) as server:
        with pytest.raises(PermanentFailure) as caught:
            await CHANNEL.send(message(), Target(server.url(PATH), None))
    assert caught.value.reason == "127.0.0.1: it answered 404: the address is gone"
