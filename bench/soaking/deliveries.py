"""Comparison of what alerts have sent with what their receiver has."""

from collections.abc import Iterable, Iterator

from shared.models import Delivery, Incident
from tests.collector.alerts.http_receiver import WebhookReceiver


def delivery_problems(
    receiver: WebhookReceiver, incident: Incident, delivery: Delivery
) -> list[str]:
    """Return what differs between a delivery and what its receiver has."""
    name = f"{incident['id']} {delivery['event']} to {delivery['channel']['to']}"
    path = "/" + str(delivery["channel"]["to"]).rpartition("/")[2]
    body = receiver.taken.get((path, delivery["batch"] or ""))
    has = body is not None and incident["id"] in [i["id"] for i in body["data"]["incidents"]]
    if delivery["status"] == "waiting":
        return [f"{name} waits"]
    if delivery["status"] == "sent":
        return [] if has else [f"{name} was sent, and didn't come"]
    if delivery["status"] == "failed":
        shown = [] if delivery["error"] else [f"{name} failed without a reason"]
        return [*shown, f"{name} failed, and came"] if has else shown
    return []


def repeated(receiver: WebhookReceiver, paths: Iterable[str]) -> Iterator[str]:
    """Yield the events that a receiver has twice; updates of an incident have new items each."""
    for path in paths:
        for (incident, event), count in receiver.events(path).items():
            if count > 1 and event != "updated":
                yield f"{path} has {event} of {incident} twice"
