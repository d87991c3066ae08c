"""How fast a post gains engagement: upvotes, and comments, which cost their authors more."""

import math
from datetime import datetime, timedelta

from shared.models import Observation, Post
from shared.times import parse_iso

COMMENT_WEIGHT = 3
MAX_ENGAGEMENT = 10**10
DECAY = timedelta(days=1)
HOUR = timedelta(hours=1)
# Nothing gains in an hour more than it has gained at all, so that less than an hour counts as one.
SHORTEST_SPAN = timedelta(hours=1)


def velocity(post: Post, until: datetime) -> float:
    """Return the engagement that a post gains an hour: upvotes and three times the comments.

    It is the mean of what was gained between observations, weighted by how recent it is: weights
    fall to 1/e in a day. From the last observation until the last collection (`until`) nothing was
    gained, or it would have been observed. A count that the source doesn't give adds nothing. A
    post seen once has its average since it was written.
    """
    moments = [parse_iso(each["at"]) for each in post["observations"]]
    if len(moments) < 2 or moments[-1] - moments[0] < SHORTEST_SPAN:  # noqa: PLR2004 - a span's ends
        written = parse_iso(post["created_utc"])
        age = max(until - written, SHORTEST_SPAN)
        return _engagement(post["upvotes"] or 0, post["comment_count"] or 0) / (age / HOUR)
    seen = post["observations"]
    gained = 0.0
    for index in range(1, len(moments)):
        start, end = moments[index - 1], moments[index]
        if end > start:
            rate = _gain(seen[index - 1], seen[index]) / ((end - start) / HOUR)
            gained += rate * _weight(start, end, until)
    return gained / _weight(moments[0], max(moments[-1], until), until)


def _gain(before: Observation, after: Observation) -> int:
    """Return the engagement gained between two observations, by the counts that both know."""
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
    # What was stored before counts had bounds may be larger than any float.
    return min(max(upvotes + COMMENT_WEIGHT * comments, -MAX_ENGAGEMENT), MAX_ENGAGEMENT)


def _weight(start: datetime, end: datetime, until: datetime) -> float:
    """Integrate the decaying weight over a time."""
    return math.exp((end - until) / DECAY) - math.exp((start - until) / DECAY)
