"""Each tool's answer is the API's, for several arguments each: the same figures and items."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from api.mcp.budget import capped
from api.mcp.registry import TOOLS
from api.mcp.tool import without
from shared.store import INCIDENTS
from shared.times import iso, utc_now
from tests.api.mcp.client import call
from tests.api.subject_world import keep_matched, talk, watch
from tests.api.world import get
from tests.shared.alerts.rules import an_incident

LARGEST = 100_000
START, END = "START", "END"
# The address of the API for each tool, and the parameters that a tool gives by itself.
ADDRESSES: Mapping[str, tuple[str, dict[str, str]]] = {
    "list_subjects": ("/subjects", {"until": "collected"}),
    "sentiment": ("/sentiment/stats", {}),
    "explain_change": ("/explain", {}),
    "compare": ("/sentiment/compare", {"until": "collected"}),
    "share_of_voice": ("/share-of-voice", {"until": "collected"}),
    "topics": ("/topics", {"limit": "10"}),
    "search_mentions": ("/items", {"limit": "20"}),
    "read_thread": ("/posts/{id}", {}),
    "coverage": ("/sentiment/stats", {}),
    "alerts": ("/alerts/incidents", {}),
}
CALLS: Mapping[str, list[dict[str, Any]]] = {
    "list_subjects": [
        *({}, {"hours": 1}, {"hours": 168, "baseline": "before"}, {"start": START}),
        *({"start": START, "end": END}, {"hours": 48, "baseline": "rhythm"}),
    ],
    "sentiment": [
        *({}, {"scope": "aws", "hours": 48}, {"scope": "subject:lantern", "hours": 48}),
        *({"scope": "claude", "hours": 720}, {"scope": "subject:kiro", "start": START, "end": END}),
        {"hours": 48, "compared": False},
    ],
    "explain_change": [
        *({}, {"scope": "aws", "hours": 24}, {"scope": "subject:lantern", "hours": 48}),
        *({"scope": "subject:kiro", "hours": 168}, {"hours": 24, "baseline": "rhythm"}),
        {"scope": "all", "start": START, "end": END},
    ],
    "compare": [
        *({"scopes": ["all"]}, {"scopes": ["aws", "claude"], "hours": 48}),
        {"scopes": ["subject:lantern", "subject:kiro"], "hours": 24},
        {"scopes": ["subject:lantern", "all", "aws"], "hours": 168, "baseline": "before"},
        {"scopes": ["subject:zed"], "start": START, "end": END},
    ],
    "share_of_voice": [
        *({}, {"hours": 48, "subjects": ["lantern", "kiro"]}, {"hours": 48, "home": "exclude"}),
        *({"hours": 168, "community": "aws"}, {"start": START, "top": 1}),
    ],
    "topics": [
        *({}, {"scope": "aws", "hours": 48}, {"scope": "subject:lantern", "hours": 48}),
        *({"hours": 48, "limit": 3}, {"start": START, "end": END}),
    ],
    "search_mentions": [
        *({}, {"scope": "aws", "hours": 48}, {"hours": 48, "limit": 100, "sort": "reach"}),
        {"scope": "subject:lantern", "hours": 48, "via": "text", "sentiment": "negative"},
        *({"q": "lantern", "hours": 48}, {"hours": 48, "kind": "comment", "limit": 5}),
        {"start": START, "end": END, "limit": 50},
    ],
    "read_thread": [
        *({"id": "p0"}, {"id": "p3"}, {"id": "p6"}, {"id": "p9"}, {"id": "p12"}),
    ],
    "coverage": [
        *({}, {"scope": "aws"}, {"scope": "subject:lantern", "hours": 48}, {"hours": 168}),
        {"scope": "claude", "start": START, "end": END},
    ],
    "alerts": [
        *({}, {"limit": 2}, {"status": "open"}, {"status": "closed"}, {"rule": "cursor-mood"}),
        {"rule": "nothing"},
    ],
}
# What changes from one second to the next.
MOMENTS = {"end"}


@pytest.fixture
async def world(written) -> None:
    await watch(written)
    posts, comments = talk(newest=utc_now())
    await keep_matched(written, posts, comments)
    await written.upsert(INCIDENTS, [an_incident(number) for number in range(1, 6)])


def query_of(tool: str, arguments: Mapping[str, Any]) -> str:
    """Return the address of the API that answers the same, from the arguments alone."""
    path, own = ADDRESSES[tool]
    given = {**own, **{name: each for name, each in arguments.items() if name != "compared"}}
    scope = given.pop("scope", "all") if tool != "compare" else "all"
    if scope != "all":
        kind = "subject" if scope.startswith("subject:") else "community"
        given[kind] = scope.removeprefix("subject:")
    if "{id}" in path:
        path = path.replace("{id}", given.pop("id"))
    flat = {n: ",".join(each) if isinstance(each, list) else each for n, each in given.items()}
    return f"/api/v1{path}?{urlencode(flat)}"


def steady(value: Any) -> Any:
    """Return an answer without the ends of windows, which go on."""
    if isinstance(value, dict):
        return {name: steady(each) for name, each in value.items() if name not in MOMENTS}
    return [steady(each) for each in value] if isinstance(value, list) else value


async def of_api(address: str) -> Any:
    answer = await get(address)
    assert answer.status_code == 200, answer.get_body()
    found, _ = capped(without(json.loads(answer.get_body())), {})
    return steady(found)


def part_of(tool: str, data: Any, answer: Any) -> tuple[Any, Any]:
    """Return what is the same in a tool's data and in an answer of the API."""
    match tool:
        case "sentiment":
            return data["stats"], answer
        case "coverage":
            named = ("scope", "window", "coverage")
            return tuple({name: each[name] for name in named} for each in (data, answer))
        case "search_mentions":
            return data["items"], answer
        case "alerts":
            return data["incidents"], answer
        case _:
            return data, answer


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("tool", "number"), [(tool, n) for tool, calls in CALLS.items() for n in range(len(calls))]
)
async def test_a_tool_answers_as_the_api_does(tool: str, number: int) -> None:
    bounds = {START: iso(utc_now() - timedelta(hours=30)), END: iso(utc_now() - timedelta(hours=2))}
    arguments = {
        name: bounds.get(each, each) if isinstance(each, str) else each
        for name, each in CALLS[tool][number].items()
    }
    found = await call(tool, budget=LARGEST, **arguments)
    for address in (query_of(tool, arguments), found["request"]):
        path = address.removeprefix("http://127.0.0.1:7071")
        expected, _ = capped(await of_api(path), TOOLS[tool].caps)
        data, same = part_of(tool, steady(found["data"]), expected)
        assert data == same, address
    assert urlsplit(found["request"]).path == urlsplit(query_of(tool, arguments)).path
    if tool == "sentiment":
        assert (found["data"]["comparison"] is None) is (arguments.get("compared") is False)


def test_every_tool_is_compared_with_the_api_for_five_arguments_or_more() -> None:
    assert CALLS.keys() == ADDRESSES.keys() == TOOLS.keys()
    assert all(len(each) >= 5 for each in CALLS.values())
