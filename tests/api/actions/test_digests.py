"""Digests that are sent, over the API: what a program sends and gets back, and what is refused."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from shared.alerts.channels import channel_id
from shared.alerts.links import read_key, signed_path
from shared.digests.queue import read_message
from shared.digests.states import (
    claimed,
    edit_state,
    failed,
    made,
    new_state,
    not_made,
    read_states,
    sent,
    to_make,
)
from shared.digests.validation import MAX_DIGESTS
from shared.store import ALERT_CHANNELS, Store
from shared.times import iso, utc_now
from tests.api.actions.test_alert_rules import MOOD
from tests.api.actions.test_alert_rules import PATH as RULE
from tests.api.actions.test_incidents import words_of
from tests.api.actions.test_watchlist import change, found, refusals
from tests.api.world import ask, get
from tests.shared.digests.digests import a_digest

pytestmark = pytest.mark.usefixtures("process")

DIGESTS = "/api/v1/alerts/digests"
PATH = "/alerts/digests/team"
MAIL = {"type": "email", "to": "ann@example.com, bob@example.com", "secret": None}
BOB: Any = {"type": "email", "to": "bob@example.com", "secret": None}
HOOK = {"type": "slack", "to": None, "secret": "TEAM_HOOK"}
WEEKLY = {"name": "Weekly digest"}
WHOLE = {
    "id": "team",
    "name": "Weekly digest",
    "subjects": None,
    "every": "week",
    "at": "08:00",
    "weekday": "monday",
    "time_zone": "UTC",
    "channels": [],
    "note": "",
    "enabled": True,
}
OFF = {
    "status": "off",
    "status_reason": None,
    "next_at": None,
    "last_at": None,
    "last_sent_at": None,
}
MORE = {
    "subjects": ["cursor"],
    "every": "day",
    "at": "17:30",
    "weekday": "friday",
    "time_zone": "Asia/Kolkata",
    "channels": [MAIL, HOOK],
    "note": "ask Ada",
}


async def test_before_anything_is_stored_there_are_no_digests() -> None:
    answer = await get(DIGESTS)
    nothing = {"revision": 0, "changed_at": None, "change": "no digests yet", "digests": []}
    assert found(answer) == nothing
    assert answer.headers["Cache-Control"] == "private, no-cache"


async def test_a_digest_is_written_with_its_defaults_and_read_back() -> None:
    tag = (await get(DIGESTS)).headers["ETag"]
    answer = await change("PUT", PATH, WEEKLY, match=tag)
    assert found(answer, 201) == WHOLE
    assert answer.headers["Location"] == f"{DIGESTS}/team"
    seen = await get(DIGESTS)
    assert found(seen)["digests"] == [{**WHOLE, **OFF}]
    assert found(await get(f"{DIGESTS}/team")) == {**WHOLE, **OFF}
    known = {"if-none-match": seen.headers["ETag"]}
    assert (await get(DIGESTS, known)).status_code == 304


async def test_what_was_read_can_be_sent_back_and_a_late_change_is_refused() -> None:
    await change("PUT", PATH, {**WEEKLY, **MORE})
    before = utc_now()
    read = await get(f"{DIGESTS}/team")
    shown = found(read)
    assert shown["status"] == "waiting"
    assert shown["channels"] == [{**each, "broken": None} for each in (MAIL, HOOK)]
    due = datetime.fromisoformat(shown["next_at"])
    assert (due.hour, due.minute) == (12, 0), "17:30 in a zone with half hours"
    assert before < due <= utc_now() + timedelta(days=1)
    again = await change("PUT", PATH, shown, match=read.headers["ETag"])
    assert again.status_code == 200
    assert found(await get(DIGESTS))["revision"] == 1, "nothing has changed"
    assert found(await change("PUT", PATH, WEEKLY, match=read.headers["ETag"])) == WHOLE
    late = await change("PUT", PATH, WEEKLY, match=read.headers["ETag"])
    assert "The digests have changed" in found(late, 412)["detail"]
    assert f"GET {DIGESTS}" in found(await change("PUT", PATH, WEEKLY, match=None), 428)["detail"]


async def test_digests_written_at_the_same_time_are_all_kept() -> None:
    writes = [change("PUT", f"/alerts/digests/d{n}", {"name": f"Digest {n}"}) for n in range(4)]
    assert {each.status_code for each in await asyncio.gather(*writes)} == {201}
    ids = {each["id"] for each in found(await get(DIGESTS))["digests"]}
    assert ids == {"d0", "d1", "d2", "d3"}


async def test_a_digest_is_removed_with_its_issues_and_its_history_has_it(written) -> None:
    await change("PUT", PATH, {**WEEKLY, "channels": [HOOK]})
    await change("POST", f"{PATH}/test", sent=[])
    answer = found(await change("DELETE", PATH))
    assert (answer["digests"], answer["change"]) == ([], "Weekly digest removed")
    assert await read_states(written, ["team"]) == {}
    assert "'team'" in found(await change("DELETE", PATH), 404)["detail"]
    assert "'team'" in found(await get(f"{DIGESTS}/team"), 404)["detail"]
    revisions = found(await get(f"{DIGESTS}/history"))["revisions"]
    assert [each["change"] for each in revisions] == [
        "Weekly digest removed",
        "Weekly digest added",
    ]


@pytest.mark.parametrize(
    ("body", "places"),
    [
        ({"name": "!!"}, ["/name"]),
        ({"name": "x", "subjects": []}, ["/subjects"]),
        ({"name": "x", "subjects": ["cursor", "gone"]}, ["/subjects/1"]),
        ({"name": "x", "at": "24:00"}, ["/at"]),
        ({"name": "x", "at": "8:00", "time_zone": "Mars/Base"}, ["/at", "/time_zone"]),
        ({"name": "x", "channels": [{"type": "email"}]}, ["/channels/0/to"]),
        (
            {"name": "x", "channels": [{"type": "slack", "secret": "COSMOS_KEY"}]},
            ["/channels/0/secret"],
        ),
        ({"name": "x", "channels": [HOOK, HOOK]}, ["/channels/1"]),
        ({"name": "x", "note": "n" * 501}, ["/note"]),
        ({"name": "x", "every": "month"}, ["/every"]),
        ({"name": "x", "weekday": "someday"}, ["/weekday"]),
        ({"name": "x", "id": "other"}, ["/id"]),
        ({"name": "x", "colour": "red"}, ["/colour"]),
    ],
)
async def test_what_is_refused_says_where_and_what_it_takes(body: Any, places: list[str]) -> None:
    assert sorted(await refusals(body, PATH)) == places
    assert found(await get(DIGESTS))["revision"] == 0


async def test_there_is_a_most_of_digests_and_names_with_another_meaning() -> None:
    assert list(await refusals(WEEKLY, "/alerts/digests/history")) == ["/id"]
    for number in range(MAX_DIGESTS):
        path = f"/alerts/digests/d{number}"
        assert (await change("PUT", path, WEEKLY)).status_code == 201
    answer = await change("PUT", "/alerts/digests/more", WEEKLY)
    assert "at most 20 digests" in json.dumps(found(answer, 422))
    assert (await change("PUT", "/alerts/digests/d0", {"name": "Another"})).status_code == 200


async def test_no_answer_and_no_log_has_a_secret_or_an_address_that_is_one(
    monkeypatch, caplog
) -> None:
    monkeypatch.setenv("TEAM_HOOK", "https://hooks.slack.com/services/T0/B0/verysecret")
    await change("PUT", PATH, {**WEEKLY, "channels": [HOOK, MAIL]})
    texts = [json.dumps(found(await get(each))) for each in (DIGESTS, f"{DIGESTS}/team/issues")]
    assert all("verysecret" not in each for each in [*texts, caplog.text])
    assert "ann@example.com" not in caplog.text


async def test_a_test_is_asked_for_and_shown_among_the_issues(written) -> None:
    await change("PUT", PATH, {**WEEKLY, "channels": [HOOK], "enabled": False})
    asked: list[Any] = []
    answer = await change("POST", f"{PATH}/test", sent=asked)
    issue = found(answer, 202)["issue"]
    assert answer.headers["Location"] == f"{DIGESTS}/team/issues"
    ((message,),) = asked
    assert read_message(message.encode()).digest == "team"
    assert found(await get(f"{DIGESTS}/team/issues")) == {"tests": [issue], "issues": []}
    await make(written, a_digest(channels=[HOOK]), number=0)
    (shown,) = found(await get(f"{DIGESTS}/team/issues"))["issues"]
    assert (shown["id"], shown["kind"], shown["error"]) == (issue, "test", None)
    assert shown["deliveries"][0]["channel"] == {"type": "slack", "address": None}
    assert found(await get(f"{DIGESTS}/team"))["status"] == "off"


async def test_a_digest_without_channels_or_that_is_unknown_has_no_test() -> None:
    await change("PUT", PATH, WEEKLY)
    asked: list[Any] = []
    problem = found(await change("POST", f"{PATH}/test", sent=asked), 422)
    assert "no channels" in json.dumps(problem["errors"])
    assert (await change("POST", "/alerts/digests/nothing/test", sent=asked)).status_code == 404
    assert asked == []


async def make(store: Store, digest: Any, *, number: int) -> None:
    """Make an issue that is due, as the function of digests does."""
    then = utc_now()
    state = (await read_states(store, ["team"])).get("team")
    issues = to_make(digest, state or new_state("team"), then)
    edit = partial(made, digest=digest, issue=issues[number], now=then)
    await edit_state(store, "team", edit)


async def test_reads_show_what_became_of_the_last_one(written) -> None:
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)
    await change("PUT", PATH, {**WEEKLY, "channels": [HOOK, MAIL]})
    digest = a_digest(channels=[HOOK, MAIL])

    async def shown() -> Any:
        return found(await get(f"{DIGESTS}/team"))

    assert (await shown())["status"] == "waiting"
    issue = to_make(digest, new_state("team"), monday)[0]
    await edit_state(
        written,
        "team",
        partial(not_made, issue=issue, error="it was down", now=monday, is_final=False),
    )
    assert ((await shown())["status"], (await shown())["status_reason"]) == (
        "sending",
        "it was down",
    )
    await edit_state(written, "team", partial(made, digest=digest, issue=issue, now=monday))
    found_now = await shown()
    assert (found_now["status"], found_now["last_at"]) == ("sending", "2026-11-23T08:00:00Z")
    for delivery in ("1", "2", "3"):
        edit = partial(claimed, issue=issue["id"], delivery=delivery, now=monday)
        await edit_state(written, "team", edit)
        await edit_state(
            written, "team", partial(sent, issue=issue["id"], delivery=delivery, now=monday)
        )
    found_now = await shown()
    assert (found_now["status"], found_now["last_sent_at"]) == ("sent", iso(monday))
    await edit_state(
        written, "team", partial(failed, issue=issue["id"], delivery="3", error="gone")
    )
    channel = channel_id(BOB)
    state: Any = {
        "id": channel,
        "kind": "alert_channel",
        "ttl": -1,
        "sent": [],
        "folded_at": None,
        "broken": "gone",
    }
    await written.upsert(ALERT_CHANNELS, [state])
    found_now = await shown()
    assert (found_now["status"], found_now["status_reason"]) == ("failed", "gone")
    assert [each["broken"] for each in found_now["channels"]] == [None, "bob@example.com: gone"]
    (one,) = found(await get(f"{DIGESTS}/team/issues"))["issues"]
    assert [each["channel"]["address"] for each in one["deliveries"]] == [
        None,
        "a…@example.com",
        "b…@example.com",
    ]


async def test_one_click_removes_an_address_from_rules_and_digests(written) -> None:
    await change("PUT", PATH, {**WEEKLY, "channels": [MAIL, HOOK]})
    await change("PUT", RULE, {**MOOD, "channels": [BOB]})
    path = signed_path(await read_key(written, bytes), "unsubscribe", channel_id(BOB), utc_now())
    asked = words_of(await ask("GET", path))
    assert "Cursor: mood" in asked
    assert "Weekly digest" in asked
    form = {"content-type": "application/x-www-form-urlencoded"}
    done = await ask("POST", path, form, body=b"List-Unsubscribe=One-Click")
    assert "These digests aren't sent there any more" in words_of(done)
    left = found(await get(f"{DIGESTS}/team"))["channels"]
    assert [each["to"] for each in left] == ["ann@example.com", None]
    revisions = found(await get(f"{DIGESTS}/history"))["revisions"]
    assert revisions[0]["change"] == "unsubscribed b…@example.com from Weekly digest"
    assert "any more" in words_of(await ask("GET", path))
