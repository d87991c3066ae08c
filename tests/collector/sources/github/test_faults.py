"""Faults of GitHub, made by the stand-in over real connections, and how each ends."""

import json
import logging
from contextlib import closing

import pytest

from collector.sources.base import ItemReference, Page
from collector.sources.github.source import GitHubSource
from shared.errors import CommunityUnavailable, SourceError, SourceRefused, SourceUnavailable
from tests.collector.harness import FAST
from tests.collector.sources.github.cycles import TOOL, Place

TOKEN = {"GITHUB_TOKEN": "good-token"}


def poll(source: GitHubSource, place: Place, community: str = TOOL) -> list[Page]:
    return list(source.poll(community, None, oldest="", now=place.clock.now))


@pytest.mark.parametrize(
    "fault",
    ["429,retry_after=0", "500", "502", "503", "cut", "drop", "html", "truncated", "nothing"],
)
@pytest.mark.parametrize("route", ["issues", "comments", "graphql"])
def test_a_passing_fault_is_tried_again(place, fault: str, route: str) -> None:
    place.fill("acme/tool", 5)
    kind, _, option = fault.partition(",")
    place.stand_in.set_faults(",".join(filter(None, [kind, f"route={route}", "first=2", option])))
    with closing(place.source(**TOKEN)) as source:
        assert sum(len({each.id for each in page.items}) for page in poll(source, place)) >= 10
        assert source.requests_used == 5 + 2


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429,retry_after=0", "rate_limited"),
        ("secondary,retry_after=0", "rate_limited"),
        ("500", "server_error"),
        ("503", "server_error"),
        ("cut", "connection"),
        ("drop", "connection"),
        ("html", "unreadable"),
        ("truncated", "unreadable"),
        ("nothing", "unreadable"),
    ],
)
def test_a_lasting_fault_is_given_up_after_a_bounded_number_of_tries(
    place, fault: str, kind: str
) -> None:
    place.fill("acme/tool", 5)
    place.stand_in.set_faults(fault)
    with closing(place.source()) as source:
        with pytest.raises(SourceUnavailable) as caught:
            poll(source, place)
        assert caught.value.kind == kind
        assert source.requests_used == FAST.attempts


@pytest.mark.parametrize(
    ("fault", "kind", "error", "words"),
    [
        ("blocked", "blocked", SourceUnavailable, "CONTACT"),
        ("schema", "unreadable", SourceUnavailable, "no list"),
        ("unsorted", "unreadable", SourceUnavailable, "sorted"),
        ("401", "credentials", SourceRefused, "GITHUB_TOKEN"),
        ("403", "forbidden", CommunityUnavailable, "acme/tool: Resource not accessible"),
        ("404", "missing", CommunityUnavailable, "correct github.acme.tool in COMMUNITIES"),
        ("451", "legal", CommunityUnavailable, "legal"),
    ],
)
def test_a_refusal_is_named_and_not_tried_again(
    place, fault: str, kind: str, error: type[SourceError], words: str
) -> None:
    place.fill("acme/tool", 5)
    watermark = {"issues": place.clock.ago(days=2), "comments": place.clock.ago(days=2)}
    place.stand_in.set_faults(fault)
    with closing(place.source()) as source:
        with pytest.raises(error, match=words) as caught:
            list(source.poll(TOOL, watermark, oldest="", now=place.clock.now))
        assert caught.value.kind == kind
        assert source.requests_used == 1


def test_a_bad_token_is_said_and_never_shown(place, caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with closing(place.source(GITHUB_TOKEN="ghp_secret0123456789")) as source:
        with pytest.raises(SourceRefused, match="GITHUB_TOKEN") as caught:
            poll(source, place)
        assert "ghp_secret" not in f"{caught.value}{caplog.text}{json.dumps(source.kept)}"
    assert place.limits.log[0].identity == "ghp_secret0123456789"


def test_issues_that_are_switched_off_are_said(place) -> None:
    place.hub.repository("acme/tool").has_issues = False
    off = pytest.raises(CommunityUnavailable, match="switched off")
    with closing(place.source()) as source, off:
        poll(source, place)


def test_of_a_repository_that_is_not_there_nothing_is_called_gone(place) -> None:
    items = [
        ItemReference(TOOL, "post", f"{TOOL}.1"),
        ItemReference(TOOL, "comment", f"{TOOL}.1.c2"),
    ]
    for more in ({}, TOKEN):
        with closing(place.source(**more)) as source:
            looked = source.look_again(items)
            assert (looked.found, looked.gone) == ([], frozenset())
    place.fill("acme/tool", 1, first=9)
    place.hub.rename("acme/tool", "acme/next")
    with closing(place.source()) as source:
        looked = source.look_again([ItemReference(TOOL, "post", f"{TOOL}.9")])
        assert (looked.found, looked.gone) == ([], frozenset())


def test_a_comment_is_found_in_a_long_thread(place) -> None:
    place.fill("acme/tool", 1)
    comments = [place.hub.comment("acme/tool", 1) for _ in range(250)]
    gone = comments.pop(3)
    del place.hub.repository("acme/tool").comments[gone["id"]]
    asked = [*comments[:2], gone, comments[-1]]
    items = [ItemReference(TOOL, "comment", f"{TOOL}.1.c{each['id']}") for each in asked]
    for more in ({}, TOKEN):
        with closing(place.source(**more)) as source:
            looked = source.look_again(items)
            assert {each.id for each in looked.found} == {items[n].id for n in (0, 1, 3)}
            assert looked.gone == {items[2].key}


def test_ids_that_are_none_of_ours_are_left_alone(place) -> None:
    place.fill("acme/tool", 1)
    ids = ["x", f"{TOOL}.", f"{TOOL}.0", f"{TOOL}.1.c0", f"{TOOL}.1}} {{ x", "github.acme.cli.1"]
    items = [ItemReference(TOOL, kind, each) for each in ids for kind in ("post", "comment")]
    for more in ({}, TOKEN):
        with closing(place.source(**more)) as source:
            looked = source.look_again(items)
            assert (looked.found, looked.gone, source.requests_used) == ([], frozenset(), 0)


def test_odd_objects_are_left_out_and_the_rest_is_read(place) -> None:
    place.fill("acme/tool", 3)
    hub, repository = place.hub, place.hub.repository("acme/tool")
    hub.issue("acme/tool", 4, user=None, body=None, labels=None, reactions=None, comments="x")
    hub.issue("acme/tool", 5, user={"login": "ghost"}, labels=[{"name": "bug"}, "ui", 7, None])
    hub.issue("acme/tool", 6, pull_request={"url": "https://api.github.com/…"})
    hub.issue("acme/tool", 7, html_url="javascript:alert(1)", title=None)
    hub.issue("acme/tool", 8)["number"] = "eight"
    hub.issue("acme/tool", 9, created_at="yesterday", updated_at=place.clock.ago(minutes=1))
    hub.comment("acme/tool", 6, html_url="https://github.com/acme/tool/pull/6#issuecomment-1")
    hub.comment("acme/tool", 5, html_url="", issue_url="")
    hub.comment("acme/tool", 5, user={"login": "helper[bot]", "type": "Bot"})
    with closing(place.source()) as source:
        found = {each.id: each for page in poll(source, place) for each in page.items}
        assert source.left_out == {
            "no usable number": 1,
            "no usable created_at": 1,
            "no usable issue_url": 1,
        }
    posts = {each.id: each for each in found.values() if each.kind == "post"}
    assert posts.keys() == {f"{TOOL}.{number}" for number in (1, 2, 3, 4, 5, 7)}
    assert len(found) - len(posts) == 4
    empty, ghost, odd = posts[f"{TOOL}.4"], posts[f"{TOOL}.5"], posts[f"{TOOL}.7"]
    assert (empty.author, empty.content, empty.upvotes) == (None, "", None)
    assert (empty.flair, empty.comment_count) == (None, None)
    assert (ghost.author, ghost.flair, ghost.comment_count) == (None, "bug, ui", 3 - 1)
    assert odd.permalink == odd.url == "https://github.com/acme/tool/issues/7"
    assert "helper[bot]" in {each.author for each in found.values()}
    assert repository.issues[6]["pull_request"]
