"""Markers over the API: what a program sends, what it gets back, and what is refused."""

import asyncio
from typing import Any

import pytest

from shared.rematches import MAX_CHANGES, ended_rematch, rematching
from shared.store import REMATCH
from shared.subjects.markers import MAX_MARKERS
from shared.subjects.watchlist import read_watchlist, rules_revision
from tests.api.actions.test_watchlist import (
    ACME,
    WATCHLIST,
    change,
    current,
    found,
    refusals,
    subject,
)
from tests.api.world import NOW, get

pytestmark = pytest.mark.usefixtures("process")

MARKERS = "/api/v1/markers"
PATH = "/markers/acme-2"
RELEASE = {"date": "2026-11-18", "name": "Acme 2.0", "kind": "release"}
WHOLE = {
    "id": "acme-2",
    "date": "2026-11-18",
    "time": None,
    "name": "Acme 2.0",
    "kind": "release",
    "subject": None,
    "link": None,
    "at": "2026-11-18T00:00:00Z",
}


def marker(name: str, date: str = "2026-11-18", **more: Any) -> dict[str, Any]:
    return {"date": date, "name": name, **more}


async def listed(**parameters: Any) -> list[str]:
    """Return the ids of the markers that a read lists."""
    answer = found(await get(MARKERS, **parameters))
    return [each["id"] for each in answer["markers"]]


async def test_a_marker_is_written_with_its_defaults_and_read_back() -> None:
    tag = (await get(WATCHLIST)).headers["ETag"]
    answer = await change("PUT", PATH, RELEASE, match=tag)
    assert found(answer, 201) == WHOLE
    assert answer.headers["Location"] == "/api/v1/markers/acme-2"
    assert answer.headers["Cache-Control"] == "no-store"
    assert found(await get(MARKERS)) == {"markers": [WHOLE]}
    assert found(await get(f"{MARKERS}/acme-2")) == WHOLE
    seen = await get(WATCHLIST)
    assert seen.headers["ETag"] == answer.headers["ETag"] != tag
    assert found(seen)["markers"] == [WHOLE]
    assert found(seen)["change"] == "marker Acme 2.0 added"


async def test_a_marker_is_replaced_whole_and_what_was_read_can_be_sent_back() -> None:
    more = {"time": "14:30", "subject": "cursor", "link": "https://acme.example/blog?post=2#top"}
    first = await change("PUT", PATH, {**RELEASE, **more})
    assert found(first, 201) == {**WHOLE, **more, "at": "2026-11-18T14:30:00Z"}
    read = await get(f"{MARKERS}/acme-2")
    again = await change("PUT", PATH, found(read), match=read.headers["ETag"])
    assert (again.status_code, again.headers["ETag"]) == (200, first.headers["ETag"])
    assert (await current())["revision"] == 1, "nothing has changed"
    replaced = await change("PUT", PATH, marker("Acme 2"), match=read.headers["ETag"])
    assert found(replaced) == {**WHOLE, "name": "Acme 2", "kind": "other"}
    assert (await current())["change"] == "marker Acme 2 changed"
    late = await change("PUT", PATH, RELEASE, match=read.headers["ETag"])
    assert late.status_code == 412


async def test_a_change_without_a_condition_or_of_an_older_state_is_refused() -> None:
    tag = (await get(WATCHLIST)).headers["ETag"]
    assert found(await change("PUT", PATH, RELEASE, match=None), 428)["status"] == 428
    assert (await change("PUT", PATH, RELEASE, match=tag)).status_code == 201
    for method in ("PUT", "DELETE"):
        body = RELEASE if method == "PUT" else None
        assert (await change(method, PATH, body, match=tag)).status_code == 412
        assert (await change(method, PATH, body, match=None)).status_code == 428
    assert await listed() == ["acme-2"]


async def test_markers_written_at_once_are_all_kept() -> None:
    writes = [change("PUT", f"/markers/m{n}", marker(f"Marker {n}")) for n in range(4)]
    assert {each.status_code for each in await asyncio.gather(*writes)} == {201}
    assert await listed() == ["m0", "m1", "m2", "m3"]


async def test_a_marker_is_removed_and_its_history_brings_it_back() -> None:
    await change("PUT", PATH, RELEASE)
    answer = found(await change("DELETE", PATH))
    assert (answer["markers"], answer["change"]) == ([], "marker Acme 2.0 removed")
    assert "'acme-2'" in found(await change("DELETE", PATH), 404)["detail"]
    assert (await get(f"{MARKERS}/acme-2")).status_code == 404
    newest = found(await get(f"{WATCHLIST}/history"))["revisions"]
    assert [each["markers"] for each in newest] == [[], [WHOLE]]
    assert found(await change("PUT", "/watchlist", newest[1]))["markers"] == [WHOLE]


async def test_they_are_listed_by_time_of_a_subject_and_of_a_span() -> None:
    await change("PUT", "/subjects/acme", ACME)
    await change("PUT", "/markers/b", marker("B", "2026-11-18", subject="acme"))
    await change("PUT", "/markers/a", marker("A", "2026-11-18", time="00:01"))
    await change("PUT", "/markers/c", marker("C", "2026-11-01", subject="cursor"))
    assert await listed() == ["c", "b", "a"]
    assert await listed(subject="ACME") == ["b", "a"], "those of all are everyone's"
    assert await listed(subject="cursor") == ["c", "a"]
    assert await listed(start="2026-11-18T00:00:00Z") == ["b", "a"]
    assert await listed(start="2026-11-01T00:00:00Z", end="2026-11-18T00:00:00Z") == ["c"]
    assert (await get(MARKERS, subject="nobody")).status_code == 404
    assert (await get(MARKERS, start="yesterday")).status_code == 422


async def test_markers_go_with_their_subject_or_follow_it_into_another() -> None:
    await change("PUT", "/subjects/acme", ACME)
    await change("PUT", "/subjects/bolt", subject("Bolt"))
    for name, own in (("a", "acme"), ("b", "bolt"), ("all", None)):
        await change("PUT", f"/markers/{name}", marker(name.title(), subject=own))
    await change("POST", "/subjects/bolt/merge", {"from": "acme"})
    kept = {each["id"]: each["subject"] for each in (await current())["markers"]}
    assert kept == {"a": "bolt", "b": "bolt", "all": None}
    await change("DELETE", "/subjects/bolt")
    assert await listed() == ["all"]


async def test_a_whole_watchlist_without_markers_leaves_them() -> None:
    await change("PUT", "/subjects/acme", ACME)
    await change("PUT", "/markers/a", marker("A", subject="acme"))
    await change("PUT", "/markers/b", marker("B"))
    whole = await current()
    del whole["markers"]
    assert len(found(await change("PUT", "/watchlist", whole))["markers"]) == 2
    without = {"subjects": [each for each in whole["subjects"] if each["id"] != "acme"]}
    assert [
        each["id"] for each in found(await change("PUT", "/watchlist", without))["markers"]
    ] == ["b"]
    assert found(await change("PUT", "/watchlist", {**without, "markers": []}))["markers"] == []


BAD_LINKS = (
    "javascript:alert(1)",
    "ftp://acme.example/",
    "//acme.example/",
    "https://",
    "https://user:pw@acme.example/",
    "https://acme.example/a b",
    "https://acme.example\\@evil.example/",
    "https://acme.example:99999/",
    "https://[acme/",
)


@pytest.mark.parametrize(
    ("more", "place", "reason"),
    [
        *(({"link": each}, "/link", "not an http or https address") for each in BAD_LINKS),
        ({"link": "https://acme.example/" + "x" * 500}, "/link", "at most 500"),
        ({"name": ""}, "/name", "it is empty"),
        ({"name": " \u200b "}, "/name", "it is empty"),
        ({"name": "Acme\n2"}, "/name", "control characters"),
        ({"name": "Acme\x00"}, "/name", "control characters"),
        ({"name": "x" * 101}, "/name", "at most 100"),
        ({"date": "2026-02-30"}, "/date", "not a day"),
        ({"date": "18.11.2026"}, "/date", "not a day"),
        ({"date": "20261118"}, "/date", "not a day"),
        ({"date": "2026-W01"}, "/date", "not a day"),
        ({"date": "1999-12-31"}, "/date", "not from 2000 to 2099"),
        ({"date": "2100-01-01"}, "/date", "not from 2000 to 2099"),
        ({"date": 20261118}, "/date", "string"),
        ({"time": "24:00"}, "/time", "not a time"),
        ({"time": "2 pm"}, "/time", "not a time"),
        ({"kind": "party"}, "/kind", "'release', 'incident', 'price' or 'other'"),
        ({"subject": "nobody"}, "/subject", "'nobody' is no subject"),
        ({"id": "other"}, "/id", "isn't the id in the path"),
        ({"colour": "red"}, "/colour", "no such field"),
    ],
)
async def test_what_would_not_do_is_refused_at_its_place(
    more: Any, place: str, reason: str
) -> None:
    given = await refusals({**RELEASE, **more}, PATH)
    assert reason in given[place]
    assert (await current())["revision"] == 0


async def test_a_name_is_kept_in_one_spelling() -> None:
    answer = found(await change("PUT", PATH, marker("  Acme\u00a0 2 \u202e ")), 201)
    assert answer["name"] == "Acme 2"


@pytest.mark.parametrize("path", ["A", "a_b", "-a", "a" * 41, "ä"])
async def test_an_id_that_is_not_safe_in_a_path_is_refused(path: str) -> None:
    answer = await change("PUT", f"/markers/{path}", RELEASE)
    assert "small letters" in found(answer, 422)["errors"][0]["takes"]


async def test_at_most_two_hundred_markers_are_kept() -> None:
    def whole(count: int) -> Any:
        markers = [{"id": f"m{n}", **marker(f"Marker {n}")} for n in range(count)]
        return {"subjects": [], "markers": markers}

    assert len(found(await change("PUT", "/watchlist", whole(MAX_MARKERS)))["markers"]) == 200
    assert "at most 200" in (await refusals(whole(201), "/watchlist"))["/markers"]
    assert "201 markers" in (await refusals(RELEASE, PATH))["/markers"]
    assert (await change("PUT", "/markers/m7", RELEASE)).status_code == 200


async def test_all_that_is_wrong_with_markers_is_said_at_once() -> None:
    whole = {
        "subjects": [],
        "markers": [
            {"id": "a", **marker("A", subject="nobody")},
            {"id": "a", **marker("B")},
            {"id": "B/C", **marker("C")},
        ],
    }
    assert list(await refusals(whole, "/watchlist")) == [
        "/markers/0/subject",
        "/markers/1/id",
        "/markers/2/id",
    ]


async def test_other_methods_are_told_which_are_answered() -> None:
    answer = await change("PATCH", PATH)
    assert answer.headers["Allow"] == "DELETE, GET, HEAD, PUT, OPTIONS"


async def test_markers_never_have_items_matched_again(written) -> None:
    """Neither one marker nor more changes than a rematch looks back at."""
    await change("PUT", "/subjects/acme", ACME)
    await written.upsert(REMATCH, [ended_rematch(1, NOW)])
    for number in range(MAX_CHANGES + 2):
        sent: list[Any] = []
        await change("PUT", f"/markers/m{number}", marker(f"Marker {number}"), sent=sent)
        assert sent == []
        assert await rematching(written) == frozenset()
    assert rules_revision(await read_watchlist(written)) == 1
    await change("PUT", "/subjects/acme", subject("Acme", "Acme editor"))
    assert await rematching(written) != frozenset(), "other rules are matched"
