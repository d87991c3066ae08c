"""The endpoints of the API: one row each, which routes, OpenAPI, fallback and tests read."""

from dataclasses import dataclass

from pydantic import BaseModel

from api.schema.cycles import CycleAnswer, Cycles, Subreddits, Triggered
from api.schema.health import Health
from api.schema.items import Items, PostDetail, Posts
from api.schema.parameters import (
    CompareParameters,
    CycleParameters,
    CyclesParameters,
    ItemsParameters,
    Parameters,
    PostParameters,
    PostsParameters,
    ScopeParameters,
    TrendingParameters,
    TrendsParameters,
)
from api.schema.sentiment import Comparison, SentimentTrends, Stats
from api.schema.trending import TopicsAnswer

BASE = "/api/v1"
FILES = ("text/csv", "application/x-ndjson")


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: its operation's id, its path below /api/v1, and its shapes."""

    operation: str
    path: str
    summary: str
    answer: type[BaseModel]
    parameters: type[Parameters] | None = None
    method: str = "GET"
    status: int = 200
    problems: tuple[int, ...] = ()
    media_type: str = "application/json"
    files: tuple[str, ...] = ()
    """Other media types that it answers with."""
    is_kept: bool = True
    """Whether the answer has an ETag, so that 304 may follow, and its form is chosen by Accept."""
    is_paged: bool = False
    """Whether a Link header leads to the next page."""

    @property
    def function(self) -> str:
        """Name the function that answers: api_ for a fixed address, item_ for one with a part."""
        return f"{'item' if '{' in self.path else 'api'}_{self.operation}"


ENDPOINTS = (
    Endpoint("health", "/health", "How the service is", Health, problems=(422,), is_kept=False),
    Endpoint(
        "sentiment_stats",
        "/sentiment/stats",
        "The sentiment of a window",
        Stats,
        ScopeParameters,
        problems=(404, 422),
    ),
    Endpoint(
        "sentiment_trends",
        "/sentiment/trends",
        "The sentiment of a window by the hour, day or week",
        SentimentTrends,
        TrendsParameters,
        problems=(404, 422, 429),
        files=FILES,
    ),
    Endpoint(
        "sentiment_compare",
        "/sentiment/compare",
        "Subreddits side by side, each with the window before",
        Comparison,
        CompareParameters,
        problems=(404, 422, 429),
    ),
    Endpoint(
        "posts_recent",
        "/posts/recent",
        "The newest posts, page by page; the next page is in the Link header",
        Posts,
        PostsParameters,
        problems=(404, 422, 429),
        files=FILES,
        is_paged=True,
    ),
    Endpoint(
        "items",
        "/items",
        "The newest posts and comments, page by page: what the statistics count",
        Items,
        ItemsParameters,
        problems=(404, 422, 429),
        files=FILES,
        is_paged=True,
    ),
    Endpoint(
        "post",
        "/posts/{id}",
        "A post with its comments, page by page; the next page is in the Link header",
        PostDetail,
        PostParameters,
        problems=(404, 422),
        is_paged=True,
    ),
    Endpoint(
        "trending_topics",
        "/trending",
        "What people talk about more than in the week before",
        TopicsAnswer,
        TrendingParameters,
        problems=(404, 422),
    ),
    Endpoint(
        "trending_feed",
        "/trending.atom",
        "The trending topics for feed readers",
        TopicsAnswer,
        problems=(422,),
        media_type="application/atom+xml",
        files=("text/xml",),
    ),
    Endpoint("subreddits", "/subreddits", "The watched subreddits", Subreddits, problems=(422,)),
    Endpoint(
        "cycles",
        "/cycles",
        "The newest collection cycles",
        Cycles,
        CyclesParameters,
        problems=(422,),
    ),
    Endpoint(
        "cycle",
        "/cycles/{id}",
        "A collection cycle, also while it goes on",
        CycleAnswer,
        CycleParameters,
        problems=(404, 422),
    ),
    Endpoint(
        "admin_collect",
        "/admin/collect",
        "Ask for a collection now",
        Triggered,
        method="POST",
        status=202,
        problems=(401, 409, 422),
        is_kept=False,
    ),
)
