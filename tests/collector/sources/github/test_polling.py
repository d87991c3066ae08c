"""What a poll says of itself: since when it is complete, and where the next one goes on."""

import json
from contextlib import closing
from datetime import timedelta
from itertools import islice

import pytest

from collector.sources.base import Page
from collector.sources.github.source import GitHubSource
from local.github.serve import sample_hub
from local.github.server import GitHubStandIn
from shared.models import Watermark
from shared.times import iso
from tests.collector.sources.github.cycles import CLI, TOOL, Place

TOKEN = {"GITHUB_TOKEN": "good-token"}


def poll(source: GitHubSource, place: Place, watermark: Watermark | None = None) -> list[Page]:
    kept = json.loads(json.dumps(watermark))
    return list(source.poll(TOOL, kept, oldest="", now=place.clock.now))


@pytest.mark.parametrize("more", [{}, TOKEN])
def test_a_first_poll_that_reaches_two_days_back_says_so(place, more) -> None:
    place.fill("acme/tool", 30, hours=90)
    with closing(place.source(**more)) as source:
        pages = poll(source, place)
        assert {page.complete_since for page in pages[:-1]} == {None}
        assert pages[-1].complete_since == place.clock.ago(days=2)
        place.clock.now += timedelta(hours=1)
        again = poll(source, place, pages[-1].watermark)[-1]
        assert again.complete_since is not None
        assert place.clock.ago(days=2) <= again.complete_since <= place.clock.ago(hours=1)


def test_a_first_poll_reads_the_newest_and_says_how_far_it_came(place) -> None:
    place.fill("acme/tool", 1500, hours=40)
    # Two repositories share 20 requests: five pages of issues, and five of comments.
    with closing(place.source()) as source:
        pages = poll(source, place)
        assert source.requests_used == 10
        since = pages[-1].complete_since
        assert since is not None
        assert place.clock.ago(hours=15) < since < place.clock.ago(hours=12)
        found = {each.id for page in pages for each in page.items}
    repository = place.hub.repository("acme/tool")
    things = [*repository.issues.values(), *repository.comments.values()]
    assert len(found) >= sum(each["created_at"] >= since for each in things)


def test_a_poll_that_stops_midway_claims_nothing_until_the_rest_is_read(place) -> None:
    place.fill("acme/tool", 10, hours=3)
    with closing(place.source()) as source:
        watermark = poll(source, place)[-1].watermark
    begun = place.clock.now
    place.clock.now += timedelta(hours=3)
    place.fill("acme/tool", 1200, first=100, hours=2.9)
    found, claims, sources = set(), [], 0
    while not claims:
        with closing(place.source()) as source:
            # The reader of pages may stop at any that has a watermark.
            pages = source.poll(TOOL, watermark, oldest="", now=place.clock.now)
            read = list(islice(pages, 3)) if sources % 2 else list(pages)
        found |= {each.id for page in read for each in page.items}
        watermark = json.loads(json.dumps(read[-1].watermark))
        claims = [page.complete_since for page in read if page.complete_since]
        place.clock.now += timedelta(minutes=61)
        sources += 1
    assert sources > 2
    assert claims[0] <= iso(begun)
    assert len(found) >= 2400


def test_deep_pages_are_never_asked_for(place) -> None:
    at = place.clock.ago(hours=3)
    for number in range(1, 321):
        place.hub.issue("acme/tool", number, created_at=at)
    place.fill("acme/tool", 900, first=1000, hours=2)
    watermark = {"issues": place.clock.ago(days=1), "comments": place.clock.ago(days=1)}
    with closing(place.source(**TOKEN, COMMUNITIES=f"{TOOL},{CLI}")) as source:
        found = {each.id for page in poll(source, place, watermark) for each in page.items}
    assert len(found) == 320 + 1800
    pages = {entry.query.partition("&page=")[2] for entry in place.limits.log}
    assert pages <= {"", "2", "3", "4"}


def test_the_sample_of_the_stand_in_is_read(place) -> None:
    hub = sample_hub("acme/tool")
    with GitHubStandIn(hub) as started:
        place.clock.now = hub.clock()
        more = {"GITHUB_BASE_URL": started.base_url, "GITHUB_TOKEN": "any"}
        with closing(place.source(**more)) as source:
            found = {each.id: each for page in poll(source, place) for each in page.items}
            assert not source.left_out
    assert {f"{TOOL}.1", f"{TOOL}.d31"} <= found.keys()
