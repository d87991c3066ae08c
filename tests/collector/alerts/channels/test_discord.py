"""Discord: embeds within their limits, nobody mentioned, and messages updated in place."""

import json
import re
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from pydantic import SecretStr

from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.discord import DiscordChannel, payload_of
from collector.alerts.channels.http import HttpClient
from shared.alerts.messages import Message
from shared.errors import AlertError, PermanentFailure, TemporaryFailure
from tests.collector.alerts.channels.messages import HOSTILE, MESSAGES, entry, item, message
from tests.collector.alerts.channels.servers import Answering, saying, serving

CHANNEL = DiscordChannel(HttpClient(Allowed.of(["127.0.0.1"]), seconds=5))
PATH = "/api/webhooks/223704706495545344/3d89bb7572e0fb30d8128367b3b1b44fecd1726de135cbe28a41f8b2"
SENT = "1234567890123456789"


def discord(known: tuple[str, ...] = (SENT,)) -> Answering:
    """Answer as Discord does for a hook whose channel has these messages."""

    async def answer(request: web.Request, _number: int) -> web.StreamResponse:
        if request.method == "POST":
            # Without wait, Discord answers 204 and no message.
            waits = request.query.get("wait") == "true"
            return web.json_response({"id": SENT}) if waits else web.Response(status=204)
        found = request.path.rpartition("/")[2] in known
        problem = {"message": "Unknown Message", "code": 10008}
        return web.json_response({"id": SENT} if found else problem, status=200 if found else 404)

    return answer


def characters(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def check_limits(payload: Any) -> None:
    """Check what Discord's pages say of each part."""
    assert 1 <= characters(payload["content"]) <= 2_000
    assert payload["allowed_mentions"] == {"parse": []}
    assert len(payload["embeds"]) <= 10
    counted = 0
    for embed in payload["embeds"]:
        assert 1 <= characters(embed["title"]) <= 256
        assert characters(embed["description"]) <= 4_096
        assert len(embed["fields"]) <= 25
        for each in embed["fields"]:
            assert 1 <= characters(each["name"]) <= 256
            assert 1 <= characters(each["value"]) <= 1_024
            counted += characters(each["name"] + each["value"])
        assert 1 <= characters(embed["footer"]["text"]) <= 2_048
        counted += characters(embed["title"] + embed["description"] + embed["footer"]["text"])
    assert counted <= 6_000


def bare(text: str) -> str:
    """Return a text without escaped characters, and without the links and quotes of ours."""
    plain = re.sub(r"\\[^A-Za-z0-9\s]", "", text)
    plain = re.sub(r"\[([^\[\]]*)\]\(https?://[^()\s]+\)", r"\1", plain)
    return re.sub(r"^> ", "", plain, flags=re.MULTILINE)


@given(MESSAGES)
def test_any_message_is_within_the_limits(given_message: Message) -> None:
    check_limits(payload_of(given_message))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_post_is_text_and_nothing_else(hostile: str) -> None:
    cited = item(title=hostile, excerpt=hostile, community=hostile)
    payload = payload_of(message(entry(items=(cited,), rule=hostile, note=hostile), title=hostile))
    check_limits(payload)
    (embed,) = payload["embeds"]
    title, *_ = payload["content"].split("\n")
    for text in (embed["title"], embed["description"], title.strip("*")):
        # Parentheses around the community are ours.
        assert not set(bare(text)) & set("\\`*_~|<>[]#@")
    links = set(re.findall(r"\]\((https?://[^)]+)\)", embed["description"]))
    assert "https://evil.example" not in links


def test_a_message_says_what_happened_and_where_to_read_on() -> None:
    payload = payload_of(message(is_sample=True))
    assert payload["content"] == (
        "**Mood of Cursor fell**\nUndertone at undertone.example\n"
        "Sample data: everything in it is invented."
    )
    (embed,) = payload["embeds"]
    assert embed["title"] == "New\\: Mood of Cursor \\(Cursor\\)"
    cited = f"[Everything fails since the update]({item()['permalink']})"
    opens = "[What was known when](https://undertone.example/?view=alerts&incident=mood-of-cursor.000007)"
    acknowledges = "[Acknowledge](https://undertone.example/alerts/links/abc.def)"
    assert embed["description"].splitlines() == [
        "The mood fell from 0.12 to \\-0.21 within a day.",
        f"> {cited} (Cursor): I can't save a file any more.",
        "Ask the editors' team.",
        f"{opens} · {acknowledges}",
    ]
    assert embed["fields"][0] == {"name": "mood", "value": "\\-0.21", "inline": True}
    assert embed["footer"] == {"text": "mood-of-cursor.000007"}
    assert embed["timestamp"] == "2026-11-27T10:05:07Z"


def test_what_does_not_fit_is_counted() -> None:
    payload = payload_of(message(*[entry(sentence="x" * 600)] * 100))
    assert 2 <= len(payload["embeds"]) <= 10
    assert payload["content"].endswith(f"And {100 - len(payload['embeds'])} more in the dashboard.")


async def test_a_message_is_posted_and_its_id_is_the_receipt() -> None:
    async with serving(discord()) as server:
        secret = SecretStr(server.url(f"{PATH}?thread_id=42"))
        receipt = await CHANNEL.send(message(), Target(None, secret))
    assert receipt == Receipt(SENT)
    (taken,) = server.taken
    assert (taken.method, taken.path) == ("POST", PATH)
    assert taken.query == {"thread_id": "42", "wait": "true"}
    assert json.loads(taken.body) == payload_of(message())


async def test_an_update_changes_the_message_in_place() -> None:
    update = message(entry(event="updated", replaces=SENT))
    async with serving(discord()) as server:
        receipt = await CHANNEL.send(update, Target(server.url(f"{PATH}?thread_id=42"), None))
    assert receipt == Receipt(SENT)
    (taken,) = server.taken
    assert (taken.method, taken.path) == ("PATCH", f"{PATH}/messages/{SENT}")
    assert taken.query == {"thread_id": "42"}


async def test_an_update_of_a_deleted_message_is_posted() -> None:
    update = message(entry(event="updated", replaces="99999"))
    async with serving(discord()) as server:
        receipt = await CHANNEL.send(update, Target(server.url(PATH), None))
    assert receipt == Receipt(SENT)
    assert [each.method for each in server.taken] == ["PATCH", "POST"]


@pytest.mark.parametrize(
    "sent",
    [
        message(entry(event="closed", replaces=SENT, lasted="1 hour")),
        message(entry(event="updated", replaces="../../x")),
        message(entry(event="updated", replaces=None)),
    ],
    ids=["an end", "no id", "nothing to replace"],
)
async def test_other_messages_are_posted(sent: Message) -> None:
    async with serving(discord()) as server:
        await CHANNEL.send(sent, Target(server.url(PATH), None))
    assert [(each.method, each.path) for each in server.taken] == [("POST", PATH)]


async def test_a_message_of_several_incidents_is_not_changed_later() -> None:
    several = message(entry(), entry(event="updated", replaces=SENT))
    async with serving(discord()) as server:
        receipt = await CHANNEL.send(several, Target(server.url(PATH), None))
    assert receipt == Receipt(None)
    assert [each.method for each in server.taken] == ["POST"]


@pytest.mark.parametrize("text", ["", "[]", '{"id": "../x"}', "{" * 100_000])
async def test_an_answer_without_an_id_is_a_message_that_was_sent(text: str) -> None:
    async with serving(saying(200, text)) as server:
        assert await CHANNEL.send(message(), Target(server.url(PATH), None)) == Receipt(None)


@pytest.mark.parametrize(
    ("status", "text", "failure", "wait"),
    [
        (400, '{"code": 50035, "message": "Invalid Form Body"}', PermanentFailure, None),
        (401, '{"code": 50027, "message": "Invalid Webhook Token"}', PermanentFailure, None),
        (404, '{"code": 10015, "message": "Unknown Webhook"}', PermanentFailure, None),
        (
            429,
            '{"message": "You are being rate limited.", "retry_after": 1.3}',
            TemporaryFailure,
            2,
        ),
        (500, "", TemporaryFailure, None),
    ],
)
@pytest.mark.parametrize("replaces", [None, SENT], ids=["new", "update"])
async def test_discords_errors_are_those_of_its_pages(
    status: int, text: str, failure: type[AlertError], wait: float | None, replaces: str | None
) -> None:
    headers = {"Retry-After": "2"} if wait else None
    sent = message(entry(event="updated", replaces=replaces))
    async with serving(saying(status, text, headers)) as server:
        with pytest.raises(failure) as caught:
            await CHANNEL.send(sent, Target(server.url(PATH), None))
    assert caught.value.reason.startswith(f"127.0.0.1: it answered {status}")
    assert "3d89bb" not in caught.value.reason
    assert getattr(caught.value, "retry_after", None) == wait
