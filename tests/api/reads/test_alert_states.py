"""What answers say of what alert rules and their channels are doing."""

from typing import Any

import pytest

from api.reads.alert_rules import read_all_rules, read_rule
from api.schema.alerts import MAX_REASON_CHARS, RulePath
from api.schema.parameters import NoParameters
from shared.alerts.channels import channel_id
from shared.alerts.rules import no_rules, write_rules
from shared.alerts.states import first_state
from shared.models import AlertRule, AlertState, ChannelState
from shared.store import ALERT_CHANNELS, ALERT_STATES, Store
from tests.api.actions.test_watchlist import change, found
from tests.api.world import NOW, deps_of, get
from tests.shared.alerts.rules import a_rule

BASE = "/api/v1/alerts/rules"
OWN = f"{BASE}/cursor-mood"
RULE = "/alerts/rules/cursor-mood"
SINCE = "2026-11-23T12:00:00Z"
LATER, EARLIER = "2026-11-23T14:00:00Z", "2026-11-23T13:05:07Z"
HOOK: Any = {"type": "slack", "to": None, "secret": "TEAM_HOOK"}


def a_state(**changes: Any) -> AlertState:
    """Return the state of a rule that was evaluated, with these changes."""
    whole: Any = {**first_state("cursor-mood"), "since": SINCE, "hour": "2026-11-23T12", **changes}
    state: AlertState = whole
    return state


async def has(store: Store, *rules: AlertRule) -> None:
    await write_rules(store, no_rules(), rules=rules, change="made for a test", now=NOW)


async def shown(store: Store, state: AlertState | None, **changes: Any) -> dict[str, Any]:
    """Return what is shown of a rule with this state beside the rule itself."""
    await has(store, a_rule(**changes))
    if state:
        await store.upsert(ALERT_STATES, [state])
    answer = await read_rule(deps_of(store, now=NOW), RulePath(id="cursor-mood"))
    names = ("status", "status_since", "status_reason", "silenced_until", "open_incidents")
    return {name: getattr(answer, name) for name in names}


def a_status(status: str, since: str | None = None, **more: Any) -> dict[str, Any]:
    return {
        "status": status,
        "status_since": since,
        "status_reason": None,
        "silenced_until": None,
        "open_incidents": 0,
        **more,
    }


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, a_status("waiting")),
        (first_state("cursor-mood"), a_status("waiting")),
        (a_state(), a_status("ok", SINCE)),
        (
            # 0 is a cause that was there before the rule.
            a_state(status="firing", open={"worse": 3, "better": 0, "n": 4}),
            a_status("firing", SINCE, open_incidents=2),
        ),
        (
            a_state(status="recovering", open={"worse": 3}),
            a_status("recovering", SINCE, open_incidents=1),
        ),
        (
            a_state(status="no_data", since=None, reason="too young"),
            a_status("no_data", status_reason="too young"),
        ),
        (
            a_state(status="broken", reason="x" * 600),
            a_status("broken", SINCE, status_reason="x" * (MAX_REASON_CHARS - 1) + "…"),
        ),
        (
            a_state(status="silenced", silenced_until=LATER),
            a_status("silenced", SINCE, silenced_until=LATER),
        ),
        (
            # Somebody has silenced it since the last evaluation.
            a_state(status="firing", open={"worse": 3}, silenced_until=LATER),
            a_status("silenced", silenced_until=LATER, open_incidents=1),
        ),
        (
            a_state(status="no_data", reason="a gap", silenced_until=LATER),
            a_status("no_data", SINCE, status_reason="a gap", silenced_until=LATER),
        ),
        (a_state(silenced_until=EARLIER), a_status("ok", SINCE)),
    ],
)
async def test_a_rule_says_what_it_is_doing(
    sqlite_store: Store, state: AlertState | None, expected: dict[str, Any]
) -> None:
    assert await shown(sqlite_store, state) == expected


async def test_a_rule_whose_evaluation_was_ahead_of_the_clock_says_so(sqlite_store: Store) -> None:
    state = a_state(hour="2026-11-24T20", status="firing", since="2026-11-24T21:00:00Z")
    said = await shown(sqlite_store, state)
    reason = "The clock was ahead: it was evaluated up to 2026-11-24T20, and will be again."
    assert said == a_status("no_data", status_reason=reason)


async def test_a_rule_that_is_disabled_is_off_whatever_it_did_before(sqlite_store: Store) -> None:
    state = a_state(status="broken", reason="its subject is gone", open={"worse": 1})
    found_off = await shown(sqlite_store, state, enabled=False)
    assert found_off == a_status("off", open_incidents=1)


async def test_a_channel_that_takes_nothing_says_why(store: Store) -> None:
    mail = a_rule()["channels"][0]
    other = a_rule(id="other", channels=[HOOK])
    await has(store, a_rule(channels=[mail, HOOK]), other)
    broken = ChannelState(
        id=channel_id(HOOK),
        kind="alert_channel",
        ttl=-1,
        sent=[],
        folded_at=None,
        broken="slack answered 404",
    )
    await store.upsert(ALERT_CHANNELS, [broken, {**broken, "id": channel_id(mail), "broken": None}])
    await store.upsert(ALERT_STATES, [a_state(id="other", status="firing")])
    answer = await read_all_rules(deps_of(store, now=NOW), NoParameters())
    assert [[own.broken for own in each.channels] for each in answer.rules] == [
        [None, "slack answered 404"],
        ["slack answered 404"],
    ]
    assert [each.status for each in answer.rules] == ["waiting", "firing"]


async def test_of_several_addresses_those_that_take_nothing_are_named(sqlite_store: Store) -> None:
    people: Any = {"type": "email", "to": "ann@example.com, bob@example.com", "secret": None}
    await has(sqlite_store, a_rule(channels=[people]))
    broken = ChannelState(
        id=channel_id({**people, "to": "bob@example.com"}),
        kind="alert_channel",
        ttl=-1,
        sent=[],
        folded_at=None,
        broken="mail.example: it refuses the recipient (550)",
    )
    deps = deps_of(sqlite_store, now=NOW)
    (channel,) = (await read_rule(deps, RulePath(id="cursor-mood"))).channels
    assert channel.broken is None
    await sqlite_store.upsert(ALERT_CHANNELS, [broken])
    (channel,) = (await read_rule(deps, RulePath(id="cursor-mood"))).channels
    assert channel.broken == "bob@example.com: mail.example: it refuses the recipient (550)"


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("path", [OWN, BASE])
async def test_a_read_can_be_sent_back_whatever_the_rule_did_meanwhile(
    written: Store, path: str
) -> None:
    await has(written, a_rule(channels=[HOOK], quiet_hours={"from": "22:00", "to": "07:00"}))
    await written.upsert(ALERT_STATES, [a_state(status="broken", reason="x" * 600)])
    read = await get(path)
    tag = read.headers["ETag"]
    assert (await get(path, {"if-none-match": tag})).status_code == 304
    await written.upsert(ALERT_STATES, [a_state(status="firing", open={"worse": 1})])
    later = await get(path, {"if-none-match": tag})
    assert later.status_code == 200
    assert later.headers["ETag"] != tag
    body = found(read) if path == OWN else found(read)["rules"][0]
    assert (await change("PUT", RULE, body, match=tag)).status_code == 200
    assert found(await get(BASE))["revision"] == 1, "nothing has changed"
    changed = {**body, "name": "New", "status": "off", "open_incidents": 7}
    assert (await change("PUT", RULE, changed, match=tag)).status_code == 200
    stored = found(await get(OWN))
    assert (stored["name"], stored["status"], stored["open_incidents"]) == ("New", "firing", 1)
    late = await change("PUT", RULE, body, match=tag)
    assert late.status_code == 412, "the rule itself has changed"
