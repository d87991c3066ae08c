"""Engagement velocity: measured between observations, weighted by how recent they are."""

import math
from datetime import UTC, datetime, timedelta

import pytest

from collector.trending.velocity import as_it_stood, total, velocity
from shared.models import Post
from shared.times import iso
from tests.api.world import a_post

NOW = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)


def observed(*seen: tuple[float, int, int], written: float = 30) -> Post:
    """Return a post of this age in hours, with observations (hours ago, upvotes, comments)."""
    _, upvotes, comments = seen[-1]
    return a_post(
        1,
        NOW - timedelta(hours=written),
        upvotes=upvotes,
        comment_count=comments,
        observations=[
            {"at": iso(NOW - timedelta(hours=hours)), "upvotes": ups, "comment_count": count}
            for hours, ups, count in seen
        ],
    )


def test_a_steady_gain_is_its_rate_with_comments_counted_three_times() -> None:
    post = observed((3, 0, 0), (2, 10, 2), (1, 20, 4), (0, 30, 6))
    assert velocity(post, NOW) == pytest.approx(10 + 3 * 2)


def test_a_post_seen_once_has_its_average_since_it_was_written() -> None:
    assert velocity(observed((0, 60, 20), written=6), NOW) == pytest.approx(20)


def test_two_looks_within_minutes_are_one() -> None:
    post = observed((0.05, 60, 20), (0, 61, 20), written=6)
    assert velocity(post, NOW) == pytest.approx(121 / 6)


def test_a_large_total_that_no_longer_grows_is_slow() -> None:
    stopped = observed((20, 9000, 900), (19, 9001, 900))
    growing = observed((2, 5, 0), (1, 25, 2), (0, 45, 4), written=3)
    assert velocity(stopped, NOW) < 1
    assert velocity(growing, NOW) > 20


def test_what_was_gained_lately_weighs_more() -> None:
    early = observed((24, 0, 0), (23, 100, 0), (0, 100, 0))
    late = observed((24, 0, 0), (1, 0, 0), (0, 100, 0))
    assert velocity(late, NOW) > 2 * velocity(early, NOW)
    ratio = velocity(late, NOW) / velocity(early, NOW)
    assert ratio == pytest.approx(math.exp(23 / 24)), "weights fall to 1/e in a day"


def test_votes_taken_back_count_against_it() -> None:
    assert velocity(observed((2, 50, 0), (0, 10, 0)), NOW) == pytest.approx(-20)


def test_nothing_is_unknown_at_once_after_a_post_is_written() -> None:
    just_written = observed((0, 1, 0), written=0)
    assert velocity(just_written, NOW) == pytest.approx(1), "as if it were an hour old"


def test_an_observation_from_a_clock_that_is_ahead_breaks_nothing() -> None:
    assert math.isfinite(velocity(observed((1, 0, 0), (-0.5, 10, 0)), NOW))


def test_in_an_hour_no_post_gains_more_than_it_has() -> None:
    young = observed((0.5, 2, 0), (0, 30, 1), written=0.7)
    assert velocity(young, NOW) <= 30 + 3


def test_a_score_larger_than_any_float_is_a_velocity_still() -> None:
    post = observed((2, 10**400, 0), (1, 10**400, 0), (0, -(10**400), 0))
    assert math.isfinite(velocity(post, NOW))
    assert math.isfinite(velocity(observed((0, 10**400, 0)), NOW))


def test_the_velocity_of_a_post_without_counts_is_unknown_until_a_source_gives_one() -> None:
    unknown = a_post(1, NOW - timedelta(hours=3), upvotes=None, comment_count=None, observations=[])
    assert velocity(unknown, NOW) is None
    assert total([velocity(unknown, NOW)]) is None
    commented: Post = {**unknown, "comment_count": 2}
    assert velocity(commented, NOW) == pytest.approx(2)
    assert total([velocity(unknown, NOW), velocity(commented, NOW)]) == pytest.approx(2)


def test_a_post_as_it_stood_has_the_counts_that_were_known_then() -> None:
    post = observed((3, 0, 0), (2, 10, 2), (1, 20, 4), (0, 30, 6))
    earlier = as_it_stood(post, NOW - timedelta(hours=1))
    assert (earlier["upvotes"], earlier["comment_count"]) == (20, 4)
    assert velocity(earlier, NOW - timedelta(hours=1)) == pytest.approx(10 + 3 * 2)
    before = as_it_stood(post, NOW - timedelta(hours=4))
    assert (before["upvotes"], velocity(before, NOW - timedelta(hours=4))) == (None, None)
