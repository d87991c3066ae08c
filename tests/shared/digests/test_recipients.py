"""Recipients of digests: each e-mail address is one."""

from typing import Any

from shared.alerts.channels import channel_id, recipients
from shared.digests.recipients import address_of, digests_with, without_recipient
from tests.shared.digests.digests import a_digest

HOOK: Any = {"type": "webhook", "to": "https://hooks.example.com/a", "secret": None}
BOTH: Any = {"type": "email", "to": "ann@example.com, bob@example.com", "secret": None}
ANN: Any = {**BOTH, "to": "ann@example.com"}
BOB: Any = {**BOTH, "to": "bob@example.com"}


def test_each_address_is_a_recipient_once() -> None:
    assert recipients([BOTH, HOOK, BOB]) == [ANN, BOB, HOOK]


def test_digests_are_found_by_their_recipients() -> None:
    mails, hooks = a_digest(channels=[BOTH]), a_digest(id="hooks", channels=[HOOK])
    assert digests_with([mails, hooks], channel_id(BOB)) == [mails]
    assert digests_with([mails, hooks], channel_id(HOOK)) == [hooks]
    assert digests_with([mails, hooks], channel_id(BOTH)) == []
    assert address_of([mails, hooks], channel_id(BOB)) == "b…@example.com"
    assert address_of([hooks], channel_id(BOB)) is None


def test_who_unsubscribes_takes_no_other_address_away() -> None:
    digest = a_digest(channels=[BOTH, HOOK])
    left = without_recipient(digest, channel_id(BOB))
    assert left["channels"] == [ANN, HOOK]
    assert without_recipient(left, channel_id(ANN))["channels"] == [HOOK]
    assert without_recipient(left, channel_id(BOB)) == left
