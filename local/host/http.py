"""HTTP functions behind Starlette: what a request becomes, and what an answer."""

import json
import logging
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl

import azure.functions as func
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from local.host.calling import Caller
from local.host.config import HostError
from local.host.functions import ALL_METHODS, Function
from local.host.routes import Route, compile_route
from shared.logs import event

log = logging.getLogger("local.host.http")

MASTER, ANY_FUNCTION = "_master", "_function"


def read_keys(path: Path) -> dict[str, str]:
    """Read the host's keys, made the first time: one for functions, one for everything.

    Raises HostError when the file can't be read.
    """
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {MASTER: secrets.token_urlsafe(32), ANY_FUNCTION: secrets.token_urlsafe(32)}
        path.touch(mode=0o600)
        path.write_text(json.dumps(made, indent=2), encoding="utf-8")
    try:
        keys = json.loads(path.read_text(encoding="utf-8"))
        return {name: str(keys[name]) for name in (MASTER, ANY_FUNCTION)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HostError(f"{path} holds no keys: delete it, and it is made anew") from error


def http_app(
    functions: Sequence[Function],
    *,
    prefix: str,
    keys: Mapping[str, str] | None,
    caller: Caller,
) -> Starlette:
    """Make the application that answers for the functions; with keys None, no key is asked for."""
    routes = sorted(
        ((compile_route(f"{prefix}/{function.route}"), function) for function in functions),
        key=lambda pair: pair[0].weight,
    )

    async def answer(request: Request) -> Response:
        started = time.monotonic()
        response = await _answer(request, routes, keys, caller)
        event(
            log,
            "request.routed",
            logging.DEBUG,
            method=request.method,
            path=request.url.path,
            status=response.status_code,
            ms=round((time.monotonic() - started) * 1000),
        )
        return response

    return Starlette(
        routes=[StarletteRoute("/{path:path}", answer, methods=[*ALL_METHODS, "QUERY"])]
    )


async def _answer(
    request: Request,
    routes: Sequence[tuple[Route, Function]],
    keys: Mapping[str, str] | None,
    caller: Caller,
) -> Response:
    path = request.url.path.strip("/")
    for route, function in routes:
        parameters = route.match(path)
        if parameters is None or request.method not in function.methods:
            continue
        if keys is not None and not _has_key(request, function, keys):
            return Response(status_code=401)
        return await _invoke(request, function, parameters, caller)
    # The real host answers 404 for a known route with another method too.
    return Response(status_code=404)


def _has_key(request: Request, function: Function, keys: Mapping[str, str]) -> bool:
    if function.auth_level == "anonymous":
        return True
    given = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
    accepted = [keys[MASTER]] if function.auth_level == "admin" else list(keys.values())
    return any(secrets.compare_digest(given.encode(), key.encode()) for key in accepted)


async def _invoke(
    request: Request, function: Function, parameters: Mapping[str, str], caller: Caller
) -> Response:
    try:
        given = await to_function(request, parameters)
    except ClientDisconnect:
        # Nobody is there to read it.
        return Response(status_code=400)
    try:
        return await caller.call(function, given, read=from_function)
    except Exception:
        log.exception("function.failed function=%s", function.name)
        return Response(status_code=500)


async def to_function(request: Request, parameters: Mapping[str, str]) -> func.HttpRequest:
    """Make the request that a function gets: lower-cased headers, no empty query values."""
    query = parse_qsl(request.url.query, keep_blank_values=True)
    # The host ignores a body that doesn't say its length.
    body = await request.body() if "content-length" in request.headers else b""
    return func.HttpRequest(
        method=request.method,
        url=str(request.url),
        headers=_joined(request.headers.items()),
        params={name: value for name, value in _joined(query).items() if value},
        route_params=dict(parameters),
        body=body,
    )


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join the values of a name that is given more than once by commas, as the host does."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return {name: ",".join(each) for name, each in values.items()}


def from_function(returned: object) -> Response:
    """Make the answer of what a function returned. Raises TypeError for anything else."""
    if isinstance(returned, str):
        return Response(returned, media_type="text/plain")
    if not isinstance(returned, func.HttpResponse):
        raise TypeError(f"an HTTP function returns HttpResponse or str, not {type(returned)}")
    response = Response(returned.get_body(), returned.status_code)
    content_type = returned.mimetype
    if content_type.startswith("text/") and returned.charset:
        content_type += f"; charset={returned.charset}"
    if "content-type" not in returned.headers:
        response.headers["content-type"] = content_type
    for name, value in returned.headers.items():
        # The server counts for itself: of two lengths a client believes neither.
        if name.lower() != "content-length":
            response.headers.append(name, value)
    return response
