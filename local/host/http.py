"""HTTP functions over ASGI, with the responses of the Functions host.

The host tries the functions in the order of their names and takes the first whose route and
methods match: a literal route has no precedence.
"""

import json
import logging
import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from local.host.access import Access, StrangePage
from local.host.config import HttpConfig
from local.host.functions import Function, in_order
from local.host.http_request import Address, RefusedByHost, address_of, to_function
from local.host.http_response import from_function, with_host_headers
from local.host.invoke import Caller, OutputNotWritten
from local.host.keys import MASTER
from local.host.routes import Route, parse_route
from shared.logs import event, repeated_event

log = logging.getLogger("local.host.http")

PING = "/admin/host/ping"
BEARER = {"WWW-Authenticate": "Bearer"}
# The host's own addresses: https://github.com/Azure/azure-functions-host/wiki
HOSTS_OWN = ("/admin/host", "/admin/functions", "/admin/vfs", "/runtime/webhooks")


NOT_WRITTEN = (
    "The queue's file can't be written, so this request would be lost: the log says why. Mostly the"
    " disk is full. Ask again when there is room."
)
RETRY_SECONDS = "30"


class Router:
    """Finds the function that answers: the first by name whose route and methods match."""

    def __init__(self, functions: Sequence[Function], *, prefix: str) -> None:
        """Parse the routes. Raises BadRoute."""
        self._routes: list[tuple[Function, Route]] = [
            (function, parse_route(f"{prefix}/{function.route}"))
            for function in in_order(functions)
        ]

    def match(self, method: str, path: str) -> tuple[Function, dict[str, str | None]] | None:
        """Return the function and its route's parameters; None if no function matches.

        `path` is decoded. The value of a catch-all that matches nothing is None.
        """
        for function, route in self._routes:
            if function.answers(method):
                parameters = route.match(path)
                if parameters is not None:
                    return function, parameters
        return None


@dataclass(frozen=True)
class HttpHost:
    """The ASGI application that calls the functions. If `keys` is None, no key is required."""

    router: Router
    config: HttpConfig
    keys: Mapping[str, str] | None
    caller: Caller
    access: Access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.monotonic()
        request = Request(scope, receive)
        response, answered_by = await self._answer(request)
        event(
            log,
            "request.routed",
            logging.DEBUG,
            method=request.method,
            path=request.url.path,
            status=response.status_code,
            function=answered_by,
            ms=round((time.monotonic() - started) * 1000),
        )
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> tuple[Response, str]:
        """Return the response, and the name of the function that gave it, or `host`."""
        is_https = request.headers.get("x-forwarded-proto", request.url.scheme) == "https"
        answered_by = "host"
        try:
            address = address_of(request.scope)
            self.access.check(request.method, address.host, request.headers)
            function, parameters = self._find(request, address)
            answered_by = function.name
            response = await self._invoke(request, address, function, parameters)
        except StrangePage as error:
            reason = str(error)
            repeated_event(log, "request.strange", logging.WARNING, reason=reason)
            response = problem(HTTPStatus.FORBIDDEN, reason, request)
        except OutputNotWritten as error:
            repeated_event(log, "queue.not_written", logging.ERROR, reason=str(error))
            response = problem(HTTPStatus.SERVICE_UNAVAILABLE, NOT_WRITTEN, request)
            response.headers["Retry-After"] = RETRY_SECONDS
        except RefusedByHost as error:
            response = Response(status_code=error.status, headers=error.headers)
            if error.by_kestrel:
                return response, answered_by
        return with_host_headers(response, self.config, is_https=is_https), answered_by

    def _find(
        self, request: Request, address: Address
    ) -> tuple[Function, Mapping[str, str | None]]:
        """Return the function that answers, and its route's parameters. Raises RefusedByHost."""
        if address.path.lower() == PING:
            raise RefusedByHost(HTTPStatus.OK)
        if _is_hosts_own(address.path):
            is_master = self.keys is not None and _has_key(request, "admin", self.keys)
            # The real host serves these paths to the master key; the local host doesn't have them.
            status = HTTPStatus.NOT_FOUND if is_master else HTTPStatus.UNAUTHORIZED
            raise RefusedByHost(status, headers={} if is_master else BEARER)
        found = self.router.match(request.method, address.path)
        if found is None:
            is_root = address.path in {"", "/"}
            raise RefusedByHost(HTTPStatus.NO_CONTENT if is_root else HTTPStatus.NOT_FOUND)
        if self.keys is not None and not _has_key(request, found[0].auth_level, self.keys):
            raise RefusedByHost(HTTPStatus.UNAUTHORIZED)
        return found

    async def _invoke(
        self,
        request: Request,
        address: Address,
        function: Function,
        parameters: Mapping[str, str | None],
    ) -> Response:
        limit = self.config.body_limit
        try:
            given = await to_function(request, address, parameters, body_limit=limit)
        except ClientDisconnect:
            raise RefusedByHost(HTTPStatus.BAD_REQUEST) from None
        try:
            return await self.caller.call(function, given, read=from_function)
        except OutputNotWritten:
            raise
        except Exception as error:
            log.exception("function.failed function=%s", function.name)
            raise RefusedByHost(HTTPStatus.INTERNAL_SERVER_ERROR) from error


def problem(status: HTTPStatus, detail: str, request: Request) -> Response:
    """Return a problem document (RFC 9457) for a case that Microsoft's host doesn't have."""
    content = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
    }
    return Response(json.dumps(content), status, media_type="application/problem+json")


def http_app(
    functions: Sequence[Function],
    *,
    prefix: str,
    config: HttpConfig,
    keys: Mapping[str, str] | None,
    caller: Caller,
    access: Access,
) -> ASGIApp:
    """Return the ASGI application that calls the functions. Raises BadRoute."""
    return HttpHost(Router(functions, prefix=prefix), config, keys, caller, access)


def _is_hosts_own(path: str) -> bool:
    return any(path.lower() == own or path.lower().startswith(f"{own}/") for own in HOSTS_OWN)


def _has_key(request: Request, level: str, keys: Mapping[str, str]) -> bool:
    if level == "anonymous":
        return True
    given = request.headers.get("x-functions-key") or request.query_params.get("code") or ""
    accepted = [keys[MASTER]] if level == "admin" else list(keys.values())
    return any(secrets.compare_digest(given.encode(), key.encode()) for key in accepted)
