"""Stored data as after a collection, and calls of the API's functions as by the Functions host."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode

import azure.functions as func

import function_app
from api.deps import Deps
from api.schema.health import ProcessHealth
from collector.rollups.hours import rebuild_all, rebuild_cells
from local.host.addresses import path_of
from local.host.functions import functions_of
from local.host.http import Router
from local.host.invoke import Output
from shared.models import Comment, Label, Post, Sentiment
from shared.settings import load_settings
from shared.store import COMMENTS, POSTS, Query, Store
from shared.times import Clock, hour_of, iso

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
NAMES = ("aws", "claude", "OpenAI")
COMPOUND: dict[Label, float] = {"positive": 0.6124, "negative": -0.4404, "neutral": 0.0}
LABELS: tuple[Label, ...] = ("positive", "negative", "neutral")
BASE = "http://127.0.0.1:7071"
SCHEDULES = ("COLLECT_SCHEDULE", "TRENDING_SCHEDULE", "CLEANUP_SCHEDULE", "ALERTS_SCHEDULE")


def sentiment(label: Label) -> Sentiment:
    return Sentiment(
        label=label,
        compound=COMPOUND[label],
        positive=0.25,
        negative=0.25,
        neutral=0.5,
        method="vader",
        version="3.3.2",
        analyzed_at=iso(NOW),
    )


def a_post(
    number: int,
    created: datetime,
    subreddit: str = "aws",
    label: Label = "neutral",
    **more: Any,
) -> Post:
    post: Any = {
        "id": f"p{number}",
        "source": "reddit",
        "community": subreddit,
        "kind": "post",
        "order_key": f"{iso(created)}_p{number}",
        "author": "someone",
        "title": f"Title {number}",
        "content": "Some words",
        "url": "https://example.com/",
        "permalink": f"https://www.reddit.com/r/{subreddit}/comments/p{number}/x/",
        "created_utc": iso(created),
        "upvotes": number,
        "upvote_ratio": 0.5,
        "comment_count": 2,
        "flair": None,
        "collected_at": iso(created),
        "deleted": False,
        "language": "en",
        "observations": [{"at": iso(created), "upvotes": number, "comment_count": 2}],
        "sentiment": sentiment(label),
    }
    return {**post, **more}  # type: ignore[typeddict-item]


def a_comment(
    number: int, created: datetime, subreddit: str = "aws", label: Label = "neutral"
) -> Comment:
    return Comment(
        id=f"c{number}",
        post_id="p0",
        parent_id="p0",
        source="reddit",
        community=subreddit,
        kind="comment",
        order_key=f"{iso(created)}_c{number}",
        author="someone",
        content="Some words",
        permalink=f"https://www.reddit.com/r/{subreddit}/comments/p0/x/c{number}/",
        created_utc=iso(created),
        upvotes=number,
        collected_at=iso(created),
        deleted=False,
        language="en",
        sentiment=sentiment(label),
    )


def posts_back(
    count: int, step: timedelta, *, newest: datetime = NOW, first: int = 0
) -> list[Post]:
    """Make posts of all subreddits and labels in turn, each a step older; newest first."""
    return [
        a_post(
            first + n,
            newest - n * step,
            NAMES[n % len(NAMES)],
            LABELS[n // len(NAMES) % len(LABELS)],
        )
        for n in range(count)
    ]


async def keep(store: Store, posts: Iterable[Post] = (), comments: Iterable[Comment] = ()) -> None:
    """Store items and the statistics of their hours, as a cycle does."""
    posts, comments = list(posts), list(comments)
    await store.upsert(POSTS, posts)
    await store.upsert(COMMENTS, comments)
    hours: dict[str, set[str]] = defaultdict(set)
    for item in (*posts, *comments):
        hours[item["community"]].add(hour_of(item["order_key"]))
    await rebuild_all(
        store, {name: await rebuild_cells(store, name, found) for name, found in hours.items()}
    )


def deps_of(
    store: Any,
    *,
    now: datetime | Clock = NOW,
    names: Iterable[str] = NAMES,
    uptime: float = 1.0,
    **more: str,
) -> Deps:
    async def opened() -> Store:
        found: Store = store
        return found

    return Deps(
        load_settings({"SUBREDDITS": ",".join(names), **more}),
        opened,
        now if callable(now) else lambda: now,
        lambda: ProcessHealth(uptime_seconds=uptime, memory_mb=50, cpu_percent=0, pid=1),
    )


@dataclass
class CountingStore:
    """A store that counts its reads, and the requested documents by container."""

    inner: Store
    reads: int = 0
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def read(self, container: Any, partition: str, document_id: str) -> Any:
        self._count(container.name, 1)
        return await self.inner.read(container, partition, document_id)

    async def read_many(self, container: Any, keys: Any) -> Any:
        keys = list(keys)
        self._count(container.name, len(keys))
        return await self.inner.read_many(container, keys)

    async def query(self, query: Query[Any]) -> Any:
        self._count(query.container.name, query.limit)
        return await self.inner.query(query)

    def _count(self, name: str, documents: int) -> None:
        self.reads += 1
        self.asked[name] += documents


# The library can list an app's functions only once.
HTTP_FUNCTIONS = [
    each
    for each in functions_of(function_app.app, dict.fromkeys(SCHEDULES, "0 0 0 * * *"))
    if each.kind == "http"
]
ROUTER = Router(HTTP_FUNCTIONS, prefix="")


async def get(
    target: str, headers: Mapping[str, str] | None = None, /, **parameters: Any
) -> func.HttpResponse:
    """Call the function of the path, with the query of the target and these parameters."""
    return await ask("GET", target, headers, **parameters)


async def ask(
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    /,
    *,
    body: bytes = b"",
    sent: list[object] | None = None,
    **parameters: object,
) -> func.HttpResponse:
    """Call the function that the host would choose for this method and path.

    What it puts on its queues is appended to `sent`.
    """
    path, _, query = target.partition("?")
    given = {**dict(parse_qsl(query)), **{name: str(value) for name, value in parameters.items()}}
    url = f"{BASE}{path}" + (f"?{urlencode(given)}" if given else "")
    found = ROUTER.match(method, path_of(path, ""))
    assert found is not None, f"the host answers {method} {path} itself"
    function, values = found
    route_params = {name: value for name, value in values.items() if value is not None}
    request = func.HttpRequest(
        method, url, headers=headers, params=given, route_params=route_params, body=body
    )
    outputs = {name: Output() for name in function.outputs}
    answer: func.HttpResponse = await function.call(request, **outputs)
    if sent is not None:
        sent += [output.value for output in outputs.values() if output.value is not None]
    return answer
