"""The ways of asking: a read, a table, a list of pages, a change."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from typing import TypeVar, get_args

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from undertone_client.answers import Answer, Origin, Table
from undertone_client.base import Body
from undertone_client.errors import OriginChanged, UnexpectedAnswer
from undertone_client.paging import Page, Pages, next_cursor
from undertone_client.transport import NOT_MODIFIED, Request, Transport, Value, texts_of
from undertone_client.version import __version__

T = TypeVar("T")
ItemT = TypeVar("ItemT", bound=BaseModel)

Reader = Callable[[httpx.Response], T]
"""Makes the data of an answer."""

ORIGINS: dict[str, Origin] = {each: each for each in get_args(Origin)}


class Requests:
    """Asks an app, and makes models of its answers."""

    def __init__(self, transport: Transport, origin: Origin | None) -> None:
        self._transport = transport
        self._origin = origin

    def _read(
        self,
        path: str,
        kind: type[T],
        parameters: Mapping[str, Value],
        *,
        also: frozenset[int] = frozenset(),
    ) -> Answer[T]:
        """Return the answer of GET."""
        request = Request("GET", path, texts_of(parameters), also=also)
        return self._asked(request, partial(_parsed, kind))

    def _file(self, path: str, parameters: Mapping[str, Value]) -> Answer[bytes]:
        """Return the answer of GET that is a file, in the format of the parameters."""
        request = Request("GET", path, texts_of(parameters), {"Accept": "*/*"})
        return self._asked(request, _content)

    def _table(self, path: str, kind: type[T], parameters: Mapping[str, Value]) -> Table[T]:
        """Return the answer of GET that is also a table."""
        return Table.of(self._read(path, kind, parameters), kind)

    def _pages(
        self,
        path: str,
        kind: type[ItemT],
        parameters: Mapping[str, Value],
        max_items: int | None,
    ) -> Pages[ItemT]:
        """Return the list of a GET that answers page by page. Nothing is read yet."""
        listed: type[tuple[ItemT, ...]] = tuple[kind, ...]  # type: ignore[valid-type]
        return self._pages_in(
            path, listed, lambda items: items, kind, parameters, max_items=max_items
        )

    def _pages_in(
        self,
        path: str,
        answered: type[T],
        items_of: Callable[[T], tuple[ItemT, ...]],
        kind: type[ItemT],
        parameters: Mapping[str, Value],
        *,
        max_items: int | None,
    ) -> Pages[ItemT]:
        """Return the list inside of an answer that comes page by page. Nothing is read yet."""
        given = texts_of(parameters)

        def read(cursor: str | None) -> Page[ItemT]:
            at = {} if cursor is None else {"cursor": cursor}
            request = Request("GET", path, {**given, **at})
            response = self._transport.send(request)
            answer = self._answer(response, request, partial(_parsed, answered))
            return Page(
                items_of(answer.data),
                answer.origin,
                answer.request,
                answer.rematching,
                next_cursor(response, path),
            )

        return Pages(kind, max_items, read)

    def _change(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        parameters: Mapping[str, Value] | None = None,
        body: Body | None = None,
        content: bytes | None = None,
        if_match: str | None = None,
        media_type: str = "application/json",
    ) -> Answer[T]:
        """Return the answer of a request with a body, or of one that changes something."""
        headers = {"Content-Type": media_type, "If-Match": if_match}
        if body is not None:
            content = body.model_dump_json(by_alias=True, exclude_unset=True).encode()
        request = Request(
            method,
            path,
            texts_of(parameters or {}),
            {name: value for name, value in headers.items() if value is not None},
            b"" if content is None else content,
        )
        return self._asked(request, partial(_parsed, kind))

    def _asked(self, request: Request, read: Reader[T]) -> Answer[T]:
        return self._answer(self._transport.send(request), request, read)

    def _answer(self, answer: httpx.Response, request: Request, read: Reader[T]) -> Answer[T]:
        origin = self._checked_origin(answer)
        data = read(answer)
        return Answer(
            data=data,
            origin=origin,
            etag=answer.headers.get("etag"),
            request=self._transport.url_of(request),
            request_id=answer.headers.get("x-request-id"),
            rematching=_is_rematching(answer, data),
            again=partial(self._again, request, read),
        )

    def _again(self, request: Request, read: Reader[T], etag: str | None) -> Answer[T] | None:
        """Send a read again, and return its answer, or None if the state is still that."""
        if request.method != "GET":
            raise ValueError(f"{request.method} {request.path} changes something: read it instead")
        known = {} if etag is None else {"If-None-Match": etag}
        asked = replace(request, headers={**request.headers, **known})
        answer = self._transport.send(asked)
        if answer.status_code == NOT_MODIFIED:
            return None
        return self._answer(answer, request, read)

    def _checked_origin(self, answer: httpx.Response) -> Origin | None:
        """Return the origin of an answer. Raises OriginChanged if another one is asked for."""
        origin = ORIGINS.get(answer.headers.get("undertone-origin", ""))
        if None not in {origin, self._origin} and origin != self._origin:
            raise OriginChanged(f"{answer.url} has {origin} data, not {self._origin} data")
        return origin


def _content(answer: httpx.Response) -> bytes:
    return answer.content


def _parsed(kind: type[T], answer: httpx.Response) -> T:
    """Return the model of an answer. Raises UnexpectedAnswer."""
    # A type can be hashed, which mypy doesn't know of type[T].
    adapter: TypeAdapter[T] = _adapter(kind)  # type: ignore[arg-type]
    try:
        return adapter.validate_json(answer.content)
    except ValidationError as error:
        raise UnexpectedAnswer(_explained(answer, error)) from error


@lru_cache(maxsize=256)
def _adapter(kind: type[T]) -> TypeAdapter[T]:
    return TypeAdapter(kind)


def _is_rematching(answer: httpx.Response, data: object) -> bool:
    said = answer.headers.get("undertone-rematching") == "true"
    return said or getattr(data, "rematching", False) is True


def _explained(answer: httpx.Response, error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    at = ".".join(map(str, first["loc"])) or "the whole"
    return (
        f"{answer.status_code} {answer.url} isn't what version {__version__} of the client reads:"
        f" {at}: {first['msg']}. The app may be of another version"
    )
