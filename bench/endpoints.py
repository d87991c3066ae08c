"""Reads of the endpoints that use the store, by the name of their function."""

from collections.abc import Awaitable, Callable, Sequence

from api.actions.collect import ask_for_collection
from api.actions.corrections import delete_correction, put_correction
from api.actions.ingest import take
from api.deps import Deps
from api.reads.comparison import compare
from api.reads.corrections import read_page_of_corrections
from api.reads.cycles import read_cycle, read_cycles
from api.reads.day_items import read_day, read_day_items
from api.reads.digest.answer import read_digest
from api.reads.explain.explanation import read_explanation
from api.reads.health import LastObserved, check_health
from api.reads.items import read_items
from api.reads.post import read_post
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.subreddits import read_communities, read_subreddits
from api.reads.topics import read_topics
from api.reads.trending import read_trending
from api.reads.trends import read_trends
from api.schema.corrections import CorrectionBody, CorrectionPath, CorrectionsParameters
from api.schema.digest import DigestParameters
from api.schema.explain import ExplainParameters
from api.schema.exports import ExportParameters
from api.schema.parameters import (
    CompareParameters,
    CycleParameters,
    CyclesParameters,
    ItemsParameters,
    PostParameters,
    PostsParameters,
    ScopeParameters,
    SubredditsParameters,
    TrendingParameters,
    TrendsParameters,
)
from api.schema.topics import TopicsParameters
from api.schema.values import Sort
from bench.alert_endpoints import alerts_asked
from bench.ask_endpoints import questions_asked
from bench.feed_endpoints import feeds_asked
from bench.marker_endpoints import markers_asked
from bench.subject_endpoints import (
    WINDOWS,
    Asked,
    Read,
    even_if_refused,
    subjects_asked,
    subjects_view,
)
from shared.models import ALL

BY_THE_HOUR_UP_TO = 168
COMPARED_AT_ONCE = 10

# A line of a community that isn't watched: it is refused, and nothing is stored.
PUSHED = (
    b'{"source": "push", "community": "push.desk", "kind": "post", "id": "1", "title": "I love it",'
    b' "created": "2026-11-25T10:00:00Z"}'
)


def asked(
    names: Sequence[str], subjects: Sequence[str], *, post: tuple[str, str], cycle: str
) -> Asked:
    """Return the reads of every endpoint; `post` is a subreddit and an id."""
    one = names[0]
    (health,) = look()
    return {
        # In this order: the second look finds what the first one kept.
        "health": {"first of a process": health, "again": health},
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
            **_sorted(
                lambda deps, sort, name: read_recent_posts(
                    deps, PostsParameters(hours=168, subreddit=name, sort=sort)
                ),
                one,
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
            **_sorted(
                lambda deps, sort, name: read_items(
                    deps, ItemsParameters(hours=168, subreddit=name, sort=sort)
                ),
                one,
            ),
        },
        "export_items": {
            "a day": lambda deps: _day_of(deps, None),
            "a day, one subreddit": lambda deps: _day_of(deps, one),
        },
        "post": {
            "subreddit given": lambda deps: read_post(
                deps, PostParameters(id=post[1], subreddit=post[0])
            ),
            "subreddit not given": lambda deps: read_post(deps, PostParameters(id=post[1])),
        },
        "explain": {
            **_of_windows(
                lambda deps, hours: read_explanation(deps, ExplainParameters(hours=hours))
            ),
            **_of_windows(
                lambda deps, hours: read_explanation(
                    deps, ExplainParameters(hours=hours, community=one)
                ),
                ", one community",
            ),
            **_of_windows(
                lambda deps, hours: read_explanation(
                    deps, ExplainParameters(hours=hours, subject=subjects[0])
                ),
                ", one subject",
            ),
        },
        "digest": {
            "a week": lambda deps: read_digest(deps, DigestParameters(period="week")),
            "a day": lambda deps: read_digest(deps, DigestParameters(period="day")),
        },
        "trending_topics": {"": topics},
        "trending_feed": {"": topics},
        "topics": {
            **_topics_of("", {}),
            **_topics_of(", one subreddit", {"community": one}),
            **_topics_of(", a subject", {"subject": subjects[0]}),
        },
        "subreddits": {"": lambda deps: read_subreddits(deps, SubredditsParameters())},
        "communities": {"": lambda deps: read_communities(deps, SubredditsParameters())},
        "cycles": {"20": list_cycles},
        "cycle": {"": lambda deps: read_cycle(deps, CycleParameters(id=cycle))},
        "admin_collect": {"": ask_for_collection},
        "ingest": {"one line": lambda deps: take(deps, PUSHED)},
        **_corrections_asked(*post),
        **markers_asked(),
        **alerts_asked(),
        **feeds_asked(),
        **questions_asked(),
        **subjects_asked(subjects, one),
    }


def _corrections_asked(community: str, post: str) -> Asked:
    """Return what is asked of corrections; the last one takes back what the first one says."""
    path = CorrectionPath(id=post, subreddit=community)
    body = CorrectionBody(label="negative")
    return {
        "put_correction": {"": lambda deps: put_correction(deps, path, body)},
        "corrections": {"50": lambda deps: read_page_of_corrections(deps, CorrectionsParameters())},
        "delete_correction": {"": lambda deps: delete_correction(deps, path)},
    }


def _sorted(read: Callable[[Deps, Sort, str], Awaitable[object]], one: str) -> dict[str, Read]:
    """Return the reads of a week in two orders; by reach, all subreddits may be too many."""
    return {
        "7 d, by influence": lambda deps: read(deps, "influence", ALL),
        "7 d, one subreddit, by influence": lambda deps: read(deps, "influence", one),
        "7 d, one subreddit, by reach": even_if_refused(lambda deps: read(deps, "reach", one)),
    }


def _topics_of(more: str, scope: dict[str, str]) -> dict[str, Read]:
    """Return the reads of what is said more than before in a scope."""

    def read(deps: Deps, hours: int) -> Awaitable[object]:
        asked = TopicsParameters.model_validate({"hours": hours, **scope})
        return read_topics(deps, asked)

    return _of_windows(read, more)


def topics(deps: Deps) -> Awaitable[object]:
    """Read the trending topics."""
    return read_trending(deps, TrendingParameters())


def look() -> list[Read]:
    """Return the reads of an open dashboard every minute: dashboard/src/cycles.ts.

    What collections change is kept from one look to the next.
    """
    last = LastObserved()
    return [lambda deps: check_health(deps, last)]


def look_at(cycle: str) -> list[Read]:
    """Return the reads of an open dashboard every second while a cycle runs."""
    return [*look(), lambda deps: read_cycle(deps, CycleParameters(id=cycle))]


def list_cycles(deps: Deps) -> Awaitable[object]:
    """Read the newest cycles, as the dashboard does when one begins and when it has ended."""
    return read_cycles(deps, CyclesParameters())


def first_view(names: Sequence[str], hours: int) -> list[Read]:
    """Return the reads of the dashboard's first view: dashboard/src/communities, cycles.ts.

    They include the scope alone, all subreddits in groups of ten, the trending topics, the names,
    and the subjects.
    """
    starts = range(0, len(names), COMPARED_AT_ONCE)
    parts = [["all"], *(list(names[start : start + COMPARED_AT_ONCE]) for start in starts)]
    return [
        *look(),
        list_cycles,
        lambda deps: read_subreddits(deps, SubredditsParameters()),
        topics,
        *(_compare(part, hours) for part in parts),
        *subjects_view(hours),
    ]


def _compare(names: Sequence[str], hours: int) -> Read:
    collected = _compared(names, hours).model_copy(
        update={"until": "collected", "baseline": "rhythm"}
    )
    return lambda deps: compare(deps, collected)


def _compared(names: Sequence[str], hours: int) -> CompareParameters:
    granularity = "hour" if hours <= BY_THE_HOUR_UP_TO else "day"
    return CompareParameters.model_validate(
        {"subreddits": ",".join(names), "hours": hours, "granularity": granularity}
    )


async def _day_of(deps: Deps, name: str | None) -> object:
    """Read the items of yesterday without pauses between their pages."""

    async def no_pause(seconds: float) -> None:
        del seconds

    day = await read_day(deps, ExportParameters(subreddit=name))
    return [page async for page in read_day_items(deps, day, pause=no_pause)]


def _of_windows(read: Callable[[Deps, int], Awaitable[object]], more: str = "") -> dict[str, Read]:
    return {f"{name}{more}": _bound(read, hours) for name, hours in WINDOWS.items()}


def _bound(read: Callable[[Deps, int], Awaitable[object]], hours: int) -> Read:
    return lambda deps: read(deps, hours)
