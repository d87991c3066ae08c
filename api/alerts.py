"""The HTTP functions of alerts. api/blueprint.py says how they are named."""

import typing
from collections.abc import Awaitable, Callable
from dataclasses import replace
from http import HTTPStatus
from secrets import token_hex
from typing import TypeVar

import azure.functions as func

from api.actions.alert_links import follow_link, read_subscription, unsubscribe
from api.actions.alert_rules import delete_rule, put_rule
from api.actions.incidents import acknowledge, send_test, snooze
from api.deps import Deps
from api.errors import NotFound
from api.export.link_page import (
    POLICY,
    asking_page,
    done_page,
    expired_page,
    forged_page,
    gone_page,
    no_subscription_page,
    unsubscribe_page,
    unsubscribed_page,
)
from api.http.bodies import read_body
from api.http.conditions import read_condition
from api.http.negotiation import choose_type
from api.http.parameters import read_parameters
from api.http.problems import answering
from api.http.responses import (
    JSON,
    Prepared,
    accepted_answer,
    next_link,
    page_answer,
    prepare,
    uncached_answer,
    written_answer,
)
from api.process import configured_deps, process_caches, process_deps, process_signing_key
from api.reads.alert_rules import read_all_rules, read_revisions, read_rule
from api.reads.incidents import (
    find_incident,
    incident_answer,
    read_incident,
    read_incidents,
)
from api.routes import route_of
from api.schema.alert_replay import TryBody
from api.schema.alerts import RuleAnswer, RuleBody, RulePath, RulesAnswer
from api.schema.incidents import IncidentPath, IncidentsParameters, SentTest, SnoozeBody
from api.schema.parameters import NoParameters, Parameters
from api.schema.watchlist import HistoryParameters
from api.serving import LOOKS_SHARE_SECONDS, serve_data, serve_kept, serve_private
from shared.alerts.links import SignedLink, read_token
from shared.alerts.queue import QUEUE, messages_of

# The real worker takes func.Out[typing.List[str]] alone.
# ruff: noqa: UP006

blueprint = func.Blueprint()
_route = route_of(blueprint)

P = TypeVar("P", bound=Parameters)

RULES = "/api/v1/alerts/rules"
# Who follows a link isn't known: messages are passed on.
SIGNED_LINK = "a signed link"
INCIDENTS = "/api/v1/alerts/incidents"


@_route("alert_rules")
@answering
async def api_alert_rules(req: func.HttpRequest) -> func.HttpResponse:
    """Return the alert rules."""
    return await serve_private(req, NoParameters, read_all_rules, changeable=RulesAnswer)


@_route("alert_rules_history")
@answering
async def api_alert_rules_history(req: func.HttpRequest) -> func.HttpResponse:
    """Return earlier states of the alert rules."""
    return await serve_private(req, HistoryParameters, read_revisions)


@_route("alert_rule")
@answering
async def item_alert_rule(req: func.HttpRequest) -> func.HttpResponse:
    """Return an alert rule."""
    return await serve_private(req, RulePath, read_rule, changeable=RuleAnswer)


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


@_route("try_alert_rule")
@answering
async def item_try_alert_rule(req: func.HttpRequest) -> func.HttpResponse:
    """Return what an alert rule would have sent over the last days."""
    # Conditions read texts by rules that cost 50 ms, only when used.
    from api.actions.alert_replay import try_rule  # noqa: PLC0415

    own = read_parameters(RulePath, req.params, req.route_params).id
    body, deps = read_body(TryBody, req), await process_deps()
    answer = await process_caches().heavy.run(lambda: try_rule(deps, own, body.days))
    return uncached_answer(answer, deps.settings.origin)


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


@_route("acknowledge_incident")
@answering
async def item_acknowledge_incident(req: func.HttpRequest) -> func.HttpResponse:
    """Acknowledge an incident."""
    own = read_parameters(IncidentPath, req.params, req.route_params).id
    deps = configured_deps()
    changed = await acknowledge(deps, own)
    return uncached_answer(incident_answer(deps, changed), deps.settings.origin)


@_route("snooze_incident")
@answering
async def item_snooze_incident(req: func.HttpRequest) -> func.HttpResponse:
    """Silence an incident, or its rule."""
    own = read_parameters(IncidentPath, req.params, req.route_params).id
    body, deps = read_body(SnoozeBody, req), configured_deps()
    changed = await snooze(deps, own, body.hours, body.of)
    return uncached_answer(incident_answer(deps, changed), deps.settings.origin)


@_route("alert_link")
@answering
async def item_alert_link(req: func.HttpRequest) -> func.HttpResponse:
    """Show what a signed link would do. It changes nothing, since programs open links too."""

    async def ask(deps: Deps, link: SignedLink) -> bytes:
        if link.action != "unsubscribe":
            return asking_page(link.action, await find_incident(await deps.store(), link.target))
        found = await read_subscription(deps, link.target)
        return (
            unsubscribe_page(found.address, found.rules, found.digests)
            if found
            else no_subscription_page()
        )

    return await _link_answer(req, ask)


@_route("follow_alert_link")
@answering
async def item_follow_alert_link(req: func.HttpRequest) -> func.HttpResponse:
    """Do what a signed link says. To unsubscribe takes any body, also that of RFC 8058."""

    async def follow(deps: Deps, link: SignedLink) -> bytes:
        if link.action != "unsubscribe":
            return done_page(await follow_link(deps, link, req.get_body()))
        found = await unsubscribe(deps, link.target)
        return (
            unsubscribed_page(found.address, found.rules, found.digests)
            if found
            else no_subscription_page()
        )

    return await _link_answer(req, follow)


async def _link_answer(
    request: func.HttpRequest, page_of: Callable[[Deps, SignedLink], Awaitable[bytes]]
) -> func.HttpResponse:
    """Answer with the page of a link: 403 if it is forged or expired, 404 if the incident is gone.

    Programs that pass links on may have added parameters, which mean nothing.
    """
    deps = replace(configured_deps(), by=SIGNED_LINK)
    link = read_token(await process_signing_key(), request.route_params["token"])
    if link is None or link.is_expired(deps.clock()):
        page = expired_page(link.action) if link else forged_page()
        return page_answer(page, POLICY, status=HTTPStatus.FORBIDDEN)
    try:
        return page_answer(await page_of(deps, link), POLICY)
    except NotFound:
        return page_answer(gone_page(), POLICY, status=HTTPStatus.NOT_FOUND)
