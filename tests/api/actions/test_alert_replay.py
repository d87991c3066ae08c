"""A trial of a rule over the API: what it would have sent, and that it sends nothing."""

from typing import Any

import pytest

from api.actions.alert_replay import try_rule
from shared.alerts.replay import read_replay
from shared.alerts.rules import read_rules, write_rules
from shared.store import ALERT_STATES, INCIDENTS, Query
from shared.subjects.watchlist import read_watchlist
from tests.api.actions.test_alert_rules import MOOD, PATH
from tests.api.actions.test_watchlist import change, found, refusals
from tests.api.world import deps_of
from tests.shared.alerts.test_reading import NOW, keep_history, mood_that_fell, rule


async def test_a_rule_is_tried_over_stored_hours(sqlite_store) -> None:
    await keep_history(sqlite_store, mood_that_fell())
    mood = {**rule("mood", direction="any"), "enabled": False}
    nothing = await read_rules(sqlite_store)
    await write_rules(sqlite_store, nothing, rules=[mood], change="made for a test", now=NOW)
    deps = deps_of(sqlite_store, now=NOW)
    answer = await try_rule(deps, "cursor-mood", 30)
    watchlist = await read_watchlist(sqlite_store)
    whole = await read_replay(sqlite_store, deps.settings, watchlist, mood, now=NOW, days=30)
    assert (answer.evaluated, answer.unknown, answer.reasons) == (720, 0, {})
    assert [(e.at, e.event, e.cause, e.sentence, e.figures) for e in answer.messages] == [
        (e.at, e.event, e.cause, e.sentence, e.figures) for e in whole.messages
    ]
    assert [each.event for each in answer.messages] == ["opened"]
    shorter = await try_rule(deps, "cursor-mood", 1)
    assert (shorter.evaluated, shorter.days, shorter.messages) == (24, 1, [])
    assert await sqlite_store.query(Query(INCIDENTS, "incident", 10)) == []
    assert await sqlite_store.read(ALERT_STATES, "alert_state", "cursor-mood") is None


@pytest.mark.usefixtures("process")
async def test_before_anything_was_collected_nothing_is_known() -> None:
    await change("PUT", PATH, MOOD)
    sent: list[Any] = []
    answer = await change("POST", f"{PATH}/try", {"days": 2}, sent=sent)
    body = found(answer)
    assert (body["rule"], body["days"], body["messages"]) == ("cursor-mood", 2, [])
    assert body["evaluated"] == body["unknown"] == sum(body["reasons"].values()) == 48
    assert (answer.headers["Cache-Control"], sent) == ("no-store", [])
    assert found(await change("POST", f"{PATH}/try"))["days"] == 30


@pytest.mark.usefixtures("process")
async def test_a_rule_of_a_subject_that_is_gone_says_so() -> None:
    await change("PUT", PATH, MOOD)
    await change("DELETE", "/subjects/cursor")
    body = found(await change("POST", f"{PATH}/try", {"days": 1}))
    assert (body["unknown"], body["messages"], len(body["reasons"])) == (24, [], 1)


@pytest.mark.usefixtures("process")
async def test_what_is_wrong_is_refused() -> None:
    assert (await change("POST", f"{PATH}/try")).status_code == 404
    for days in (0, 31, "7", None):
        assert (await refusals({"days": days}, f"{PATH}/try", "POST")).keys() == {"/days"}
