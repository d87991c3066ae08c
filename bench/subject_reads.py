"""Reads of the endpoints of subjects, for `bench.size` and `bench.cost`."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from pydantic import BaseModel

from api.deps import Deps
from api.reads.comparison import compare
from api.reads.items import read_items
from api.reads.mentions import read_mentions
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.subjects import read_subject, read_subjects
from api.reads.trending import read_trending
from api.reads.trends import read_trends
from api.reads.voice import read_voice
from api.schema.parameters import (
    CompareParameters,
    ItemsParameters,
    PostsParameters,
    ScopeParameters,
    TrendingParameters,
    TrendsParameters,
)
from api.schema.subject_parameters import (
    MentionsParameters,
    SubjectParameters,
    SubjectsParameters,
    VoiceParameters,
)

Read = Callable[[Deps], Awaitable[BaseModel]]
Reads = dict[str, Read]
COMPARED = 10
RARE_WORD = "nowheretobefound"


def subjects_read(hours: int, **given: Any) -> Read:
    """Return the read of the list of subjects."""
    asked = SubjectsParameters.model_validate({"hours": hours, **given})
    return lambda deps: read_subjects(deps, asked)


def subject_read(subject: str, hours: int) -> Read:
    """Return the read of a subject."""
    return lambda deps: read_subject(deps, SubjectParameters(id=subject, hours=hours))


def mentions_read(subject: str, **given: Any) -> Read:
    """Return the read of a page of a subject's mentions."""

    async def read(deps: Deps) -> BaseModel:
        asked = {"id": subject, "hours": 2160, **given}
        return (await read_mentions(deps, MentionsParameters.model_validate(asked))).items

    return read


def voice_read(hours: int, **given: Any) -> Read:
    """Return the read of a share of voice."""
    asked = VoiceParameters.model_validate({"hours": hours, **given})
    return lambda deps: read_voice(deps, asked)


def stats_read(subject: str, hours: int) -> Read:
    """Return the read of a subject's statistics."""
    return lambda deps: read_stats(deps, ScopeParameters(subject=subject, hours=hours))


def trends_read(subject: str, hours: int, granularity: str, by: str | None = None) -> Read:
    """Return the read of a subject's trends."""
    asked = TrendsParameters.model_validate(
        {"subject": subject, "hours": hours, "granularity": granularity, "by": by}
    )
    return lambda deps: read_trends(deps, asked)


def compare_read(subjects: Sequence[str], hours: int, granularity: str | None = None) -> Read:
    """Return the read of a comparison of subjects."""
    scopes = ",".join(f"subject:{each}" for each in subjects)
    asked = CompareParameters.model_validate(
        {"scopes": scopes, "hours": hours, "granularity": granularity}
    )
    return lambda deps: compare(deps, asked)


def posts_read(subject: str) -> Read:
    """Return the read of the newest posts about a subject."""

    async def read(deps: Deps) -> BaseModel:
        asked = PostsParameters.model_validate({"hours": 2160, "subject": subject})
        return (await read_recent_posts(deps, asked)).items

    return read


def items_read(subject: str) -> Read:
    """Return the read of the newest items about a subject."""

    async def read(deps: Deps) -> BaseModel:
        asked = ItemsParameters.model_validate({"hours": 2160, "subject": subject})
        return (await read_items(deps, asked)).items

    return read


def topics_read(subject: str) -> Read:
    """Return the read of the topics of a subject."""
    return lambda deps: read_trending(deps, TrendingParameters(subject=subject))


def reads_of(subjects: Sequence[str]) -> Reads:
    """Return the reads by name; the first of the subjects is the one that is read alone."""
    one = subjects[0]
    return {
        **{f"subjects {hours} h": subjects_read(hours) for hours in (24, 168, 2160)},
        **{f"subject {hours} h": subject_read(one, hours) for hours in (24, 168, 2160)},
        "mentions": mentions_read(one),
        "mentions, by text": mentions_read(one, via="text"),
        "mentions, negative": mentions_read(one, sentiment="negative"),
        "mentions, by score": mentions_read(one, sort="score"),
        "mentions, search": mentions_read(one, q=RARE_WORD),
        **{f"share of voice {hours} h": voice_read(hours) for hours in (24, 168, 2160)},
        "share of voice 168 h, without homes": voice_read(168, home="exclude"),
        "stats 2160 h, a subject": stats_read(one, 2160),
        "trends 168 h by hour, a subject": trends_read(one, 168, "hour"),
        "trends 2160 h by day, a subject by community": trends_read(one, 2160, "day", "community"),
        "compare 24 h, subjects": compare_read(subjects[:COMPARED], 24, "hour"),
        "compare 720 h, subjects": compare_read(subjects[:COMPARED], 720, "day"),
        "posts, a subject": posts_read(one),
        "items, a subject": items_read(one),
        "trending, a subject": topics_read(one),
    }
