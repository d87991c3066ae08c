"""The HTTP functions."""

import azure.functions as func

from api.answers import data_answer, health_answer, next_link, triggered_answer
from api.collection import ask_for_collection
from api.cycles import read_cycle, read_cycles
from api.deps import process_deps
from api.health import check_health
from api.models import (
    MOMENTS_OF_STATS,
    CyclesParameters,
    PostsParameters,
    ScopeParameters,
    TrendingParameters,
)
from api.parameters import read_parameters
from api.posts import read_recent_posts
from api.problems import answering
from api.sentiment import read_stats
from api.subreddits import read_subreddits
from api.trending import read_trending
from shared.requests import QUEUE

blueprint = func.Blueprint()

ANONYMOUS = func.AuthLevel.ANONYMOUS


@blueprint.route("api/v1/health", methods=["GET"], auth_level=ANONYMOUS)
@answering
async def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - its binding
    """Say how the service is."""
    return health_answer(await check_health(process_deps()))


@blueprint.route("api/v1/sentiment/stats", methods=["GET"], auth_level=ANONYMOUS)
@answering
async def sentiment_stats(req: func.HttpRequest) -> func.HttpResponse:
    """Give the sentiment of a window."""
    deps = process_deps()
    stats = await read_stats(deps, read_parameters(ScopeParameters, req.params))
    return data_answer(req, stats, deps.settings.feed, moments=MOMENTS_OF_STATS)


@blueprint.route("api/v1/posts/recent", methods=["GET"], auth_level=ANONYMOUS)
@answering
async def posts_recent(req: func.HttpRequest) -> func.HttpResponse:
    """Give the newest posts, page by page."""
    deps = process_deps()
    parameters = read_parameters(PostsParameters, req.params)
    page = await read_recent_posts(deps, parameters)
    links = next_link("/api/v1/posts/recent", parameters, page.next_cursor)
    return data_answer(req, page.posts, deps.settings.feed, headers=links)


@blueprint.route("api/v1/subreddits", methods=["GET"], auth_level=ANONYMOUS)
@answering
async def subreddits(req: func.HttpRequest) -> func.HttpResponse:
    """List the watched subreddits."""
    deps = process_deps()
    return data_answer(req, await read_subreddits(deps), deps.settings.feed)


@blueprint.route("api/v1/trending", methods=["GET"], auth_level=ANONYMOUS)
@answering
async def trending_topics(req: func.HttpRequest) -> func.HttpResponse:
    """Give the trending topics."""
    deps = process_deps()
    topics = await read_trending(deps, read_parameters(TrendingParameters, req.params))
    return data_answer(req, topics, deps.settings.feed)


@blueprint.route("api/v1/cycles", methods=["GET"], auth_level=ANONYMOUS)
@answering
async def cycles(req: func.HttpRequest) -> func.HttpResponse:
    """List the newest collection cycles."""
    deps = process_deps()
    found = await read_cycles(deps, read_parameters(CyclesParameters, req.params))
    return data_answer(req, found, deps.settings.feed, fresh_seconds=0)


@blueprint.route("api/v1/cycles/{id}", methods=["GET"], auth_level=ANONYMOUS)
@answering
async def cycle(req: func.HttpRequest) -> func.HttpResponse:
    """Show how a collection cycle goes, or went."""
    deps = process_deps()
    found = await read_cycle(deps, req.route_params["id"])
    return data_answer(req, found, deps.settings.feed, fresh_seconds=0)


@blueprint.route("api/v1/admin/collect", methods=["POST"], auth_level=func.AuthLevel.FUNCTION)
@blueprint.queue_output(arg_name="message", queue_name=QUEUE, connection="AzureWebJobsStorage")
@answering
async def admin_collect(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:  # noqa: ARG001 - its binding
    """Ask for a collection now."""
    triggered, request = await ask_for_collection(process_deps())
    message.set(request.model_dump_json())
    return triggered_answer(triggered)
