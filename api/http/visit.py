"""Who sends the request that is being answered, and what their reads have used up."""

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import azure.functions as func

from api.endpoints import ROUTES
from api.http.forwarded import client_address, is_from_this_machine
from api.http.quotas import Remaining
from shared.settings import Settings, host_names_peer

KEY_CHARS: Final = 32
_NEEDING_KEYS: Final = frozenset(each.function for each in ROUTES.values() if each.needs_key)


@dataclass
class Visit:
    """A request: its client, whether it has no key, and what is left of the client's quota.

    client is None where it isn't known, and for this machine: it has no quota then.
    """

    client: str | None = None
    is_anonymous: bool = False
    remaining: Remaining | None = None
    charged_to: Callable[[float], None] | None = None
    """Takes the request units that the reads of the request cost."""

    def is_by(self, name: str) -> None:
        """Note the name of a key or an account that the app has checked: its limits are its own."""
        self.is_anonymous = False
        if self.client is not None:
            self.client = f"caller {name}"

    def charge(self, request_units: float) -> None:
        """Charge what the reads of the request have cost."""
        if self.charged_to is not None:
            self.charged_to(request_units)

    @property
    def fields(self) -> Mapping[str, str]:
        """Return the header fields that say what is left."""
        return self.remaining.fields if self.remaining else {}


# Tasks that a request starts have the same visit.
_visit: ContextVar[Visit | None] = ContextVar("visit", default=None)


def begin_visit(visit: Visit) -> None:
    """Begin to answer a request."""
    _visit.set(visit)


def current_visit() -> Visit:
    """Return the request that is being answered; one without limits outside of requests."""
    return _visit.get() or Visit()


def visit_of(request: func.HttpRequest, function: str, settings: Settings) -> Visit:
    """Return who sends a request to a function.

    Of keys only those count that the host has checked, or the app (`Visit.is_by`), because anybody
    can send any other. A program on the same machine isn't limited: it is the operator's.
    """
    is_here = is_from_this_machine(request)
    if function in _NEEDING_KEYS:
        if is_here:
            return Visit()
        key = request.headers.get("x-functions-key") or request.params.get("code") or ""
        digest = sha256(key.encode()).hexdigest()[:KEY_CHARS]
        return Visit(f"key {digest}")
    if is_here or not host_names_peer():
        return Visit(is_anonymous=True)
    return Visit(client_address(request, settings), is_anonymous=True)
