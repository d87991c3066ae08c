"""Reads of the endpoints that use the store, by the name of their function."""

from collections.abc import Awaitable, Callable, Sequence

from api.actions.collect import ask_for_collection
from api.actions.ingest import take
from api.actions.watchlist import (
    delete_community,
    delete_subject,
    merge_subject,
    put_community,
    put_subject,
    put_watchlist,
)
from api.deps import Deps
from api.http.conditions import Condition
from api.reads.cycles import read_cycle, read_cycles
from api.reads.health import check_health
from api.reads.items import read_items
from api.reads.post import read_post
from api.reads.posts import read_recent_posts
from api.reads.sentiment import compare, read_stats, read_trends
from api.reads.subreddits import read_communities, read_subreddits
from api.reads.trending import read_trending
from api.reads.watchlist import read_community, read_revisions, read_whole_watchlist
from api.schema.parameters import (
    CompareParameters,
    CycleParameters,
    CyclesParameters,
    ItemsParameters,
    NoParameters,
    PostParameters,
    PostsParameters,
    ScopeParameters,
    SubredditsParameters,
    TrendingParameters,
    TrendsParameters,
)
from api.schema.watchlist import (
    CommunityBody,
    CommunityPath,
    HistoryParameters,
    ListedSubjectBody,
    MergeBody,
    SubjectBody,
    TermBody,
    WatchlistBody,
)

Read = Callable[[Deps], Awaitable[object]]
Asked = dict[str, dict[str, Read]]
"""The reads by endpoint and by variant of the request."""

WINDOWS = {"24 h": 24, "7 d": 168, "30 d": 720, "90 d": 2160}
BY_THE_HOUR_UP_TO = 168
COMPARED_AT_ONCE = 10

# A line of a community that isn't watched: it is refused, and nothing is stored.
PUSHED = (
    b'{"source": "push", "community": "push.desk", "kind": "post", "id": "1", "title": "I love it",'
    b' "created": "2026-11-25T10:00:00Z"}'
)


TERM, OTHER = TermBody(text="Benchmarked"), TermBody(text="Benchmarked too")
MERGED = {"from": "bench-2"}


def asked(names: Sequence[str], *, post: tuple[str, str], cycle: str) -> Asked:
    """Return the reads of every endpoint; `post` is a subreddit and an id."""
    one = names[0]
    return {
        "health": {"": check_health},
        "sentiment_stats": _of_windows(
            lambda deps, hours: read_stats(deps, ScopeParameters(hours=hours))
        ),
        "sentiment_trends": _of_windows(
            lambda deps, hours: read_trends(deps, TrendsParameters(hours=hours))
        ),
        "sentiment_compare": _of_windows(
            lambda deps, hours: compare(deps, _compared(names[:COMPARED_AT_ONCE], hours)),
            ", 10 subreddits",
        ),
        "posts_recent": {
            **_of_windows(
                lambda deps, hours: read_recent_posts(deps, PostsParameters(hours=hours))
            ),
            **_of_windows(
                lambda deps, hours: read_recent_posts(
                    deps, PostsParameters(hours=hours, subreddit=one)
                ),
                ", one subreddit",
            ),
            "7 d, a search that finds nothing": lambda deps: read_recent_posts(
                deps, PostsParameters(hours=168, q="zyzzyva")
            ),
        },
        "items": {
            **_of_windows(lambda deps, hours: read_items(deps, ItemsParameters(hours=hours))),
            **_of_windows(
                lambda deps, hours: read_items(deps, ItemsParameters(hours=hours, subreddit=one)),
                ", one subreddit",
            ),
            "7 d, a search that finds nothing": lambda deps: read_items(
                deps, ItemsParameters(hours=168, q="zyzzyva")
            ),
        },
        "post": {
            "subreddit given": lambda deps: read_post(
                deps, PostParameters(id=post[1], subreddit=post[0])
            ),
            "subreddit not given": lambda deps: read_post(deps, PostParameters(id=post[1])),
        },
        "trending_topics": {"": topics},
        "trending_feed": {"": topics},
        "subreddits": {"": lambda deps: read_subreddits(deps, SubredditsParameters())},
        "communities": {"": lambda deps: read_communities(deps, SubredditsParameters())},
        "cycles": {"20": list_cycles},
        "cycle": {"": lambda deps: read_cycle(deps, CycleParameters(id=cycle))},
        "admin_collect": {"": ask_for_collection},
        "ingest": {"one line": lambda deps: take(deps, PUSHED)},
        **_of_the_watchlist(one),
    }


def _of_the_watchlist(community: str) -> Asked:
    """Return the reads of the watchlist, and its changes; what they add is removed again."""
    anything = Condition()
    path = CommunityPath(id=community)
    whole = WatchlistBody(subjects=[ListedSubjectBody(id="bench", name="Bench", terms=[TERM])])

    async def merge(deps: Deps) -> object:
        await put_subject(deps, anything, "bench-2", SubjectBody(name="Bench2", terms=[OTHER]))
        return await merge_subject(deps, anything, "bench", MergeBody.model_validate(MERGED))

    return {
        "watchlist": {"": lambda deps: read_whole_watchlist(deps, NoParameters())},
        "watchlist_history": {"10": lambda deps: read_revisions(deps, HistoryParameters())},
        "community": {"": lambda deps: read_community(deps, path)},
        "put_watchlist": {"": lambda deps: put_watchlist(deps, anything, whole)},
        "put_subject": {
            "": lambda deps: put_subject(
                deps, anything, "bench", SubjectBody(name="Benchmark", terms=[TERM])
            )
        },
        "merge_subject": {"and a new one": merge},
        "delete_subject": {"": lambda deps: delete_subject(deps, anything, "bench")},
        "put_community": {
            "": lambda deps: put_community(deps, anything, "push.bench", CommunityBody())
        },
        "delete_community": {"": lambda deps: delete_community(deps, anything, "push.bench")},
    }


def topics(deps: Deps) -> Awaitable[object]:
    """Read the trending topics."""
    return read_trending(deps, TrendingParameters())


def look() -> list[Read]:
    """Return the reads of an open dashboard every minute: dashboard/src/cycles.ts."""
    return [check_health]


def look_at(cycle: str) -> list[Read]:
    """Return the reads of an open dashboard every second while a cycle runs."""
    return [*look(), lambda deps: read_cycle(deps, CycleParameters(id=cycle))]


def list_cycles(deps: Deps) -> Awaitable[object]:
    """Read the newest cycles, as the dashboard does when one begins and when it has ended."""
    return read_cycles(deps, CyclesParameters())


def first_view(names: Sequence[str], hours: int) -> list[Read]:
    """Return the reads of the dashboard's first view: dashboard/src/communities, cycles.ts.

    They include the scope alone, all subreddits in groups of ten, the trending topics and the
    names.
    """
    starts = range(0, len(names), COMPARED_AT_ONCE)
    parts = [["all"], *(list(names[start : start + COMPARED_AT_ONCE]) for start in starts)]
    return [
        *look(),
        list_cycles,
        lambda deps: read_subreddits(deps, SubredditsParameters()),
        topics,
        *(_compare(part, hours) for part in parts),
    ]


def _compare(names: Sequence[str], hours: int) -> Read:
    collected = _compared(names, hours).model_copy(update={"until": "collected"})
    return lambda deps: compare(deps, collected)


def _compared(names: Sequence[str], hours: int) -> CompareParameters:
    granularity = "hour" if hours <= BY_THE_HOUR_UP_TO else "day"
    return CompareParameters.model_validate(
        {"subreddits": ",".join(names), "hours": hours, "granularity": granularity}
    )


def _of_windows(read: Callable[[Deps, int], Awaitable[object]], more: str = "") -> dict[str, Read]:
    return {f"{name}{more}": _bound(read, hours) for name, hours in WINDOWS.items()}


def _bound(read: Callable[[Deps, int], Awaitable[object]], hours: int) -> Read:
    return lambda deps: read(deps, hours)
