"""Tools that change something: with a key alone, and as the API changes it."""

import json
from typing import Any

import pytest

from api.mcp.changes import CHANGE_TOOLS
from api.mcp.registry import TOOLS
from shared.alerts.states import first_state
from shared.store import ALERT_STATES, INCIDENTS
from tests.api.mcp.client import MODERN, REVISIONS, send
from tests.api.subject_world import watch
from tests.api.world import get
from tests.shared.alerts.rules import an_incident

CHANGES = "/mcp/changes"


async def change(name: str, sent: list[object] | None = None, /, **arguments: Any) -> Any:
    """Return the result of a call by a caller with a key, whom the host lets in."""
    call = {"name": name, "arguments": arguments}
    answer = await send(MODERN, "tools/call", path=CHANGES, sent=sent, **call)
    return json.loads(answer.get_body())["result"]


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("revision", REVISIONS)
async def test_changes_are_listed_with_what_they_do_where_a_key_is_asked_for(revision: str) -> None:
    answer = await send(revision, "tools/list", path=CHANGES)
    tools = {each["name"]: each for each in json.loads(answer.get_body())["result"]["tools"]}
    assert tools.keys() == {*TOOLS, *CHANGE_TOOLS}
    assert {name for name, each in tools.items() if not each["annotations"]["readOnlyHint"]} == {
        "collect_now",
        "add_subject",
        "silence_incident",
    }
    destructive = {name for name, each in tools.items() if each["annotations"]["destructiveHint"]}
    assert destructive == {"silence_incident"}


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("name", CHANGE_TOOLS)
async def test_without_a_key_there_is_no_such_tool(name: str) -> None:
    sent: list[object] = []
    answer = await send(MODERN, "tools/call", sent=sent, name=name, arguments={})
    assert json.loads(answer.get_body())["error"]["code"] == -32602
    assert sent == []


@pytest.mark.usefixtures("process")
async def test_a_collection_is_requested_once() -> None:
    sent: list[object] = []
    found = await change("collect_now", sent)
    data = found["structuredContent"]["data"]
    assert data["cycle"] in json.dumps(sent)
    assert "invented" in found["structuredContent"]["sample"]
    again = await change("collect_now", sent)
    assert again["isError"]
    assert data["cycle"] in again["content"][0]["text"]
    assert len(sent) == 1


async def test_a_new_subject_is_added_and_items_are_matched_with_it(written) -> None:
    await watch(written)
    sent: list[object] = []
    found = await change(
        "add_subject",
        sent,
        id="windsurf",
        name="Windsurf",
        names=["Windsurf", "codeium"],
        home=["aws"],
    )
    assert not found.get("isError"), found
    card = json.loads((await get("/api/v1/subjects/windsurf")).get_body())
    assert (card["name"], card["role"], card["home"]) == ("Windsurf", "competitor", ["aws"])
    assert [each["text"] for each in card["terms"]] == ["Windsurf", "codeium"]
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"id": "lantern", "name": "L", "names": ["l"]}, "there already"),
        ({"id": "A B", "name": "L", "names": ["l"]}, "id"),
        ({"id": "n", "name": "", "names": ["l"]}, "name"),
        ({"id": "n", "name": "x" * 10_000, "names": ["l"]}, "name"),
        ({"id": "n", "name": "N", "names": []}, "names"),
        ({"id": "n", "name": "N", "names": ["x" * 10_000]}, "names"),
        ({"id": "n", "name": "N", "names": ["new word"], "home": ["nowhere"]}, "nowhere"),
        ({"id": "n", "name": "N", "names": ["a"], "role": "boss"}, "role"),
        ({"id": "n", "name": "N", "names": ["a"], "exclude": ["x"]}, "no such argument"),
    ],
)
async def test_a_subject_that_is_there_or_wrong_is_refused_and_nothing_changes(
    written, arguments: dict[str, Any], reason: str
) -> None:
    await watch(written)
    before = (await get("/api/v1/watchlist")).get_body()
    sent: list[object] = []
    found = await change("add_subject", sent, **arguments)
    assert found["isError"]
    assert reason in found["content"][0]["text"]
    assert (await get("/api/v1/watchlist")).get_body() == before
    assert sent == []


@pytest.mark.parametrize("of", ["incident", "rule"])
async def test_an_incident_or_its_rule_is_silenced_for_hours(written, of) -> None:
    await written.upsert(INCIDENTS, [an_incident(3)])
    await written.upsert(ALERT_STATES, [first_state("cursor-mood")])
    given = {} if of == "incident" else {"of": of}
    found = await change("silence_incident", id="cursor-mood.000003", hours=4, **given)
    state = await written.read(ALERT_STATES, "alert_state", "cursor-mood")
    assert (state["silenced_until"] is not None) == (of == "rule")
    assert ("worse" in state.get("silenced", {})) == (of == "incident")
    shown = json.loads((await get("/api/v1/alerts/incidents/cursor-mood.000003")).get_body())
    assert shown["silenced_until"] is not None
    assert found["structuredContent"]["data"]["silenced_until"] == shown["silenced_until"]
    for wrong in ({"id": "cursor-mood.000009"}, {"id": "cursor-mood.000003", "hours": 0}, {}):
        assert (await change("silence_incident", **wrong))["isError"]
