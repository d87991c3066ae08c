"""A client of servers that nobody has to trust: one request each, bounded in time and size.

A host is resolved once, its addresses are checked, and the connection goes to these. No redirect is
followed, no proxy of the environment is used, and no cookie or password is sent. Errors name the
host alone: a path or a query may be a secret.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_address

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from collector.alerts.channels.addresses import Address, Allowed, literal_of, refusal_of
from collector.alerts.channels.look_up import look_up
from shared import __version__
from shared.errors import PermanentFailure, TemporaryFailure
from shared.retry_after import retry_after

SECONDS = 10.0
MAX_BODY_BYTES = 65_536
CHUNK = 8_192
MAX_URL_CHARS = 2_048
MAX_RETRY_AFTER_SECONDS = 86_400.0
# Request timeout, too early, too many requests: https://www.rfc-editor.org/rfc/rfc9110#section-15
TEMPORARY = frozenset({408, 425, 429})
OK, REDIRECT, BAD_REQUEST, NOT_FOUND, GONE, SERVER_ERROR = 200, 300, 400, 404, 410, 500

HEADERS = {
    "Content-Type": "application/json",
    "User-Agent": f"undertone/{__version__}",
    "Accept-Encoding": "identity",
}

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
"""Returns the addresses of a host and port as text. Raises OSError if there are none."""


@dataclass(frozen=True)
class Request:
    """A request; its address was checked."""

    method: str
    url: URL
    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """An answer: body is its first 64 KB, and fewer if the rest came too late."""

    host: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class HttpClient:
    """Sends requests, each over a connection of its own; any loop may use it."""

    def __init__(
        self, allowed: Allowed, *, look_up: LookUp = look_up, seconds: float = SECONDS
    ) -> None:
        """Open no connection yet. `seconds` is the limit of a request, its look-up included."""
        self._allowed = allowed
        self._look_up = look_up
        self._seconds = seconds

    async def send(
        self, method: str, address: str, body: bytes, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer to a request with a JSON body, whatever its status is.

        Raises PermanentFailure if the address is malformed or isn't allowed, and TemporaryFailure
        if no answer comes.
        """
        url = url_of(address)
        host = url.host or ""
        answer: Answer | None = None
        try:
            async with asyncio.timeout(self._seconds):
                url, addresses = await self._resolved(url)
                request = Request(method, url, body, headers or {})
                async for begun in _answers(request, addresses):
                    answer = begun
        except TimeoutError:
            # A body that comes too late changes nothing: the status said whether it was taken.
            if answer is None:
                raise TemporaryFailure(f"{host}: no answer in time") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if answer is None:
                raise TemporaryFailure(f"{host}: {_cause(error)}") from None
        if answer is None:
            raise TemporaryFailure(f"{host}: no answer")
        return answer

    async def _resolved(self, url: URL) -> tuple[URL, Sequence[Address]]:
        host = url.raw_host or ""
        literal = _literal(host)
        if literal is None:
            try:
                found = await self._look_up(host, url.port or 0)
                addresses: list[Address] = [ip_address(each.partition("%")[0]) for each in found]
            except OSError:
                raise TemporaryFailure(f"{host}: its name has no address") from None
        else:
            # In its usual notation, since nothing may read it in another way than this did.
            url, addresses = url.with_host(str(literal)), [literal]
        if not addresses:
            raise TemporaryFailure(f"{host}: its name has no address")
        if refused := refusal_of(host, addresses, self._allowed):
            raise PermanentFailure(f"{host}: {refused}")
        if url.scheme != "https" and not self._allowed.has(host, addresses):
            raise PermanentFailure(f"{host}: an address begins with https://")
        return url, addresses


async def _answers(request: Request, addresses: Sequence[Address]) -> AsyncIterator[Answer]:
    """Yield an answer as soon as its status is known, and once more with its body."""
    connector = aiohttp.TCPConnector(resolver=_Resolved(addresses), use_dns_cache=False)
    async with (
        aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
        ) as session,
        session.request(
            request.method,
            request.url,
            data=request.body,
            headers={**HEADERS, **request.headers},
            allow_redirects=False,
        ) as response,
    ):
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(request.url.host or "", response.status, headers)
        yield answer
        body = bytearray()
        async for chunk in response.content.iter_chunked(CHUNK):
            body += chunk
            if len(body) >= MAX_BODY_BYTES:
                break
        yield replace(answer, body=bytes(body[:MAX_BODY_BYTES]))


def url_of(address: str) -> URL:
    """Return an address's parts. Raises PermanentFailure, which doesn't quote it."""
    try:
        url = URL(address)
    except ValueError:
        raise PermanentFailure("the channel's address isn't an address") from None
    if url.scheme not in {"https", "http"} or not url.raw_host or url.port == 0:
        raise PermanentFailure("the channel's address begins with https:// and a host")
    if len(address) > MAX_URL_CHARS or not address.isprintable() or " " in address:
        raise PermanentFailure("the channel's address is too long or has blanks")
    if url.user is not None or url.password is not None:
        raise PermanentFailure(f"{url.host}: an address has no user or password")
    return url.with_fragment(None)


def check(answer: Answer, said: str = "") -> None:
    """Raise TemporaryFailure or PermanentFailure unless an answer says that a message was taken.

    `said` is what the answer means, in the channel's words.
    """
    status = answer.status
    reason = f"{answer.host}: it answered {status}{f' ({said})' if said else ''}"
    if OK <= status < REDIRECT:
        return
    if status in TEMPORARY or status >= SERVER_ERROR:
        raise TemporaryFailure(reason, wait_of(answer))
    if REDIRECT <= status < BAD_REQUEST:
        raise PermanentFailure(f"{answer.host}: it redirects ({status}), which isn't followed")
    if status in {NOT_FOUND, GONE} and not said:
        raise PermanentFailure(f"{reason}: the address is gone")
    raise PermanentFailure(reason)


def wait_of(answer: Answer) -> float | None:
    """Return the seconds (0 to a day) after which an answer asks to be tried again, or None."""
    asked = retry_after(answer.headers.get("retry-after"))
    return None if asked is None else min(asked, MAX_RETRY_AFTER_SECONDS)


def _literal(host: str) -> Address | None:
    try:
        return literal_of(host)
    except ValueError as error:
        raise PermanentFailure(f"the channel's host is {error}") from None


def _cause(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate isn't valid"
    if isinstance(error, aiohttp.ClientConnectorError | OSError):
        return "the connection failed"
    return f"the answer can't be read ({type(error).__name__})"


class _Resolved(AbstractResolver):
    """Gives a connector the addresses that were checked, whatever names say by then."""

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        del family
        return [
            ResolveResult(
                hostname=host,
                host=str(each),
                port=port,
                family=socket.AF_INET if each.version == 4 else socket.AF_INET6,  # noqa: PLR2004 - IP's
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for each in self._addresses
        ]

    async def close(self) -> None:
        pass
