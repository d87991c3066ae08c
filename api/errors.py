"""Errors of requests, each with its HTTP status."""

from collections.abc import Sequence

from api.schema.problems import NEEDS_KEY, NEEDS_SIGN_IN, NO_TYPE, BadParameter
from shared.errors import UndertoneError

WATCHLIST = "/api/v1/watchlist"
# Characters of a refused value in a message.
SHOWN_CHARS = 40


class RequestError(UndertoneError):
    """A request that can't be answered, with its HTTP status and its bad parameters."""

    status: int
    errors: Sequence[BadParameter] = ()
    retry_seconds: int | None = None
    """Seconds to wait before a retry."""
    type: str = NO_TYPE
    """The kind of problem."""
    challenge: str | None = None
    """The value of WWW-Authenticate, which says how a client can do better."""


class SignInNeeded(RequestError):
    """Nobody is signed in; `challenge` says where a token is got (RFC 9728, section 5.1)."""

    status = 401
    type = NEEDS_SIGN_IN

    def __init__(self, challenge: str) -> None:
        super().__init__("Sign in first: WWW-Authenticate says where.")
        self.challenge = challenge


class MetricsKeyNeeded(SignInNeeded):
    """The key of METRICS_KEY is missing, or another one is sent."""

    def __init__(self) -> None:
        super().__init__("Bearer")


class KeyNeeded(RequestError):
    """No key is sent, or a wrong one."""

    status = 401
    type = NEEDS_KEY
    challenge = 'ApiKey header="x-functions-key"'

    def __init__(self) -> None:
        super().__init__(
            "A key is missing or wrong, or its last day is over: send one in the header"
            " x-functions-key."
        )


class RoleNeeded(RequestError):
    """The caller is known, and may not do this; `role` is what they have, if anything."""

    status = 403

    def __init__(self, role: str | None, needed: str) -> None:
        has = f"has the role {role}" if role else "has no role here"
        super().__init__(f"Who asks {has}, and this needs the role {needed}.")


class ForeignOrigin(RequestError):
    """A page of another site sends the request."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "Pages of this origin may not call this address: the setting CORS_ORIGINS names those"
            " that may."
        )


class NotFound(RequestError):
    """The requested path or time doesn't exist; the message names what does."""

    status = 404


class MethodNotAllowed(RequestError):
    """The path exists, but not with this method; `allowed` lists its methods."""

    status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(f"This path answers {allowed}.")
        self.allowed = allowed


class LengthRequired(RequestError):
    """The body is chunked, without a length: the host doesn't pass it on."""

    status = 411


class PreconditionFailed(RequestError):
    """The resource, named by `what`, has changed since the caller read it."""

    status = 412

    def __init__(self, what: str = "The watchlist has") -> None:
        super().__init__(f"{what} changed since you read it: read it again, and change that.")


class PreconditionRequired(RequestError):
    """A change that doesn't say which state it changes; `path` is that of what is changed."""

    status = 428

    def __init__(self, path: str = WATCHLIST) -> None:
        super().__init__(
            f"If-Match is missing: send the ETag of GET {path}, so that no change of others is"
            " lost; * changes whatever is there."
        )


class TooLarge(RequestError):
    """The request is too large."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class UnsupportedMediaType(RequestError):
    """The body is in a form that the endpoint doesn't read."""

    status = 415


class BadParameters(RequestError):
    """Some parameters are invalid."""

    status = 422

    def __init__(self, errors: Sequence[BadParameter]) -> None:
        super().__init__(
            "; ".join(f"{e.parameter}: {e.detail}; it takes {e.takes}" for e in errors)
        )
        self.errors = errors


class EmptyQuestion(BadParameters):
    """A question of an earlier client is empty: these expect another status than 422."""

    status = 400


class UnknownCommunity(BadParameters):
    """A parameter names a community that isn't watched."""

    status = 404


class UnknownSubject(BadParameters):
    """A parameter names a subject that isn't in the watchlist, or was merged into another."""

    status = 404


class NoModel(RequestError):
    """No language model is configured, so that there is none to ask."""

    status = 404

    def __init__(self) -> None:
        super().__init__(
            "No language model is configured: the settings ASK_ENDPOINT and ASK_MODEL name one."
            " POST /api/v1/ask answers the usual questions without a model."
        )


class TokensUsedUp(RequestError):
    """The tokens that questions may cost a day are spent."""

    status = 429

    def __init__(self, retry_seconds: int) -> None:
        super().__init__(
            "The day's tokens for questions are spent (the setting ASK_DAILY_TOKENS). POST"
            " /api/v1/ask answers the usual questions without a model."
        )
        self.retry_seconds = retry_seconds


def shortened(value: str) -> str:
    """Return the beginning of a refused value."""
    return value if len(value) <= SHOWN_CHARS else value[:SHOWN_CHARS] + "…"
