"""A fleet of communities whose activity is distributed as real ones' is, over a day's rhythm.

Comments by subreddit follow Zipf's law closely enough: in May 2015 there were 54 million of them,
3.9 million in the first subreddit, 1.1 million in the second and 0.56 million in the fifth, where
the law says 4.7, 2.4 and 0.95. The figures are of the table fh-bigquery:reddit_comments, as
https://github.com/yaph/ipython-notebooks/blob/master/reddit-comments-subreddit-ranks.ipynb has it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, pi, sin
from typing import Final
from zlib import crc32

from shared.communities import SourceName

RANKS: Final = 50_000
COMMENTS_A_MONTH: Final = 54_000_000
HOURS_A_MONTH: Final = 31 * 24
# Assumed, as in the sample of this product: one item in ten is a post.
POST_EVERY: Final = 10
# Assumed: half more than the mean at 18:00 UTC, and half less at 06:00.
SWING, PEAK_HOUR = 0.5, 18
DAY_SECONDS: Final = 86_400.0
HOUR_SECONDS: Final = 3600.0
# Of a hundred communities; the others are Reddit's. Saved queries of Hacker News are 20 at most:
# each poll looks into all others for the same story.
FORUMS, SAVED_QUERIES, MAX_SAVED_QUERIES = 19, 1, 20
SOURCES: Final[Sequence[SourceName]] = ("reddit", "discourse", "hackernews")


@dataclass(frozen=True)
class Member:
    """A community of the fleet; hourly is its mean number of items an hour."""

    name: str
    source: SourceName
    hourly: float

    @property
    def phase(self) -> float:
        """Return where its first item lies between two, from 0 to 1."""
        return crc32(self.name.encode()) / 2**32

    def count_until(self, moment: float) -> int:
        """Return the number of items that it has until a time in Unix seconds."""
        return int(self.hourly / HOUR_SECONDS * grown(moment) + self.phase)

    def moment_of(self, number: int) -> float:
        """Return the time of an item by its number from 1, in Unix seconds."""
        return moment_at((number - self.phase) * HOUR_SECONDS / self.hourly)


def fleet(count: int) -> list[Member]:
    """Return `count` communities, spread evenly over the ranks of the first 50,000."""
    harmonic = sum(1 / rank for rank in range(1, RANKS + 1))
    first = COMMENTS_A_MONTH / HOURS_A_MONTH / harmonic * POST_EVERY / (POST_EVERY - 1)
    return [
        _member(number, first / max(1.0, (number + 0.5) * RANKS / count)) for number in range(count)
    ]


def _member(number: int, hourly: float) -> Member:
    # A stride without a common factor with 100, so that each source has busy and quiet ones.
    place = number * 37 % 100
    if place < FORUMS:
        return Member(f"forum.f{number:05d}", "discourse", hourly)
    if place < FORUMS + SAVED_QUERIES and number < MAX_SAVED_QUERIES * 100:
        return Member(f"hn.q{number:05d}", "hackernews", hourly)
    return Member(f"community{number:05d}", "reddit", hourly)


def grown(moment: float) -> float:
    """Return the seconds at mean activity that came to pass until a time in Unix seconds."""
    begin = PEAK_HOUR * HOUR_SECONDS
    angle = 2 * pi * (moment - begin) / DAY_SECONDS
    return moment + SWING * DAY_SECONDS / (2 * pi) * sin(angle)


def moment_at(seconds: float) -> float:
    """Return the time in Unix seconds at which `grown` is this, by Newton's method."""
    moment = seconds
    for _ in range(8):
        angle = 2 * pi * (moment - PEAK_HOUR * HOUR_SECONDS) / DAY_SECONDS
        moment -= (grown(moment) - seconds) / (1 + SWING * cos(angle))
    return moment


def items_between(member: Member, begin: datetime, end: datetime) -> int:
    """Return the number of items that a community has between two times."""
    return member.count_until(end.timestamp()) - member.count_until(begin.timestamp())
