"""Named reads of the endpoints for `bench.size`, over a store that counts its documents."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pydantic import BaseModel

from api.deps import Deps
from api.reads.comparison import compare
from api.reads.cycles import read_cycles
from api.reads.health import LastObserved, check_health
from api.reads.post import read_post
from api.reads.posts import read_recent_posts
from api.reads.process import process_health
from api.reads.statistics import read_stats
from api.reads.subreddits import read_subreddits
from api.reads.trending import read_trending
from api.reads.trends import read_trends
from api.schema.parameters import (
    CompareParameters,
    CyclesParameters,
    PostParameters,
    PostsParameters,
    ScopeParameters,
    SubredditsParameters,
    TrendingParameters,
    TrendsParameters,
)
from bench.fill import NOW
from bench.fill_subjects import subject_id
from bench.subject_reads import Read, reads_of
from shared.models import Watchlist
from shared.settings import Settings
from shared.store import Store

COMPARED = 5
# Subjects that every size has.
SUBJECTS = [subject_id(number) for number in range(10)]
DAY = timedelta(days=1)
# Each measurement has a process of its own: its first read is that of a new process.
LAST_OBSERVED = LastObserved()


@dataclass
class CountingStore:
    """A store that counts the documents that are read and written."""

    inner: Store
    counts: dict[str, int] = field(default_factory=lambda: {"read": 0, "written": 0})

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)
        if name in {"read", "read_many", "query"}:

            async def reading(*args: Any) -> Any:
                found = await method(*args)
                self.counts["read"] += len(found) if name != "read" else found is not None
                return found

            return reading
        if name in {"create", "replace", "upsert", "delete"}:

            async def writing(container: Any, documents: Any, *more: Any) -> Any:
                many = name in {"upsert", "delete"}
                documents = list(documents) if many else documents
                self.counts["written"] += len(documents) if many else 1
                return await method(container, documents, *more)

            return writing
        return method


@dataclass(frozen=True)
class Bench:
    """The store and the settings of a measurement, and the watchlist as requests share it."""

    store: CountingStore
    settings: Settings
    watchlist: Watchlist
    quick: bool

    def deps(self) -> Deps:
        """Return the dependencies of the endpoints' functions."""

        async def opened() -> Any:
            return self.store

        return Deps(self.settings, opened, lambda: NOW, process_health, watchlist=self.watchlist)


def _one(deps: Deps) -> str:
    return deps.settings.watched[len(deps.settings.watched) // 2]


def _stats(hours: int, *, one: bool) -> Read:
    return lambda deps: read_stats(
        deps, ScopeParameters(hours=hours, subreddit=_one(deps) if one else None)
    )


def _trends(hours: int, granularity: str, *, one: bool) -> Read:
    return lambda deps: read_trends(
        deps,
        TrendsParameters.model_validate(
            {"hours": hours, "granularity": granularity, "subreddit": _one(deps) if one else None}
        ),
    )


def _compare(hours: int) -> Read:
    return lambda deps: compare(
        deps,
        CompareParameters.model_validate(
            {"hours": hours, "subreddits": ",".join(deps.settings.watched[:COMPARED])}
        ),
    )


def _posts(*, one: bool, later: bool = False, **given: Any) -> Read:
    async def read(deps: Deps) -> BaseModel:
        asked = {"hours": 2160, "subreddit": _one(deps) if one else None, **given}
        if later:
            asked["cursor"] = (NOW - 30 * DAY).strftime("%Y-%m-%dT%H:%M:%SZ_p0s0")
        return (await read_recent_posts(deps, PostsParameters.model_validate(asked))).items

    return read


def _post(*, named: bool) -> Read:
    async def read(deps: Deps) -> BaseModel:
        name = _one(deps)
        place = deps.settings.watched.index(name)
        subreddit = name if named else None
        return await read_post(deps, PostParameters(id=f"p0s{place}", subreddit=subreddit))

    return read


READS: dict[str, Read] = {
    **{
        f"stats {hours} h, {'one' if one else 'all'}": _stats(hours, one=one)
        for hours in (24, 168, 2160)
        for one in (False, True)
    },
    "trends 168 h by hour, all": _trends(168, "hour", one=False),
    "trends 2160 h by day, all": _trends(2160, "day", one=False),
    "trends 2160 h by hour, one": _trends(2160, "hour", one=True),
    "compare 24 h": _compare(24),
    "compare 720 h": _compare(720),
    "posts, all": _posts(one=False),
    "posts, all, later page": _posts(one=False, later=True),
    "posts, all, negative": _posts(one=False, sentiment="negative"),
    "posts, all, search": _posts(one=False, q="nowheretobefound"),
    "posts, one": _posts(one=True),
    "posts, one, later page": _posts(one=True, later=True),
    "posts, one, negative": _posts(one=True, sentiment="negative"),
    "posts, one, search": _posts(one=True, q="nowheretobefound"),
    "post": _post(named=True),
    "post, subreddit unknown": _post(named=False),
    "trending": lambda deps: read_trending(deps, TrendingParameters()),
    "subreddits": lambda deps: read_subreddits(deps, SubredditsParameters()),
    "cycles": lambda deps: read_cycles(deps, CyclesParameters()),
    "health": lambda deps: check_health(deps, LAST_OBSERVED),
    **reads_of(SUBJECTS),
}
