"""Teams: cards within their limits, without anybody's markup, and the answers of Workflows."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from pydantic import SecretStr

from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.http import HttpClient
from collector.alerts.channels.teams import CARD, MAX_BYTES, TeamsChannel, body_of
from shared.alerts.messages import Message
from shared.errors import AlertError, PermanentFailure, TemporaryFailure
from tests.collector.alerts.channels.messages import HOSTILE, MESSAGES, entry, item, message
from tests.collector.alerts.channels.servers import saying, serving

CHANNEL = TeamsChannel(HttpClient(Allowed.of(["127.0.0.1"]), seconds=5))
PATH = "/workflows/0123/triggers/manual/paths/invoke"
QUERY = "?api-version=2016-06-01&sp=%2Ftriggers%2Fmanual%2Frun&sv=1.0&sig=s3cr3t-s1gnature"


def card_of(body: bytes) -> dict[str, Any]:
    payload = json.loads(body)
    assert payload["type"] == "message"
    (attachment,) = payload["attachments"]
    assert attachment["contentType"] == CARD
    card: dict[str, Any] = attachment["content"]
    return card


def runs(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for paragraph in card["body"]:
        yield from paragraph["inlines"]


def check_limits(body: bytes) -> None:
    """Check that a body is small enough, and that its card has no element that reads Markdown."""
    assert len(body) <= MAX_BYTES < 28 * 1024
    card = card_of(body)
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"]
    for paragraph in card["body"]:
        assert paragraph["type"] == "RichTextBlock"
        assert paragraph["inlines"]
    for run in runs(card):
        assert run["type"] == "TextRun"
        assert run["text"]
        assert "{{" not in run["text"]
        if "selectAction" in run:
            assert run["selectAction"]["type"] == "Action.OpenUrl"
            assert run["selectAction"]["url"].startswith(("http://", "https://"))


@given(MESSAGES)
def test_any_message_is_within_the_limits(given_message: Message) -> None:
    check_limits(body_of(given_message))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_post_is_text_and_nothing_else(hostile: str) -> None:
    cited = item(title=hostile, excerpt=hostile, community=hostile)
    body = body_of(message(entry(items=(cited,), rule=hostile, note=hostile), title=hostile))
    check_limits(body)
    assert b"msteams" in body
    # Mentions are entities of a card; none has any.
    assert "entities" not in card_of(body)["msteams"]


def test_a_message_says_what_happened_and_where_to_read_on() -> None:
    card = card_of(body_of(message(is_sample=True)))
    said = "".join(run["text"] for run in runs(card))
    assert card["fallbackText"] == "Mood of Cursor fell"
    assert "New: Mood of Cursor (Cursor)" in said
    assert "The mood fell from 0.12 to -0.21 within a day." in said
    assert "mood -0.21, items 143" in said
    assert "Ask the editors' team." in said
    assert "Undertone at undertone.example" in said
    assert said.endswith("invented.")
    urls = [run["selectAction"]["url"] for run in runs(card) if "selectAction" in run]
    assert urls[0] == "https://www.reddit.com/r/Cursor/comments/1a/x/"
    assert len(urls) == 3


def test_what_does_not_fit_is_counted() -> None:
    card = card_of(body_of(message(*[entry(sentence="x" * 600)] * 100)))
    shown = sum("separator" in paragraph for paragraph in card["body"])
    assert 10 <= shown < 100
    assert card["body"][-1]["inlines"][0]["text"] == f"And {100 - shown} more in the dashboard."


async def test_a_message_is_posted_with_the_signature_of_its_address() -> None:
    async with serving(saying(202)) as server:
        secret = SecretStr(server.url(PATH + QUERY))
        receipt = await CHANNEL.send(message(), Target(None, secret))
    assert receipt == Receipt(None)
    (taken,) = server.taken
    assert taken.path == PATH
    assert taken.query["sig"] == "s3cr3t-s1gnature"
    assert taken.query["sp"] == "/triggers/manual/run"
    assert taken.body == body_of(message())


@pytest.mark.parametrize(
    ("status", "text", "failure", "wait"),
    [
        (400, '{"error": {"code": "WorkflowTriggerIsNotEnabled"}}', PermanentFailure, None),
        (401, '{"error": {"code": "AuthorizationFailed"}}', PermanentFailure, None),
        (404, '{"error": {"code": "WorkflowNotFound"}}', PermanentFailure, None),
        (413, "", PermanentFailure, None),
        (429, "", TemporaryFailure, 12.0),
        (502, "", TemporaryFailure, None),
        (
            *(200, "Webhook message delivery failed with error: Microsoft Teams endpoint returned"),
            *(TemporaryFailure, 12.0),
        ),
    ],
)
async def test_answers_of_workflows_and_of_the_hooks_before_them(
    status: int, text: str, failure: type[AlertError], wait: float | None
) -> None:
    headers = {"Retry-After": "12"} if wait else None
    async with serving(saying(status, text, headers)) as server:
        with pytest.raises(failure) as caught:
            await CHANNEL.send(message(), Target(server.url(PATH + QUERY), None))
    assert caught.value.reason.startswith("127.0.0.1: ")
    assert "s3cr3t" not in caught.value.reason
    assert getattr(caught.value, "retry_after", None) == wait
