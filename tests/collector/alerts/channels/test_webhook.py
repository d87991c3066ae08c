"""Web hooks: what is sent, that receivers verify it, and that docs/alert_channels.md is right."""

import base64
import json
import re
import shutil
import subprocess
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.http import HttpClient
from collector.alerts.channels.webhook import WebhookChannel, body_of, headers_of, key_of, type_of
from local.schemas import alert_schema
from shared.alerts.links import PATH, incident_path
from shared.alerts.messages import Link, Message
from shared.errors import PermanentFailure, TemporaryFailure
from shared.times import utc_now
from tests.collector.alerts.channels.messages import INSTANCE, MESSAGES, entry, message
from tests.collector.alerts.channels.servers import Taken, saying, serving
from tests.fixtures.host import ROOT

CHANNEL = WebhookChannel(HttpClient(Allowed.of(["127.0.0.1"]), seconds=5), utc_now)
NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 24).decode()
OTHER = "whsec_" + base64.b64encode(b"x" * 32).decode()
PAGE = (ROOT / "docs" / "alert_channels.md").read_text()
SCHEMA = json.loads((ROOT / "docs/schemas/alert.schema.json").read_text())


def errors(body: object) -> list[str]:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - it loads for seconds

    Draft202012Validator.check_schema(SCHEMA)
    return [error.message for error in Draft202012Validator(SCHEMA).iter_errors(body)]


def example(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


async def sent(secret: str | None, given_message: Message | None = None) -> Taken:
    async with serving(saying(204)) as server:
        target = Target(server.url("/in?x=1"), None if secret is None else SecretStr(secret))
        assert await CHANNEL.send(given_message or message(), target) == Receipt(None)
    (taken,) = server.taken
    return taken


def in_small_letters(taken: Taken) -> dict[str, str]:
    return {name.lower(): value for name, value in taken.headers.items()}


async def test_a_receiver_verifies_a_message_and_no_other() -> None:
    taken = await sent(NEW)
    headers = in_small_letters(taken)
    assert headers["webhook-id"] == message().key
    assert Webhook(NEW).verify(taken.body, headers) == json.loads(taken.body)
    changed = [
        (OTHER, taken.body, headers),
        (NEW, taken.body + b" ", headers),
        (NEW, taken.body, {**headers, "webhook-id": "msg_other"}),
        (NEW, taken.body, {**headers, "webhook-timestamp": str(int(utc_now().timestamp()) + 60)}),
    ]
    for secret, body, given_headers in changed:
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body, given_headers)


async def test_while_a_secret_is_replaced_all_secrets_sign() -> None:
    taken = await sent(f"{NEW} {OLD}")
    headers = in_small_letters(taken)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for secret in (NEW, OLD):
        assert Webhook(secret).verify(taken.body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(OTHER).verify(taken.body, headers)


async def test_the_time_is_that_of_the_attempt_and_the_id_that_of_the_message() -> None:
    moments = iter([utc_now() - timedelta(minutes=30), utc_now()])
    channel = WebhookChannel(HttpClient(Allowed.of(["127.0.0.1"])), lambda: next(moments))
    async with serving(saying(204)) as server:
        for _ in range(2):
            await channel.send(message(), Target(server.url(), SecretStr(NEW)))
    first, second = (in_small_letters(each) for each in server.taken)
    assert first["webhook-id"] == second["webhook-id"]
    assert server.taken[0].body == server.taken[1].body
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(server.taken[0].body, first)
    assert Webhook(NEW).verify(server.taken[1].body, second)


async def test_without_a_secret_there_is_no_signature() -> None:
    headers = in_small_letters(await sent(None))
    assert "webhook-signature" not in headers
    assert {"webhook-id", "webhook-timestamp"} <= headers.keys()


@pytest.mark.parametrize(
    "secret",
    [
        *("hush", "whsec_", "whsec_!!!", "whsec_" + base64.b64encode(b"short").decode()),
        *("whsec_" + base64.b64encode(b"l" * 65).decode(), base64.b64encode(b"p" * 32).decode()),
        *("whsk_" + base64.b64encode(b"k" * 32).decode(), f"{NEW},{OLD}"),
    ],
)
async def test_a_secret_that_is_none_is_a_permanent_failure_and_not_quoted(secret: str) -> None:
    with pytest.raises(PermanentFailure, match="whsec_ and base64 of 24 to 64") as caught:
        await CHANNEL.send(message(), Target("http://127.0.0.1:9/", SecretStr(secret)))
    assert secret not in caught.value.reason.replace("whsec_ and", "") or secret == "whsec_"


async def test_a_hook_needs_an_address() -> None:
    with pytest.raises(PermanentFailure, match="no address"):
        await CHANNEL.send(message(), Target(None, SecretStr(NEW)))


async def test_a_receiver_that_is_down_is_asked_again() -> None:
    async with serving(saying(503, headers={"Retry-After": "7"})) as server:
        with pytest.raises(TemporaryFailure) as caught:
            await CHANNEL.send(message(), Target(server.url(), None))
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize(
    ("given_message", "kind"),
    [
        (message(), "alert.opened"),
        (message(entry(event="closed"), entry(event="closed")), "alert.closed"),
        (message(entry(), entry(event="closed")), "alert.several"),
        (message(entry(event="test"), kind="test"), "alert.test"),
        (message(kind="folded", entries=()), "alert.folded"),
        (message(kind="digest", entries=()), "alert.digest"),
    ],
)
def test_the_type_says_what_happened(given_message: Message, kind: str) -> None:
    assert type_of(given_message) == kind


@given(MESSAGES)
@settings(max_examples=25)
def test_any_message_is_as_the_schema_says(given_message: Message) -> None:
    body = body_of(given_message).model_dump_json().encode()
    read = json.loads(body)
    assert errors(read) == []
    assert len(read["data"]["incidents"]) == len(given_message.entries)


def test_the_schema_is_made_of_the_model_and_refuses_what_it_does_not_have() -> None:
    assert alert_schema() == SCHEMA, (
        "python -m local.schemas alert > docs/schemas/alert.schema.json"
    )
    body = json.loads(body_of(message()).model_dump_json())
    assert errors({**body, "type": "alert.other"})
    assert errors({name: body[name] for name in ("type", "timestamp")})


def test_the_body_in_the_docs_is_what_is_sent() -> None:
    own = "mood-of-cursor.000007"
    shown = {
        "Open in the dashboard": "/?subject=cursor&from=2026-11-26&to=2026-11-27",
        "What was known when": incident_path(own),
        "Acknowledge": f"{PATH}acknowledge.{own}.1796378707.SIGNATURE",
        "Snooze": f"{PATH}snooze.{own}.1796378707.SIGNATURE",
    }
    links = tuple(Link(text, f"{INSTANCE}{path}") for text, path in shown.items())
    sent = body_of(message(entry(incident=own, links=links)))
    assert json.loads(example("json")) == json.loads(sent.model_dump_json())


async def test_the_python_in_the_docs_verifies_a_message() -> None:
    space: dict[str, Any] = {}
    exec(example("python"), space)  # noqa: S102 - it is what readers copy
    taken = await sent(f"{NEW} {OLD}")
    assert space["verified"](NEW, taken.body, taken.headers)["type"] == "alert.opened"
    assert space["verified"](OLD, taken.body, taken.headers)["type"] == "alert.opened"
    with pytest.raises(WebhookVerificationError):
        space["verified"](NEW, taken.body + b" ", taken.headers)


NODE = shutil.which("node", path=f"{ROOT / '.venv/bin'}:/usr/local/bin:/usr/bin:/bin")
AS_IT_CAME = """
const [secret, body, headers] = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
try { console.log(verified(secret, body, headers).type); }
catch (error) { console.log(error.message); }
"""


@pytest.mark.skipif(NODE is None, reason="there is no Node")
@pytest.mark.parametrize(
    ("secret", "more", "late", "said"),
    [
        (NEW, "", 0, "alert.opened"),
        (OLD, "", 0, "alert.opened"),
        (OTHER, "", 0, "no signature of this secret"),
        (NEW, " ", 0, "no signature of this secret"),
        (NEW, "", 600, "too old, or too new"),
    ],
)
def test_the_javascript_in_the_docs_verifies_a_message(
    secret: str, more: str, late: int, said: str
) -> None:
    body = body_of(message()).model_dump_json()
    keys = [key_of(each) for each in (NEW, OLD)]
    seconds = int(utc_now().timestamp()) - late
    headers = headers_of(keys, message().key, seconds, body.encode())
    result = subprocess.run(
        [str(NODE), "-e", example("javascript") + AS_IT_CAME],
        input=json.dumps([secret, body + more, headers]),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert result.stdout.strip() == said
