"""The HTTP functions of feeds, and of their signed addresses.

api/blueprint.py says how they are named.
"""

from dataclasses import replace
from http import HTTPStatus
from secrets import token_hex

import azure.functions as func

from api.actions.feeds import make_address, revoke_address
from api.deps import Deps
from api.export.feed import FEED_TYPES, atom_of, read_entries
from api.export.incidents_feed import incidents_atom
from api.export.mentions_feed import mentions_atom
from api.http.bodies import read_body
from api.http.negotiation import choose_type
from api.http.parameters import read_parameters
from api.http.place import Place, place_of
from api.http.problems import answering
from api.http.responses import JSON, NOT_KEPT, Prepared, prepared, uncached_answer
from api.http.visit import current_visit
from api.process import configured_deps, process_caches, process_deps, process_signing_key
from api.reads.feed_addresses import feed_answer, opened_by, read_feeds
from api.reads.incidents import read_rule_feed
from api.reads.mentions import read_feed
from api.routes import route_of
from api.schema.alerts import RulePath
from api.schema.feeds import FeedBody, FeedPath, NewFeed
from api.schema.parameters import NoParameters
from api.schema.subject_parameters import FeedParameters
from api.serving import PRIVATE, serve_kept, serve_private
from shared.feed_addresses import ID_BYTES, PATH, read_addresses
from shared.models import FeedAddresses

blueprint = func.Blueprint()
_route = route_of(blueprint)

# The key of the addresses in their cache, which has nothing else.
ADDRESSES = "addresses"


@_route("trending_feed")
@answering
async def api_trending_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the trending topics to feed readers."""
    read_parameters(NoParameters, req.params)
    deps = await process_deps()
    return await _trending(deps, req, place_of(req, deps.settings))


@_route("subject_feed")
@answering
async def item_subject_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the newest mentions of a subject to feed readers."""
    parameters = read_parameters(FeedParameters, req.params, req.route_params)
    deps = await process_deps()
    return await _mentions(deps, req, place_of(req, deps.settings), parameters)


@_route("alert_rule_feed")
@answering
async def item_alert_rule_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the newest incidents of an alert rule to feed readers."""
    parameters = read_parameters(RulePath, req.params, req.route_params)
    deps = await process_deps()
    return await _incidents(deps, req, place_of(req, deps.settings), parameters)


@_route("signed_feed")
@answering
async def item_signed_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Return the feed that a signed address opens. No cache may share it."""
    token = req.route_params["token"]
    opened = await opened_by(token, _addresses, process_signing_key)
    deps = await process_deps()
    place = place_of(req, deps.settings)
    place = replace(place, feed=f"{place.base}{PATH}{token}")
    own = {"id": opened["target"]} if opened["target"] else {}
    if opened["feed"] == "trending":
        read_parameters(NoParameters, req.params)
        answer = await _trending(deps, req, place)
    elif opened["feed"] == "subject":
        mentions = read_parameters(FeedParameters, req.params, own)
        answer = await _mentions(deps, req, place, mentions)
    else:
        answer = await _incidents(deps, req, place, read_parameters(RulePath, req.params, own))
    answer.headers.update(PRIVATE)
    return answer


@_route("feeds")
@answering
async def api_feeds(req: func.HttpRequest) -> func.HttpResponse:
    """List the signed addresses of feeds."""
    return await serve_private(req, NoParameters, read_feeds)


@_route("make_feed")
@answering
async def api_make_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Make a signed address of a feed."""
    read_parameters(NoParameters, req.params)
    body, deps = read_body(FeedBody, req), await process_deps()
    made, token = await make_address(deps, body, token_hex(ID_BYTES))
    process_caches().addresses.forget(ADDRESSES)
    new = NewFeed(**dict(feed_answer(made)), address=f"{PATH}{token}")
    return func.HttpResponse(
        new.model_dump_json(), status_code=HTTPStatus.CREATED, headers=NOT_KEPT, mimetype=JSON
    )


@_route("revoke_feed")
@answering
async def item_revoke_feed(req: func.HttpRequest) -> func.HttpResponse:
    """Revoke a signed address of a feed."""
    own = read_parameters(FeedPath, req.params, req.route_params).id
    deps = configured_deps()
    revoked = await revoke_address(deps, own)
    process_caches().addresses.forget(ADDRESSES)
    return uncached_answer(feed_answer(revoked), deps.settings.origin)


async def _addresses() -> FeedAddresses:
    """Return the signed addresses, read once in some seconds. Raises BudgetSpent and StoreError."""
    deps, caches = configured_deps(), process_caches()

    async def read() -> FeedAddresses:
        return await read_addresses(await deps.store())

    if not caches.addresses.has(ADDRESSES):
        await caches.limits.check(current_visit(), is_heavy=False)
    return await caches.addresses.get(ADDRESSES, read)


async def _trending(deps: Deps, req: func.HttpRequest, place: Place) -> func.HttpResponse:
    mimetype = choose_type(req.headers.get("accept", ""), FEED_TYPES)
    origin = deps.settings.origin

    async def make() -> Prepared:
        return prepared(atom_of(await read_entries(deps), origin, place), origin)

    return await serve_kept(deps, req, (place, "json"), NoParameters(), make, mimetype=mimetype)


async def _mentions(
    deps: Deps, req: func.HttpRequest, place: Place, parameters: FeedParameters
) -> func.HttpResponse:
    mimetype = choose_type(req.headers.get("accept", ""), FEED_TYPES)
    origin = deps.settings.origin

    async def make() -> Prepared:
        return prepared(mentions_atom(await read_feed(deps, parameters), origin, place), origin)

    key = (("mentions", place), "json")
    return await serve_kept(deps, req, key, parameters, make, mimetype=mimetype)


async def _incidents(
    deps: Deps, req: func.HttpRequest, place: Place, parameters: RulePath
) -> func.HttpResponse:
    mimetype = choose_type(req.headers.get("accept", ""), FEED_TYPES)
    origin = deps.settings.origin

    async def make() -> Prepared:
        found = await read_rule_feed(deps, parameters)
        return prepared(incidents_atom(found, origin, place), origin)

    key = (("incidents", place), "json")
    return await serve_kept(deps, req, key, parameters, make, mimetype=mimetype)
