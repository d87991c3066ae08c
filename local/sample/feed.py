"""The sample as a feed for the stand-in: its objects at a moment, and the changes since then."""

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from local.reddit.objects import KINDS, RedditObject, comment, submission
from local.sample.threads import (
    HOUR,
    LAST_COMMENT_HOURS,
    SampleComment,
    SamplePost,
    read_id,
    threads_of,
)
from shared.default_communities import DEFAULT_SUBREDDITS
from shared.times import Clock, utc_now

FLAIR = "Sample data"
SPAN = timedelta(days=7)
# Time constant of a score's growth, and the age of three days from which a score is final.
GROWTH_SECONDS = 5 * HOUR
SETTLED_SECONDS = 72 * HOUR


def sample_objects(start: datetime, end: datetime) -> list[RedditObject]:
    """Return the objects created in [start, end) as they are at its end, oldest first."""
    since, until = math.ceil(start.timestamp()), math.ceil(end.timestamp())
    moment = end.timestamp()
    posts = _posts(since // HOUR - LAST_COMMENT_HOURS, (until - 1) // HOUR)
    found = [
        thing
        for post in posts
        for thing in thread_at(post, moment)
        if since <= thing["data"]["created_utc"] < until
    ]
    return sorted(found, key=_age)


def thread_at(post: SamplePost, moment: float) -> list[RedditObject]:
    """Return a submission and then its comments as they are at a moment (Unix seconds).

    The list is empty before the submission is made.
    """
    if post.created > moment:
        return []
    top = _submission(post, moment)
    return [top, *(_comment(one, post, top, moment) for one in post.comments_by(moment))]


def changed_between(post: SamplePost, before: float, moment: float) -> list[RedditObject]:
    """Return a thread's objects that are new at a moment, or have another score or count."""
    if post.created > moment:
        return []
    said = [
        one
        for one in post.comments_by(moment)
        if _moved(one.final_score, one.created, before, moment)
    ]
    top = _submission(post, moment)
    has_moved = _moved(post.final_score, post.created, before, moment) or any(
        one.created > before for one in said
    )
    comments = [_comment(one, post, top, moment) for one in said]
    return [top, *comments] if has_moved else comments


def score_at(final: int, created: float, moment: float) -> int:
    """Return the score at a moment; it grows from 1 to the final score."""
    age = moment - created
    if age >= SETTLED_SECONDS:
        return final
    return 1 + round((final - 1) * (1 - math.exp(-max(0.0, age) / GROWTH_SECONDS)))


def find_sample(name: str, moment: float) -> RedditObject | None:
    """Return an object of any age by its fullname, as it is at a moment (Unix seconds)."""
    kind, _, thing_id = name.partition("_")
    place = read_id(thing_id)
    if place is None or place.hour * HOUR > moment or kind not in KINDS:
        return None
    posts = threads_of(place.subreddit, place.hour)
    if place.post >= len(posts):
        return None
    thread = thread_at(posts[place.post], moment)
    return next((thing for thing in thread if thing["data"]["name"] == name), None)


class SampleFeed:
    """The last 7 days of the sample; with `live` also new objects as time passes."""

    name = "sample"
    subreddits = DEFAULT_SUBREDDITS
    held_back = 0

    def __init__(self, *, clock: Clock = utc_now, live: bool = False) -> None:
        self._clock = clock
        self._live = live
        self._moment = 0.0

    def start(self) -> list[RedditObject]:
        """Return the last 7 days up to now."""
        now = self._clock()
        self._moment = now.timestamp()
        return sample_objects(now - SPAN, now)

    def news(self) -> list[RedditObject]:
        """Return objects made or changed since the last call; none if it was in the same second."""
        now, before = self._clock().timestamp(), self._moment
        if not self._live or int(now) <= int(before):
            return []
        self._moment = now
        hour = int(now) // HOUR
        posts = _posts(hour - SETTLED_SECONDS // HOUR - 1, hour)
        found = [thing for post in posts for thing in changed_between(post, before, now)]
        return sorted(found, key=_age)

    def release(self, count: int | None = None) -> list[RedditObject]:
        """Return no objects: the sample holds none back."""
        del count
        return []

    def find(self, name: str) -> RedditObject | None:
        """Return an older object, which has had its final score for days."""
        return find_sample(name, self._moment)

    def kept_from(self) -> float:
        """Return the time 7 days ago; `find` makes older objects again when needed."""
        return self._moment - SPAN.total_seconds()


def _posts(first_hour: int, last_hour: int) -> Iterator[SamplePost]:
    for hour in range(first_hour, last_hour + 1):
        for subreddit in DEFAULT_SUBREDDITS:
            yield from threads_of(subreddit, hour)


def _submission(post: SamplePost, moment: float) -> RedditObject:
    return submission(
        post.id,
        post.subreddit,
        post.created,
        title=post.title,
        selftext=post.text,
        author=post.author,
        score=score_at(post.final_score, post.created, moment),
        num_comments=len(post.comments_by(moment)),
        url=post.link,
        upvote_ratio=post.upvote_ratio,
        link_flair_text=FLAIR,
    )


def _comment(
    one: SampleComment, post: SamplePost, top: RedditObject, moment: float
) -> RedditObject:
    parent = None if one.answers is None else f"t1_{post.comments[one.answers].id}"
    return comment(
        one.id,
        top,
        one.created,
        body=one.body,
        author=one.author,
        score=score_at(one.final_score, one.created, moment),
        parent_id=parent,
        depth=one.depth,
    )


def _moved(final: int, created: float, before: float, moment: float) -> bool:
    return created > before or score_at(final, created, before) != score_at(final, created, moment)


def _age(thing: RedditObject) -> tuple[float, str]:
    # Ids have the same length, so they sort as their numbers do.
    return float(thing["data"]["created_utc"]), str(thing["data"]["id"])
