"""Incidents over the API: their lists, and one with what was known and what was sent."""

import json
from typing import Any

import pytest

from shared.models import Incident
from shared.store import INCIDENTS
from tests.api.actions.test_watchlist import found
from tests.api.world import get
from tests.shared.alerts.rules import a_delivery, a_finding, a_rule, an_incident

pytestmark = pytest.mark.usefixtures("process")

INCIDENTS_PATH = "/api/v1/alerts/incidents"
HOOK = "https://hooks.example.com/services/T0/B0/secretpath"


async def keep(store, *incidents: Incident) -> None:
    await store.upsert(INCIDENTS, list(incidents))


async def pages(**parameters: Any) -> list[list[str]]:
    """Return the ids of each page, by the links from one to the next."""
    answer = await get(INCIDENTS_PATH, **parameters)
    listed = [[each["id"] for each in found(answer)]]
    while link := answer.headers.get("Link"):
        assert link.endswith('>; rel="next"')
        answer = await get(link[1 : link.index(">")])
        listed.append([each["id"] for each in found(answer)])
    return listed


async def test_without_incidents_the_list_is_empty() -> None:
    answer = await get(INCIDENTS_PATH)
    assert (found(answer), answer.headers.get("Link")) == ([], None)


async def test_an_incident_is_shown_whole_and_its_list_has_the_beginning(written) -> None:
    closed = an_incident(
        3,
        status="closed",
        closed="2026-11-23T08:30:00Z",
        updates=[
            {"at": "2026-11-23T03:05:00Z", "event": "opened", "finding": a_finding()},
            {
                "at": "2026-11-23T04:05:00Z",
                "event": "updated",
                "finding": a_finding(sentence="It fell further."),
            },
            {"at": "2026-11-23T08:35:00Z", "event": "closed", "finding": None},
        ],
    )
    await keep(written, closed)
    whole = found(await get(f"{INCIDENTS_PATH}/cursor-mood.000003"))
    (listed,) = found(await get(INCIDENTS_PATH))
    assert listed == {
        "id": "cursor-mood.000003",
        "rule": "cursor-mood",
        "rule_name": "Cursor: mood",
        "type": "mood",
        "scope": "subject:cursor",
        "scope_name": "Cursor",
        "cause": "worse",
        "sentence": "It fell further.",
        "view": "/?subject=cursor&from=2026-11-22&to=2026-11-23",
        "status": "closed",
        "opened": "2026-11-23T03:00:00Z",
        "closed": "2026-11-23T08:30:00Z",
        "lasted": 330,
        "acknowledged": None,
        "silenced_until": None,
        "updated": "2026-11-23T08:35:00Z",
        "deliveries_by_status": {"sent": 1},
    }
    assert whole.keys() - listed.keys() == {"updates", "deliveries"}
    assert listed.items() <= whole.items()
    assert [each["event"] for each in whole["updates"]] == ["opened", "updated", "closed"]
    finding = {name: value for name, value in a_finding().items() if name != "key"}
    # It was found before posts of items were kept.
    finding["items"] = [{**each, "post": None} for each in a_finding()["items"]]
    assert whole["updates"][0]["finding"] == finding
    assert whole["deliveries"] == [
        {
            "id": "1",
            "channel": {"type": "email", "address": "t…@example.com"},
            "event": "opened",
            "status": "sent",
            "created": "2026-11-23T13:05:00Z",
            "due": "2026-11-23T13:15:00Z",
            "attempts": 1,
            "error": None,
            "sent_at": "2026-11-23T13:15:02Z",
        }
    ]


async def test_an_open_incident_has_not_lasted_yet_and_says_what_people_did(written) -> None:
    said = {"acknowledged": "2026-11-23T02:00:00Z", "silenced_until": "2026-11-24T02:00:00Z"}
    await keep(written, an_incident(1, **said))
    (listed,) = found(await get(INCIDENTS_PATH))
    assert (listed["lasted"], listed["closed"]) == (None, None)
    assert said.items() <= listed.items()


async def test_nobody_reads_where_a_channel_is_or_whose_it_is(written) -> None:
    channels: list[Any] = [
        {"type": "email", "to": "anna.smith@example.com", "secret": None},
        {"type": "webhook", "to": HOOK, "secret": "HOOK_SECRET"},
        {"type": "slack", "to": None, "secret": "SLACK_HOOK"},
        {"type": "apprise", "to": "tgram://bottoken/42", "secret": None},
    ]
    rule = a_rule(channels=channels, note="ask Ada")
    deliveries = [a_delivery(id=str(n), channel=each) for n, each in enumerate(channels)]
    await keep(written, an_incident(1, rule, deliveries=deliveries))
    one = found(await get(f"{INCIDENTS_PATH}/cursor-mood.000001"))
    told = [each["channel"] for each in one["deliveries"]]
    assert [each["address"] for each in told] == [
        "a…@example.com",
        "hooks.example.com",
        None,
        "tgram",
    ]
    everything = json.dumps([one, found(await get(INCIDENTS_PATH))])
    for secret in ("smith", "secretpath", "SECRET", "SLACK", "bottoken", "Ada"):
        assert secret not in everything


async def test_an_unknown_incident_is_404_and_no_id_422() -> None:
    path = f"{INCIDENTS_PATH}/cursor-mood.000009"
    assert "'cursor-mood.000009'" in found(await get(path), 404)["detail"]
    assert (await get(f"{INCIDENTS_PATH}/nothing")).status_code == 422


async def test_incidents_come_newest_first_page_by_page(written) -> None:
    topic = a_rule(id="topic")
    await keep(
        written, *(an_incident(n) for n in (1, 3, 5)), *(an_incident(n, topic) for n in (2, 4))
    )
    mood = "cursor-mood.00000"
    newest = [f"{mood}5", "topic.000004", f"{mood}3", "topic.000002", f"{mood}1"]
    assert await pages() == [newest]
    assert await pages(limit=2) == [newest[:2], newest[2:4], newest[4:]]
    assert await pages(limit=5) == [newest], "no empty page follows"


async def test_they_are_listed_by_rule_and_by_status(written) -> None:
    topic, longer = a_rule(id="topic"), a_rule(id="topic-2")
    over = {"status": "closed", "closed": "2026-11-23T09:00:00Z"}
    await keep(
        written,
        an_incident(1, topic, **over),
        an_incident(2, topic),
        an_incident(3, topic, **over),
        an_incident(1, longer),
        an_incident(4),
    )
    assert await pages(rule="topic") == [["topic.000003", "topic.000002", "topic.000001"]]
    assert await pages(rule="topic", limit=2) == [
        ["topic.000003", "topic.000002"],
        ["topic.000001"],
    ]
    assert await pages(rule="topi") == [[]]
    assert await pages(rule="topic", status="closed") == [["topic.000003", "topic.000001"]]
    opened = await pages(status="open", limit=1)
    assert [each for page in opened for each in page] == [
        "cursor-mood.000004",
        "topic.000002",
        "topic-2.000001",
    ]
    of_another = "2026-11-23T00:00:00Z_zzz.000001"
    assert await pages(rule="topic", cursor=of_another) == await pages(rule="topic")


async def test_a_page_of_one_status_reads_a_bounded_number(written, monkeypatch) -> None:
    monkeypatch.setattr("api.reads.incidents.MAX_SCANNED", 4)
    over = {"status": "closed", "closed": "2026-11-23T09:00:00Z"}
    await keep(written, an_incident(1), *(an_incident(n, **over) for n in range(2, 12)))
    listed = await pages(status="open", limit=1)
    assert listed[-1] == ["cursor-mood.000001"]
    assert [each for each in listed[:-1] if each] == []
    assert len(listed) > 2


@pytest.mark.parametrize("name", ["cursor-mood.test-0a1b2c3d"])
async def test_a_test_is_in_no_list_and_can_be_looked_up(written, name: str) -> None:
    opened = "2026-11-23T10:00:00Z"
    sent = [a_delivery(event="test")]
    tested = an_incident(1, id=name, order_key=f"test_{opened}_{name}", deliveries=sent)
    await keep(written, tested, an_incident(2))
    assert await pages() == [["cursor-mood.000002"]]
    assert await pages(rule="cursor-mood") == [["cursor-mood.000002"]]
    one = found(await get(f"{INCIDENTS_PATH}/{name}"))
    assert [each["event"] for each in one["deliveries"]] == ["test"]


@pytest.mark.parametrize(
    "parameters",
    [{"status": "silenced"}, {"rule": "A b"}, {"limit": 0}, {"limit": 101}, {"cursor": "x"}],
)
async def test_other_parameters_are_refused(parameters: Any) -> None:
    assert (await get(INCIDENTS_PATH, **parameters)).status_code == 422
