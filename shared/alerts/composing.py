"""Composes the messages that channels send: what happened, since when, and where to look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import quote, urlencode

from shared.alerts.channels import channel_id
from shared.alerts.deliveries import Event, receipt_of
from shared.alerts.figures import duration_text, shown_figures
from shared.alerts.links import IncidentAction, incident_path, signed_path
from shared.alerts.messages import Entry, Figure, Link, Message
from shared.models import AlertChannel, CitedItem, ConditionType, Delivery, Finding, Incident
from shared.times import day_of, iso, parse_iso

MAX_ITEMS = 5
MAX_NAMED = 3
HOUR = timedelta(hours=1)
# The length of time that a type of condition looks at, where its finding doesn't say it.
DEFAULT_HOURS = 24
SECOND = timedelta(seconds=1)
# What the dashboard's addresses call the scopes of rules.
SCOPES = {"subject": "subject", "community": "subreddit"}
ACTIONS: tuple[tuple[str, IncidentAction], ...] = (
    ("Acknowledge", "acknowledge"),
    ("Snooze", "snooze"),
)
# Types whose findings are items, which a list shows.
LISTS: frozenset[ConditionType] = frozenset({"mention", "search"})
COLLECTION_VIEW: frozenset[ConditionType] = frozenset({"coverage", "collection"})
Kind = Literal["alert", "test", "folded"]


@dataclass(frozen=True)
class Sender:
    """What messages say of where they come from.

    instance is the address of the dashboard, without a slash at its end. signing_key signs the
    links that acknowledge, snooze and unsubscribe.
    """

    instance: str
    signing_key: bytes
    is_sample: bool = False


@dataclass(frozen=True)
class Owed:
    """The deliveries of one incident that one message to a channel takes, oldest first."""

    incident: Incident
    deliveries: tuple[Delivery, ...]

    @property
    def event(self) -> Event:
        """Return what the message says of the incident: its end, its opening or an update."""
        events = [each["event"] for each in self.deliveries]
        known: tuple[Event, ...] = ("test", "closed", "opened", "updated")
        return next(each for each in known if each in events)


def compose(
    key: str,
    kind: Kind,
    owed: Sequence[Owed],
    *,
    channel: AlertChannel,
    sender: Sender,
    now: datetime,
    has_digest: bool = False,
) -> Message:
    """Return the message with these incidents for a channel; the same key is the same message.

    has_digest: a digest is sent to the channel, which tells of what is left out.
    """
    entries = tuple(_entry(each, channel, sender, now) for each in owed)
    return Message(
        key=key,
        kind=kind,
        at=now,
        instance=sender.instance,
        title=_title(kind, owed, entries, has_digest=has_digest),
        entries=() if kind == "folded" else entries,
        is_sample=sender.is_sample,
        unsubscribe=unsubscribe_address(channel, sender, now),
    )


def unsubscribe_address(channel: AlertChannel, sender: Sender, now: datetime) -> str | None:
    """Return the address that unsubscribes an e-mail's channel; None for others."""
    if channel["type"] != "email":
        return None
    path = signed_path(sender.signing_key, "unsubscribe", channel_id(channel), now)
    return f"{sender.instance}{path}"


def _title(kind: Kind, owed: Sequence[Owed], entries: Sequence[Entry], *, has_digest: bool) -> str:
    if kind == "folded":
        place = "the dashboard and the next digest" if has_digest else "the dashboard"
        return f"Further alerts are in {place}: this channel has had its most for a day"
    if kind == "test":
        return f"Test of {entries[0].rule}"
    if len(entries) == 1:
        (entry,) = entries
        if entry.event == "closed":
            return f"{'Not judged any more' if _unjudged(owed[0]) else 'Over'}: {entry.rule}"
        return entry.sentence.rstrip(".")
    scopes = list(dict.fromkeys(entry.scope for entry in entries))
    more = f" and {len(scopes) - MAX_NAMED} more" if len(scopes) > MAX_NAMED else ""
    return f"{len(entries)} alerts: {', '.join(scopes[:MAX_NAMED])}{more}"


def _entry(owed: Owed, channel: AlertChannel, sender: Sender, now: datetime) -> Entry:
    incident = owed.incident
    findings = _findings(owed)
    latest = findings[-1] if findings else None
    closed = incident["closed"] if owed.event == "closed" else None
    sentence = latest["sentence"] if latest else incident["rule"]["name"]
    opened = parse_iso(incident["opened"])
    ended = parse_iso(closed) if closed else None
    return Entry(
        incident=incident["id"],
        event=owed.event,
        rule=incident["rule"]["name"],
        scope=incident["scope_name"],
        sentence=_unjudged(owed) or sentence,
        at=ended or (_known_at(owed) if owed.event == "updated" else opened),
        figures=_figures(incident, latest),
        items=_items(findings, sender),
        links=_links(owed, latest, sender, now),
        note=incident["rule"]["note"],
        lasted=duration_text(ended - opened) if ended else None,
        replaces=receipt_of(incident, channel),
    )


def _unjudged(owed: Owed) -> str | None:
    """Return why an incident ended though its cause isn't known to be gone; None for others."""
    if owed.event != "closed":
        return None
    ends = (each for each in owed.incident["updates"] if each["event"] == "closed")
    return next((each.get("reason") for each in ends), None)


def _findings(owed: Owed) -> list[Finding]:
    """Return what the message is about: all findings, or those since the update that it sends."""
    updates = [each for each in owed.incident["updates"] if each["finding"] is not None]
    since = min(each["created"] for each in owed.deliveries)
    if owed.event == "updated":
        updates = [each for each in updates if each["at"] >= since] or updates[-1:]
    return [each["finding"] for each in updates if each["finding"] is not None]


def _known_at(owed: Owed) -> datetime:
    """Return when the newest finding was known; somebody may have acknowledged it since."""
    known = [each["at"] for each in owed.incident["updates"] if each["finding"] is not None]
    return parse_iso(known[-1] if known else owed.incident["opened"])


def _figures(incident: Incident, finding: Finding | None) -> tuple[Figure, ...]:
    kind = incident["rule"]["condition"]["type"]
    return shown_figures(kind, finding["figures"]) if finding else ()


def _items(findings: Sequence[Finding], sender: Sender) -> tuple[CitedItem, ...]:
    """Return the items that findings cite, each once, the newest findings' first.

    Invented ones have no source: their links lead to the dashboard.
    """
    cited = [item for finding in reversed(findings) for item in finding["items"]]
    items = list({(each["community"], each["id"]): each for each in cited}.values())[:MAX_ITEMS]
    if sender.is_sample:
        items = [{**each, "permalink": sender.instance + post_path(each)} for each in items]
    return tuple(items)


def post_path(item: CitedItem) -> str:
    """Return the path of the dashboard's view with the post that an item is or answers."""
    return f"/?view=posts&post={_post_of(item)}"


def _post_of(item: CitedItem) -> str:
    post = quote(item.get("post", item["id"]), safe="")
    return f"{quote(item['community'], safe='')}/{post}"


def _links(owed: Owed, finding: Finding | None, sender: Sender, now: datetime) -> tuple[Link, ...]:
    incident = owed.incident
    if owed.event == "test":
        return (Link("Open the dashboard", f"{sender.instance}/"),)
    links = [
        Link("Open in the dashboard", f"{sender.instance}{view_path(incident, finding)}"),
        Link("What was known when", sender.instance + incident_path(incident["id"])),
    ]
    if incident["status"] == "open":
        for text, action in ACTIONS:
            path = signed_path(sender.signing_key, action, incident["id"], now)
            links.append(Link(text, f"{sender.instance}{path}"))
    return tuple(links)


def view_path(incident: Incident, finding: Finding | None) -> str:
    """Return the path of the dashboard's view with an incident's scope and span.

    The span is what the finding looked at, or the day before the incident opened.
    """
    condition = incident["rule"]["condition"]
    kind = condition["type"]
    if kind in COLLECTION_VIEW:
        return "/?view=collection"
    end = _end_of(finding) if finding else parse_iso(incident["opened"])
    hours = finding["figures"].get("hours") if finding else None
    start = end - (hours or condition.get("hours") or DEFAULT_HOURS) * HOUR
    scope, _, name = incident["rule"]["scope"].partition(":")
    of_scope = {SCOPES[scope]: name} if scope in SCOPES else {}
    if kind == "topic" and not of_scope:
        return "/?view=trending"
    if kind in LISTS:
        q = {"q": condition["q"]} if "q" in condition else {}
        span = {"kind": "items", **q, "start": iso(start), "end": iso(end)}
        # An item that spreads is open beside the list.
        cited = finding["items"] if finding and kind == "mention" else []
        post = f"&post={_post_of(cited[0])}" if cited else ""
        return "/?" + urlencode({"view": "posts", **of_scope, **span}, safe=":") + post
    view = {} if of_scope else {"view": "communities"}
    days = {"from": day_of(iso(start)), "to": day_of(iso(end - SECOND))}
    return "/?" + urlencode({**view, **of_scope, **days})


def _end_of(finding: Finding) -> datetime:
    return parse_iso(f"{finding['hour']}:00:00Z") + HOUR
