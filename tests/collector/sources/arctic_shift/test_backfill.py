"""The past of a subreddit, newest first, by any process, and how much of it there is."""

import json
from contextlib import closing
from datetime import timedelta

from shared.times import iso, parse_iso
from tests.collector.sources.arctic_shift.archives import (
    NOW,
    Waits,
    comment,
    open_source,
    post,
)

HOUR = timedelta(hours=1)
START, END = NOW - timedelta(days=90), NOW - timedelta(days=1)
PAST = [post(f"p{number}", number * 5 * HOUR) for number in range(500)]
PAST += [comment(f"c{number}", number // 4 * HOUR) for number in range(4 * 24 * 100)]


def expected() -> set[str]:
    return {
        f"{'post' if each['kind'] == 't3' else 'comment'}:{each['data']['id']}"
        for each in PAST
        if START.timestamp() <= each["data"]["created_utc"] < END.timestamp()
    }


def test_ninety_days_come_newest_first_and_a_slice_is_a_request(archive) -> None:
    stand_in = archive(PAST, auto=500)
    found, cursor, reached = set(), None, iso(END)
    for _ in range(200):
        with closing(open_source(stand_in, Waits())) as source:
            part = next(source.backfill("aws", iso(START), iso(END), cursor))
            assert source.requests_used == 1
            assert not source.left_out
        found |= {each.key for each in part.items}
        assert part.complete_since is not None
        assert part.complete_since <= reached
        reached = part.complete_since
        missing = {
            each["data"]["id"]
            for each in PAST
            if parse_iso(reached).timestamp() <= each["data"]["created_utc"] < END.timestamp()
        } - {key.partition(":")[2] for key in found}
        assert not missing, "it said that it was complete since then"
        cursor = json.loads(json.dumps(part.cursor))
        if cursor is None:
            break
    assert cursor is None
    assert reached == iso(START)
    assert found == expected()


def test_timeouts_slow_it_down_and_lose_nothing(archive) -> None:
    stand_in = archive(PAST, auto=1000)
    stand_in.set_faults("timeout,rate=0.2;timeout_200,rate=0.1;seed=1")
    with closing(open_source(stand_in, Waits())) as source:
        slices = list(source.backfill("aws", iso(START), iso(END), None))
    assert {each.key for part in slices for each in part.items} == expected()


def test_the_archive_says_how_many_items_to_expect(archive) -> None:
    with closing(open_source(archive(PAST))) as source:
        counted = source.count("aws", iso(START), iso(END))
        assert source.requests_used == 2
    # It counts whole days, so the first and the last are in it.
    assert len(expected()) <= counted <= len(expected()) + 250


def test_a_span_without_items_is_complete_after_a_request_for_each_kind(archive) -> None:
    with closing(open_source(archive())) as source:
        slices = list(source.backfill("aws", iso(START), iso(END), None))
        assert source.requests_used == 2
    assert slices[-1].cursor is None
    assert slices[-1].complete_since == iso(START)
