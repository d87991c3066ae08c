"""The endpoints of the API. Routes, OpenAPI, fallback and tests read these rows."""

from api.alert_endpoints import ALERT_ENDPOINTS, LINKS
from api.ask_endpoints import ASK_ENDPOINTS
from api.correction_endpoints import CORRECTION_ENDPOINTS
from api.digest_endpoints import DIGEST_ENDPOINTS
from api.endpoint import (
    BASE,
    CHANGE,
    FILES,
    MCP,
    METADATA,
    PARQUET,
    SECURITY_TXT,
    TEXT_FILES,
    Endpoint,
    Page,
)
from api.feed_endpoints import FEED_ENDPOINTS, SIGNED_FEEDS
from api.marker_endpoints import MARKER_ENDPOINTS
from api.schema.bulk import BulkAnswer, BulkBody
from api.schema.cycles import CycleAnswer, Cycles, Subreddits, Triggered, WatchedCommunities
from api.schema.digest import Digest, DigestParameters
from api.schema.explain import ExplainParameters, Explanation
from api.schema.exports import ExportParameters
from api.schema.health import Health, HealthParameters
from api.schema.ingest import Ingested
from api.schema.items import Items, PostDetail, Posts
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
from api.schema.sentiment import Comparison, SentimentTrends, Stats
from api.schema.topics import ScopeTopics, TopicsParameters
from api.schema.trending import TopicsAnswer
from api.schema.watchlist import (
    CommunityAnswer,
    CommunityBody,
    CommunityPath,
    WatchlistAnswer,
)
from api.subject_endpoints import SUBJECT_ENDPOINTS

ENDPOINTS = (
    Endpoint(
        "health",
        "/health",
        "The health of the service; the status alone where who asks may not read",
        Health,
        HealthParameters,
        problems=(422,),
        is_kept=False,
        is_open=True,
    ),
    Endpoint(
        "sentiment_stats",
        "/sentiment/stats",
        "The sentiment of a window",
        Stats,
        ScopeParameters,
        problems=(404, 422, 429),
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
        "Communities and subjects side by side, each compared with the window before",
        Comparison,
        CompareParameters,
        problems=(404, 422, 429),
    ),
    Endpoint(
        "posts_recent",
        "/posts/recent",
        "Posts in the order of `sort`, page by page; the next page is in the Link header",
        Posts,
        PostsParameters,
        problems=(404, 422, 429),
        files=FILES,
        is_paged=True,
    ),
    Endpoint(
        "items",
        "/items",
        "Posts and comments in the order of `sort`, page by page: what the statistics count",
        Items,
        ItemsParameters,
        problems=(404, 422, 429),
        files=FILES,
        is_paged=True,
    ),
    Endpoint(
        "export_items",
        "/exports/items",
        "All posts and comments of a day as a file, newest first: what /items lists",
        Items,
        ExportParameters,
        problems=(404, 422, 429),
        media_type=PARQUET,
        files=TEXT_FILES,
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
        "The topics that people discuss more than in the week before",
        TopicsAnswer,
        TrendingParameters,
        problems=(404, 422),
    ),
    Endpoint(
        "topics",
        "/topics",
        "The topics of a subject, a community or all: what is said more than in the time before",
        ScopeTopics,
        TopicsParameters,
        problems=(404, 422, 429),
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
    Endpoint(
        "explain",
        "/explain",
        "The reasons for the change of a subject, a community or all, with their evidence",
        Explanation,
        ExplainParameters,
        problems=(404, 422, 429),
        files=("text/markdown",),
    ),
    Endpoint(
        "digest",
        "/digest",
        "A day or a week of subjects: what changed, why, what to read and what to answer",
        Digest,
        DigestParameters,
        problems=(404, 422, 429),
        files=("text/markdown",),
    ),
    *ASK_ENDPOINTS,
    *SUBJECT_ENDPOINTS,
    *CORRECTION_ENDPOINTS,
    *MARKER_ENDPOINTS,
    *ALERT_ENDPOINTS,
    *DIGEST_ENDPOINTS,
    *FEED_ENDPOINTS,
    Endpoint(
        "subreddits",
        "/subreddits",
        "The watched communities, page by page where they are many",
        Subreddits,
        SubredditsParameters,
        problems=(422,),
        is_paged=True,
    ),
    Endpoint(
        "communities",
        "/communities",
        "The watched communities of all sources, with the state of their collection, page by page"
        " where they are many",
        WatchedCommunities,
        SubredditsParameters,
        problems=(422,),
        is_paged=True,
    ),
    Endpoint(
        "community",
        "/communities/{id}",
        "A community that is collected",
        CommunityAnswer,
        CommunityPath,
        problems=(404, 422),
    ),
    Endpoint(
        "change_communities",
        "/communities",
        "Watch communities in bulk, and others no longer: thousands, beside those of the watchlist",
        BulkAnswer,
        method="POST",
        problems=(401, 415, 422),
        is_kept=False,
        body=BulkBody,
    ),
    Endpoint(
        "put_community",
        "/communities/{id}",
        "Collect a community, from the next cycle on",
        CommunityAnswer,
        CommunityPath,
        method="PUT",
        problems=(*CHANGE, 415),
        is_kept=False,
        body=CommunityBody,
        creates=True,
    ),
    Endpoint(
        "delete_community",
        "/communities/{id}",
        "Stop collecting a community; the answer is the watchlist without it",
        WatchlistAnswer,
        CommunityPath,
        method="DELETE",
        problems=(*CHANGE, 404),
        is_kept=False,
    ),
    Endpoint(
        "cycles",
        "/cycles",
        "Collection cycles, newest first, page by page",
        Cycles,
        CyclesParameters,
        problems=(422,),
        is_paged=True,
    ),
    Endpoint(
        "cycle",
        "/cycles/{id}",
        "A collection cycle, also while it runs",
        CycleAnswer,
        CycleParameters,
        problems=(404, 422),
    ),
    Endpoint(
        "admin_collect",
        "/admin/collect",
        "Start a collection",
        Triggered,
        method="POST",
        status=202,
        problems=(401, 409, 422),
        is_kept=False,
    ),
    Endpoint(
        "ingest",
        "/ingest",
        "Push items: up to 1,000 lines or 1 MiB",
        Ingested,
        method="POST",
        problems=(401, 415, 422),
        is_kept=False,
        takes="An item in each line: docs/push.md and docs/schemas/item.schema.json describe one.",
    ),
)

SESSION = f"{BASE}/session"

PAGES = (
    Page("openapi", f"{BASE}/openapi.json"),
    Page("docs", f"{BASE}/docs"),
    Page("docs_file", f"{BASE}/docs/{{file}}"),
    Page("asset", "/assets/{file}", is_open=True),
    Page("metrics", "/metrics", is_open=True),
    Page("mcp", MCP, methods=("POST",)),
    Page("mcp_changes", f"{MCP}/changes", methods=("POST",), needs_key=True),
    Page("oauth_resource", METADATA, is_open=True),
    Page("oauth_mcp", f"{METADATA}{MCP}", is_open=True),
    Page("begin_session", SESSION, methods=("POST",)),
    Page("end_session", SESSION, methods=("DELETE",), is_open=True),
    Page("security_txt", SECURITY_TXT, is_open=True),
    Page("signed_feed", SIGNED_FEEDS, is_open=True),
    Page("alert_link", LINKS, is_open=True),
    Page("follow_alert_link", LINKS, methods=("POST",), is_open=True),
)

ROUTES: dict[str, Endpoint | Page] = {each.operation: each for each in (*ENDPOINTS, *PAGES)}
"""Each route with its own address, by operation; the fallback answers the rest."""
