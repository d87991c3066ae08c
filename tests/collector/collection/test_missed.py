"""What lies between two polls that are far apart is noted, for a backfill to read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.collection.missed import MAX_SPANS, missed_spans
from shared.times import iso

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)


def ago(**more: float) -> str:
    return iso(NOW - timedelta(**more))


def missed(last: str | None, since: str | None, known: list[list[str]] | None = None) -> Any:
    state: Any = {"last_collected_at": last}
    if known is not None:
        state["missed"] = known
    return missed_spans(state, since, oldest=ago(days=90), now=iso(NOW))


@pytest.mark.parametrize(
    ("last", "since"),
    [
        (None, ago(days=2)),
        (ago(hours=1), ago(hours=3)),
        (ago(hours=1), ago(minutes=59.5)),
        (ago(hours=20), None),
        (ago(days=-1), None),
    ],
)
def test_a_poll_that_reaches_the_one_before_misses_nothing(last, since) -> None:
    assert missed(last, since) == []


def test_a_poll_that_does_not_misses_what_is_between() -> None:
    assert missed(ago(days=9), ago(days=2)) == [[ago(days=9), ago(days=2)]]
    # Where the source doesn't say how far it reached, a day is trusted.
    assert missed(ago(days=9), None) == [[ago(days=9), iso(NOW)]]


def test_earlier_spans_stay_as_long_as_their_items_would() -> None:
    known = [[ago(days=100), ago(days=95)], [ago(days=30), ago(days=20)]]
    assert missed(ago(hours=1), None, known) == known[1:]
    many = [[ago(days=50 - n), ago(days=50 - n, hours=-5)] for n in range(MAX_SPANS)]
    assert missed(ago(days=9), None, many) == [*many[1:], [ago(days=9), iso(NOW)]]
