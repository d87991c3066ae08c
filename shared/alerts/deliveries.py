"""Deliveries: which messages the channels of an incident are owed, and when they are due."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal

from shared.alerts.channels import channel_id, recipients
from shared.alerts.quiet_hours import after_quiet, quiet_until
from shared.models import AlertChannel, AlertRule, ChannelType, Delivery, Finding, Incident
from shared.times import iso, parse_iso

Event = Literal["opened", "updated", "closed", "test"]

# What is found for a channel within this time becomes one message.
GROUPED_FOR = timedelta(minutes=10)
# Channels that can change a message which they have taken.
IN_PLACE: frozenset[ChannelType] = frozenset({"discord"})
# Updates beyond these that are sent, failed or folded are forgotten, the oldest first.
MAX_DELIVERIES = 200


def opening_deliveries(rule: AlertRule, now: datetime) -> list[Delivery]:
    """Return the deliveries of an incident that opens: one to each recipient of its rule."""
    return first_deliveries(rule, "opened", now)


def first_deliveries(
    rule: AlertRule, event: Literal["opened", "test"], now: datetime
) -> list[Delivery]:
    """Return the first deliveries of an incident: one to each recipient of its rule."""
    return [
        new_delivery(rule, channel, event, str(number), now)
        for number, channel in enumerate(recipients(rule["channels"]), start=1)
    ]


def update_deliveries(incident: Incident, finding: Finding, now: datetime) -> list[Delivery]:
    """Return what channels are owed of a new finding of an open incident.

    Nothing is owed once somebody has acknowledged it, nor where a message waits that will have the
    finding. A finding with a key is news for every channel. Any other goes to web hooks, which
    programs read, and to channels that change the message that they have.
    """
    if incident["acknowledged"] is not None:
        return []
    owed = [
        channel
        for channel, deliveries in _by_channel(incident)
        if _knows_opening(deliveries)
        and not any(_is_unclaimed(each) for each in deliveries)
        and (
            finding["key"] is not None
            or channel["type"] == "webhook"
            or changes_in_place(incident, channel)
        )
    ]
    return _numbered(incident, owed, "updated", now)


def closing_deliveries(incident: Incident, now: datetime) -> list[Delivery]:
    """Return what channels are owed of an incident's end: those that hear of its opening."""
    owed = [channel for channel, each in _by_channel(incident) if _knows_opening(each)]
    return _numbered(incident, owed, "closed", now)


def new_delivery(
    rule: AlertRule, channel: AlertChannel, event: Event, delivery_id: str, now: datetime
) -> Delivery:
    """Return a delivery that waits; one of a test waits for nothing."""
    return Delivery(
        id=delivery_id,
        channel=channel,
        event=event,
        status="waiting",
        created=iso(now),
        due=iso(now if event == "test" else _first_due(rule, now)),
        batch=None,
        attempts=0,
        error=None,
        sent_at=None,
        receipt=None,
    )


def due_at(incident: Incident, delivery: Delivery, now: datetime) -> str:
    """Return when a waiting delivery is sent at the earliest, as a stored time.

    Of a silenced incident only the opening is sent. What a clock that was ahead has written is due.
    """
    if delivery["created"] > iso(now + GROUPED_FOR):
        return iso(now)
    until = incident["silenced_until"]
    if until is None or delivery["event"] in {"opened", "test"}:
        return delivery["due"]
    return max(delivery["due"], until)


def overdue_at(incident: Incident, delivery: Delivery) -> datetime:
    """Return when a delivery that can't be sent is given up: a day after it was first due."""
    created, until = parse_iso(delivery["created"]), incident["silenced_until"]
    if delivery["event"] == "test":
        return created + timedelta(days=1)
    due = _first_due(incident["rule"], created)
    return max(due, parse_iso(until) if until else due) + timedelta(days=1)


def receipt_of(incident: Incident, channel: AlertChannel) -> str | None:
    """Return the newest receipt that a channel gave for a message of an incident."""
    mine = channel_id(channel)
    receipts = [
        each["receipt"]
        for each in incident["deliveries"]
        if each["receipt"] is not None and channel_id(each["channel"]) == mine
    ]
    return receipts[-1] if receipts else None


def changes_in_place(incident: Incident, channel: AlertChannel) -> bool:
    """Return whether a channel can change the message that it has of an incident.

    The receipt of a mail is the id that later mails refer to, and changes nothing.
    """
    return channel["type"] in IN_PLACE and receipt_of(incident, channel) is not None


def outbox_of(deliveries: Iterable[Delivery]) -> Literal["waiting", "empty"]:
    """Return whether any delivery waits, as an incident says it."""
    return "waiting" if any(each["status"] == "waiting" for each in deliveries) else "empty"


def with_deliveries(incident: Incident, more: Iterable[Delivery]) -> Incident:
    """Return an incident with further deliveries, of which it keeps MAX_DELIVERIES."""
    whole = [*incident["deliveries"], *more]
    spare = max(0, len(whole) - MAX_DELIVERIES)
    old = [each for each in whole if each["event"] == "updated" and each["status"] != "waiting"]
    forgotten = {each["id"] for each in old[:spare]}
    kept = [each for each in whole if each["id"] not in forgotten]
    return {**incident, "deliveries": kept, "outbox": outbox_of(kept)}


def _first_due(rule: AlertRule, created: datetime) -> datetime:
    hours, zone = rule["quiet_hours"], rule["time_zone"]
    due = created + GROUPED_FOR
    if quiet_until(hours, zone, created) is None and quiet_until(hours, zone, due) is not None:
        # Found right before quiet hours: it needn't wait for their end.
        return created
    return after_quiet(hours, zone, due)


def _by_channel(incident: Incident) -> list[tuple[AlertChannel, list[Delivery]]]:
    found: dict[str, tuple[AlertChannel, list[Delivery]]] = {}
    for delivery in incident["deliveries"]:
        if delivery["event"] != "test":
            channel = delivery["channel"]
            found.setdefault(channel_id(channel), (channel, []))[1].append(delivery)
    return [*found.values()]


def _knows_opening(deliveries: list[Delivery]) -> bool:
    return deliveries[0]["status"] in {"waiting", "sent"}


def _is_unclaimed(delivery: Delivery) -> bool:
    return delivery["status"] == "waiting" and delivery["batch"] is None


def _numbered(
    incident: Incident, channels: list[AlertChannel], event: Event, now: datetime
) -> list[Delivery]:
    ids = [each["id"] for each in incident["deliveries"]]
    last = max((int(each) for each in ids if each.isdecimal()), default=0)
    return [
        new_delivery(incident["rule"], channel, event, str(number), now)
        for number, channel in enumerate(channels, start=last + 1)
    ]
