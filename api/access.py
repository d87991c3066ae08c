"""The HTTP functions of sessions in a browser. api/blueprint.py says how they are named."""

import azure.functions as func

from api.errors import KeyNeeded, NotFound
from api.http.access import KEY_HEADER, Caller, current_caller
from api.http.fallback import NO_ENDPOINT
from api.http.parameters import read_parameters
from api.http.place import place_of
from api.http.problems import answering
from api.http.responses import JSON, NOT_KEPT
from api.http.session import end_cookie, session_token, set_cookie
from api.process import configured_deps, process_signing_key
from api.routes import route_of
from api.schema.access import Session
from api.schema.parameters import NoParameters
from shared.access_keys import find_key
from shared.settings import PUBLIC, settings

blueprint = func.Blueprint()
_route = route_of(blueprint)

HTTPS = "https:"


@_route("begin_session")
@answering
async def api_begin_session(req: func.HttpRequest) -> func.HttpResponse:
    """Exchange a key for a cookie that reads; 404 where everybody may read."""
    read_parameters(NoParameters, req.params)
    deps = configured_deps()
    if deps.settings.read_access == PUBLIC:
        raise NotFound(NO_ENDPOINT)
    now, keys = deps.clock(), (*deps.settings.read_keys, *deps.settings.admin_keys)
    key = find_key(keys, req.headers.get(KEY_HEADER, ""), now)
    if key is None:
        raise KeyNeeded
    token = session_token(await process_signing_key(), key, now)
    return _answer(current_caller(), set_cookie(token, is_https=_is_https(req)))


@_route("end_session")
@answering
async def api_end_session(req: func.HttpRequest) -> func.HttpResponse:
    """Remove the cookie of a session."""
    return _answer(Caller(), end_cookie(is_https=_is_https(req)))


def _is_https(request: func.HttpRequest) -> bool:
    return place_of(request, settings()).base.startswith(HTTPS)


def _answer(caller: Caller, cookie: str) -> func.HttpResponse:
    session = Session(name=caller.name, role=caller.role)
    headers = {**NOT_KEPT, "Set-Cookie": cookie}
    return func.HttpResponse(session.model_dump_json(), headers=headers, mimetype=JSON)
