"""Polls of the archive: each item once, late ones too, whatever a page's border splits."""

from contextlib import closing
from datetime import timedelta

import pytest

from collector.sources.arctic_shift.client import ONE_SECOND
from shared.errors import CommunityUnavailable, SourceRefused
from shared.settings import load_settings
from shared.times import iso
from tests.collector.sources.arctic_shift.archives import (
    NOW,
    OLDEST,
    Now,
    comment,
    items_of,
    open_source,
    poll,
    post,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def test_a_first_poll_reads_two_days_and_says_since_when_it_is_complete(archive) -> None:
    given = [post(f"p{hours}", hours * HOUR) for hours in (1, 47, 49, 400)]
    with closing(open_source(archive(given))) as source:
        pages = poll(source)
    assert items_of(pages).keys() == {"post:p1", "post:p47"}
    assert pages[-1].complete_since == iso(NOW - 48 * HOUR)


def test_a_second_that_spans_pages_loses_nothing(archive) -> None:
    given = [comment(f"c{number}", 5 * HOUR - number // 60 * MINUTE) for number in range(280)]
    with closing(open_source(archive(given, auto=100))) as source:
        pages = poll(source)
    assert len(items_of(pages)) == 280
    assert sum(len(page.items) for page in pages) == 280
    assert not source.left_out


def test_a_second_with_more_than_a_page_is_said_and_passed(archive) -> None:
    given = [comment(f"c{number}", 5 * HOUR) for number in range(130)]
    given += [comment("later", HOUR)]
    with closing(open_source(archive(given, auto=100))) as source:
        found = items_of(poll(source))
    assert "comment:later" in found
    assert len(found) == 101
    assert source.left_out[ONE_SECOND] >= 1


def test_what_arrives_late_is_found_by_the_next_poll(archive) -> None:
    clock = Now()
    stand_in = archive([post("p1", HOUR)], clock=clock)
    stand_in.archive.add([post("late", 2 * HOUR)], delay=2 * 3600 + 600)
    with closing(open_source(stand_in)) as source:
        first = poll(source)
        assert items_of(first).keys() == {"post:p1"}
        now = clock.go_on(minutes=30)
        again = poll(source, first[-1].watermark, now=now)
    assert "post:late" in items_of(again)


def test_an_archive_that_is_hours_behind_loses_nothing_of_what_it_gets_then(archive) -> None:
    clock = Now()
    stand_in = archive([post("p1", 8 * HOUR)], clock=clock)
    stand_in.archive.add([post("p2", 6 * HOUR), comment("c", 5 * HOUR)], delay=7 * 3600)
    with closing(open_source(stand_in)) as source:
        first = poll(source)
        again = poll(source, first[-1].watermark, now=clock.go_on(hours=3))
    assert items_of(again).keys() >= {"post:p2", "comment:c"}


def test_a_poll_stopped_after_any_page_goes_on_there(archive) -> None:
    given = [comment(f"c{number}", 40 * HOUR - number * MINUTE) for number in range(450)]
    with closing(open_source(archive(given, auto=100))) as source:
        found, watermark, before = set(), None, {"none": "yet"}
        while watermark != before:
            before = watermark
            for page in source.poll("aws", watermark, oldest=OLDEST, now=NOW):
                found |= {each.key for each in page.items}
                if page.watermark is not None:
                    watermark = page.watermark
                    break
    assert len(found) == 450


def test_an_item_dated_ahead_hides_none_that_comes_after(archive) -> None:
    clock = Now()
    stand_in = archive([post("p1", HOUR)], clock=clock)
    stand_in.archive.add([post("ahead", -20 * HOUR)], delay=-30 * 3600)
    with closing(open_source(stand_in)) as source:
        first = poll(source)
        stand_in.archive.add([post("p2", -3 * HOUR)])
        again = poll(source, first[-1].watermark, now=clock.go_on(hours=4))
    assert "post:p2" in items_of(again)


def test_reddits_watermark_is_none_of_ours(archive) -> None:
    given = [post("p1", HOUR)]
    with closing(open_source(archive(given))) as source:
        pages = poll(source, {"posts": "2026-11-20T11:59:00Z_zz", "comments": "x"})
    assert "post:p1" in items_of(pages)


def test_a_quiet_subreddit_is_no_missing_one(archive) -> None:
    with closing(open_source(archive([post("old", 900 * HOUR)]))) as source:
        pages = poll(source)
        assert not items_of(pages)
        used = source.requests_used
        poll(source, pages[-1].watermark)
        assert source.requests_used == used + 2
        with pytest.raises(CommunityUnavailable, match="r/claude") as caught:
            poll(source, community="claude")
    assert caught.value.kind == "missing"


def test_the_requests_are_those_that_the_archive_takes(archive) -> None:
    stand_in = archive([post("p1", HOUR)])
    with closing(open_source(stand_in)) as source:
        poll(source)
    entries = stand_in.app.log.read()["requests"]
    assert {each["status"] for each in entries} == {200}
    assert all("ops@example.com" in each["user_agent"] for each in entries)
    assert all("limit=auto" in each["query"] for each in entries)
    assert len(entries) == 2


def test_it_is_opt_in() -> None:
    from collector.sources.registry import open_source as opened  # noqa: PLC0415

    source = opened("arctic_shift", load_settings({"SUBREDDITS": "aws"}), lambda _: None)
    with pytest.raises(SourceRefused, match="ARCTIC_SHIFT"):
        list(source.poll("aws", None, oldest=iso(NOW), now=NOW))
