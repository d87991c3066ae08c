"""Conversion of a function's result to the host's response, with the host's refusals."""

import azure.functions as func
from starlette.responses import Response

from local.host.config import HttpConfig

NO_BODY = {204, 304}
FIRST_STATUS_WITH_BODY = 200


class BadAnswer(TypeError):
    """The host can't send the function's answer: its client gets an empty 500."""


def from_function(returned: object) -> Response:
    """Return the response for a function's result. Raises BadAnswer where the host would fail."""
    if isinstance(returned, str):
        returned = func.HttpResponse(returned)
    if not isinstance(returned, func.HttpResponse):
        raise BadAnswer(f"an HTTP function returns HttpResponse or str, not {type(returned)}")
    status = returned.status_code
    has_body = status >= FIRST_STATUS_WITH_BODY and status not in NO_BODY
    body = returned.get_body() if has_body else b""
    response = Response(body, status)
    if body:
        # Unless the function sets a length, the body is sent in chunks.
        del response.headers["content-length"]
    response.headers["content-type"] = _content_type(returned)
    for name, value in returned.headers.items():
        _check_header(name, value, len(body))
        # The host sends only the last of several headers with the same name.
        response.headers[name] = value
    return response


def _content_type(answer: func.HttpResponse) -> str:
    if answer.mimetype.startswith("text/") and answer.charset:
        return f"{answer.mimetype}; charset={answer.charset}"
    return str(answer.mimetype)


def _check_header(name: str, value: str, length: int) -> None:
    if not value.isascii() or any(char in value for char in "\r\n\0"):
        raise BadAnswer(f"the header {name} holds what no header may: {value!r}")
    if name.lower() == "content-length" and length and int(value) != length:
        raise BadAnswer(f"Content-Length is {value}, and the body has {length} bytes")


def with_host_headers(response: Response, config: HttpConfig, *, is_https: bool) -> Response:
    """Add host.json's customHeaders that the function hasn't set, and its hsts over https."""
    for name, value in config.custom_headers.items():
        response.headers.setdefault(name, value)
    if config.hsts and is_https:
        response.headers["Strict-Transport-Security"] = config.hsts
    return response
