"""Who sends a request, and whether they may: docs/access.md has the rules.

Each HTTP function asks before it does anything (api/http/problems.py). What the registry doesn't
say to be open is closed, so that a new function can't be left out.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

import azure.functions as func

from api.endpoint import READ, Endpoint, Page
from api.endpoints import ROUTES
from api.errors import KeyNeeded, RoleNeeded, SignInNeeded
from api.http.origins import check_origin
from api.http.principal import HEADER, principal_of
from api.http.session import key_of_session, token_in
from api.http.sign_in import challenge_of
from shared.access_keys import find_key
from shared.errors import StoreError
from shared.logs import repeated_event
from shared.settings import PUBLIC, Settings, is_signed_in_by_platform

log = logging.getLogger(__name__)

KEY_HEADER: Final = "x-functions-key"
KEY_PARAMETER: Final = "code"
# Monitors have short timeouts.
QUICK_SECONDS: Final = 0.8
READER: Final = "reader"
EDITOR: Final = "editor"
# Requests that differ in these have different answers.
VARY: Final = "Authorization, Cookie, X-Functions-Key"

NOT_GUARDED: Final = (
    "a request names who is signed in, and App Service doesn't say that it checks that"
    " (WEBSITE_AUTH_ENABLED): no caller counts as signed in"
)

Role = Literal["reader", "editor"]
SigningKey = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True)
class Caller:
    """Who sends a request, as far as the app knows: a name, and what the name may do.

    cookie is the one that names them, if one does. Browsers send it by themselves, so that other
    sites' pages can have it sent.
    """

    name: str | None = None
    role: Role | None = None
    cookie: Literal["session", "sign-in"] | None = None


NOBODY: Final = Caller()
_caller: ContextVar[Caller] = ContextVar("caller", default=NOBODY)
_BY_FUNCTION: Final[Mapping[str, Endpoint | Page]] = {
    each.function: each for each in ROUTES.values()
}
# Answers with the dashboard's page, and for addresses that there aren't.
SITE: Final = "site"


_signing: list[SigningKey] = []


def sign_sessions_with(key: SigningKey) -> None:
    """Set what returns the key that signs sessions: the store of the process has it."""
    _signing[:] = [key]


def current_caller() -> Caller:
    """Return who sends the request that is being answered."""
    return _caller.get()


def may_read(settings: Settings) -> bool:
    """Return whether who sends the request that is being answered may read."""
    return settings.read_access == PUBLIC or _caller.get().role is not None


def shows_names(settings: Settings) -> bool:
    """Return whether who asks is shown who made changes: not where everybody may read."""
    return settings.read_access != PUBLIC or _caller.get().role == EDITOR


def forget_caller() -> None:
    """Begin a request, of which nothing is known yet."""
    _caller.set(NOBODY)


def is_open(function: str) -> bool:
    """Return whether a function says nothing of the data, so that anybody may call it."""
    route = _BY_FUNCTION.get(function)
    return function == SITE or (route is not None and route.is_open)


async def admit(
    request: func.HttpRequest,
    function: str,
    settings: Settings,
    now: datetime,
    *,
    base: str,
) -> None:
    """Check that the caller may call a function, and keep who it is for `current_caller`.

    base is the app's own address. Raises KeyNeeded, SignInNeeded, RoleNeeded, ForeignOrigin and
    StoreError.
    """
    if is_open(function):
        caller = await _caller_if_quick(request, settings, now)
    else:
        caller = await caller_of(request, settings, now)
    _caller.set(caller)
    needed = needed_role(function, settings)
    if needed is not None:
        _check_role(caller, needed, settings, base)
    # Browsers send the cookie of a session from no other site (SameSite), and it only reads.
    if caller.cookie == "sign-in" and request.method not in (*READ, "OPTIONS"):
        check_origin(request, settings)


def needed_role(function: str, settings: Settings) -> Role | None:
    """Return the role that a function needs; None where anybody may call it, or the host checks."""
    if is_open(function):
        return None
    route = _BY_FUNCTION.get(function)
    # What isn't in the registry may change something: a wrong name must open nothing.
    if route is None or route.needs_key:
        return EDITOR if settings.checks_callers else None
    return None if settings.read_access == PUBLIC else READER


async def caller_of(request: func.HttpRequest, settings: Settings, now: datetime) -> Caller:
    """Return who sends a request: by a key, by a session, or by the platform's sign-in.

    A wrong key names no caller, whatever else is sent. Raises StoreError.
    """
    if not settings.checks_callers:
        return NOBODY
    given = request.headers.get(KEY_HEADER) or _parameter(request.params)
    if given:
        return _by_key(given, settings, now)
    if settings.read_access == "entra" and (found := _signed_in(request, settings)):
        return found
    token = token_in(request.headers.get("cookie", ""))
    if not token or not _signing:
        return NOBODY
    keys = (*settings.read_keys, *settings.admin_keys)
    key = key_of_session(await _signing[-1](), token, keys, now)
    return Caller(key.name, READER, cookie="session") if key else NOBODY


async def _caller_if_quick(request: func.HttpRequest, settings: Settings, now: datetime) -> Caller:
    """Return who sends a request; NOBODY where only a database that doesn't answer could tell.

    Health and the page answer without a database, also to a browser that has a session.
    """
    with suppress(StoreError, TimeoutError):
        async with asyncio.timeout(QUICK_SECONDS):
            return await caller_of(request, settings, now)
    return NOBODY


def kept_private(headers: Mapping[str, str], function: str, settings: Settings) -> dict[str, str]:
    """Return the headers of an answer that no shared cache may keep.

    That is each where reads are closed, and else each to who sent a key: it may have names.
    """
    is_public = settings.read_access == PUBLIC and _caller.get().role is None
    if is_public or is_open(function):
        return {}
    kept = [each.strip() for each in headers.get("Cache-Control", "").split(",")]
    own = [each for each in kept if each and each not in {"public", "private"}]
    vary = headers.get("Vary")
    changed = {"Vary": f"{vary}, {VARY}" if vary else VARY}
    if "no-store" not in own:
        changed["Cache-Control"] = ", ".join(["private", *(own or ["no-cache"])])
    return changed


def _by_key(given: str, settings: Settings, now: datetime) -> Caller:
    editor = find_key(settings.admin_keys, given, now)
    reader = find_key(settings.read_keys, given, now)
    if editor is not None:
        return Caller(editor.name, EDITOR)
    return Caller(reader.name, READER) if reader is not None else NOBODY


def _signed_in(request: func.HttpRequest, settings: Settings) -> Caller | None:
    if settings.entra_client_id is None:
        return None
    if not is_signed_in_by_platform():
        if HEADER in request.headers:
            # Forged, or App Service Authentication is off: no caller can read then.
            repeated_event(log, "sign_in.not_guarded", logging.WARNING, reason=NOT_GUARDED)
        return None
    found = principal_of(request, settings.entra_client_id)
    if found is None:
        return None
    roles: tuple[Role, ...] = (EDITOR, READER)
    role = next((each for each in roles if each in found.roles), None)
    is_token = "authorization" in request.headers
    return Caller(found.name, role, cookie=None if is_token else "sign-in")


def _check_role(caller: Caller, needed: Role, settings: Settings, base: str) -> None:
    if caller.role in (EDITOR, needed):
        return
    if caller.name is not None and caller.cookie != "session":
        raise RoleNeeded(caller.role, needed)
    if settings.read_access == "entra" and caller.cookie is None:
        raise SignInNeeded(challenge_of(settings, base))
    raise KeyNeeded


def _parameter(params: Mapping[str, str]) -> str:
    """Return the key among the parameters, whose names have any case."""
    return next((value for name, value in params.items() if name.lower() == KEY_PARAMETER), "")
