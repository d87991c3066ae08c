"""Conversion of a request to what a function gets, with the refusals of the host."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

import azure.functions as func
from starlette.requests import Request
from starlette.types import Scope

from local.host.addresses import BadTarget, escape_path, joined, parse_query, path_of

# Kestrel's limits: https://learn.microsoft.com/dotnet/api/microsoft.aspnetcore.server.kestrel.core.kestrelserverlimits
MAX_REQUEST_LINE = 8192
MAX_HEADER_BYTES, MAX_HEADERS = 32768, 100
MIN_BYTES_PER_SECOND, GRACE_SECONDS = 240, 5.0
# A request line besides its method and target: two spaces, the version and the line end.
LINE_REST = len("  HTTP/1.1\r\n")
HEADER_REST = len(": \r\n")
# The rest of the body isn't read, so the connection can't be used again.
CLOSE = {"Connection": "close"}


class RefusedByHost(Exception):
    """The host answers the request itself, without a body.

    A refusal by Kestrel has none of host.json's headers.
    """

    def __init__(
        self,
        status: HTTPStatus,
        *,
        headers: Mapping[str, str] | None = None,
        by_kestrel: bool = False,
    ) -> None:
        super().__init__(status.phrase)
        self.status = status
        self.headers = headers or {}
        self.by_kestrel = by_kestrel


@dataclass(frozen=True)
class Address:
    """The address of a request: `path` is decoded, `query` is as it was sent."""

    host: str
    path: str
    query: str
    has_query: bool

    def url(self, scheme: str) -> str:
        """Return the url as the function gets it."""
        query = f"?{self.query.replace('#', '%23')}" if self.has_query else ""
        return f"{scheme}://{self.host}{escape_path(self.path)}{query}"


def address_of(scope: Scope) -> Address:
    """Return the address from the request's line and Host. Raises RefusedByHost as Kestrel does."""
    headers: Sequence[tuple[bytes, bytes]] = scope["headers"]
    target = scope["raw_path"].decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    line = len(scope["method"]) + len(target) + bool(query) + len(query) + LINE_REST
    if line > MAX_REQUEST_LINE:
        raise RefusedByHost(HTTPStatus.REQUEST_URI_TOO_LONG, by_kestrel=True)
    size = sum(len(name) + len(value) + HEADER_REST for name, value in headers)
    if size > MAX_HEADER_BYTES or len(headers) > MAX_HEADERS:
        raise RefusedByHost(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, by_kestrel=True)
    names = {name for name, _ in headers}
    if {b"content-length", b"transfer-encoding"} <= names:
        # The two headers state different ends of the body, so a second request may be smuggled in.
        # https://www.rfc-editor.org/rfc/rfc9112#section-6.1
        raise RefusedByHost(HTTPStatus.BAD_REQUEST, headers=CLOSE, by_kestrel=True)
    host = next((value.decode("latin-1") for name, value in headers if name == b"host"), "")
    if not host:
        raise RefusedByHost(HTTPStatus.INTERNAL_SERVER_ERROR)
    try:
        return Address(host, path_of(target, host), query, has_query=bool(query))
    except BadTarget:
        raise RefusedByHost(HTTPStatus.BAD_REQUEST, by_kestrel=True) from None


async def to_function(
    request: Request,
    address: Address,
    parameters: Mapping[str, str | None],
    *,
    body_limit: int,
) -> func.HttpRequest:
    """Return the request that a function gets: lower-cased headers, no empty query values.

    Raises RefusedByHost for a body that is over the limit or arrives too slowly.
    """
    return func.HttpRequest(
        method=request.method.upper(),
        url=address.url(request.url.scheme),
        headers=headers_of(request.scope),
        params=parse_query(address.query),
        route_params={name: value for name, value in parameters.items() if value is not None},
        body=await _body_of(request, body_limit),
    )


def headers_of(scope: Scope) -> dict[str, str]:
    """Return the headers by lower-cased name; repeated ones are joined by commas.

    The address that the request came from is the last one in X-Forwarded-For, as on Azure.
    """
    given = [(_text(name).lower(), _text(value)) for name, value in scope["headers"]]
    peer = scope.get("client")
    return joined([*given, ("x-forwarded-for", peer[0])] if peer else given)


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")


async def _body_of(request: Request, limit: int) -> bytes:
    """Return the body. Without a Content-Length it counts as empty, as on the real host."""
    length = request.headers.get("content-length")
    if length is None:
        return b""
    if int(length) > limit:
        raise RefusedByHost(HTTPStatus.INTERNAL_SERVER_ERROR, headers=CLOSE)
    try:
        async with asyncio.timeout(GRACE_SECONDS + int(length) / MIN_BYTES_PER_SECOND):
            return await request.body()
    except TimeoutError:
        raise RefusedByHost(HTTPStatus.INTERNAL_SERVER_ERROR, headers=CLOSE) from None
