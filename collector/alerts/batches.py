"""Batches: which waiting deliveries of a channel become one message, and what follows its sending.

All functions are pure.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from shared.alerts.channels import channel_id, rules_with
from shared.alerts.composing import Kind, Owed
from shared.alerts.deliveries import (
    GROUPED_FOR,
    changes_in_place,
    due_at,
    outbox_of,
    overdue_at,
)
from shared.alerts.quiet_hours import after_quiet, quiet_until
from shared.models import AlertChannel, AlertRule, ChannelState, Delivery, DeliveryStatus, Incident
from shared.times import iso, parse_iso

# No other run takes claimed deliveries until then. It is longer than a message takes to send.
CLAIMED_FOR = timedelta(minutes=2)
FIRST_WAIT, MAX_WAIT = timedelta(minutes=1), timedelta(minutes=60)
MAX_ENTRIES = 10
MAX_A_DAY = 20
DAY = timedelta(days=1)
NOT_OPENED = "the message of its opening wasn't delivered"
NO_RULE = "its rule doesn't send here any more: somebody has unsubscribed or removed it"
RULE_OFF = "its rule was switched off"


@dataclass(frozen=True)
class Batch:
    """The deliveries of a channel that become one message; key is the message's."""

    key: str
    owed: tuple[Owed, ...]

    @property
    def kind(self) -> Kind:
        """Return the kind of message, with which its key begins."""
        return cast("Kind", self.key.partition("_")[0])

    @property
    def channel(self) -> AlertChannel:
        """Return the channel of the deliveries."""
        return self.owed[0].deliveries[0]["channel"]

    def changes_a_message(self) -> bool:
        """Return whether the channel changes a message that it has, instead of a further one."""
        return _changes(self.owed[0])


def due_batches(incidents: Sequence[Incident], channel: str, now: datetime) -> list[Batch]:
    """Return what is to be sent now to the channel with this id, the oldest first."""
    waiting = [(incident, _waiting(incident, channel)) for incident in incidents]
    return [*_claimed(waiting, now), *_tests(waiting), *_new(waiting, channel, now)]


def due_channels(incidents: Sequence[Incident], now: datetime) -> list[AlertChannel]:
    """Return the channels to which something is to be sent now, or whose deliveries are void."""
    channels = {
        channel_id(each["channel"]): each["channel"]
        for incident in incidents
        for each in incident["deliveries"]
        if each["status"] == "waiting"
    }
    return [
        channel
        for name, channel in channels.items()
        if due_batches(incidents, name, now) or any(_void(each, name) for each in incidents)
    ]


def folded(batch: Batch) -> Batch:
    """Return the batch whose message says that further ones are left out."""
    return Batch(_key("folded", batch.owed[0]), batch.owed)


def is_over_the_most(state: ChannelState | None, now: datetime) -> bool:
    """Return whether a channel has had its messages of a day."""
    return state is not None and len(sent_of_a_day(state, now)) >= MAX_A_DAY


def has_said_so(state: ChannelState | None, now: datetime) -> bool:
    """Return whether it was said within a day that further messages are left out."""
    said = state["folded_at"] if state else None
    return said is not None and said > iso(now - DAY)


def sent_of_a_day(state: ChannelState, now: datetime) -> list[str]:
    """Return the times at which messages were sent to a channel within the last day."""
    return [each for each in state["sent"] if each > iso(now - DAY)]


def with_silence(incident: Incident, until: str | None, now: datetime) -> Incident:
    """Return an incident as the silence of its rule holds it, with its opening; tests aren't held.

    What a message has already stays. until is None where nobody has silenced the rule.
    """
    if until is None:
        return incident
    longest = max(until, incident["silenced_until"] or "")
    held: Incident = {**incident, "silenced_until": longest}
    if until <= iso(now):
        return held
    # Later than what goes with messages of now, since it would join them.
    due = iso(parse_iso(until) + GROUPED_FOR)
    new = {each["id"] for each in incident["deliveries"] if each["event"] == "opened"}
    return _edited(held, new, lambda e: e if e["batch"] else {**e, "due": max(e["due"], due)})


def claimed(
    incident: Incident,
    ids: Iterable[str],
    key: str,
    now: datetime,
    *,
    silenced_until: str | None = None,
) -> Incident | None:
    """Return an incident whose deliveries with these ids are claimed for a message.

    Those that another run has claimed or sent are left out; None where all of them were. They have
    waited for the end of a silence, if there was one.
    """
    mine = {
        each["id"]
        for each in incident["deliveries"]
        if each["id"] in ids
        and each["status"] == "waiting"
        and (each["batch"] is None or (each["batch"] == key and each["due"] <= iso(now)))
    }
    if not mine:
        return None
    until = iso(now + CLAIMED_FOR)
    silences = [each for each in (silenced_until, incident["silenced_until"]) if each]
    return _edited(
        {**incident, "silenced_until": max(silences) if silences else None},
        mine,
        lambda each: {**each, "batch": key, "due": until, "attempts": each["attempts"] + 1},
    )


def of_batch(incident: Incident, channel: str, key: str) -> Owed:
    """Return the waiting deliveries of an incident that a message has claimed."""
    return Owed(incident, tuple(e for e in _waiting(incident, channel) if e["batch"] == key))


def settled(
    incident: Incident,
    key: str,
    status: DeliveryStatus,
    now: datetime,
    *,
    error: str | None = None,
    receipt: str | None = None,
) -> Incident:
    """Return an incident whose deliveries of a message have ended, sent or not."""
    at = iso(now) if status == "sent" else None
    return _edited(
        incident,
        _ids_of(incident, key),
        lambda each: {**each, "status": status, "error": error, "sent_at": at, "receipt": receipt},
    )


def retried(
    incident: Incident, key: str, now: datetime, *, error: str, retry_after: float | None
) -> Incident:
    """Return an incident whose deliveries of a message are tried again, a day at most."""

    def after(delivery: Delivery) -> Delivery:
        last = overdue_at(incident, delivery)
        if now >= last:
            return {**delivery, "status": "failed", "error": error}
        wait = max(backoff(delivery["attempts"]), timedelta(seconds=retry_after or 0))
        due = min(now + wait, last)
        if delivery["event"] != "test":
            rule = incident["rule"]
            due = after_quiet(rule["quiet_hours"], rule["time_zone"], due)
        return {**delivery, "due": iso(due), "error": error}

    return _edited(incident, _ids_of(incident, key), after)


def without_void(incident: Incident, channel: str) -> Incident:
    """Return an incident whose deliveries end as that of its opening did, if it wasn't sent."""
    void = {each["id"]: each for each in _void(incident, channel)}
    opening = _opening(incident, channel)
    if opening is None or not void:
        return incident
    status = opening["status"]
    error = NOT_OPENED if status == "failed" else None
    return _edited(incident, void, lambda each: {**each, "status": status, "error": error})


def without_rule(
    incident: Incident, channel: str, rules: Sequence[AlertRule], now: datetime
) -> Incident:
    """Return an incident whose deliveries to a channel have failed that its rule doesn't owe.

    These are all where the rule hasn't the channel any more, or is gone, and those that are no
    tests where it is off. What another run is sending stays.
    """
    own = rules_with((each for each in rules if each["id"] == incident["rule"]["id"]), channel)
    if any(each["enabled"] for each in own):
        return incident
    over = {
        each["id"]
        for each in _waiting(incident, channel)
        if (each["batch"] is None or each["due"] <= iso(now))
        and not (own and each["event"] == "test")
    }
    if not over:
        return incident
    error = RULE_OFF if own else NO_RULE
    return _edited(incident, over, lambda each: {**each, "status": "failed", "error": error})


def backoff(attempts: int) -> timedelta:
    """Return the time until the next attempt after this number of them: 1, 2, 4 … 60 minutes."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 6)), MAX_WAIT)


_Waiting = Sequence[tuple[Incident, Sequence[Delivery]]]


def _waiting(incident: Incident, channel: str) -> list[Delivery]:
    return [
        each
        for each in incident["deliveries"]
        if each["status"] == "waiting" and channel_id(each["channel"]) == channel
    ]


def _claimed(waiting: _Waiting, now: datetime) -> list[Batch]:
    """Return the messages that an earlier run has composed, and that are to be sent again.

    One waits for all of its deliveries, since receivers take a key once.
    """
    again: dict[str, list[Owed]] = {}
    for incident, deliveries in waiting:
        for key in dict.fromkeys(each["batch"] for each in deliveries):
            mine = tuple(each for each in deliveries if each["batch"] == key)
            if key is not None:
                again.setdefault(key, []).append(Owed(incident, mine))
    return [
        Batch(key, tuple(owed))
        for key, owed in again.items()
        if all(each["due"] <= iso(now) for o in owed for each in o.deliveries)
        and not any(_is_quiet(o.incident, each, now) for o in owed for each in o.deliveries)
    ]


def _tests(waiting: _Waiting) -> list[Batch]:
    tests = [
        Owed(incident, (each,))
        for incident, deliveries in waiting
        for each in deliveries
        if each["event"] == "test" and each["batch"] is None
    ]
    return [Batch(_key("test", owed), (owed,)) for owed in tests]


def _new(waiting: _Waiting, channel: str, now: datetime) -> list[Batch]:
    """Return new messages: with what is due, and with what would be soon."""
    ready = [
        Owed(incident, tuple(mine))
        for incident, deliveries in waiting
        # What follows a message waits for it.
        if all(each["batch"] is None for each in deliveries)
        and (mine := [each for each in deliveries if _may_go(incident, each, now)])
        and not _void(incident, channel)
    ]
    if not any(due_at(o.incident, each, now) <= iso(now) for o in ready for each in o.deliveries):
        return []
    changing = [each for each in ready if _changes(each)]
    others = [each for each in ready if not _changes(each)]
    groups = [[o] for o in changing]
    groups += [others[n : n + MAX_ENTRIES] for n in range(0, len(others), MAX_ENTRIES)]
    return [Batch(_key("alert", group[0]), tuple(group)) for group in groups]


def _changes(owed: Owed) -> bool:
    """Return whether an update changes a message in place; an opening and an end never do."""
    channel = owed.deliveries[0]["channel"]
    return owed.event == "updated" and changes_in_place(owed.incident, channel)


def _may_go(incident: Incident, delivery: Delivery, now: datetime) -> bool:
    """Return whether a delivery goes with a message of now: it waits only for others to join."""
    is_soon = due_at(incident, delivery, now) <= iso(now + GROUPED_FOR)
    until = incident["silenced_until"]
    is_silenced = delivery["event"] != "opened" and until is not None and until > iso(now)
    is_held = is_silenced or _is_quiet(incident, delivery, now)
    return delivery["event"] != "test" and is_soon and not is_held


def _is_quiet(incident: Incident, delivery: Delivery, now: datetime) -> bool:
    rule = incident["rule"]
    is_test = delivery["event"] == "test"
    return not is_test and quiet_until(rule["quiet_hours"], rule["time_zone"], now) is not None


def _opening(incident: Incident, channel: str) -> Delivery | None:
    of_channel = (e for e in incident["deliveries"] if channel_id(e["channel"]) == channel)
    return next((each for each in of_channel if each["event"] == "opened"), None)


def _void(incident: Incident, channel: str) -> list[Delivery]:
    """Return what waits after an opening that the channel never got."""
    opening = _opening(incident, channel)
    if opening is None or opening["status"] not in {"failed", "folded"}:
        return []
    return _waiting(incident, channel)


def _key(kind: Kind, owed: Owed) -> str:
    # Web hooks sign "key.time.body", so a key has no dot.
    return f"{kind}_{owed.incident['id']}_{owed.deliveries[0]['id']}".replace(".", "_")


def _ids_of(incident: Incident, key: str) -> set[str]:
    return {
        each["id"]
        for each in incident["deliveries"]
        if each["batch"] == key and each["status"] == "waiting"
    }


def _edited(
    incident: Incident, ids: Iterable[str], edit: Callable[[Delivery], Delivery]
) -> Incident:
    chosen = set(ids)
    deliveries = [edit(each) if each["id"] in chosen else each for each in incident["deliveries"]]
    return {**incident, "deliveries": deliveries, "outbox": outbox_of(deliveries)}
