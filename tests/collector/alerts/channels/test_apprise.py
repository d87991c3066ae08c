"""Other services: where Apprise may send to, and what is said where it isn't installed."""

import asyncio
import json
import subprocess
import sys

import pytest
from aiohttp import web
from hypothesis import given
from pydantic import SecretStr

from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.apprise import (
    MAX_TEXT,
    AppriseChannel,
    check_service,
    scheme_of,
    text_of,
)
from collector.alerts.channels.base import Receipt, Target
from shared.alerts.messages import Message
from shared.errors import PermanentFailure, TemporaryFailure
from tests.collector.alerts.channels.messages import MESSAGES, entry, item, message
from tests.collector.alerts.channels.servers import saying, serving
from tests.fixtures.host import ROOT

# Apprise imports it before Python 3.13.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")

HERE = Allowed.of(["127.0.0.1"])


async def test_a_message_is_sent_as_plain_text_to_an_allowed_host() -> None:
    async with serving(saying(200)) as server:
        address = SecretStr(f"json://127.0.0.1:{server.port}/in")
        assert await AppriseChannel(HERE).send(message(), Target(None, address)) == Receipt(None)
    (taken,) = server.taken
    said = json.loads(taken.body)
    assert said["title"] == "Mood of Cursor fell"
    assert said["message"] == text_of(message())


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_a_failure_is_temporary_and_names_the_service_alone(status: int, caplog) -> None:
    async with serving(saying(200)) as inner:
        there = {"Location": inner.url("/inner")}
        async with serving(saying(status, headers=there)) as server:
            address = f"json://127.0.0.1:{server.port}/s3cret?redirect=yes"
            with pytest.raises(TemporaryFailure, match=r"^json: the service didn't") as caught:
                await AppriseChannel(HERE).send(message(), Target(address, None))
    assert inner.taken == []
    assert "s3cret" not in caught.value.reason + caplog.text


async def test_a_service_that_hangs_ends_in_time() -> None:
    async def hang(request: web.Request, _number: int) -> web.StreamResponse:
        await request.read()
        await asyncio.sleep(60)
        return web.Response()

    async with serving(hang) as server:
        channel = AppriseChannel(HERE, seconds=0.5)
        with pytest.raises(TemporaryFailure, match=r"^json: no answer in time$"):
            await channel.send(message(), Target(f"json://127.0.0.1:{server.port}/", None))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "json://10.0.0.1/",
            "json://localhost/",
            "jsons://hook.example.com/",
            "xml://2130706433/",
        ),
        *("syslog://", "dbus://", "gnome://", "mailto://me:pw@example.com", "ntfy://topic"),
        *("file:///etc/passwd", "https://hook.example.com/", "tgram", "", "json://[::1", "://x"),
    ],
)
def test_other_hosts_and_this_machine_are_refused(address: str) -> None:
    with pytest.raises(PermanentFailure) as caught:
        check_service(address, Allowed())
    assert "example.com" not in caught.value.reason
    assert "pw" not in caught.value.reason


BOT = "tgram://123456789:abcdefghijklmnopqrstuvwxyzABCDEFGHI/12315544/"


@pytest.mark.parametrize(
    "name", ["template", "Template", "t%65mplate", "to=1;template", "a#&template"]
)
async def test_no_service_fetches_anything_from_an_address_in_its_parameters(name: str) -> None:
    async with serving(saying(200, '{"html": "x"}')) as inner:
        channel = AppriseChannel(Allowed(), seconds=5)
        with pytest.raises(PermanentFailure, match=r"^tgram: its address has a parameter"):
            await channel.send(message(), Target(f"{BOT}?{name}={inner.url()}", None))
    assert inner.taken == []


@pytest.mark.parametrize(
    "query", ["verify=no", "retry=10", "wait=60", "attach=/etc/passwd", "cto=600", "store=yes"]
)
def test_parameters_that_weaken_or_delay_a_connection_are_refused(query: str) -> None:
    for address in (f"{BOT}?{query}", f"json://127.0.0.1/?{query}"):
        with pytest.raises(PermanentFailure, match="has a parameter that isn't taken") as caught:
            check_service(address, HERE)
        assert query.partition("=")[2] not in caught.value.reason.partition(": ")[0]


@pytest.mark.parametrize("query", ["topic=7", "priority=high&tags=a,b", "+X-Own=1&:a=b", ""])
def test_parameters_of_the_message_are_taken(query: str) -> None:
    check_service(f"json://127.0.0.1/?{query}", HERE)


@pytest.mark.parametrize(
    ("address", "entries"),
    [
        ("tgram://123456789:abcdefg/12315544/", []),
        ("PAGERDUTY://key@api", []),
        ("ntfys://ntfy.sh/topic", []),
        ("json://127.0.0.1:80/", ["127.0.0.0/8"]),
        ("json://2130706433/", ["127.0.0.1"]),
        ("gotify://gotify.corp.example/token", ["gotify.corp.example"]),
    ],
)
def test_services_with_a_host_of_their_own_and_allowed_hosts_are_sent_to(
    address: str, entries: list[str]
) -> None:
    check_service(address, Allowed.of(entries))


async def test_an_address_that_apprise_can_not_read_is_a_permanent_failure() -> None:
    with pytest.raises(PermanentFailure, match="can't read"):
        await AppriseChannel(HERE).send(message(), Target("tgram://no", None))


def test_where_it_is_not_installed_it_says_how_to_install_it() -> None:
    script = f"""
import asyncio, sys
sys.path.insert(0, {str(ROOT)!r})
sys.modules["apprise"] = None
from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.apprise import AppriseChannel
from collector.alerts.channels.base import Target
from tests.collector.alerts.channels.messages import message
asyncio.run(AppriseChannel(Allowed()).send(message(), Target("tgram://1:a/2", None)))
"""
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert "PermanentFailure: the package apprise isn't installed: add apprise" in result.stderr


@given(MESSAGES)
def test_any_message_is_a_text_within_the_limit(given_message: Message) -> None:
    text = text_of(given_message)
    assert 1 <= len(text.encode("utf-16-le")) // 2 <= MAX_TEXT


def test_the_text_says_what_happened() -> None:
    cited = item(permalink="javascript:alert(1)")
    assert text_of(message(entry(items=(item(), cited), note=""), is_sample=True)).splitlines() == [
        "New: Mood of Cursor (Cursor)",
        "The mood fell from 0.12 to -0.21 within a day.",
        "mood -0.21, items 143",
        f"- Everything fails since the update {item()['permalink']}",
        "- Everything fails since the update",
        "What was known when: https://undertone.example/?view=alerts&incident=mood-of-cursor.000007",
        "Acknowledge: https://undertone.example/alerts/links/abc.def",
        "",
        "Undertone at undertone.example",
        "",
        "Sample data: everything in it is invented.",
    ]


def test_the_scheme_of_an_address_is_its_service() -> None:
    assert scheme_of("TGRAM://1:a/2") == "tgram"
    assert scheme_of("no address") == ""
