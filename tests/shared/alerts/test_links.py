"""Signed links: what they say, until when, and that nobody else can make them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.alerts.channels import channel_id
from shared.alerts.links import PATH, SignedLink, read_key, read_token, signed_path
from shared.alerts.queue import messages_of, read_message
from shared.errors import BadMessage
from tests.shared.alerts.rules import a_rule

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
OWN = bytes(range(32))
INCIDENT = "cursor-mood.000003"


def token_of(key: bytes = OWN, now: datetime = NOW) -> str:
    return signed_path(key, "snooze", INCIDENT, now).removeprefix(PATH)


def test_a_token_says_what_was_signed_and_expires_after_a_week() -> None:
    link = read_token(OWN, token_of())
    assert link == SignedLink("snooze", INCIDENT, NOW + timedelta(days=7))
    assert not link.is_expired(NOW + timedelta(days=7) - timedelta(seconds=1))
    assert link.is_expired(NOW + timedelta(days=7))


def test_a_link_to_unsubscribe_names_a_channel_and_lasts_60_days() -> None:
    (channel,) = a_rule()["channels"]
    own = channel_id(channel)
    token = signed_path(OWN, "unsubscribe", own, NOW).removeprefix(PATH)
    assert read_token(OWN, token) == SignedLink("unsubscribe", own, NOW + timedelta(days=60))
    for other in ("snooze", "acknowledge"):
        assert read_token(OWN, token.replace("unsubscribe", other)) is None


def test_a_path_is_safe_in_an_address() -> None:
    path = signed_path(OWN, "acknowledge", INCIDENT, NOW)
    assert path.isascii()
    assert not set(path) & set("?#%&=+ \"'<>")


def test_a_token_of_another_key_is_forged() -> None:
    assert read_token(OWN, token_of(bytes(32))) is None


def test_no_part_of_a_token_can_be_changed() -> None:
    token = token_of()
    assert read_token(OWN, token.replace("snooze", "acknowledge")) is None
    for number, letter in enumerate(token):
        other = "0" if letter != "0" else "1"
        assert read_token(OWN, token[:number] + other + token[number + 1 :]) is None, number


@pytest.mark.parametrize("token", ["", ".", "snooze", "snooze.a.1.2", "x" * 5000, "é" * 43])
def test_what_is_no_token_is_forged(token: str) -> None:
    assert read_token(OWN, token) is None
    assert read_token(OWN, token_of() + token) is None or token == ""


async def test_the_key_is_made_once_and_kept(store) -> None:
    keys = iter(range(1, 9))

    def random(count: int) -> bytes:
        return bytes([next(keys)]) * count

    made = await asyncio.gather(*(read_key(store, random) for _ in range(4)))
    assert len(set(made)) == 1, "processes that start at the same time have one key"
    assert len(made[0]) == 32
    assert await read_key(store, random) == made[0]


def test_a_message_names_each_channel_once() -> None:
    (channel,) = a_rule()["channels"]
    other = {**channel, "to": "other@example.com"}
    sent = messages_of([channel, other, channel])
    read = [read_message(each.encode()).channel for each in sent]
    assert len(set(read)) == len(read) == 2
    for body in (b"", b"{}", b'{"channel": "x"}'):
        with pytest.raises(BadMessage, match="delivering alerts"):
            read_message(body)
