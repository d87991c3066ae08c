"""Who a channel's messages go to: an e-mail channel is one for each of its addresses."""

from typing import Any

from shared.alerts.channels import (
    channel_id,
    recipients,
    rules_with,
    shown_address,
    without_channel,
)
from shared.alerts.deliveries import opening_deliveries
from tests.shared.alerts.rules import OPENED, a_rule

HOOK: Any = {"type": "slack", "to": None, "secret": "TEAM_HOOK"}
PHONE: Any = {"type": "apprise", "to": "tgram://token/a,b", "secret": None}


def mail(to: str) -> Any:
    return {"type": "email", "to": to, "secret": None}


def test_each_address_is_a_recipient_and_other_channels_are_as_they_are() -> None:
    channels = [HOOK, mail("ann@example.com, bob@example.com"), PHONE]
    people = [mail("ann@example.com"), mail("bob@example.com")]
    assert recipients(channels) == [HOOK, *people, PHONE]


def test_whoever_stands_in_two_channels_is_one_recipient() -> None:
    channels = [mail("ann@example.com, bob@example.com"), mail("Bob@Example.com, eve@example.com")]
    assert [each["to"] for each in recipients(channels)] == [
        "ann@example.com",
        "bob@example.com",
        "eve@example.com",
    ]


def test_e_mail_addresses_have_one_id_in_any_case_and_addresses_of_hooks_do_not() -> None:
    assert channel_id(mail("Ann@Example.com")) == channel_id(mail("ann@example.com"))
    paths = ({**HOOK, "to": f"https://example.com/{each}", "secret": None} for each in ("a", "A"))
    assert len({channel_id(each) for each in paths}) == 2


def test_an_incident_owes_each_address_a_delivery_of_its_own() -> None:
    rule = a_rule(channels=[mail("ann@example.com, bob@example.com"), HOOK])
    owed = opening_deliveries(rule, OPENED)
    assert [(each["id"], shown_address(each["channel"])) for each in owed] == [
        ("1", "a…@example.com"),
        ("2", "b…@example.com"),
        ("3", None),
    ]


def test_without_a_recipient_a_rule_keeps_the_other_addresses() -> None:
    ann, bob = channel_id(mail("ann@example.com")), channel_id(mail("bob@example.com"))
    both = mail("ann@example.com, Bob@example.com")
    rule = a_rule(channels=[both, HOOK, mail("bob@example.com")])
    assert rules_with([rule], ann) == rules_with([rule], bob) == [rule]
    assert rules_with([rule], channel_id(both)) == []
    left = without_channel(rule, bob)
    assert left["channels"] == [mail("ann@example.com"), HOOK]
    assert without_channel(left, ann)["channels"] == [HOOK]
    assert without_channel(rule, channel_id(PHONE)) == rule
