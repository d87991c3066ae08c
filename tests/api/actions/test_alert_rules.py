"""Alert rules over the API: what a program sends, what it gets back, and what is refused."""

import asyncio
from typing import Any

import pytest

from shared.alerts.validation import MAX_RULES
from tests.api.actions.test_watchlist import change, found, refusals
from tests.api.world import get

pytestmark = pytest.mark.usefixtures("process")

RULES = "/api/v1/alerts/rules"
PATH = "/alerts/rules/cursor-mood"
MOOD = {"name": "Cursor: mood", "scope": "subject:cursor", "condition": {"type": "mood"}}
CONDITION = {"type": "mood", "direction": "any", "above": None, "q": None, "hours": None}
WHOLE = {
    "id": "cursor-mood",
    "name": "Cursor: mood",
    "scope": "subject:cursor",
    "condition": CONDITION,
    "channels": [],
    "quiet_hours": None,
    "time_zone": "UTC",
    "cooldown": 240,
    "note": "",
    "enabled": True,
}
# What reads show beside it, before its first evaluation.
WAITING = {
    "status": "waiting",
    "status_since": None,
    "status_reason": None,
    "silenced_until": None,
    "open_incidents": 0,
}
MAIL = {"type": "email", "to": "team@example.com", "secret": None}
HOOK = {"type": "slack", "to": None, "secret": "TEAM_HOOK"}
MORE = {
    "channels": [MAIL, HOOK],
    "quiet_hours": {"from": "22:00", "to": "07:00"},
    "time_zone": "Europe/Berlin",
    "cooldown": 120,
    "note": "ask Ada",
    "enabled": False,
}


def rule(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "scope": "all", "condition": {"type": "topic"}, **more}


async def test_before_anything_is_stored_there_are_no_rules() -> None:
    answer = await get(RULES)
    assert found(answer) == {
        "revision": 0,
        "changed_at": None,
        "change": "no rules yet",
        "rules": [],
    }
    assert answer.headers["Cache-Control"] == "private, no-cache"


async def test_a_rule_is_written_with_its_defaults_and_read_back() -> None:
    tag = (await get(RULES)).headers["ETag"]
    answer = await change("PUT", PATH, MOOD, match=tag)
    assert found(answer, 201) == WHOLE
    assert answer.headers["Location"] == f"{RULES}/cursor-mood"
    assert answer.headers["Cache-Control"] == "no-store"
    seen = await get(RULES)
    # It begins with that of the rules as they are stored.
    assert seen.headers["ETag"].startswith(answer.headers["ETag"].removesuffix('"') + ".")
    assert answer.headers["ETag"] != tag
    shown = {**WHOLE, **WAITING}
    assert (found(seen)["rules"], found(seen)["change"]) == ([shown], "Cursor: mood added")
    assert found(await get(f"{RULES}/cursor-mood")) == shown
    known = {"if-none-match": seen.headers["ETag"]}
    assert (await get(RULES, known)).status_code == 304


async def test_a_rule_is_replaced_whole_and_what_was_read_can_be_sent_back() -> None:
    assert found(await change("PUT", PATH, {**MOOD, **MORE}), 201) == {**WHOLE, **MORE}
    read = await get(f"{RULES}/cursor-mood")
    shown = [{**each, "broken": None} for each in (MAIL, HOOK)]
    assert found(read) == {**WHOLE, **MORE, **WAITING, "status": "off", "channels": shown}
    again = await change("PUT", PATH, found(read), match=read.headers["ETag"])
    assert again.status_code == 200
    assert found(await get(RULES))["revision"] == 1, "nothing has changed"
    replaced = await change("PUT", PATH, MOOD, match=read.headers["ETag"])
    assert found(replaced) == WHOLE
    late = await change("PUT", PATH, MOOD, match=read.headers["ETag"])
    assert "The alert rules have changed" in found(late, 412)["detail"]


async def test_a_change_without_a_condition_or_of_an_older_state_is_refused() -> None:
    unasked = found(await change("PUT", PATH, MOOD, match=None), 428)
    assert f"GET {RULES}" in unasked["detail"]
    tag = (await get(RULES)).headers["ETag"]
    assert (await change("PUT", PATH, MOOD, match=tag)).status_code == 201
    for method in ("PUT", "DELETE"):
        body = MOOD if method == "PUT" else None
        assert (await change(method, PATH, body, match=tag)).status_code == 412
        assert (await change(method, PATH, body, match=None)).status_code == 428
    assert found(await get(RULES))["rules"] == [{**WHOLE, **WAITING}]


async def test_rules_written_at_the_same_time_are_all_kept() -> None:
    writes = [change("PUT", f"/alerts/rules/r{n}", rule(f"Rule {n}")) for n in range(4)]
    assert {each.status_code for each in await asyncio.gather(*writes)} == {201}
    ids = {each["id"] for each in found(await get(RULES))["rules"]}
    assert ids == {"r0", "r1", "r2", "r3"}


async def test_a_rule_is_removed_and_its_history_has_it() -> None:
    await change("PUT", PATH, MOOD)
    answer = found(await change("DELETE", PATH))
    assert (answer["rules"], answer["change"]) == ([], "Cursor: mood removed")
    assert "'cursor-mood'" in found(await change("DELETE", PATH), 404)["detail"]
    assert "'cursor-mood'" in found(await get(f"{RULES}/cursor-mood"), 404)["detail"]
    newest = found(await get(f"{RULES}/history"))["revisions"]
    assert [(each["revision"], each["rules"]) for each in newest] == [(2, []), (1, [WHOLE])]
    assert found(await get(f"{RULES}/history", below=2))["revisions"] == newest[1:]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"name": ""}, "/name"),
        ({"scope": "subject:nobody"}, "/scope"),
        ({"scope": None}, "/scope"),
        ({"condition": {"type": "weather"}}, "/condition/type"),
        ({"condition": {"type": "mood", "hours": 3}}, "/condition/hours"),
        ({"condition": {"type": "negative_share", "above": 2}}, "/condition/above"),
        ({"condition": {"type": "negative_share", "above": "0.5"}}, "/condition/above"),
        ({"condition": {"type": "coverage", "hours": 1.5}}, "/condition/hours"),
        ({"condition": {"type": "search"}}, "/condition/q"),
        ({"channels": [{"type": "pager", "to": "x"}]}, "/channels/0/type"),
        ({"channels": [{"type": "email", "to": "x"}]}, "/channels/0/to"),
        ({"channels": [{"type": "email", "to": "a@b.example, c@"}]}, "/channels/0/to"),
        ({"channels": [{"type": "slack", "secret": "COSMOS_KEY"}]}, "/channels/0/secret"),
        ({"channels": [{"type": "email", "to": "a@b.example"}] * 2}, "/channels/1"),
        ({"channels": [{"type": "email", "to": f"a{n}@b.ie"} for n in range(6)]}, "/channels"),
        ({"quiet_hours": {"from": "22:00"}}, "/quiet_hours/to"),
        ({"quiet_hours": {"from": "22:00", "to": "22:00"}}, "/quiet_hours"),
        ({"time_zone": "Berlin"}, "/time_zone"),
        ({"cooldown": 14}, "/cooldown"),
        ({"note": "x" * 501}, "/note"),
        ({"id": "other"}, "/id"),
        ({"owner": "me"}, "/owner"),
    ],
)
async def test_what_is_wrong_is_refused_where_it_stands(changes: Any, place: str) -> None:
    assert (await refusals({**MOOD, **changes}, PATH)).keys() == {place}
    assert found(await get(RULES))["revision"] == 0


async def test_a_rule_of_a_community_has_its_spelling() -> None:
    body = rule("Mood of r/OpenAI", scope="community:openai")
    assert found(await change("PUT", PATH, body), 201)["scope"] == "community:OpenAI"
    # A community that is added later can be watched too.
    body = rule("The desk", scope="community:push.desk")
    assert (await refusals(body, PATH)).keys() == {"/scope"}
    await change("PUT", "/communities/push.desk", {})
    assert found(await change("PUT", PATH, body))["scope"] == "community:push.desk"


async def test_rules_of_a_subject_that_is_gone_stay_and_keep_no_other_from_being_written() -> None:
    await change("PUT", "/alerts/rules/zed", rule("Zed", scope="subject:zed"))
    assert (await change("DELETE", "/subjects/zed")).status_code == 200
    assert (await change("PUT", PATH, MOOD)).status_code == 201
    assert (await refusals(rule("Zed", scope="subject:zed"), PATH)).keys() == {"/scope"}
    assert [each["id"] for each in found(await get(RULES))["rules"]] == ["zed", "cursor-mood"]


async def test_there_are_at_most_fifty_rules() -> None:
    for number in range(MAX_RULES):
        answer = await change("PUT", f"/alerts/rules/r{number}", rule(f"Rule {number}"))
        assert answer.status_code == 201
    assert (await refusals(rule("One more"), PATH)).keys() == {"/id"}
    assert (await change("PUT", "/alerts/rules/r0", rule("Another name"))).status_code == 200
