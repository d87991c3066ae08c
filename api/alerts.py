"""The HTTP functions of alerts. api/blueprint.py says how they are named."""

import typing
from collections.abc import Awaitable, Callable
from secrets import token_hex
from typing import Any, TypeVar

import azure.functions as func
from pydantic import BaseModel

from api.actions.alert_rules import delete_rule, put_rule
from api.actions.incidents import send_test
from api.deps import Deps
from api.endpoints import ROUTES
from api.http.bodies import read_body
from api.http.conditions import read_condition
from api.http.negotiation import choose_type
from api.http.parameters import read_parameters
from api.http.problems import answering
from api.http.responses import (
    JSON,
    Prepared,
    accepted_answer,
    data_answer,
    next_link,
    prepare,
    written_answer,
)
from api.process import configured_deps, process_deps
from api.reads.alert_rules import read_all_rules, read_revisions, read_rule
from api.reads.incidents import read_incident, read_incidents
from api.schema.alerts import RuleBody, RulePath
from api.schema.incidents import IncidentPath, IncidentsParameters, SentTest
from api.schema.parameters import NoParameters, Parameters
from api.schema.watchlist import HistoryParameters
from api.serving import LOOKS_SHARE_SECONDS, serve_data, serve_kept
from shared.alerts.queue import QUEUE, messages_of

# The real worker takes func.Out[typing.List[str]] alone.
# ruff: noqa: UP006

blueprint = func.Blueprint()

P = TypeVar("P", bound=Parameters)

RULES = "/api/v1/alerts/rules"
INCIDENTS = "/api/v1/alerts/incidents"
# Rules have addresses of people, so that no shared cache may keep them.
PRIVATE = {"Cache-Control": "private, no-cache"}


def _route(operation: str) -> Callable[..., Any]:
    """Register a function with its address and methods from the registry."""
    route = ROUTES[operation]
    level = func.AuthLevel.FUNCTION if route.needs_key else func.AuthLevel.ANONYMOUS
    return blueprint.route(route.address.lstrip("/"), methods=route.methods, auth_level=level)


async def _serve_private(
    request: func.HttpRequest, model: type[P], read: Callable[[Deps, P], Awaitable[BaseModel]]
) -> func.HttpResponse:
    """Answer a read that needs a key, which isn't kept in memory."""
    parameters = read_parameters(model, request.params, request.route_params)
    choose_type(request.headers.get("accept", ""), [JSON])
    deps = configured_deps()
    answer = await read(deps, parameters)
    return data_answer(request, prepare(answer, deps.settings.origin, headers=PRIVATE))


@_route("alert_rules")
@answering
async def api_alert_rules(req: func.HttpRequest) -> func.HttpResponse:
    """Return the alert rules."""
    return await _serve_private(req, NoParameters, read_all_rules)


@_route("alert_rules_history")
@answering
async def api_alert_rules_history(req: func.HttpRequest) -> func.HttpResponse:
    """Return earlier states of the alert rules."""
    return await _serve_private(req, HistoryParameters, read_revisions)


@_route("alert_rule")
@answering
async def item_alert_rule(req: func.HttpRequest) -> func.HttpResponse:
    """Return an alert rule."""
    return await _serve_private(req, RulePath, read_rule)


@_route("put_alert_rule")
@answering
async def item_put_alert_rule(req: func.HttpRequest) -> func.HttpResponse:
    """Write an alert rule."""
    own = read_parameters(RulePath, req.params, req.route_params).id
    condition, body = read_condition(req.headers, path=RULES), read_body(RuleBody, req)
    written = await put_rule(configured_deps(), condition, own, body)
    is_new = all(each["id"] != own for each in written.was["rules"])
    created_at = f"{RULES}/{own}" if is_new else None
    return written_answer(written.rule(own), written.tag, created_at=created_at)


@_route("delete_alert_rule")
@answering
async def item_delete_alert_rule(req: func.HttpRequest) -> func.HttpResponse:
    """Remove an alert rule."""
    own = read_parameters(RulePath, req.params, req.route_params).id
    condition = read_condition(req.headers, path=RULES)
    written = await delete_rule(configured_deps(), condition, own)
    return written_answer(written.answer, written.tag)


@_route("test_alert_rule")
@blueprint.queue_output(arg_name="messages", queue_name=QUEUE, connection="AzureWebJobsStorage")
@answering
async def item_test_alert_rule(
    req: func.HttpRequest, messages: func.Out[typing.List[str]]
) -> func.HttpResponse:
    """Send a test message to each channel of an alert rule."""
    own = read_parameters(RulePath, req.params, req.route_params).id
    sent = await send_test(configured_deps(), own, token_hex(4))
    messages.set(messages_of(each["channel"] for each in sent["deliveries"]))
    return accepted_answer(SentTest(incident=sent["id"]), f"{INCIDENTS}/{sent['id']}")


@_route("incidents")
@answering
async def api_incidents(req: func.HttpRequest) -> func.HttpResponse:
    """List the incidents, page by page."""
    parameters = read_parameters(IncidentsParameters, req.params)
    choose_type(req.headers.get("accept", ""), [JSON])
    deps = await process_deps()

    async def make() -> Prepared:
        page = await read_incidents(deps, parameters)
        links = next_link(INCIDENTS, parameters, page.next_cursor)
        return prepare(page.incidents, deps.settings.origin, headers=links, fresh_seconds=0)

    key = (read_incidents, "json")
    return await serve_kept(deps, req, key, parameters, make, within=LOOKS_SHARE_SECONDS)


@_route("incident")
@answering
async def item_incident(req: func.HttpRequest) -> func.HttpResponse:
    """Return an incident."""
    return await serve_data(req, IncidentPath, read_incident, fresh_seconds=0)
