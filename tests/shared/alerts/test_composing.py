"""Messages: their titles, entries, figures, and links to the right view."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from shared.alerts.channels import channel_id
from shared.alerts.composing import Kind, Owed, Sender, compose, view_path
from shared.alerts.figures import duration_text, shown_figures
from shared.alerts.links import PATH, SignedLink, read_token
from shared.alerts.messages import Figure, Message
from shared.models import Incident
from shared.times import iso
from tests.shared.alerts.rules import a_delivery, a_finding, a_rule, an_incident

NOW = datetime(2026, 11, 23, 13, 15, tzinfo=UTC)
KEY = bytes(32)
SENDER = Sender("https://undertone.example.org", KEY)
CHANNEL: Any = a_rule()["channels"][0]


def owed(incident: Incident, *events: str) -> Owed:
    deliveries = [
        a_delivery(id=str(n), event=each, created=incident["opened"])
        for n, each in enumerate(events)
    ]
    return Owed(incident, tuple(deliveries))


def composed(*each: Owed, kind: Kind = "alert", sender: Sender = SENDER) -> Message:
    return compose("key", kind, each, channel=CHANNEL, sender=sender, now=NOW)


def test_an_opening_says_what_was_found_with_figures_items_and_the_owners_note() -> None:
    incident = an_incident(rule=a_rule(note="Ask Ann."))
    message = composed(owed(incident, "opened"))
    assert message.title == "The mood of Cursor fell from 0.20 to -0.10"
    assert (message.key, message.kind, message.at) == ("key", "alert", NOW)
    assert message.instance == "https://undertone.example.org"
    (entry,) = message.entries
    assert (entry.event, entry.rule, entry.scope) == ("opened", "Cursor: mood", "Cursor")
    assert entry.sentence == "The mood of Cursor fell from 0.20 to -0.10."
    assert entry.figures == (
        Figure("mood", "-0.10"),
        Figure("before", "+0.20"),
        Figure("items", "120"),
    )
    assert [item["id"] for item in entry.items] == ["p1"]
    assert entry.at == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert (entry.note, entry.lasted, entry.replaces) == ("Ask Ann.", None, None)


def test_invented_data_is_named() -> None:
    assert composed(owed(an_incident(), "opened")).is_sample is False
    sample = Sender(SENDER.instance, KEY, is_sample=True)
    assert composed(owed(an_incident(), "opened"), sender=sample).is_sample is True


def test_invented_items_lead_to_the_dashboard_and_others_to_their_sources() -> None:
    finding = a_finding()
    (item,) = finding["items"]
    finding["items"] = [
        {**item, "id": "c1", "post": "p1"},
        # An incident that opened before posts were kept, and an id with a sign.
        {**item, "id": "old/2", "permalink": "https://www.reddit.com/r/cursor/comments/2/x/"},
    ]
    updates = [{"at": "2026-11-23T01:00:00Z", "event": "opened", "finding": finding}]
    opened = owed(an_incident(updates=updates), "opened")
    sample = Sender(SENDER.instance, KEY, is_sample=True)
    (entry,) = composed(opened, sender=sample).entries
    assert [each["permalink"] for each in entry.items] == [
        f"{SENDER.instance}/?view=posts&post=cursor/p1",
        f"{SENDER.instance}/?view=posts&post=cursor/old%2F2",
    ]
    (entry,) = composed(opened).entries
    assert [each["permalink"] for each in entry.items] == [
        "https://www.reddit.com/r/cursor/comments/p1/x/",
        "https://www.reddit.com/r/cursor/comments/2/x/",
    ]


def test_an_end_says_how_long_it_lasted_and_has_no_link_to_acknowledge() -> None:
    incident = an_incident(status="closed", closed="2026-11-24T04:00:00Z")
    message = composed(owed(incident, "closed"))
    assert message.title == "Over: Cursor: mood"
    (entry,) = message.entries
    assert (entry.event, entry.lasted) == ("closed", "1 day 3 hours")
    assert entry.at == datetime(2026, 11, 24, 4, tzinfo=UTC)
    assert [link.text for link in entry.links] == ["Open in the dashboard", "What was known when"]


def test_what_opened_and_ended_before_it_was_sent_is_one_entry_that_says_both() -> None:
    incident = an_incident(status="closed", closed="2026-11-23T03:00:00Z")
    (entry,) = composed(owed(incident, "opened", "updated", "closed")).entries
    assert (entry.event, entry.lasted) == ("closed", "2 hours")
    (entry,) = composed(owed(an_incident(), "opened", "updated")).entries
    assert entry.event == "opened"


def test_an_update_has_the_findings_since_and_an_opening_all_of_them() -> None:
    def update(n: int) -> Any:
        items = [
            {"id": f"p{n}", "community": "cursor", "title": "", "excerpt": "", "permalink": ""}
        ]
        finding = a_finding("search", key=f"post:p{n}", items=items, sentence=f"Item {n}.")
        return {"at": f"2026-11-23T0{n}:00:00Z", "event": "updated", "finding": finding}

    later: Any = {"at": "2026-11-23T09:00:00Z", "event": "acknowledged", "finding": None}
    incident = an_incident(1, updates=[*(update(n) for n in (1, 2, 3)), later])
    (entry,) = composed(owed(incident, "opened")).entries
    assert [item["id"] for item in entry.items] == ["p3", "p2", "p1"]
    assert entry.sentence == "Item 3."
    late = Owed(incident, (a_delivery(event="updated", created="2026-11-23T02:00:00Z"),))
    (entry,) = composed(late).entries
    assert [item["id"] for item in entry.items] == ["p3", "p2"]
    assert entry.at == datetime(2026, 11, 23, 3, tzinfo=UTC)


def test_an_entry_cites_five_items_each_once() -> None:
    items = [
        {"id": f"p{n % 7}", "community": "cursor", "title": "", "excerpt": "", "permalink": ""}
        for n in range(14)
    ]
    update = {"at": "2026-11-23T01:00:00Z", "event": "opened", "finding": a_finding(items=items)}
    (entry,) = composed(owed(an_incident(updates=[update]), "opened")).entries
    assert [item["id"] for item in entry.items] == ["p0", "p1", "p2", "p3", "p4"]


def test_several_incidents_are_one_message_that_names_their_scopes() -> None:
    names = ["Cursor", "Copilot", "Cursor", "Devin", "Aider", "Zed"]
    incidents = [an_incident(n + 1, scope_name=name) for n, name in enumerate(names)]
    message = composed(*(owed(each, "opened") for each in incidents))
    assert message.title == "6 alerts: Cursor, Copilot, Devin and 2 more"
    assert [entry.incident for entry in message.entries] == [each["id"] for each in incidents]
    both = composed(*(owed(each, "opened") for each in incidents[:2]))
    assert both.title == "2 alerts: Cursor, Copilot"


def test_a_test_is_marked_and_acknowledges_nothing() -> None:
    incident = an_incident(status="closed", closed="2026-11-23T01:00:00Z", updates=[])
    message = composed(owed(incident, "test"), kind="test")
    assert (message.kind, message.title) == ("test", "Test of Cursor: mood")
    (entry,) = message.entries
    assert (entry.event, entry.sentence, entry.lasted) == ("test", "Cursor: mood", None)
    assert [link.address for link in entry.links] == ["https://undertone.example.org/"]


def test_what_exceeds_the_most_of_a_day_is_said_without_entries() -> None:
    message = composed(owed(an_incident(), "opened"), kind="folded")
    assert message.title.startswith("Further alerts are in the dashboard")
    assert (message.kind, message.entries) == ("folded", ())


def test_the_receipt_of_an_earlier_message_says_what_is_replaced() -> None:
    sent = a_delivery(channel=CHANNEL, receipt="message-7")
    (entry,) = composed(owed(an_incident(deliveries=[sent]), "closed")).entries
    assert entry.replaces == "message-7"


def test_links_of_an_open_incident_acknowledge_and_snooze_it_for_a_week() -> None:
    (entry,) = composed(owed(an_incident(), "opened")).entries
    links = {link.text: link.address for link in entry.links}
    assert list(links) == ["Open in the dashboard", "What was known when", "Acknowledge", "Snooze"]
    assert links["What was known when"] == (
        "https://undertone.example.org/?view=alerts&incident=cursor-mood.000001"
    )
    for text, action in (("Acknowledge", "acknowledge"), ("Snooze", "snooze")):
        path = links[text].removeprefix("https://undertone.example.org")
        link = read_token(KEY, path.removeprefix(PATH))
        assert link is not None
        assert (link.action, link.target) == (action, "cursor-mood.000001")
        assert link.expires == NOW + timedelta(days=7)


def test_an_end_that_is_no_end_of_its_cause_says_why() -> None:
    reason = "It can't be judged any more, for 7 days: The hour has gaps."
    update = {"at": iso(NOW), "event": "closed", "finding": None, "reason": reason}
    updates = [*an_incident()["updates"], update]
    incident = an_incident(status="closed", closed=iso(NOW), updates=updates)
    message = composed(owed(incident, "closed"))
    assert message.title == "Not judged any more: Cursor: mood"
    assert message.entries[0].sentence == reason
    assert message.entries[0].lasted == "12 hours"


@pytest.mark.parametrize("kind", ["alert", "test", "folded"])
def test_an_e_mail_can_be_unsubscribed_from_and_other_channels_have_no_such_link(
    kind: Kind,
) -> None:
    event = "test" if kind == "test" else "opened"
    address = composed(owed(an_incident(), event), kind=kind).unsubscribe or ""
    assert address.startswith(f"{SENDER.instance}{PATH}")
    expires = NOW + timedelta(days=60)
    link = read_token(KEY, address.removeprefix(f"{SENDER.instance}{PATH}"))
    assert link == SignedLink("unsubscribe", channel_id(CHANNEL), expires)
    hook: Any = {"type": "slack", "to": None, "secret": "TEAM_HOOK"}
    each = owed(an_incident(), event)
    other = compose("key", kind, [each], channel=hook, sender=SENDER, now=NOW)
    assert other.unsubscribe is None


@pytest.mark.parametrize(
    ("scope", "condition", "hours", "expected"),
    [
        ("subject:cursor", {"type": "mood"}, 168, "/?subject=cursor&from=2026-11-16&to=2026-11-23"),
        ("subject:cursor", {"type": "volume"}, 1, "/?subject=cursor&from=2026-11-23&to=2026-11-23"),
        (
            "community:hn.ai",
            {"type": "mood"},
            13,
            "/?subreddit=hn.ai&from=2026-11-23&to=2026-11-23",
        ),
        ("all", {"type": "mood"}, 14, "/?view=communities&from=2026-11-22&to=2026-11-23"),
        ("all", {"type": "topic"}, None, "/?view=trending"),
        (
            "subject:cursor",
            {"type": "topic"},
            None,
            "/?subject=cursor&from=2026-11-22&to=2026-11-23",
        ),
        (
            "subject:cursor",
            {"type": "negative_share", "hours": 12},
            None,
            "/?subject=cursor&from=2026-11-23&to=2026-11-23",
        ),
        (
            "subject:cursor",
            {"type": "search", "q": 'a "b & c"'},
            None,
            (
                "/?view=posts&subject=cursor&kind=items&q=a+%22b+%26+c%22"
                "&start=2026-11-22T13:00:00Z&end=2026-11-23T13:00:00Z"
            ),
        ),
        (
            "all",
            {"type": "mention"},
            6,
            (
                "/?view=posts&kind=items&start=2026-11-23T07:00:00Z&end=2026-11-23T13:00:00Z"
                "&post=cursor/p1"
            ),
        ),
        ("all", {"type": "coverage", "hours": 3}, 5, "/?view=collection"),
        ("all", {"type": "collection", "hours": 3}, 5, "/?view=collection"),
    ],
)
def test_a_link_leads_to_the_view_with_the_scope_and_span(
    scope, condition, hours, expected
) -> None:
    incident = an_incident(rule=a_rule(scope=scope, condition=condition))
    figures = {} if hours is None else {"hours": hours}
    assert view_path(incident, a_finding(figures=figures)) == expected
    query = dict(parse_qsl(urlsplit(expected).query))
    if "q" in condition:
        assert query["q"] == condition["q"]


def test_without_a_finding_the_view_has_the_day_before_the_opening() -> None:
    assert view_path(an_incident(5), None) == "/?subject=cursor&from=2026-11-22&to=2026-11-23"


@pytest.mark.parametrize(
    ("kind", "figures", "expected"),
    [
        ("volume", {"value": 1234.0, "baseline": 400, "hours": 6}, ["1,234", "400", "6 hours"]),
        ("negative_share", {"value": 0.412, "bound": 0.4, "n": 96}, ["41%", "40%", "96"]),
        ("share_of_voice", {"value": 0.31, "baseline": 0.22, "n": 800}, ["31%", "22%", "800"]),
        ("topic", {"n": 42, "growth": 3.25, "mood": None}, ["42", "3.2 times"]),
        ("mention", {"value": 2400, "baseline": 310.5}, ["2,400", "310"]),
        ("search", {"value": 3, "n": 3, "unread": 0}, ["3"]),
        ("coverage", {"hours": 49, "n": 2}, ["2 days 1 hour", "2"]),
        ("collection", {"hours": 3}, ["3 hours"]),
        ("mood", {}, []),
    ],
)
def test_figures_are_written_as_people_read_them(kind, figures, expected) -> None:
    assert [figure.value for figure in shown_figures(kind, figures)] == expected


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        (0, "less than an hour"),
        (1, "1 hour"),
        (23, "23 hours"),
        (24, "1 day"),
        (50, "2 days 2 hours"),
    ],
)
def test_lengths_of_time_are_in_words(hours: int, text: str) -> None:
    assert duration_text(timedelta(hours=hours)) == text
