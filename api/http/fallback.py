"""Answers for paths and methods without an endpoint, and for preflight requests."""

import re
from http import HTTPStatus

import azure.functions as func

from api.endpoint import BASE, READ
from api.endpoints import ROUTES
from api.errors import MethodNotAllowed, NotFound

PREFLIGHT_SECONDS = "600"
NO_ENDPOINT = f"There is no endpoint at this address: {BASE}/docs lists them."
ALLOWED_HEADERS = (
    "Authorization, Content-Type, If-Match, If-None-Match, Mcp-Method, Mcp-Name,"
    " MCP-Protocol-Version, X-Functions-Key, X-Request-Id"
)


def methods_of(path: str) -> list[str]:
    """Return the methods of a path; empty if it doesn't exist."""
    if path in {"", "/"}:
        return sorted(READ)
    found = [route.methods for route in ROUTES.values() if _fits(route.address, path)]
    return sorted({method for methods in found for method in methods})


def answer_fallback(request: func.HttpRequest, path: str) -> func.HttpResponse:
    """Answer OPTIONS with the path's methods. Raises NotFound or MethodNotAllowed otherwise."""
    methods = methods_of(path)
    if not methods:
        raise NotFound(NO_ENDPOINT)
    allowed = ", ".join([*methods, "OPTIONS"])
    if request.method != "OPTIONS":
        raise MethodNotAllowed(allowed)
    headers = {
        "Allow": allowed,
        "Access-Control-Allow-Methods": allowed,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": PREFLIGHT_SECONDS,
    }
    return func.HttpResponse(status_code=HTTPStatus.NO_CONTENT, headers=headers)


def _fits(pattern: str, path: str) -> bool:
    expression = re.sub(r"{\w+}", "[^/]+", pattern)
    return re.fullmatch(expression, path.rstrip("/"), re.IGNORECASE) is not None
