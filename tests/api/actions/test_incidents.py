"""What people do about incidents, with a key or by a signed link, and what a link refuses."""

import html
import re
from datetime import timedelta
from typing import Any

import azure.functions as func
import pytest

from api.actions.incidents import acknowledge, snooze
from shared.alerts.links import PATH, Action, read_key, signed_path
from shared.alerts.states import first_state
from shared.models import AlertState
from shared.store import ALERT_STATES, INCIDENTS
from shared.times import parse_iso, utc_now
from tests.api.actions.test_watchlist import change, found
from tests.api.world import NOW, ask, deps_of, get
from tests.shared.alerts.rules import a_delivery, a_finding, a_rule, an_incident

pytestmark = pytest.mark.usefixtures("process")

INCIDENT = "cursor-mood.000001"
BASE = f"/alerts/incidents/{INCIDENT}"
TEST = "cursor-mood.test-0a1b2c3d"


async def keep(store, **changes: Any) -> None:
    """Store the state of a rule, and its open incident."""
    await store.upsert(ALERT_STATES, [first_state("cursor-mood")])
    await store.upsert(INCIDENTS, [an_incident(1, **changes)])


async def state_of(store) -> AlertState:
    state: AlertState = await store.read(ALERT_STATES, "alert_state", "cursor-mood")
    return state


async def path_of(store, action: Action, incident: str = INCIDENT, *, days: int = 0) -> str:
    """Return the path of a link that was signed some days ago."""
    key = await read_key(store, bytes)
    return signed_path(key, action, incident, utc_now() - timedelta(days=days))


def words_of(answer: func.HttpResponse, status: int = 200) -> str:
    """Return the text of a page as people read it."""
    assert answer.status_code == status, answer.get_body()
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/html", "no-store")
    body = re.sub(r"<style>.*?</style>", "", answer.get_body().decode(), flags=re.DOTALL)
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", body).split()))


async def test_an_incident_is_acknowledged_once(written) -> None:
    await keep(written)
    first = found(await change("POST", f"{BASE}/acknowledge"))
    assert first["acknowledged"] is not None
    assert [each["event"] for each in first["updates"]] == ["opened", "acknowledged"]
    assert first["updates"][-1]["at"] == first["acknowledged"] == first["updated"]
    later = deps_of(written, now=utc_now() + timedelta(hours=1))
    assert (await acknowledge(later, INCIDENT))["acknowledged"] == first["acknowledged"]
    assert (await state_of(written))["silenced_until"] is None


async def test_who_acknowledges_gets_no_update_that_waited(written) -> None:
    waiting = [
        a_delivery(id="1", event="opened", status="waiting", batch=None),
        a_delivery(id="2", event="updated", status="waiting", batch=None),
        a_delivery(id="3", event="updated", status="waiting", batch="alert_1"),
    ]
    await keep(written, deliveries=waiting, outbox="waiting")
    await change("POST", f"{BASE}/acknowledge")
    stored = await written.read(INCIDENTS, "incident", INCIDENT)
    assert [each["id"] for each in stored["deliveries"]] == ["1", "3"]
    assert stored["outbox"] == "waiting"


async def test_a_snoozed_incident_silences_its_cause_and_not_its_rule(written) -> None:
    await keep(written)
    body = found(await change("POST", f"{BASE}/snooze", {"hours": 24}))
    assert [each["event"] for each in body["updates"]] == ["opened", "silenced"]
    state = await state_of(written)
    assert state["silenced_until"] is None
    assert state.get("silenced") == {"worse": body["silenced_until"]}


async def test_a_rule_is_snoozed_by_its_incident(written) -> None:
    await keep(written)
    # In JSON, 24.0 is the same number.
    body = found(await change("POST", f"{BASE}/snooze", {"hours": 24.0, "of": "rule"}))
    assert [each["event"] for each in body["updates"]] == ["opened", "silenced"]
    until = body["silenced_until"]
    assert timedelta() <= utc_now() + timedelta(hours=24) - parse_iso(until) < timedelta(minutes=1)
    assert (await state_of(written))["silenced_until"] == until
    assert body["updates"][-1]["reason"] == "Nothing of its rule is sent until then."
    await snooze(deps_of(written, now=NOW), INCIDENT, 1, "rule")
    assert (await state_of(written))["silenced_until"] == "2026-11-23T14:05:07Z", "the last counts"


async def test_a_snoozed_test_silences_no_rule(written) -> None:
    await keep(written, id=TEST, order_key=f"test_2026-11-23T10:00:00Z_{TEST}")
    path = f"/alerts/incidents/{TEST}/snooze"
    assert found(await change("POST", path, {"hours": 1}))["silenced_until"] is not None
    assert (await state_of(written))["silenced_until"] is None


async def test_an_incident_of_a_rule_without_a_state_can_be_snoozed(written) -> None:
    await written.upsert(INCIDENTS, [an_incident(1)])
    assert (await change("POST", f"{BASE}/snooze", {"hours": 1})).status_code == 200
    assert await state_of(written) is None


@pytest.mark.parametrize("hours", [0, 169, 1.5, "1", None])
async def test_a_snooze_takes_1_to_168_hours(written, hours: Any) -> None:
    await keep(written)
    problem = found(await change("POST", f"{BASE}/snooze", {"hours": hours}), 422)
    assert [each["parameter"] for each in problem["errors"]] == ["/hours"]


async def test_what_is_unknown_is_404() -> None:
    assert (await change("POST", f"{BASE}/acknowledge")).status_code == 404
    assert (await change("POST", f"{BASE}/snooze", {"hours": 1})).status_code == 404


async def test_a_link_says_what_it_will_do_and_changes_nothing(written) -> None:
    await keep(written)
    for action, words in (("acknowledge", "Acknowledge"), ("snooze", "Snooze")):
        path = await path_of(written, action)  # type: ignore[arg-type]
        page = await get(path)
        said = words_of(page)
        for part in (f"{words}: Cursor: mood", "The mood of Cursor fell", "about Cursor, since"):
            assert part in said
        assert '<form method="post">' in page.get_body().decode()
        assert (await ask("HEAD", path)).status_code == 200
    stored = await written.read(INCIDENTS, "incident", INCIDENT)
    assert stored["updates"] == an_incident(1)["updates"]
    assert (await state_of(written))["silenced_until"] is None


async def test_the_form_of_a_link_acknowledges(written) -> None:
    await keep(written)
    path = await path_of(written, "acknowledge")
    assert "It was acknowledged at" in words_of(await ask("POST", path))
    stored = await written.read(INCIDENTS, "incident", INCIDENT)
    assert stored["acknowledged"] is not None
    assert "It was acknowledged at" in words_of(await ask("POST", path)), "done twice"
    again = await written.read(INCIDENTS, "incident", INCIDENT)
    assert again["updates"] == stored["updates"]


@pytest.mark.parametrize(
    ("form", "hours"),
    [
        (b"", 24),
        (b"hours=4", 4),
        (b"hours=168&x=y", 168),
        (b"of=incident&hours=1", 1),
        (b"of=rule&hours=4", 4),
    ],
)
async def test_the_form_of_a_link_silences(written, form: bytes, hours: int) -> None:
    await keep(written)
    path = await path_of(written, "snooze")
    said = words_of(await ask("POST", path, body=form))
    assert "It is silent until" in said
    state = await state_of(written)
    is_rule = b"of=rule" in form
    assert ("Nothing of its rule is sent until then." in said) == is_rule
    own = state.get("silenced", {}).get("worse")
    assert (own is None) == is_rule
    until = parse_iso((state["silenced_until"] if is_rule else own) or "")
    passed = utc_now() + timedelta(hours=hours) - until
    assert timedelta() <= passed < timedelta(minutes=1)


@pytest.mark.parametrize(
    "form",
    [
        *(b"hours=5", b"hours=-1", b"hours=9999999999", b"hours=\xff"),
        *(b"of=all", b"of=\xff", b"a=1&" * 20),
    ],
)
async def test_other_hours_are_refused(written, form: bytes) -> None:
    await keep(written)
    path = await path_of(written, "snooze")
    assert (await ask("POST", path, body=form)).status_code == 422
    assert (await state_of(written))["silenced_until"] is None


async def test_a_forged_or_expired_link_does_nothing_and_says_what_to_do(written) -> None:
    await keep(written)
    whole = await path_of(written, "acknowledge")
    old = await path_of(written, "acknowledge", days=7)
    for path, words in ((f"{whole[:-1]}", "isn't valid"), (old, "has expired")):
        for method in ("GET", "POST"):
            said = words_of(await ask(method, path), 403)
            assert words in said
            assert "open the incident in the dashboard" in said
    stored = await written.read(INCIDENTS, "incident", INCIDENT)
    assert stored["acknowledged"] is None


async def test_a_link_is_of_its_action_and_incident_alone(written) -> None:
    await keep(written)
    path = await path_of(written, "acknowledge")
    for changed in (path.replace("acknowledge", "snooze"), path.replace("000001", "000002")):
        assert changed != path
        assert (await ask("POST", changed)).status_code == 403


async def test_a_link_of_an_incident_that_is_gone_says_so(written) -> None:
    path = await path_of(written, "snooze")
    assert "This incident is gone" in words_of(await get(path), 404)
    assert "This incident is gone" in words_of(await ask("POST", path), 404)


async def test_a_page_runs_nothing_and_shows_words_of_people_as_words(written) -> None:
    odd = "<script>alert(1)</script>\"'"
    await keep(
        written,
        rule=a_rule(name=f"Mood {odd}"),
        scope_name=odd,
        updates=[
            {
                "at": "2026-11-23T03:05:00Z",
                "event": "opened",
                "finding": a_finding(sentence=f"{odd} {{title}}"),
            }
        ],
    )
    for method in ("GET", "POST"):
        page = await ask(method, await path_of(written, "acknowledge"))
        assert b"<script" not in page.get_body()
        assert words_of(page).count(odd) >= 3
        policy = page.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'none'" in policy
        assert "unsafe" not in policy
        # Without a referrer, the form would come from the origin null.
        assert page.headers["Referrer-Policy"] == "same-origin"


async def test_no_token_is_logged(written, caplog) -> None:
    await keep(written)
    caplog.set_level("DEBUG")
    path = await path_of(written, "acknowledge")
    await get(path)
    await ask("POST", path.replace(PATH, PATH.upper()))
    assert "function=item_follow_alert_link" in caplog.text
    assert path.rpartition(".")[2] not in caplog.text


async def test_parameters_that_others_added_to_a_link_mean_nothing(written) -> None:
    await keep(written)
    path = await path_of(written, "acknowledge")
    assert (await get(path, utm_source="mail")).status_code == 200
