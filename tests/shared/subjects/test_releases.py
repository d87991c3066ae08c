"""Releases become markers once; what a person changed, made or removed stays so."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.models import Marker, ReleaseFeed
from shared.subjects.markers import MAX_MARKER_CHARS, MAX_MARKERS, markers_refusals
from shared.subjects.releases import (
    MAX_OF_FEED,
    MAX_OF_REPOSITORY,
    Marked,
    Release,
    marker_of,
    no_feed,
    with_releases,
)
from tests.watchlists import a_marker, a_subject

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
OLDEST = NOW - timedelta(days=90)
TOOL = "github.acme.tool"
ACME = a_subject("acme", home=[TOOL])


def release(number: int, *, days: float = 1, **more: Any) -> Release:
    given = {
        "community": TOOL,
        "name": f"v{number}",
        "link": f"https://github.com/acme/tool/releases/tag/v{number}",
        "is_pre_release": False,
        **more,
    }
    return Release(number=number, published_at=NOW - timedelta(days=days), **given)


def marked(
    releases: Sequence[Release],
    markers: Sequence[Marker] = (),
    feed: ReleaseFeed | None = None,
) -> Marked:
    return with_releases(markers, feed or no_feed(), releases, [ACME], oldest=OLDEST)


def again(
    before: Marked, releases: Sequence[Release], markers: Sequence[Marker] | None = None
) -> Marked:
    own = before.markers if markers is None else markers
    return marked(releases, own, before.feed)


def ids(found: Marked) -> list[str]:
    return [each["id"] for each in found.markers]


def test_a_release_is_a_marker_of_the_subject_whose_home_its_repository_is() -> None:
    (made,) = marked([release(7)]).markers
    assert made == {
        "id": "tool-7",
        "date": "2026-11-24",
        "time": "10:00",
        "name": "tool v7",
        "kind": "release",
        "subject": "acme",
        "link": "https://github.com/acme/tool/releases/tag/v7",
    }


@pytest.mark.parametrize("subjects", [[], [ACME, a_subject("other", home=[TOOL])]])
def test_a_repository_of_no_subject_or_of_two_is_named_in_full(subjects) -> None:
    made = marker_of(release(7), subjects)
    assert (made["subject"], made["name"]) == (None, "acme/tool v7")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Tool 7", "Tool 7"),
        ("  a\n\tb\x00 ", "tool a b"),
        ("", "tool release 7"),
        ("x" * 500, "tool " + "x" * (MAX_MARKER_CHARS - 5)),
    ],
)
def test_a_name_is_one_line_that_names_the_repository(name: str, shown: str) -> None:
    made = marker_of(release(7, name=name), [ACME])
    assert made["name"] == shown
    assert list(markers_refusals([made], [ACME])) == []


def test_a_pre_release_says_so_also_where_the_name_is_cut() -> None:
    made = marker_of(release(7, name="x" * 500, is_pre_release=True), [ACME])
    assert made["name"].endswith("x (pre-release)")
    assert len(made["name"]) == MAX_MARKER_CHARS


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "", "https://x@y/", "https://" + "x" * 600]
)
def test_an_address_that_is_none_is_left_out(link: str) -> None:
    assert marker_of(release(7, link=link), [ACME])["link"] is None


def test_ids_of_long_and_odd_names_can_be_ids() -> None:
    names = ["github.a." + "x" * 90, "github.a.-._", "github.a.b..c-", "github.a.b"]
    made = [marker_of(release(10**15, community=each), []) for each in names]
    assert list(markers_refusals(made[:2], [])) == []
    assert list(markers_refusals(made[2:], [])) == []
    assert max(len(each["id"]) for each in made) == 40


def test_the_same_list_changes_nothing() -> None:
    first = marked([release(1), release(2)])
    assert (first.added, first.is_changed) == (2, True)
    second = again(first, [release(1), release(2)])
    assert not second.is_changed
    assert (second.markers, second.feed, second.change) == (first.markers, first.feed, "")


def test_a_new_name_follows_unless_a_person_changed_the_marker() -> None:
    first = marked([release(1), release(2)])
    ours, theirs = first.markers
    theirs = {**theirs, "name": "My name"}
    named = [release(1, name="one"), release(2, name="two")]
    second = again(first, named, [ours, theirs])
    assert [each["name"] for each in second.markers] == ["tool one", "My name"]
    assert (second.added, second.changed) == (0, 1)
    assert second.change == "1 marker changed as on GitHub: tool one"
    third = again(second, [release(1, name="uno"), release(2, name="due")])
    assert [each["name"] for each in third.markers] == ["tool uno", "My name"]


def test_a_marker_that_a_person_removed_does_not_come_back() -> None:
    first = marked([release(1), release(2, days=2)])
    second = again(first, [release(1), release(2, days=2)], [])
    assert (ids(second), second.is_changed) == ([], False)
    third = again(first, [release(3, days=0), release(1), release(2, days=2)], [])
    assert ids(third) == ["tool-3"]
    # Also where GitHub no longer lists the newer one.
    fourth = again(third, [release(1), release(2, days=2)])
    assert ids(fourth) == ["tool-3"]


def test_a_marker_of_a_person_with_such_an_id_is_never_overwritten() -> None:
    own = a_marker("tool-1", name="Mine")
    found = marked([release(1)], [own])
    assert (found.markers, found.is_changed) == ([own], False)


def test_the_history_names_the_repositories() -> None:
    other = release(2, community="github.b.c.d")
    assert marked([release(1), other]).change == (
        "2 markers added from the GitHub releases of acme/tool, b/c.d"
    )


def test_old_releases_are_left_out_and_their_markers_go() -> None:
    assert ids(marked([release(1, days=91), release(2, days=89)])) == ["tool-2"]
    first = marked([release(1), release(2)])
    theirs = {**first.markers[1], "kind": "price"}
    later = NOW + timedelta(days=100)
    second = with_releases(
        [first.markers[0], theirs], first.feed, [], [ACME], oldest=later - timedelta(days=90)
    )
    assert ids(second) == ["tool-2"]
    assert second.change == "1 marker of old GitHub releases removed"


def test_of_many_the_newest_releases_come_first_and_pre_releases_last() -> None:
    alphas = [release(100 + n, days=n + 1, is_pre_release=True) for n in range(40)]
    stable = [release(n, days=n + 0.5) for n in range(1, 16)]
    first = marked([*alphas, *stable])
    assert len(first.markers) == MAX_OF_REPOSITORY
    assert {each["id"] for each in first.markers} == {
        *(f"tool-{n}" for n in range(1, 16)),
        *(f"tool-{100 + n}" for n in range(5)),
    }
    # Those that were left out once are left out for good.
    assert not again(first, [*alphas, *stable]).is_changed
    assert again(first, [release(200, days=0), *alphas, *stable]).added == 1


def test_people_keep_half_of_the_room() -> None:
    many = [
        release(1000 * repository + n, days=n + 1, community=f"github.acme.r{repository}")
        for repository in range(1, 10)
        for n in range(MAX_OF_REPOSITORY)
    ]
    first = marked(many)
    assert len(first.markers) == MAX_OF_FEED
    assert not again(first, many).is_changed
    people = [a_marker(f"own-{n}") for n in range(MAX_MARKERS - 10)]
    full = marked(many, people)
    assert len(full.markers) == MAX_MARKERS
    assert full.markers[: len(people)] == people
    # A newer one takes the place of the oldest.
    newest = release(9999, days=0)
    third = again(full, [newest])
    assert (third.added, third.removed, len(third.markers)) == (1, 1, MAX_MARKERS)
