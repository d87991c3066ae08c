"""The HTTP functions of digests that are sent. api/blueprint.py says how they are named."""

import typing
from secrets import token_hex

import azure.functions as func

from api.actions.digests import delete_digest, put_digest, send_digest_test
from api.http.bodies import read_body
from api.http.conditions import read_condition
from api.http.parameters import read_parameters
from api.http.problems import answering
from api.http.responses import accepted_answer, written_answer
from api.process import configured_deps
from api.reads.digest_states import (
    read_all_digests,
    read_digest_revisions,
    read_issues,
    read_one_digest,
)
from api.routes import route_of
from api.schema.digests import (
    DigestAnswer,
    DigestBody,
    DigestPath,
    DigestsAnswer,
    SentDigestTest,
)
from api.schema.parameters import NoParameters
from api.schema.watchlist import HistoryParameters
from api.serving import serve_private
from shared.digests.queue import QUEUE, messages_of

# The real worker takes func.Out[typing.List[str]] alone.
# ruff: noqa: UP006

blueprint = func.Blueprint()
_route = route_of(blueprint)

DIGESTS = "/api/v1/alerts/digests"


@_route("alert_digests")
@answering
async def api_alert_digests(req: func.HttpRequest) -> func.HttpResponse:
    """Return the digests that are sent."""
    return await serve_private(req, NoParameters, read_all_digests, changeable=DigestsAnswer)


@_route("alert_digests_history")
@answering
async def api_alert_digests_history(req: func.HttpRequest) -> func.HttpResponse:
    """Return earlier states of the digests that are sent."""
    return await serve_private(req, HistoryParameters, read_digest_revisions)


@_route("alert_digest")
@answering
async def item_alert_digest(req: func.HttpRequest) -> func.HttpResponse:
    """Return a digest that is sent."""
    return await serve_private(req, DigestPath, read_one_digest, changeable=DigestAnswer)


@_route("put_alert_digest")
@answering
async def item_put_alert_digest(req: func.HttpRequest) -> func.HttpResponse:
    """Write a digest that is sent."""
    own = read_parameters(DigestPath, req.params, req.route_params).id
    condition, body = read_condition(req.headers, path=DIGESTS), read_body(DigestBody, req)
    written = await put_digest(configured_deps(), condition, own, body)
    is_new = all(each["id"] != own for each in written.was["digests"])
    created_at = f"{DIGESTS}/{own}" if is_new else None
    return written_answer(written.digest(own), written.tag, created_at=created_at)


@_route("delete_alert_digest")
@answering
async def item_delete_alert_digest(req: func.HttpRequest) -> func.HttpResponse:
    """Remove a digest that is sent."""
    own = read_parameters(DigestPath, req.params, req.route_params).id
    condition = read_condition(req.headers, path=DIGESTS)
    written = await delete_digest(configured_deps(), condition, own)
    return written_answer(written.answer, written.tag)


@_route("alert_digest_issues")
@answering
async def item_alert_digest_issues(req: func.HttpRequest) -> func.HttpResponse:
    """Return the newest issues of a digest."""
    return await serve_private(req, DigestPath, read_issues)


@_route("test_alert_digest")
@blueprint.queue_output(arg_name="messages", queue_name=QUEUE, connection="AzureWebJobsStorage")
@answering
async def item_test_alert_digest(
    req: func.HttpRequest, messages: func.Out[typing.List[str]]
) -> func.HttpResponse:
    """Send a test of a digest to each of its channels."""
    own = read_parameters(DigestPath, req.params, req.route_params).id
    issue = await send_digest_test(configured_deps(), own, token_hex(4))
    messages.set(messages_of([own]))
    return accepted_answer(SentDigestTest(issue=issue), f"{DIGESTS}/{own}/issues")
