"""Digests in every channel: within its limits, without anybody's markup, with the lasting link."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook

from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.apprise import MAX_TEXT, text_of
from collector.alerts.channels.base import Target
from collector.alerts.channels.discord import payload_of as discord_payload
from collector.alerts.channels.email_body import MAX_HTML_BYTES, email_body
from collector.alerts.channels.http import HttpClient
from collector.alerts.channels.slack import payload_of as slack_payload
from collector.alerts.channels.teams import body_of as teams_body
from collector.alerts.channels.webhook import WebhookChannel, body_of
from shared.alerts.messages import Message
from shared.digests.figures import bars, condensed
from tests.collector.alerts.channels.messages import HOSTILE
from tests.collector.alerts.channels.servers import saying, serving
from tests.collector.alerts.channels.test_discord import check_limits as check_discord
from tests.collector.alerts.channels.test_slack import check_limits as check_slack
from tests.collector.alerts.channels.test_slack import elements
from tests.collector.alerts.channels.test_teams import card_of, runs
from tests.collector.alerts.channels.test_teams import check_limits as check_teams
from tests.collector.alerts.channels.test_webhook import errors
from tests.shared.digests.digests import BASE, a_content, a_folded, a_row

AT = datetime(2026, 11, 23, 8, tzinfo=UTC)
UNSUBSCRIBE = f"{BASE}/alerts/links/unsubscribe.abc.1.def"
SECRET = "whsec_" + "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


def a_digest(content: Any = None, **fields: Any) -> Message:
    whole = content or a_content()
    usual = Message(
        key="digest_team_20261123T080000Z_1",
        kind="digest",
        at=AT,
        instance=BASE,
        title=whole["title"],
        unsubscribe=UNSUBSCRIBE,
        digest=whole,
        folded=(a_folded(1), a_folded(2)),
        more_folded=3,
    )
    return replace(usual, **fields)


def filled_with(text: str, count: int = 1) -> Message:
    """Return a digest whose every text is this one, in lists of `count`."""
    line = {"text": text, "address": f"https://a.example/{text}", "about": text}
    quote = {"text": text, "source": text, "address": "https://a.example/"}
    why = {
        "subject": text,
        "sentence": text,
        "points": [text] * 5,
        "quotes": [quote] * 9,
        "note": text,
    }
    lists: Any = {
        name: [line] * count
        for name in ("read_these", "worth_an_answer", "topics", "markers", "incidents")
    }
    content = a_content(
        **lists,
        title=text,
        name=text,
        sentence=text,
        notes=[text],
        compared=text,
        next_text=text,
        subjects=[a_row(name=text, course=[9] * 168)] * count,
        changed=[text] * count,
        unchanged=[text] * count,
        reasons=[why] * 3,
        unseen=[text] * count,
    )
    folded = {**a_folded(), "rule": text, "scope": text, "sentence": text}
    return a_digest(content, folded=(folded,) * min(count, 20), is_sample=True, kind="test")


EMPTY = a_digest(
    a_content(
        sentence="In the week from 16 to 22 November 2026, nothing was collected.",
        is_empty=True,
        subjects=[],
        compared="",
        changed=[],
        unchanged=[],
        reasons=[],
        read_these=[],
        worth_an_answer=[],
        topics=[],
        markers=[],
        unseen=[],
        incidents=[],
    ),
    folded=(),
    more_folded=0,
)
LONG = filled_with("Words that fill a line, and go on for a while. " * 20, 100)
DIGESTS = [a_digest(), EMPTY, LONG, *(filled_with(each, 3) for each in HOSTILE)]


def texts(message: Message) -> dict[str, str]:
    """Return what each channel shows of a message."""
    embeds = discord_payload(message)["embeds"]
    return {
        "slack": "".join(each["text"] for each in elements(slack_payload(message))),
        "teams": "".join(each["text"] for each in runs(card_of(teams_body(message)))),
        "discord": re.sub(r"\\(.)", r"\1", "".join(each["description"] for each in embeds)),
        "apprise": text_of(message),
        "text": email_body(message).text,
        "html": shown(email_body(message).html),
    }


def shown(html: str) -> str:
    body = html.partition("<body")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


@pytest.mark.parametrize("message", DIGESTS)
def test_any_digest_is_within_every_channels_limits(message: Message) -> None:
    payload = slack_payload(message)
    check_slack(payload)
    assert not set(payload["text"]) & set("<>*_~`")
    check_teams(teams_body(message))
    check_discord(discord_payload(message))
    assert 1 <= len(text_of(message).encode("utf-16-le", "surrogatepass")) // 2 <= MAX_TEXT
    body = json.loads(body_of(message).model_dump_json())
    assert errors(body) == []
    mail = email_body(message)
    assert len(mail.html.encode()) <= MAX_HTML_BYTES
    assert len(mail.text.encode()) <= MAX_HTML_BYTES
    assert "\n" not in mail.subject


@pytest.mark.parametrize("channel", texts(a_digest()))
def test_every_channel_says_what_matters(channel: str) -> None:
    said = texts(a_digest())[channel]
    for part in (
        "In the week from 16 to 22 November 2026, the mood about Cursor got worse.",
        "Cursor",
        "143",
        "96 before",
        "-0.21",
        "worse",
        "59%",
        bars([10, 12, 14, 20, 30, 40, 17]),
        "mood got worse, from +0.11 to -0.10.",
        "It got worse, mostly since more is said of problems.",
        "The new limits <b>ruined</b> my week & my *flow*.",
        "Is anybody else rate limited all day?",
        "How do I turn indexing off?",
        "rate limit",
        "Cursor 2.1",
        "97% of the talk was observed.",
        "r/cursor: 5 hours",
        "Its mood fell, for the time 1.",
        "3 more",
        "The next one comes on Monday, 30 November 2026 at 08:00 (Europe/Berlin).",
    ):
        assert part in said, part


@pytest.mark.parametrize("channel", texts(EMPTY))
def test_a_digest_with_nothing_to_tell_says_so_and_when_the_next_comes(channel: str) -> None:
    said = texts(EMPTY)[channel]
    assert "nothing was collected." in said
    assert "The next one comes on Monday, 30 November 2026" in said
    assert "Subjects" not in said
    assert "Worth an answer" not in said
    assert "None" not in said.replace("None is open", "")


def addresses(message: Message) -> dict[str, list[str]]:
    urls = re.compile(r"https?://[^\s)\"<>]+")
    (embed,) = discord_payload(message)["embeds"]
    slack = [each["url"] for each in elements(slack_payload(message)) if each["type"] == "link"]
    teams = [
        each["selectAction"]["url"]
        for each in runs(card_of(teams_body(message)))
        if "selectAction" in each
    ]
    return {
        "slack": slack,
        "teams": teams,
        "discord": [embed["url"], *urls.findall(embed["description"])],
        "apprise": urls.findall(text_of(message)),
        "text": urls.findall(email_body(message).text),
        "html": [unescape(each) for each in re.findall('href="([^"]*)"', email_body(message).html)],
    }


@pytest.mark.parametrize("message", [a_digest(), LONG, EMPTY])
def test_every_channel_links_to_the_page_of_exactly_that_digest(message: Message) -> None:
    page = f"{BASE}/?view=digest&period=week&until=2026-11-23&zone=Europe/Berlin"
    for channel, found in addresses(message).items():
        assert page in found, channel


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_people_wrote_is_text_everywhere(hostile: str) -> None:
    message = filled_with(hostile, 3)
    html = email_body(message).html
    tags = set(re.findall(r"<([a-z0-9]+)", html.partition("<body")[2]))
    allowed = {"div", "table", "tr", "td", "th", "h1", "h2", "a", "span", "strong", "br"}
    assert tags <= allowed
    for channel, found in addresses(message).items():
        hosts = {each.split("/")[2] for each in found if each.startswith("http")}
        written = {"a.example", "mood.example.org"}
        if channel not in {"apprise", "text"}:
            assert hosts <= written, channel


def test_a_test_and_invented_data_are_marked_in_every_channel() -> None:
    message = a_digest(kind="test", is_sample=True)
    for channel, said in texts(message).items():
        assert "This is a test" in said, channel
        assert "invented" in said, channel
    mail = email_body(message)
    assert mail.subject.startswith("[test] [sample data] For the team")
    assert body_of(message).type == "alert.test"
    assert body_of(message).data.digest is not None


def test_a_mail_says_why_one_gets_it_and_how_to_stop_it() -> None:
    mail = email_body(a_digest())
    assert mail.subject == "For the team: 16 to 22 November 2026"
    for form in (mail.text, shown(mail.html)):
        assert "the digest “For the team” at mood.example.org names this address." in form
    assert f'href="{UNSUBSCRIBE}"' in mail.html
    assert f"Unsubscribe: {UNSUBSCRIBE}" in mail.text
    assert "<img" not in mail.html
    assert "url(" not in mail.html


def test_what_does_not_fit_into_a_mail_is_counted_in_both_forms() -> None:
    mail = email_body(LONG)
    assert "more on the page of this digest." in mail.text
    assert "more on the page of this digest." in shown(mail.html)


async def test_a_receiver_verifies_a_digest() -> None:
    channel = WebhookChannel(
        HttpClient(Allowed.of(["127.0.0.1"]), seconds=5), lambda: datetime.now(UTC)
    )
    async with serving(saying(200)) as server:
        await channel.send(a_digest(), Target(server.url(), SecretStr(SECRET)))
    (taken,) = server.taken
    headers = {name.lower(): value for name, value in taken.headers.items()}
    body = Webhook(SECRET).verify(taken.body, headers)
    assert headers["webhook-id"] == "digest_team_20261123T080000Z_1"
    assert body["type"] == "alert.digest"
    digest = body["data"]["digest"]
    assert digest["sentence"].startswith("In the week from 16 to 22 November 2026")
    assert digest["subjects"][0]["course"] == [10, 12, 14, 20, 30, 40, 17]
    assert [each["incident"] for each in digest["folded"]] == [
        "cursor-mood.000001",
        "cursor-mood.000002",
    ]
    assert digest["more_folded"] == 3
    assert "id" not in digest
    assert "ttl" not in digest


def test_long_courses_are_condensed_without_loss() -> None:
    assert condensed([1] * 28, 14) == [2] * 14
    assert sum(condensed(list(range(167)), 14)) == sum(range(167))
    assert condensed([], 14) == []
    assert condensed([3, 4], 14) == [3, 4]
