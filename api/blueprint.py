"""The HTTP functions: each reads its parameters, calls one function, and answers.

Those of the watchlist are in watching.py, those that change what is stored in changes.py, and pages
in site.py. The host tries them in the order of their names, and calls the first one whose route and
methods match. So the prefix of a name says how general its address is: api_ is fixed, item_ has a
parameter, and site matches the rest. The local host doesn't start if a function hides another.
"""

import azure.functions as func

from api.endpoint import BASE
from api.export.files import trends_file
from api.export.tables import REPORT_TYPES, TYPES, form_of_report, format_of
from api.http.access import may_read
from api.http.negotiation import choose_type
from api.http.parameters import read_parameters, with_flag
from api.http.place import place_of
from api.http.problems import answering
from api.http.responses import (
    JSON,
    Prepared,
    health_answer,
    least_health_answer,
    next_link,
    prepare,
    prepared,
)
from api.process import configured_deps, process_caches, process_deps, process_last_observed
from api.reads.comparison import compare
from api.reads.cycles import next_cycles, read_cycle, read_cycles
from api.reads.health import check_health
from api.reads.items import read_items
from api.reads.post import next_comments, read_post
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.subreddits import next_communities, read_subreddits
from api.reads.trending import read_trending
from api.reads.trends import read_trends
from api.routes import route_of
from api.schema.digest import MOMENTS_OF_DIGEST, DigestParameters
from api.schema.explain import MOMENTS_OF_EXPLANATION, ExplainParameters
from api.schema.health import HealthParameters
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
from api.schema.sentiment import MOMENTS_OF_STATS
from api.schema.topics import TopicsParameters
from api.serving import linked, serve_data, serve_day_file, serve_kept, serve_page

blueprint = func.Blueprint()
_route = route_of(blueprint)

# Parameters in the path of a post.
IN_PATH = frozenset({"id"})


@_route("health")
@answering
async def api_health(req: func.HttpRequest) -> func.HttpResponse:
    """Return the health of the service."""
    deps = configured_deps()
    parameters = read_parameters(HealthParameters, with_flag(req, "strict"))
    health = process_caches().health
    found = await health.get("health", lambda: check_health(deps, process_last_observed()))
    answer = health_answer if may_read(deps.settings) else least_health_answer
    return answer(found, strict=parameters.strict == "true")


@_route("sentiment_stats")
@answering
async def api_sentiment_stats(req: func.HttpRequest) -> func.HttpResponse:
    """Return the sentiment of a window."""
    return await serve_data(req, ScopeParameters, read_stats, moments=MOMENTS_OF_STATS)


@_route("sentiment_trends")
@answering
async def api_sentiment_trends(req: func.HttpRequest) -> func.HttpResponse:
    """Return the sentiment of a window by the hour, day or week."""
    parameters = read_parameters(TrendsParameters, req.params)
    form = format_of(parameters.format, req.headers.get("accept", ""))
    deps = await process_deps()

    async def make() -> Prepared:
        trends = await read_trends(deps, parameters)
        if form == "json":
            return prepare(trends, deps.settings.origin, moments=MOMENTS_OF_STATS)
        return trends_file(deps, parameters, trends, form)

    return await serve_kept(deps, req, ("trends", form), parameters, make, mimetype=TYPES[form])


@_route("sentiment_compare")
@answering
async def api_sentiment_compare(req: func.HttpRequest) -> func.HttpResponse:
    """Compare communities."""
    return await serve_data(req, CompareParameters, compare, moments=MOMENTS_OF_STATS)


@_route("posts_recent")
@answering
async def api_posts_recent(req: func.HttpRequest) -> func.HttpResponse:
    """Return the newest posts, page by page."""
    return await serve_page(req, PostsParameters, read_recent_posts, "/api/v1/posts/recent")


@_route("items")
@answering
async def api_items(req: func.HttpRequest) -> func.HttpResponse:
    """Return the newest posts and comments that statistics count, page by page."""
    return await serve_page(req, ItemsParameters, read_items, "/api/v1/items")


@_route("export_items")
@answering
async def api_export_items(req: func.HttpRequest) -> func.HttpResponse:
    """Return the posts and comments of a day as a file."""
    return await serve_day_file(req)


@_route("post")
@answering
async def item_post(req: func.HttpRequest) -> func.HttpResponse:
    """Return a post with its comments, page by page."""
    parameters = read_parameters(PostParameters, req.params, req.route_params)
    choose_type(req.headers.get("accept", ""), [JSON])
    deps = await process_deps()

    async def make() -> Prepared:
        detail = await read_post(deps, parameters)
        path = f"/api/v1/posts/{parameters.id}"
        links = next_link(path, parameters, next_comments(detail), without=IN_PATH)
        return prepare(detail, deps.settings.origin, headers=links)

    return await serve_kept(deps, req, (read_post, "json"), parameters, make)


@_route("subreddits")
@answering
async def api_subreddits(req: func.HttpRequest) -> func.HttpResponse:
    """List the watched communities."""
    links = linked(f"{BASE}/subreddits", next_communities)
    return await serve_data(req, SubredditsParameters, read_subreddits, links=links)


@_route("trending_topics")
@answering
async def api_trending_topics(req: func.HttpRequest) -> func.HttpResponse:
    """Return the trending topics."""
    return await serve_data(req, TrendingParameters, read_trending)


@_route("topics")
@answering
async def api_topics(req: func.HttpRequest) -> func.HttpResponse:
    """Return what is said more in a scope and a span than before."""
    # The rules of texts cost 50 ms, only when used.
    from api.reads.topics import read_topics  # noqa: PLC0415

    return await serve_data(req, TopicsParameters, read_topics)


@_route("explain")
@answering
async def api_explain(req: func.HttpRequest) -> func.HttpResponse:
    """Return what made the change of a scope."""
    # The rules of texts cost 50 ms, only when used.
    from api.export.explanation import explanation_markdown  # noqa: PLC0415
    from api.reads.explain.explanation import read_explanation  # noqa: PLC0415

    parameters = read_parameters(ExplainParameters, req.params)
    form = form_of_report(parameters.format, req.headers.get("accept", ""))
    deps = await process_deps()
    base, origin = place_of(req, deps.settings).base, deps.settings.origin

    async def make() -> Prepared:
        found = await read_explanation(deps, parameters)
        if form == "json":
            return prepare(found, origin, moments=MOMENTS_OF_EXPLANATION)
        return prepared(explanation_markdown(found, base).encode(), origin)

    key = ("explain", form) if form == "json" else (("explain", base), form)
    return await serve_kept(deps, req, key, parameters, make, mimetype=REPORT_TYPES[form])


@_route("digest")
@answering
async def api_digest(req: func.HttpRequest) -> func.HttpResponse:
    """Return a day or a week of subjects."""
    # The rules of texts cost 50 ms, only when used.
    from api.export.digest import digest_markdown  # noqa: PLC0415
    from api.reads.digest.answer import read_digest  # noqa: PLC0415

    parameters = read_parameters(DigestParameters, req.params)
    form = form_of_report(parameters.format, req.headers.get("accept", ""))
    deps = await process_deps()
    base, origin = place_of(req, deps.settings).base, deps.settings.origin

    async def make() -> Prepared:
        digest = await read_digest(deps, parameters)
        if form == "json":
            return prepare(digest, origin, moments=MOMENTS_OF_DIGEST)
        return prepared(digest_markdown(digest, base).encode(), origin)

    key = ("digest", form) if form == "json" else (("digest", base), form)
    return await serve_kept(deps, req, key, parameters, make, mimetype=REPORT_TYPES[form])


@_route("cycles")
@answering
async def api_cycles(req: func.HttpRequest) -> func.HttpResponse:
    """List the newest collection cycles."""
    links = linked(f"{BASE}/cycles", next_cycles)
    return await serve_data(req, CyclesParameters, read_cycles, fresh_seconds=0, links=links)


@_route("cycle")
@answering
async def item_cycle(req: func.HttpRequest) -> func.HttpResponse:
    """Return a collection cycle."""
    return await serve_data(req, CycleParameters, read_cycle, fresh_seconds=0)
