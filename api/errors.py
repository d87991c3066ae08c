"""Why a request isn't answered as it is: each error has the HTTP status that says so."""

from collections.abc import Sequence

from api.schema.problems import BadParameter
from shared.errors import UndertoneError

# As much of a refused value as helps to recognise it.
SHOWN_CHARS = 40


class RequestError(UndertoneError):
    """A request that isn't answered as it is: with which status, and which parameters are why."""

    status: int
    errors: Sequence[BadParameter] = ()
    retry_seconds: int | None = None
    """After how many seconds it may be answered."""


class NotFound(RequestError):
    """The requested path or time doesn't exist; the message names what does."""

    status = 404


class MethodNotAllowed(RequestError):
    """The path exists, but doesn't answer this method; `allowed` says which it does."""

    status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(f"This path answers {allowed}.")
        self.allowed = allowed


class LengthRequired(RequestError):
    """A body comes in chunks, without its length: the host doesn't hand it on."""

    status = 411


class TooLarge(RequestError):
    """A request is larger than any that makes sense."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class BadParameters(RequestError):
    """Some parameters can't be read."""

    status = 422

    def __init__(self, errors: Sequence[BadParameter]) -> None:
        super().__init__(
            "; ".join(f"{e.parameter}: {e.detail}; it takes {e.takes}" for e in errors)
        )
        self.errors = errors


class UnknownCommunity(BadParameters):
    """A parameter names a community that isn't watched."""

    status = 404


def shortened(value: str) -> str:
    """Return the beginning of a refused value."""
    return value if len(value) <= SHOWN_CHARS else value[:SHOWN_CHARS] + "…"
