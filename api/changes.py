"""The HTTP functions that change what is stored, with a key: collections, pushed items, corrections
and the watchlist, this also with If-Match.

api/blueprint.py says how they are named.
"""

import azure.functions as func

from api.actions import ingest as pushed
from api.actions import markers
from api.actions import watchlist as actions
from api.actions.collect import ask_for_collection, send
from api.actions.communities import change_communities
from api.actions.corrections import delete_correction, put_correction, send_correction
from api.http.bodies import read_body
from api.http.conditions import read_condition
from api.http.parameters import read_parameters
from api.http.problems import answering, answering_bodies
from api.http.responses import ingested_answer, tag_of, triggered_answer, written_answer
from api.process import configured_deps, process_deps
from api.routes import route_of
from api.schema.bulk import BulkBody
from api.schema.corrections import CorrectionBody, CorrectionPath
from api.schema.markers import MarkerBody, MarkerPath
from api.schema.parameters import NoParameters
from api.schema.watchlist import (
    CommunityBody,
    CommunityPath,
    MergeBody,
    SubjectBody,
    SubjectPath,
    WatchlistBody,
)
from shared.batches import MAX_BYTES
from shared.batches import QUEUE as INGEST_QUEUE
from shared.corrections.queue import QUEUE as CORRECTION_QUEUE
from shared.on_demand import QUEUE as COLLECT_QUEUE
from shared.rematches import QUEUE
from shared.subjects.watchlist import markers_of

blueprint = func.Blueprint()
_route = route_of(blueprint)

# A watchlist of the most subjects, with the most rules.
MAX_WATCHLIST_BYTES = 1_000_000


@_route("admin_collect")
@blueprint.queue_output(
    arg_name="message", queue_name=COLLECT_QUEUE, connection="AzureWebJobsStorage"
)
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


@_route("put_watchlist")
@blueprint.queue_output(arg_name="message", queue_name=QUEUE, connection="AzureWebJobsStorage")
@answering_bodies(MAX_WATCHLIST_BYTES)
async def api_put_watchlist(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    """Write the whole watchlist."""
    read_parameters(NoParameters, req.params)
    condition, body = read_condition(req.headers), read_body(WatchlistBody, req)
    written = await actions.put_watchlist(configured_deps(), condition, body)
    actions.send_rematch(message, written)
    return written_answer(written.answer, written.tag)


@_route("put_subject")
@blueprint.queue_output(arg_name="message", queue_name=QUEUE, connection="AzureWebJobsStorage")
@answering
async def item_put_subject(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    """Write a subject."""
    own = read_parameters(SubjectPath, req.params, req.route_params).id
    condition, body = read_condition(req.headers), read_body(SubjectBody, req)
    written = await actions.put_subject(configured_deps(), condition, own, body)
    actions.send_rematch(message, written)
    is_new = all(each["id"] != own for each in written.was["subjects"])
    created_at = f"/api/v1/subjects/{own}" if is_new else None
    return written_answer(written.subject(own), written.tag, created_at=created_at)


@_route("delete_subject")
@blueprint.queue_output(arg_name="message", queue_name=QUEUE, connection="AzureWebJobsStorage")
@answering
async def item_delete_subject(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    """Remove a subject."""
    own = read_parameters(SubjectPath, req.params, req.route_params).id
    condition = read_condition(req.headers)
    written = await actions.delete_subject(configured_deps(), condition, own)
    actions.send_rematch(message, written)
    return written_answer(written.answer, written.tag)


@_route("merge_subject")
@blueprint.queue_output(arg_name="message", queue_name=QUEUE, connection="AzureWebJobsStorage")
@answering
async def item_merge_subject(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    """Let a subject take over another one."""
    own = read_parameters(SubjectPath, req.params, req.route_params).id
    condition, body = read_condition(req.headers), read_body(MergeBody, req)
    written = await actions.merge_subject(configured_deps(), condition, own, body)
    actions.send_rematch(message, written)
    return written_answer(written.subject(own), written.tag)


@_route("change_communities")
@answering_bodies(MAX_WATCHLIST_BYTES)
async def api_change_communities(req: func.HttpRequest) -> func.HttpResponse:
    """Watch communities in bulk, and others no longer."""
    read_parameters(NoParameters, req.params)
    answer = await change_communities(configured_deps(), read_body(BulkBody, req))
    return written_answer(answer, tag_of(answer))


@_route("put_community")
@answering
async def item_put_community(req: func.HttpRequest) -> func.HttpResponse:
    """Collect a community."""
    own = read_parameters(CommunityPath, req.params, req.route_params).id
    condition, body = read_condition(req.headers), read_body(CommunityBody, req)
    deps = configured_deps()
    written = await actions.put_community(deps, condition, own, body)
    answer = written.community(own)
    is_new = deps.settings.watching(written.was).community_named(own) is None
    created_at = f"/api/v1/communities/{answer.id}" if is_new else None
    return written_answer(answer, written.tag, created_at=created_at)


@_route("delete_community")
@answering
async def item_delete_community(req: func.HttpRequest) -> func.HttpResponse:
    """Stop collecting a community."""
    own = read_parameters(CommunityPath, req.params, req.route_params).id
    condition = read_condition(req.headers)
    written = await actions.delete_community(configured_deps(), condition, own)
    return written_answer(written.answer, written.tag)


@_route("put_correction")
@blueprint.queue_output(
    arg_name="message", queue_name=CORRECTION_QUEUE, connection="AzureWebJobsStorage"
)
@answering
async def item_put_correction(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    """Correct what is said of a post or comment."""
    path = read_parameters(CorrectionPath, req.params, req.route_params)
    corrected = await put_correction(await process_deps(), path, read_body(CorrectionBody, req))
    send_correction(message, corrected)
    return written_answer(corrected.answer, tag_of(corrected.answer))


@_route("delete_correction")
@blueprint.queue_output(
    arg_name="message", queue_name=CORRECTION_QUEUE, connection="AzureWebJobsStorage"
)
@answering
async def item_delete_correction(
    req: func.HttpRequest, message: func.Out[str]
) -> func.HttpResponse:
    """Take back what was corrected of a post or comment."""
    path = read_parameters(CorrectionPath, req.params, req.route_params)
    corrected = await delete_correction(await process_deps(), path)
    send_correction(message, corrected)
    return written_answer(corrected.answer, tag_of(corrected.answer))


@_route("put_marker")
@answering
async def item_put_marker(req: func.HttpRequest) -> func.HttpResponse:
    """Write a marker."""
    own = read_parameters(MarkerPath, req.params, req.route_params).id
    condition, body = read_condition(req.headers), read_body(MarkerBody, req)
    written = await markers.put_marker(configured_deps(), condition, own, body)
    is_new = all(each["id"] != own for each in markers_of(written.was))
    created_at = f"/api/v1/markers/{own}" if is_new else None
    return written_answer(written.marker(own), written.tag, created_at=created_at)


@_route("delete_marker")
@answering
async def item_delete_marker(req: func.HttpRequest) -> func.HttpResponse:
    """Remove a marker."""
    own = read_parameters(MarkerPath, req.params, req.route_params).id
    condition = read_condition(req.headers)
    written = await markers.delete_marker(configured_deps(), condition, own)
    return written_answer(written.answer, written.tag)
