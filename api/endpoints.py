"""The endpoints of the API. Routes, OpenAPI, fallback and tests read these rows."""

from dataclasses import dataclass

from pydantic import BaseModel

from api.schema.cycles import CycleAnswer, Cycles, Subreddits, Triggered, WatchedCommunities
from api.schema.health import Health
from api.schema.ingest import Ingested
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
from api.schema.preview import Preview, PreviewBody
from api.schema.sentiment import Comparison, SentimentTrends, Stats
from api.schema.subject_parameters import (
    FeedParameters,
    MentionsParameters,
    SubjectParameters,
    SubjectsParameters,
    VoiceParameters,
)
from api.schema.subjects import Mentions, ShareOfVoice, SubjectCard, SubjectsAnswer
from api.schema.trending import TopicsAnswer
from api.schema.watchlist import (
    CommunityAnswer,
    CommunityBody,
    CommunityPath,
    HistoryAnswer,
    HistoryParameters,
    MergeBody,
    SubjectAnswer,
    SubjectBody,
    SubjectPath,
    WatchlistAnswer,
    WatchlistBody,
)

BASE = "/api/v1"
FILES = ("text/csv", "application/x-ndjson")
UNAUTHORIZED = 401
PRECONDITION_REQUIRED = 428
# Of a change of the watchlist.
CHANGE = (401, 412, 422, 428)
# Where there is GET, there is HEAD.
READ = ("GET", "HEAD")


@dataclass(frozen=True)
class Endpoint:
    """One endpoint: the id of its operation, its path below /api/v1, and its models."""

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
    """Other media types that it can return."""
    is_kept: bool = True
    """True: the answer has an ETag, which allows 304, and Accept chooses its format."""
    is_paged: bool = False
    """True: a Link header leads to the next page."""
    takes: str = ""
    """The description of its body of JSON lines; empty if it takes none."""
    body: type[BaseModel] | None = None
    """The model of its body of JSON, which it needs."""
    creates: bool = False
    """True: it answers 201 if what it writes is new."""

    @property
    def needs_match(self) -> bool:
        """Return whether a caller says in If-Match what it changes."""
        return PRECONDITION_REQUIRED in self.problems

    @property
    def function(self) -> str:
        """Return the name of the function that answers."""
        return _function(self.operation, self.path)

    @property
    def address(self) -> str:
        """Return the whole path: /api/v1/…."""
        return BASE + self.path

    @property
    def methods(self) -> tuple[str, ...]:
        """Return the methods that it answers: https://www.rfc-editor.org/rfc/rfc9110#section-9.1."""
        return READ if self.method == "GET" else (self.method,)

    @property
    def needs_key(self) -> bool:
        """Return whether a caller needs a function key."""
        return UNAUTHORIZED in self.problems


@dataclass(frozen=True)
class Page:
    """A page of the app, or a file of one. Pages aren't in the OpenAPI document."""

    operation: str
    address: str
    methods: tuple[str, ...] = READ
    needs_key: bool = False

    @property
    def function(self) -> str:
        """Return the name of the function that answers."""
        return _function(self.operation, self.address)


def _function(operation: str, path: str) -> str:
    """Name a function: api_ for a fixed address, item_ for one with a parameter.

    The host tries functions in the order of their names.
    """
    return f"{'item' if '{' in path else 'api'}_{operation}"


ENDPOINTS = (
    Endpoint(
        "health", "/health", "The health of the service", Health, problems=(422,), is_kept=False
    ),
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
        "Communities and subjects side by side, each compared with the window before",
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
        "The topics that people discuss more than in the week before",
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
    Endpoint(
        "subjects",
        "/subjects",
        "The subjects of the watchlist, with their figures and their share of voice",
        SubjectsAnswer,
        SubjectsParameters,
        problems=(422, 429),
    ),
    Endpoint(
        "subject",
        "/subjects/{id}",
        "A subject, with its figures, rules and newest mentions",
        SubjectCard,
        SubjectParameters,
        problems=(404, 422, 429),
    ),
    Endpoint(
        "subject_mentions",
        "/subjects/{id}/mentions",
        "The posts and comments that mention a subject, page by page: what its statistics count",
        Mentions,
        MentionsParameters,
        problems=(404, 422, 429),
        files=FILES,
        is_paged=True,
    ),
    Endpoint(
        "subject_feed",
        "/subjects/{id}/mentions.atom",
        "The newest mentions of a subject for feed readers",
        Mentions,
        FeedParameters,
        problems=(404, 422),
        media_type="application/atom+xml",
        files=("text/xml",),
    ),
    Endpoint(
        "share_of_voice",
        "/share-of-voice",
        "The mentions of each subject over those of a set of subjects",
        ShareOfVoice,
        VoiceParameters,
        problems=(404, 422, 429),
    ),
    Endpoint(
        "watchlist",
        "/watchlist",
        "The subjects and communities that are watched, with their rules",
        WatchlistAnswer,
        problems=(422,),
    ),
    Endpoint(
        "put_watchlist",
        "/watchlist",
        "Write the whole watchlist",
        WatchlistAnswer,
        method="PUT",
        problems=(*CHANGE, 415),
        is_kept=False,
        body=WatchlistBody,
    ),
    Endpoint(
        "watchlist_history",
        "/watchlist/history",
        "Earlier states of the watchlist",
        HistoryAnswer,
        HistoryParameters,
        problems=(422,),
    ),
    Endpoint(
        "put_subject",
        "/subjects/{id}",
        "Write a subject, new or not; stored items are matched again",
        SubjectAnswer,
        SubjectPath,
        method="PUT",
        problems=(*CHANGE, 415),
        is_kept=False,
        body=SubjectBody,
        creates=True,
    ),
    Endpoint(
        "delete_subject",
        "/subjects/{id}",
        "Remove a subject; the answer is the watchlist without it",
        WatchlistAnswer,
        SubjectPath,
        method="DELETE",
        problems=(*CHANGE, 404),
        is_kept=False,
    ),
    Endpoint(
        "merge_subject",
        "/subjects/{id}/merge",
        "Let a subject take over the rules and the history of another one, which ends",
        SubjectAnswer,
        SubjectPath,
        method="POST",
        problems=(*CHANGE, 404, 415),
        is_kept=False,
        body=MergeBody,
    ),
    Endpoint(
        "preview_subject",
        "/subjects/preview",
        "What the rules of a subject would match in the newest items, before they are stored",
        Preview,
        method="POST",
        problems=(415, 422, 429),
        is_kept=False,
        body=PreviewBody,
    ),
    Endpoint("subreddits", "/subreddits", "The watched communities", Subreddits, problems=(422,)),
    Endpoint(
        "communities",
        "/communities",
        "The watched communities of all sources, with the state of their collection",
        WatchedCommunities,
        problems=(422,),
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
        "The newest collection cycles",
        Cycles,
        CyclesParameters,
        problems=(422,),
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

PAGES = (
    Page("openapi", f"{BASE}/openapi.json"),
    Page("docs", f"{BASE}/docs"),
    Page("docs_file", f"{BASE}/docs/{{file}}"),
    Page("asset", "/assets/{file}"),
)

ROUTES: dict[str, Endpoint | Page] = {each.operation: each for each in (*ENDPOINTS, *PAGES)}
"""Each route with its own address, by operation; the fallback answers the rest."""
