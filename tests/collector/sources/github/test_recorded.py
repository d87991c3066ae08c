"""Answers that GitHub has given from 2012 to 2025, served by the stand-in."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from collector.sources.base import SeenComment, SeenPost
from collector.sources.github.names import repository_of
from collector.sources.github.objects import discussion_items, nodes_of
from tests.collector.sources.github.cycles import Place

RECORDED = Path(__file__).parents[5] / "shared" / "sources" / "github"
OWN = re.compile(r"/repos/([^/]+/[^/]+)/issues/(comments/)?[0-9]+$")
BEGIN = "2000-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def recorded() -> list[dict[str, Any]]:
    files = sorted(RECORDED.glob("*.ndjson"))
    if not files:
        pytest.skip(f"no recorded answers beside the checkout: {RECORDED.name} is missing")
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def objects(recorded: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield every issue, pull request and comment."""
    for exchange in recorded:
        body = exchange["body"]
        listed = body.get("items", [body]) if isinstance(body, dict) else body
        for each in chain(listed):
            if isinstance(each, dict) and OWN.search(str(each.get("url"))):
                yield each


@pytest.fixture
def filled(recorded, place: Place) -> dict[str, dict[str, dict[int, dict[str, Any]]]]:
    """Put all of them into the stand-in; return them by repository and kind."""
    found: dict[str, dict[str, dict[int, dict[str, Any]]]] = defaultdict(
        lambda: {"issues": {}, "comments": {}}
    )
    for each in objects(recorded):
        match = OWN.search(each["url"])
        assert match
        kind = "comments" if match[2] else "issues"
        found[match[1]][kind][each["id"] if match[2] else each["number"]] = each
    for name, kinds in found.items():
        place.hub.repository(name).issues.update(kinds["issues"])
        place.hub.repository(name).comments.update(kinds["comments"])
    return found


def is_pull(issue: dict[str, Any]) -> bool:
    mark = issue.get("pull_request") or {}
    return "/pull/" in issue["html_url"] or any(mark.values())


def test_all_of_them_are_read_with_their_fields(filled, place) -> None:
    counted = 0
    for name, kinds in filled.items():
        community = "github." + name.lower().replace("/", ".", 1)
        more = {"COMMUNITIES": community, "GITHUB_TOKEN": "good-token"}
        with closing(place.source(**more)) as source:
            pages = source.poll(
                community, {"issues": BEGIN, "comments": BEGIN}, oldest="", now=place.clock.now
            )
            found = {each.id: each for page in pages for each in page.items}
            assert not source.left_out
        issues = {n: each for n, each in kinds["issues"].items() if not is_pull(each)}
        posts = {each.id for each in found.values() if isinstance(each, SeenPost)}
        assert posts == {f"{community}.{number}" for number in issues}
        for number, issue in issues.items():
            check_post(found[f"{community}.{number}"], issue)
        for comment in kinds["comments"].values():
            check_comment(found, community, comment)
        counted += len(found)
        assert len(found) == len(issues) + len(kinds["comments"])
    assert counted > 150


def check_post(post, issue: dict[str, Any]) -> None:
    assert (post.title, post.content) == (issue["title"], issue["body"] or "")
    assert post.author == issue["user"]["login"]
    assert post.comment_count == issue["comments"]
    assert post.permalink == issue["html_url"]
    names = ", ".join(label["name"] for label in issue["labels"])
    assert post.flair == (names or None)
    counts = issue.get("reactions")
    if counts is None:
        assert post.upvotes is None
    else:
        approving = counts["+1"] + counts["heart"] + counts["hooray"] + counts["rocket"]
        assert post.upvotes == approving - counts["-1"]


def check_comment(found, community: str, comment: dict[str, Any]) -> None:
    thread = comment["issue_url"].rsplit("/", 1)[1]
    seen = found[f"{community}.{thread}.c{comment['id']}"]
    assert isinstance(seen, SeenComment)
    assert (seen.content, seen.author) == (comment["body"], comment["user"]["login"])
    assert seen.post_id == seen.parent_id == f"{community}.{thread}"
    assert seen.edited == (comment["updated_at"] > comment["created_at"])
    assert seen.permalink.startswith("https://github.com/")


def test_recorded_discussions_lack_what_we_ask_for_and_are_left_out(recorded) -> None:
    nodes = [
        node
        for exchange in recorded
        if exchange["path"] == "/graphql"
        for node in nodes_of(exchange["body"]["data"]["repository"]["discussions"])
    ]
    assert len(nodes) == 65
    reasons: list[str] = []

    def leave_out(reason: str, _: object) -> None:
        reasons.append(reason)

    repository = repository_of("github.pygithub.pygithub")
    made = {"created_at": "2024-09-17T06:27:32Z", "body": "words"}
    for node in nodes:
        assert not list(discussion_items(node, repository, leave_out))
        whole = {**made, **node, "user": node["author"]}  # type: ignore[dict-item]
        (post,) = discussion_items(whole, repository, leave_out)
        assert isinstance(post, SeenPost)
        assert post.author == (node["author"] or {}).get("login")  # type: ignore[index]
        assert post.title == node["title"]  # type: ignore[index]
    assert set(reasons) == {"no usable created_at"}
