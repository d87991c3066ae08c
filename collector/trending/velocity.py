"""The velocity of a post: how fast it gains engagement (upvotes and comments)."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.models import Observation, Post
from shared.times import iso, parse_iso

COMMENT_WEIGHT = 3
MAX_ENGAGEMENT = 10**10
DECAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# Less than an hour counts as one, so that no post gains more in an hour than it has gained in all.
SHORTEST_SPAN = timedelta(hours=1)


def velocity(post: Post, until: datetime) -> float | None:
    """Return the engagement that a post gains an hour; None while the source gives no count.

    Engagement is upvotes and three times the comments. The velocity is the weighted mean of the
    gains between observations. Recent gains weigh more: weights fall to 1/e in a day. Between the
    last observation and the last collection (`until`) the gain is 0, because a change would have
    been observed. A count that the source doesn't give adds 0. A post that was observed once has
    its average since it was written.
    """
    seen = [each for each in post["observations"] if _is_known(each)]
    moments = [parse_iso(each["at"]) for each in seen]
    if len(moments) < 2 or moments[-1] - moments[0] < SHORTEST_SPAN:  # noqa: PLR2004 - a span's ends
        if not _is_known(post):
            return None
        written = parse_iso(post["created_utc"])
        age = max(until - written, SHORTEST_SPAN)
        return _engagement(post["upvotes"] or 0, post["comment_count"] or 0) / (age / HOUR)
    gained = 0.0
    for index in range(1, len(moments)):
        start, end = moments[index - 1], moments[index]
        if end > start:
            rate = _gain(seen[index - 1], seen[index]) / ((end - start) / HOUR)
            gained += rate * _weight(start, end, until)
    return gained / _weight(moments[0], max(moments[-1], until), until)


def as_it_stood(post: Post, moment: datetime) -> Post:
    """Return a post with the counts that were known at a moment: none before it was observed."""
    at = iso(moment)
    seen = [each for each in post["observations"] if each["at"] <= at]
    last = seen[-1] if seen else None
    return {
        **post,
        "observations": seen,
        "upvotes": last["upvotes"] if last else None,
        "comment_count": last["comment_count"] if last else None,
    }


def total(velocities: Iterable[float | None]) -> float | None:
    """Add up the velocities that are known; None where none is."""
    known = [each for each in velocities if each is not None]
    return sum(known) if known else None


def _is_known(counts: Observation | Post) -> bool:
    return counts["upvotes"] is not None or counts["comment_count"] is not None


def _gain(before: Observation, after: Observation) -> int:
    """Return the engagement gained between two observations, from the counts that both have."""
    votes = (before["upvotes"], after["upvotes"])
    comments = (before["comment_count"], after["comment_count"])
    first, last = (
        _engagement(
            (votes[end] or 0) if None not in votes else 0,
            (comments[end] or 0) if None not in comments else 0,
        )
        for end in (0, 1)
    )
    return last - first


def _engagement(upvotes: int, comments: int) -> int:
    # A stored count may be larger than any float.
    return min(max(upvotes + COMMENT_WEIGHT * comments, -MAX_ENGAGEMENT), MAX_ENGAGEMENT)


def _weight(start: datetime, end: datetime, until: datetime) -> float:
    """Return the integral of the decaying weight over a period."""
    return math.exp((end - until) / DECAY) - math.exp((start - until) / DECAY)
