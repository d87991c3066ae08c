"""The sample's stories: a release, an outage and a price rise in turn, on a fixed calendar.

A story begins every 16 to 20 hours. So the last 24 hours always hold a story that people talk
about, and the last 7 days hold all three kinds.
"""

import math
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Literal

HOUR = 3600
PERIOD_HOURS = 18
JITTER_HOURS = 2

Kind = Literal["release", "outage", "price"]
KINDS: tuple[Kind, ...] = ("release", "outage", "price")

HOURS: dict[Kind, int] = {"release": 30, "outage": 24, "price": 38}
POSTS: dict[Kind, float] = {"release": 28.0, "outage": 34.0, "price": 40.0}
# Anger at a price grows for half a day, so it peaks before the outage is forgotten.
PRICE_PEAK = 12
PHRASES: dict[Kind, tuple[str, ...]] = {
    "release": ("Lantern Mode", "Tidepool Memory", "Relay Agents", "Mosaic Diff", "Copper Planner"),
    "outage": ("gateway 503", "blank completions", "login loop", "frozen sidebar"),
    "price": ("quota ladder", "request packs", "metered seats", "token tiers"),
}
# None of them is the home of a product whose mood swings.
HOMES = ("claude", "windsurf", "kiroIDE", "JulesAgent", "Cursor")
ONLOOKERS = ("ChatGPTCoding", "programming", "vibecoding", "artificial")
HOME_SHARE = 0.6


@dataclass(frozen=True)
class Story:
    """One story. Most of its posts hold `phrase`; it happens in the first subreddit."""

    number: int
    kind: Kind
    phrase: str
    version: str
    subreddits: tuple[str, ...]
    start: datetime
    end: datetime

    def posts_in(self, subreddit: str, hour: int) -> float:
        """Return the expected number of posts in a subreddit's hour (counted from 1970)."""
        if subreddit not in self.subreddits:
            return 0.0
        others = len(self.subreddits) - 1
        share = HOME_SHARE if subreddit == self.subreddits[0] else (1 - HOME_SHARE) / others
        age = hour - int(self.start.timestamp()) // HOUR
        return POSTS[self.kind] * share * _swing(self.kind, age) / _whole_swing(self.kind)


def stories_between(start: datetime, end: datetime) -> list[Story]:
    """Return the stories that go on at some time of a window, oldest first."""
    first = int(start.timestamp()) // HOUR - max(HOURS.values()) - JITTER_HOURS
    last = int(end.timestamp()) // HOUR
    numbers = range(first // PERIOD_HOURS, last // PERIOD_HOURS + 1)
    stories = (_story(number) for number in numbers)
    return [story for story in stories if story.start < end and story.end > start]


@lru_cache(maxsize=64)
def stories_in(hour: int) -> list[Story]:
    """Return the stories that go on in an hour (counted from 1970)."""
    start = datetime.fromtimestamp(hour * HOUR, UTC)
    return stories_between(start, datetime.fromtimestamp((hour + 1) * HOUR, UTC))


@lru_cache(maxsize=256)
def _story(number: int) -> Story:
    rng = random.Random(f"undertone:story:{number}")
    kind = KINDS[number % len(KINDS)]
    turn = number // len(KINDS)
    begin = number * PERIOD_HOURS + rng.randrange(JITTER_HOURS + 1)
    home = HOMES[(number + number // len(HOMES)) % len(HOMES)]
    return Story(
        number=number,
        kind=kind,
        phrase=PHRASES[kind][turn % len(PHRASES[kind])],
        version=f"{rng.randint(3, 9)}.{rng.randint(1, 12)}",
        subreddits=(home, *rng.sample(ONLOOKERS, 2)),
        start=datetime.fromtimestamp(begin * HOUR, UTC),
        end=datetime.fromtimestamp((begin + HOURS[kind]) * HOUR, UTC),
    )


def _swing(kind: Kind, age: int) -> float:
    """Return the intensity of a story, `age` hours after it began."""
    if not 0 <= age < HOURS[kind]:
        return 0.0
    if kind == "release":
        return (age + 1) * math.exp(-age / 4)
    if kind == "outage":
        return math.exp(-age / 6)
    return min(math.sqrt((age + 1) / PRICE_PEAK), math.exp((PRICE_PEAK - age) / 5))


@lru_cache(maxsize=len(KINDS))
def _whole_swing(kind: Kind) -> float:
    return sum(_swing(kind, age) for age in range(HOURS[kind]))
