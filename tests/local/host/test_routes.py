"""Which function answers by the host's rule, against its recorded answers if they exist."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from local.host.functions import Function
from local.host.http import Router
from local.host.routes import BadRoute

ROOT = Path(__file__).parents[3]
RECORDED = ROOT.parent / "shared" / "functions_host"
APP: Sequence[tuple[str, str, Sequence[str]]] = [
    ("item_post", "api/v1/posts/{id}", ["GET"]),
    ("api_posts_recent", "api/v1/posts/recent", ["GET", "HEAD"]),
    ("api_feed", "api/v1/{kind}.atom", ["GET"]),
    ("item_file", "files/{file}.{ext}", ["GET"]),
    ("item_number", "numbers/{n:int}", ["get"]),
    ("item_word", "words/{word:alpha}/{page?}", ["GET"]),
    ("item_three", "three/x-{id:length(3)}", ["GET"]),
    ("item_any", "any/{id}", []),
    ("site", "{*path}", ["GET", "HEAD"]),
]


def router(table: Sequence[tuple[str, str, Sequence[str]]]) -> Router:
    """Return the router of functions by name, route and methods. Raises BadRoute."""
    functions = [
        Function(name, "http", {"name": "req", "route": route, "methods": methods}, print)
        for name, route, methods in table
    ]
    return Router(functions, prefix="")


def answered(found: tuple[Function, Mapping[str, str | None]] | None) -> tuple[str | None, Any]:
    return (found[0].name, found[1]) if found else (None, {})


@pytest.mark.parametrize(
    ("method", "path", "name", "parameters"),
    [
        ("GET", "/api/v1/posts/recent", "api_posts_recent", {}),
        ("GET", "/API/V1/Posts/RECENT/", "api_posts_recent", {}),
        ("HEAD", "/api/v1/posts/recent", "api_posts_recent", {}),
        ("GET", "/api/v1/posts/recent//", "site", {"path": "api/v1/posts/recent//"}),
        ("GET", "/api/v1/posts/a b.c+d", "item_post", {"id": "a b.c+d"}),
        ("HEAD", "/api/v1/posts/abc", "site", {"path": "api/v1/posts/abc"}),
        ("GET", "/api/v1/posts/", "site", {"path": "api/v1/posts/"}),
        ("GET", "/api//v1/posts/recent", "site", {"path": "api//v1/posts/recent"}),
        ("GET", "//api/v1/posts/recent", None, {}),
        ("GET", "//", None, {}),
        ("GET", "/", "site", {"path": None}),
        ("GET", "", "site", {"path": None}),
        ("DELETE", "/", None, {}),
        ("get", "/api/v1/posts/abc", "item_post", {"id": "abc"}),
        ("GET", "/api/v1/hot.atom", "api_feed", {"kind": "hot"}),
        ("GET", "/api/v1/a.b.ATOM", "api_feed", {"kind": "a.b"}),
        ("GET", "/api/v1/.atom", "site", {"path": "api/v1/.atom"}),
        ("GET", "/files/a.b.js", "item_file", {"file": "a.b", "ext": "js"}),
        ("GET", "/files/a.", "site", {"path": "files/a."}),
        ("GET", "/numbers/-7", "item_number", {"n": "-7"}),
        ("GET", "/numbers/007", "item_number", {"n": "007"}),
        ("GET", "/numbers/2147483648", "site", {"path": "numbers/2147483648"}),
        ("GET", "/numbers/seven", "site", {"path": "numbers/seven"}),
        ("GET", "/words/abc", "item_word", {"word": "abc"}),
        ("GET", "/words/abc/2", "item_word", {"word": "abc", "page": "2"}),
        ("GET", "/words/ä", "site", {"path": "words/ä"}),
        ("GET", "/three/x-abc", "item_three", {"id": "abc"}),
        ("GET", "/three/X-abc", "item_three", {"id": "abc"}),
        ("GET", "/three/x-abcd", "site", {"path": "three/x-abcd"}),
        ("PUT", "/any/x", "item_any", {"id": "x"}),
        ("TRACE", "/any/x", "item_any", {"id": "x"}),
        ("PUT", "/numbers/7", None, {}),
    ],
)
def test_the_first_by_name_whose_route_and_methods_fit_answers(
    method: str, path: str, name: str | None, parameters: dict[str, str | None]
) -> None:
    assert answered(router(APP).match(method, path)) == (name, parameters)


def test_a_literal_route_has_no_precedence_over_a_parameter_or_a_catch_all() -> None:
    table = [
        ("dashboard", "{*path}", ["GET"]),
        ("health", "health", ["GET"]),
        ("cycles", "cycles", ["GET"]),
    ]
    assert answered(router(table).match("GET", "/health")) == ("dashboard", {"path": "health"})
    assert answered(router(table).match("GET", "/cycles")) == ("cycles", {})


def test_names_are_compared_in_capitals_so_that_an_underscore_comes_after_letters() -> None:
    table = [("post_by_id", "{id}", ["GET"]), ("posts_recent", "recent", ["GET"])]
    assert answered(router(table).match("GET", "/recent")) == ("posts_recent", {})
    table = [("post", "{id}", ["GET"]), ("posts_recent", "recent", ["GET"])]
    assert answered(router(table).match("GET", "/recent")) == ("post", {"id": "recent"})


@pytest.mark.parametrize("route", ["{id}/x-{id}", "x-{Id}/{id:int}", "{*a}/{b}"])
def test_a_table_with_a_route_that_cannot_be_made_is_refused(route: str) -> None:
    with pytest.raises(BadRoute):
        router([*APP, ("item_bad", route, ["GET"])])


def recorded_tables() -> Iterator[Any]:
    """Return each set of functions with the real host's answers."""
    for file in sorted(RECORDED.glob("routers*.jsonl")):
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1):
            yield pytest.param(json.loads(line), id=f"{file.stem}-{number}")
    if not RECORDED.exists():
        reason = "the answers recorded of the real host aren't on this machine"
        yield pytest.param(None, marks=pytest.mark.skip(reason=reason))


@pytest.mark.parametrize("table", list(recorded_tables()))
def test_every_recorded_request_is_answered_as_the_real_host_answered_it(table: Any) -> None:
    functions = [(each["name"], each["route"], each["methods"]) for each in table["functions"]]
    if table["refused"]:
        with pytest.raises(BadRoute):
            router(functions)
        return
    made = router(functions)
    for method, path, name, parameters in table["answers"]:
        assert answered(made.match(method, path)) == (name, parameters), f"{method} {path}"
