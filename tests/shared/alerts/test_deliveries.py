"""What channels are owed of an incident, and when it is due."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.alerts.deliveries import (
    GROUPED_FOR,
    closing_deliveries,
    due_at,
    new_delivery,
    opening_deliveries,
    overdue_at,
    receipt_of,
    update_deliveries,
)
from shared.alerts.scopes import name_of_scope
from shared.models import Delivery, Finding, Incident
from shared.subjects.watchlist import seed
from shared.times import iso, parse_iso
from tests.shared.alerts.evaluations import START, a_channel, a_finding, a_rule

NEWS = a_finding("search", "item:1")
SAME_AGAIN = a_finding("worse")
DAY = timedelta(days=1)


def an_incident(*channels: str, status: str = "sent", **more: Any) -> Incident:
    """Return an incident whose openings have this status; channels are types."""
    rule = a_rule(channels=[a_channel(each, type=each) for each in channels])
    deliveries = opening_deliveries(rule, START)
    for each in deliveries:
        each["status"] = status  # type: ignore[typeddict-item]
    incident: Any = {
        "id": "mood.000001",
        "rule": rule,
        "deliveries": deliveries,
        "acknowledged": None,
        "silenced_until": None,
        **more,
    }
    return incident  # type: ignore[no-any-return]


def types(deliveries: list[Delivery]) -> list[str]:
    return [each["channel"]["type"] for each in deliveries]


def updates(incident: Incident, finding: Finding) -> list[str]:
    return types(update_deliveries(incident, finding, START))


def test_each_channel_of_a_rule_is_owed_the_opening() -> None:
    incident = an_incident("webhook", "slack", "email", status="waiting")
    assert types(incident["deliveries"]) == ["webhook", "slack", "email"]
    assert [each["id"] for each in incident["deliveries"]] == ["1", "2", "3"]
    assert {each["due"] for each in incident["deliveries"]} == {iso(START + GROUPED_FOR)}


def test_new_items_go_to_every_channel_and_the_same_again_only_where_it_disturbs_nobody() -> None:
    incident = an_incident("webhook", "slack", "discord", "email")
    incident["deliveries"][2]["receipt"] = "message-7"
    # The id that later mails refer to: a mail can't be changed.
    incident["deliveries"][3]["receipt"] = "<1@example.org>"
    assert updates(incident, NEWS) == ["webhook", "slack", "discord", "email"]
    assert updates(incident, SAME_AGAIN) == ["webhook", "discord"]


def test_nothing_is_owed_where_a_message_waits_that_will_have_it() -> None:
    incident = an_incident("webhook", "slack", status="waiting")
    assert updates(incident, NEWS) == []
    # What was composed already doesn't have it.
    incident["deliveries"][0]["batch"] = "key"
    assert updates(incident, NEWS) == ["webhook"]


@pytest.mark.parametrize("status", ["failed", "folded"])
def test_who_never_heard_of_an_opening_hears_of_nothing_after_it(status: str) -> None:
    incident = an_incident("webhook", status=status)
    assert updates(incident, NEWS) == []
    assert closing_deliveries(incident, START) == []


@pytest.mark.parametrize("status", ["sent", "waiting"])
def test_who_hears_of_an_opening_hears_of_the_end(status: str) -> None:
    incident = an_incident("webhook", "email", status=status)
    closing = closing_deliveries(incident, START)
    assert types(closing) == ["webhook", "email"]
    assert [each["id"] for each in closing] == ["3", "4"]


def test_an_acknowledged_incident_sends_no_updates_and_its_end() -> None:
    incident = an_incident("webhook", acknowledged=iso(START))
    assert updates(incident, NEWS) == []
    assert types(closing_deliveries(incident, START)) == ["webhook"]


def test_a_silenced_incident_sends_its_opening_alone_until_it_is_over() -> None:
    until = iso(START + DAY)
    incident = an_incident("webhook", status="waiting", silenced_until=until)
    opening = incident["deliveries"][0]
    assert due_at(incident, opening, START) == opening["due"]
    closing = closing_deliveries(incident, START)[0]
    assert due_at(incident, closing, START) == until
    incident["silenced_until"] = iso(START - DAY)
    assert due_at(incident, closing, START) == closing["due"]


def test_the_newest_receipt_of_a_channel_counts() -> None:
    incident = an_incident("webhook", "discord")
    discord = incident["rule"]["channels"][1]
    assert receipt_of(incident, discord) is None
    incident["deliveries"][1]["receipt"] = "first"
    incident["deliveries"] += closing_deliveries(incident, START)
    assert receipt_of(incident, discord) == "first"
    incident["deliveries"][3]["receipt"] = "second"
    assert receipt_of(incident, discord) == "second"
    assert receipt_of(incident, incident["rule"]["channels"][0]) is None


QUIET = {"quiet_hours": {"from": "22:00", "to": "07:00"}, "time_zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("found", "due"),
    [
        ("2026-11-23T20:00:00", "2026-11-23T20:10:00"),
        # Quiet hours begin at 21:00 UTC: it is sent before, or after.
        ("2026-11-23T20:49:59", "2026-11-23T20:59:59"),
        ("2026-11-23T20:50:00", "2026-11-23T20:50:00"),
        ("2026-11-23T20:59:59", "2026-11-23T20:59:59"),
        ("2026-11-23T21:00:00", "2026-11-24T06:00:00"),
        ("2026-11-24T05:49:59", "2026-11-24T06:00:00"),
        ("2026-11-24T05:55:00", "2026-11-24T06:05:00"),
    ],
)
def test_a_delivery_is_due_after_ten_minutes_and_outside_of_quiet_hours(found, due) -> None:
    rule: Any = a_rule(**QUIET)
    at = datetime.fromisoformat(found).replace(tzinfo=UTC)
    (delivery,) = opening_deliveries(rule, at)
    assert delivery["due"] == f"{due}Z"
    incident = an_incident(rule=rule)
    assert overdue_at(incident, delivery) == parse_iso(f"{due}Z") + DAY


def test_a_test_message_waits_for_nothing() -> None:
    rule: Any = a_rule(**QUIET)
    night = datetime(2026, 11, 23, 23, tzinfo=UTC)
    delivery = new_delivery(rule, rule["channels"][0], "test", "1", night)
    assert delivery["due"] == iso(night)
    assert overdue_at(an_incident(rule=rule), delivery) == night + DAY


def test_scopes_have_the_names_that_people_use() -> None:
    watchlist = seed()
    watchlist["subjects"][0]["merged_from"] = ["former"]
    known = watchlist["subjects"][0]
    assert name_of_scope("all", watchlist) == "all communities"
    assert name_of_scope(f"subject:{known['id']}", watchlist) == known["name"]
    assert name_of_scope("subject:former", watchlist) == known["name"]
    assert name_of_scope("subject:gone", watchlist) == "gone"
    assert name_of_scope("community:Cursor", watchlist) == "r/Cursor"
    assert name_of_scope("community:hn.ai", watchlist) == "hn.ai"
