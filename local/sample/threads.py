"""The sample's threads: the posts of an hour of a subreddit, with their comments.

A thread depends only on (subreddit, hour), so every call returns the same one.
"""

import math
import random
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache

from local.sample.communities import COMMUNITIES, NUMBER_OF, posts_in
from local.sample.hostile import HostilePost, hostile_post
from local.sample.phrases import NAMES
from local.sample.products import Mood
from local.sample.stories import stories_in
from local.sample.themes import Theme, choose_theme, story_theme
from local.sample.words import comment_text, post_text, title
from shared.default_communities import DEFAULT_SUBREDDITS

HOUR = 3600
HOURS_A_DAY = 24
# No comment comes later than this, so the search for an object's thread goes no further back.
LAST_COMMENT_HOURS = 36
MEAN_DELAY = 2.5 * HOUR
FIRST_DELAY = 40

COMMENTS_A_POST = 2.3
COMMENTS_A_STORY_POST = 6.0
LINK_POST_SHARE = 0.12
SAME_MOOD_SHARE = 0.35
ANSWER_SHARE = 0.45
DEEPEST = 8
ACCOUNTS_A_NAME = 40

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
# Ids count from this time. Reddit's own ids are shorter, so the two never collide.
EPOCH = 1577836800  # 2020-01-01T00:00:00Z
# The parts of an id below its second: subreddit, hours since the submission, its number in the
# hour, the comment's number (0 is the submission).
SUBREDDIT_BITS, BACK_BITS, POST_BITS, COMMENT_BITS = 4, 6, 5, 8
# Enough for the next 90 years.
LONGEST_ID = 11
MAX_POSTS = 2**POST_BITS - 1
MAX_COMMENTS = 2**COMMENT_BITS - 1


@dataclass(frozen=True, slots=True)
class SampleComment:
    """A comment, with `created` in Unix seconds.

    `names` are the subjects that it names, by their ids. `answers` is the index of the comment that
    it answers; None means the post.
    """

    id: str
    created: int
    author: str
    body: str
    names: frozenset[str]
    mood: Mood
    final_score: int
    answers: int | None
    depth: int


@dataclass(frozen=True, slots=True)
class SamplePost:
    """A submission with all its comments, including future ones, oldest first.

    `title_names` and `text_names` are the subjects that its title and its text name, by their ids.
    """

    id: str
    subreddit: str
    created: int
    author: str
    title: str
    title_names: frozenset[str]
    text: str
    text_names: frozenset[str]
    link: str | None
    mood: Mood
    story: int | None
    final_score: int
    upvote_ratio: float
    comments: tuple[SampleComment, ...]

    @property
    def names(self) -> frozenset[str]:
        """Return the subjects that it names, by their ids."""
        return self.title_names | self.text_names

    @property
    def subjects(self) -> frozenset[str]:
        """Return what it is about: the subjects of its title, or else those of its text."""
        return self.title_names or self.text_names

    def comments_by(self, moment: float) -> tuple[SampleComment, ...]:
        """Return the comments that exist at a moment."""
        return self.comments[: bisect_right(self.comments, moment, key=_created)]


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an object in the sample, as its id encodes it."""

    subreddit: str
    hour: int
    post: int
    comment: int


def _created(comment: SampleComment) -> int:
    return comment.created


# Enough for all communities over a week and a day.
@lru_cache(maxsize=len(DEFAULT_SUBREDDITS) * 220)
def threads_of(subreddit: str, hour: int) -> tuple[SamplePost, ...]:
    """Return the submissions of an hour (counted from 1970), oldest first."""
    rng = random.Random(f"undertone:{subreddit}:{hour}")
    community = COMMUNITIES[subreddit]
    count = _poisson(posts_in(community, hour % HOURS_A_DAY), rng)
    themes = [choose_theme(community, hour, rng) for _ in range(count)]
    for story in stories_in(hour):
        number = _poisson(story.posts_in(subreddit, hour), rng)
        themes += [story_theme(community, hour, story)] * number
    seconds = sorted(rng.randrange(HOUR) for _ in themes[:MAX_POSTS])
    rng.shuffle(themes)
    posts = [
        _post(theme, hour, number, hour * HOUR + second, rng)
        for number, (theme, second) in enumerate(zip(themes, seconds, strict=False))
    ]
    hostile = hostile_post(subreddit, hour)
    if hostile is not None and len(posts) < MAX_POSTS:
        posts.append(_hostile(hostile, subreddit, hour, len(posts)))
    return tuple(posts)


def make_id(subreddit: str, created: int, *, post_hour: int, post: int, comment: int = 0) -> str:
    """Return an object's id: base 36, growing with time, with the object's place encoded in it."""
    number = created - EPOCH
    if number < 0:
        raise ValueError("the sample begins in 2020")
    number = number << SUBREDDIT_BITS | NUMBER_OF[subreddit]
    number = number << BACK_BITS | created // HOUR - post_hour
    number = number << POST_BITS | post
    number = number << COMMENT_BITS | comment
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = DIGITS[digit] + digits
    return digits


def read_id(thing_id: str) -> Place | None:
    """Return the place that an id encodes; None if it can't be an id of the sample."""
    if not set(thing_id) <= set(DIGITS) or not 0 < len(thing_id) <= LONGEST_ID:
        return None
    number = int(thing_id, 36)
    number, comment = divmod(number, 2**COMMENT_BITS)
    number, post = divmod(number, 2**POST_BITS)
    number, back = divmod(number, 2**BACK_BITS)
    second, subreddit = divmod(number, 2**SUBREDDIT_BITS)
    if subreddit >= len(DEFAULT_SUBREDDITS):
        return None
    hour = (second + EPOCH) // HOUR - back
    if hour * HOUR < EPOCH:
        return None
    return Place(DEFAULT_SUBREDDITS[subreddit], hour, post, comment)


def _post(theme: Theme, hour: int, number: int, created: int, rng: random.Random) -> SamplePost:
    community = theme.community
    mood = theme.mood(rng)
    post_id = make_id(community.name, created, post_hour=hour, post=number)
    is_link = rng.random() < LINK_POST_SHARE
    heading, text = title(theme, mood, rng), post_text(theme, mood, rng)
    return SamplePost(
        id=post_id,
        subreddit=community.name,
        created=created,
        author=_author(rng),
        title=heading.text,
        title_names=heading.names,
        text="" if is_link else text.text,
        text_names=frozenset() if is_link else text.names,
        link=f"https://example.com/articles/sample-{post_id}" if is_link else None,
        mood=mood,
        story=theme.story.number if theme.story else None,
        final_score=_score(theme, rng),
        upvote_ratio=round(rng.uniform(0.62, 0.99), 2),
        comments=_comments(theme, mood, rng, hour=hour, post=number, created=created),
    )


def _hostile(hostile: HostilePost, subreddit: str, hour: int, number: int) -> SamplePost:
    """Return a hostile post as the last one of its hour; it has no comments."""
    created = hour * HOUR + HOUR - 1
    return SamplePost(
        id=make_id(subreddit, created, post_hour=hour, post=number),
        subreddit=subreddit,
        created=created,
        author=f"sample_{NAMES[0]}_01",
        title=hostile.title,
        title_names=frozenset(),
        text=hostile.text,
        text_names=frozenset(),
        link=None,
        mood="neutral",
        story=None,
        final_score=1,
        upvote_ratio=0.5,
        comments=(),
    )


def _comments(
    theme: Theme, mood: Mood, rng: random.Random, *, hour: int, post: int, created: int
) -> tuple[SampleComment, ...]:
    if theme.story:
        count = _poisson(COMMENTS_A_STORY_POST, rng)
    else:
        # Most threads get hardly any comments, a few get many.
        count = int(rng.expovariate(1 / (COMMENTS_A_POST + 0.5)))
    delays = sorted(int(FIRST_DELAY + rng.expovariate(1 / MEAN_DELAY)) for _ in range(count))
    latest = (LAST_COMMENT_HOURS - 1) * HOUR
    made: list[SampleComment] = []
    for delay in delays[:MAX_COMMENTS]:
        moment = created + min(delay, latest)
        number = len(made) + 1
        its_mood = mood if rng.random() < SAME_MOOD_SHARE else theme.mood(rng)
        answers = rng.randrange(len(made)) if made and rng.random() < ANSWER_SHARE else None
        if answers is not None and made[answers].depth >= DEEPEST:
            answers = None
        body = comment_text(theme, its_mood, rng)
        made.append(
            SampleComment(
                id=make_id(theme.community.name, moment, post_hour=hour, post=post, comment=number),
                created=moment,
                author=_author(rng),
                body=body.text,
                names=body.names,
                mood=its_mood,
                final_score=max(-6, int(rng.lognormvariate(1.0, 1.0)) - 1),
                answers=answers,
                depth=0 if answers is None else made[answers].depth + 1,
            )
        )
    return tuple(made)


def _author(rng: random.Random) -> str:
    return f"sample_{rng.choice(NAMES)}_{rng.randint(1, ACCOUNTS_A_NAME):02d}"


def _score(theme: Theme, rng: random.Random) -> int:
    if theme.story:
        return int(rng.lognormvariate(5.7, 0.5))
    return int(rng.lognormvariate(2.2, 1.1))


def _poisson(mean: float, rng: random.Random) -> int:
    """Draw a count, by Knuth's method."""
    bound, product, count = math.exp(-mean), rng.random(), 0
    while product > bound:
        product *= rng.random()
        count += 1
    return count
