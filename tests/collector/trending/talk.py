"""Random talk, stories in it, and a search for its topics."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from collector.trending.finder import Trends
from shared.models import Post, Topics
from shared.settings import Settings
from shared.store import Store
from tests.api.world import a_post

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
VOCABULARY = [
    f"{a}{b}{c}"
    for a in "bdfgklmnprst"
    for b in ("a", "e", "io", "ou")
    for c in ("lk", "mbe", "nta", "rro", "ssi", "tten", "vu", "xal", "zo", "ch")
]


async def find(store: Store, settings: Settings, now: datetime = NOW, **more: Any) -> Topics:
    return await Trends(store, settings, lambda: now).find(**more)


def post_of_age(
    number: int,
    age: timedelta,
    title: str,
    content: str = "",
    *,
    subreddit: str = "aws",
    **more: Any,
) -> Post:
    more = {"author": f"author{number}", **more}
    return a_post(number, NOW - age, subreddit, title=title, content=content, **more)


def chatter(
    rng: random.Random,
    *,
    days: int = 8,
    a_day: int = 150,
    words: int = 30,
    last_day: int | None = None,
    authors: int = 5000,
    subreddits: Iterable[str] = ("aws", "claude", "OpenAI"),
) -> list[Post]:
    """Make random posts from one vocabulary with a few common and many rare words."""
    names = list(subreddits)
    weights = [1 / (rank + 1) for rank in range(len(VOCABULARY))]
    ages = [
        rng.uniform(day, day + 1)
        for day in range(days)
        for _ in range(last_day if day == 0 and last_day is not None else a_day)
    ]
    made = []
    for number, age in enumerate(ages):
        drawn = rng.choices(VOCABULARY, weights, k=words)
        text = " ".join(drawn)
        made.append(
            post_of_age(
                number,
                timedelta(days=age) * 0.99,
                text[: words * 2],
                text,
                subreddit=rng.choice(names),
                author=f"author{rng.randrange(authors)}",
                upvotes=rng.randrange(500),
            )
        )
    return made


def story(
    count: int,
    phrase: str = "Copper Planner",
    *,
    first: int = 100_000,
    subreddit: str = "aws",
    **more: Any,
) -> list[Post]:
    """Make posts of the last hours about the same news, by different authors in different words."""
    rng = random.Random(first)
    return [
        post_of_age(
            first + n,
            timedelta(minutes=20 + 17 * n),
            f"{rng.choice(VOCABULARY)} the {phrase} {rng.choice(VOCABULARY)}",
            " ".join(rng.choices(VOCABULARY, k=20)),
            subreddit=subreddit,
            **more,
        )
        for n in range(count)
    ]
