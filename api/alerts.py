"""The HTTP functions of alerts. api/blueprint.py says how they are named."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import azure.functions as func
from pydantic import BaseModel

from api.actions.alert_rules import delete_rule, put_rule
from api.deps import Deps
from api.endpoints import ROUTES
from api.http.bodies import read_body
from api.http.conditions import read_condition
from api.http.negotiation import choose_type
from api.http.parameters import read_parameters
from api.http.problems import answering
from api.http.responses import JSON, data_answer, prepare, written_answer
from api.process import configured_deps
from api.reads.alert_rules import read_all_rules, read_revisions, read_rule
from api.schema.alerts import RuleBody, RulePath
from api.schema.parameters import NoParameters, Parameters
from api.schema.watchlist import HistoryParameters

blueprint = func.Blueprint()

P = TypeVar("P", bound=Parameters)

RULES = "/api/v1/alerts/rules"
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
