"""The HTTP functions: each reads its parameters, calls one function, and answers.

The host tries them in the order of their names, and calls the first one whose route and methods
match. So the prefix of a name says how general its address is: api_ is fixed, item_ has a
parameter, and site matches the rest. The local host doesn't start if a function hides another.
"""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import azure.functions as func

from api.actions import ingest as pushed
from api.actions.collect import ask_for_collection, send
from api.endpoint import READ
from api.endpoints import ROUTES
from api.export.corrections import corrections_file, form_of_corrections
from api.export.feed import FEED_TYPES, atom_of, place_of, read_entries
from api.export.files import trends_file
from api.export.mentions_feed import mentions_atom
from api.export.tables import TYPES, format_of
from api.http.bodies import read_body
from api.http.fallback import answer_fallback
from api.http.negotiation import choose_type
from api.http.pages import dashboard_file, dashboard_page, docs_file, docs_page, document_answer
from api.http.parameters import read_parameters
from api.http.problems import answering, answering_bodies
from api.http.responses import (
    JSON,
    Prepared,
    health_answer,
    ingested_answer,
    next_link,
    prepare,
    prepared,
    triggered_answer,
    uncached_answer,
)
from api.process import (
    configured_deps,
    process_caches,
    process_deps,
    process_last_observed,
    process_samples,
)
from api.reads.comparison import compare
from api.reads.corrections import read_page_of_corrections
from api.reads.cycles import read_cycle, read_cycles
from api.reads.health import check_health
from api.reads.items import read_items
from api.reads.markers import read_effect, read_marker, read_markers
from api.reads.mentions import read_feed, read_mentions
from api.reads.post import next_comments, read_post
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.subjects import read_subject, read_subjects
from api.reads.subreddits import read_communities, read_subreddits
from api.reads.trending import read_trending
from api.reads.trends import read_trends
from api.reads.voice import read_voice
from api.reads.watchlist import read_community, read_revisions, read_whole_watchlist
from api.schema.corrections import Corrections, CorrectionsParameters
from api.schema.explain import MOMENTS_OF_EXPLANATION, ExplainParameters
from api.schema.markers import (
    MOMENTS_OF_EFFECT,
    EffectParameters,
    MarkerPath,
    MarkersParameters,
)
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
from api.schema.preview import Preview, PreviewBody
from api.schema.sentiment import MOMENTS_OF_STATS
from api.schema.subject_parameters import (
    FeedParameters,
    MentionsParameters,
    SubjectParameters,
    SubjectsParameters,
    VoiceParameters,
)
from api.schema.topics import TopicsParameters
from api.schema.watchlist import CommunityPath, HistoryParameters, SubjectAnswer
from api.serving import LOOKS_SHARE_SECONDS, serve_data, serve_kept, serve_page
from shared.batches import MAX_BYTES
from shared.batches import QUEUE as INGEST_QUEUE
from shared.on_demand import QUEUE

blueprint = func.Blueprint()

# Parameters in the path of a post.
IN_PATH = frozenset({"id"})
# All methods of the library. The host answers other methods with an empty 404, and 204 at /.
ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def _route(operation: str) -> Callable[..., Any]:
    """Register a function with its address and methods from the registry."""
    route = ROUTES[operation]
    level = func.AuthLevel.FUNCTION if route.needs_key else func.AuthLevel.ANONYMOUS
    return blueprint.route(route.address.lstrip("/"), methods=route.methods, auth_level=level)


@_route("health")
@answering
async def api_health(req: func.HttpRequest) -> func.HttpResponse:
    """Return the health of the service."""
    deps = configured_deps()
    read_parameters(NoParameters, req.params)
    health = process_caches().health
    return health_answer(
        await health.get("health", lambda: check_health(deps, process_last_observed()))
    )


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


@_route("preview_subject")
@answering
async def api_preview_subject(req: func.HttpRequest) -> func.HttpResponse:
    """Show what the rules of a subject would match."""
    # The rules of texts cost 50 ms, only when used.
    from api.actions.preview import preview_subject  # noqa: PLC0415
    from api.reads.preview import read_sample  # noqa: PLC0415

    read_parameters(NoParameters, req.params)
    body = read_body(PreviewBody, req)
    deps = await process_deps()

    async def make() -> Preview:
        key = (body.days, deps.settings.watched)
        sample = await process_samples().get(key, partial(read_sample, deps, body.days))
        return await preview_subject(deps, body, sample)

    return uncached_answer(await process_caches().heavy.run(make), deps.settings.origin)


@_route("subreddits")
@answering
async def api_subreddits(req: func.HttpRequest) -> func.HttpResponse:
    """List the watched communities."""
    return await serve_data(req, SubredditsParameters, read_subreddits)


@_route("communities")
@answering
async def api_communities(req: func.HttpRequest) -> func.HttpResponse:
    """List the watched communities with the state of their collection."""
    return await serve_data(req, SubredditsParameters, read_communities)


@_route("community")
@answering
async def item_community(req: func.HttpRequest) -> func.HttpResponse:
    """Return a community that is collected."""
    return await serve_data(req, CommunityPath, read_community, fresh_seconds=0)


@_route("watchlist")
@answering
async def api_watchlist(req: func.HttpRequest) -> func.HttpResponse:
    """Return the watchlist."""
    return await serve_data(req, NoParameters, read_whole_watchlist, fresh_seconds=0)


@_route("watchlist_history")
@answering
async def api_watchlist_history(req: func.HttpRequest) -> func.HttpResponse:
    """Return earlier states of the watchlist."""
    return await serve_data(req, HistoryParameters, read_revisions, fresh_seconds=0)


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


@_route("trending_feed")
@answering
async def api_trending_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the trending topics to feed readers."""
    parameters = read_parameters(NoParameters, req.params)
    mimetype = choose_type(req.headers.get("accept", ""), FEED_TYPES)
    deps = await process_deps()
    place, origin = place_of(req), deps.settings.origin

    async def make() -> Prepared:
        return prepared(atom_of(await read_entries(deps), origin, place), origin)

    return await serve_kept(deps, req, (place, "json"), parameters, make, mimetype=mimetype)


@_route("explain")
@answering
async def api_explain(req: func.HttpRequest) -> func.HttpResponse:
    """Return what made the change of a scope."""
    # The rules of texts cost 50 ms, only when used.
    from api.reads.explain.explanation import read_explanation  # noqa: PLC0415

    return await serve_data(
        req, ExplainParameters, read_explanation, moments=MOMENTS_OF_EXPLANATION
    )


@_route("subjects")
@answering
async def api_subjects(req: func.HttpRequest) -> func.HttpResponse:
    """List the subjects of the watchlist with their figures."""
    return await serve_data(req, SubjectsParameters, read_subjects, moments=MOMENTS_OF_STATS)


@_route("subject")
@answering
async def item_subject(req: func.HttpRequest) -> func.HttpResponse:
    """Return a subject with its figures, rules and newest mentions."""
    return await serve_data(
        req,
        SubjectParameters,
        read_subject,
        moments=MOMENTS_OF_STATS,
        changeable=SubjectAnswer,
    )


@_route("subject_mentions")
@answering
async def item_subject_mentions(req: func.HttpRequest) -> func.HttpResponse:
    """Return the posts and comments that mention a subject, page by page."""
    return await serve_page(
        req, MentionsParameters, read_mentions, "/api/v1/subjects/{id}/mentions"
    )


@_route("subject_feed")
@answering
async def item_subject_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the newest mentions of a subject to feed readers."""
    parameters = read_parameters(FeedParameters, req.params, req.route_params)
    mimetype = choose_type(req.headers.get("accept", ""), FEED_TYPES)
    deps = await process_deps()
    place, origin = place_of(req), deps.settings.origin

    async def make() -> Prepared:
        return prepared(mentions_atom(await read_feed(deps, parameters), origin, place), origin)

    return await serve_kept(
        deps, req, (("mentions", place), "json"), parameters, make, mimetype=mimetype
    )


@_route("share_of_voice")
@answering
async def api_share_of_voice(req: func.HttpRequest) -> func.HttpResponse:
    """Return the share of voice of subjects."""
    return await serve_data(req, VoiceParameters, read_voice, moments=MOMENTS_OF_STATS)


@_route("corrections")
@answering
async def api_corrections(req: func.HttpRequest) -> func.HttpResponse:
    """List what people corrected, page by page, or write it as training data."""
    parameters = read_parameters(CorrectionsParameters, req.params)
    form = form_of_corrections(parameters, req.headers.get("accept", ""))
    deps = await process_deps()

    async def make() -> Prepared:
        page = await read_page_of_corrections(deps, parameters)
        links = next_link("/api/v1/corrections", parameters, page.next_cursor)
        if form == "json":
            answer = Corrections([each.answer for each in page.found])
            return prepare(answer, deps.settings.origin, headers=links, fresh_seconds=0)
        return corrections_file(deps, page, links)

    within = LOOKS_SHARE_SECONDS
    key = (read_page_of_corrections, form)
    return await serve_kept(deps, req, key, parameters, make, mimetype=TYPES[form], within=within)


@_route("markers")
@answering
async def api_markers(req: func.HttpRequest) -> func.HttpResponse:
    """List the markers of charts."""
    return await serve_data(req, MarkersParameters, read_markers, fresh_seconds=0)


@_route("marker")
@answering
async def item_marker(req: func.HttpRequest) -> func.HttpResponse:
    """Return a marker."""
    return await serve_data(req, MarkerPath, read_marker, fresh_seconds=0)


@_route("marker_effect")
@answering
async def item_marker_effect(req: func.HttpRequest) -> func.HttpResponse:
    """Return what changed from before a marker to after it."""
    return await serve_data(req, EffectParameters, read_effect, moments=MOMENTS_OF_EFFECT)


@_route("cycles")
@answering
async def api_cycles(req: func.HttpRequest) -> func.HttpResponse:
    """List the newest collection cycles."""
    return await serve_data(req, CyclesParameters, read_cycles, fresh_seconds=0)


@_route("cycle")
@answering
async def item_cycle(req: func.HttpRequest) -> func.HttpResponse:
    """Return a collection cycle."""
    return await serve_data(req, CycleParameters, read_cycle, fresh_seconds=0)


@_route("admin_collect")
@blueprint.queue_output(arg_name="message", queue_name=QUEUE, connection="AzureWebJobsStorage")
@answering
async def api_admin_collect(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    """Request a collection."""
    read_parameters(NoParameters, req.params)
    deps = configured_deps()
    triggered, request = await ask_for_collection(deps)
    await send(deps, message, request)
    return triggered_answer(triggered)


@_route("ingest")
@blueprint.queue_output(
    arg_name="message", queue_name=INGEST_QUEUE, connection="AzureWebJobsStorage"
)
@answering_bodies(MAX_BYTES)
async def api_ingest(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    """Take pushed items."""
    read_parameters(NoParameters, req.params)
    pushed.check_type(req.headers)
    deps = await process_deps()
    taken, batch = await pushed.take(deps, req.get_body())
    if batch is not None:
        await pushed.send(deps, message, batch, is_new=taken.accepted > 0)
    return ingested_answer(taken)


@_route("openapi")
@answering
async def api_openapi(req: func.HttpRequest) -> func.HttpResponse:
    """Describe the API."""
    return document_answer(req)


@_route("docs")
@answering
async def api_docs(req: func.HttpRequest) -> func.HttpResponse:
    """Return the page of the API."""
    return docs_page(req)


@_route("docs_file")
@answering
async def item_docs_file(req: func.HttpRequest) -> func.HttpResponse:
    """Return a file of that page."""
    return docs_file(req, req.route_params["file"])


@_route("asset")
@answering
async def item_asset(req: func.HttpRequest) -> func.HttpResponse:
    """Return a file of the dashboard."""
    return dashboard_file(req, req.route_params["file"])


# With an empty route the host would use the function's name, so this is the only route for /.
@blueprint.route("{*path}", methods=ALL_METHODS, auth_level=func.AuthLevel.ANONYMOUS)
@answering
async def site(req: func.HttpRequest) -> func.HttpResponse:
    """Return the dashboard at /, and 404 or 405 elsewhere."""
    path = urlsplit(req.url).path
    is_page = path in {"", "/"} and req.method in READ
    return dashboard_page(req) if is_page else answer_fallback(req, path)
