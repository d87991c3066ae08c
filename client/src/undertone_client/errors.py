"""Errors of the client.

UndertoneError
├── ConnectionFailed            no answer: refused, cut, or later than the timeout
├── UnexpectedAnswer            an answer that isn't the API's, or that of another version
├── OriginChanged               an answer of another origin: sample data instead of live data, …
├── PagingError                 a link to the next page that can't be followed
├── TooManyItems                more items than the client reads without being asked to
└── ProblemError                the API's own error, a problem document (RFC 9457)
    ├── KeyRefused              401, 403: the function key is missing or wrong
    ├── NotFound                404
    ├── CycleConflict           409: a collection already runs
    ├── ChangeConflict          412, 428: what is changed isn't as it was read
    ├── BadParameters           422: `errors` says which, and what each accepts
    ├── TooBusy                 429: `retry_after` says when to try again
    └── ServerError             500 and above
        └── Unavailable         502, 503, 504: the database or the app doesn't answer
"""

from collections.abc import Sequence
from dataclasses import dataclass


class UndertoneError(Exception):
    """Base class of all errors of the client."""


class ConnectionFailed(UndertoneError):
    """The app gave no whole answer."""


class UnexpectedAnswer(UndertoneError):
    """The answer isn't in the form that this version of the client reads."""


class OriginChanged(UndertoneError):
    """The data is of another origin than what was asked for or read before."""


class PagingError(UndertoneError):
    """The link to the next page leads in a circle, or isn't that of the same list."""


class TooManyItems(UndertoneError):
    """A list has more items than are read without `max_items`."""


@dataclass(frozen=True)
class ParameterError:
    """A parameter that was refused: its name, what is wrong with it, and what it accepts."""

    parameter: str
    detail: str
    takes: str


class ProblemError(UndertoneError):
    """The API refused a request, or failed at it."""

    usual_detail = ""
    """The detail of an answer without one."""

    def __init__(
        self,
        *,
        status: int,
        title: str,
        detail: str,
        errors: Sequence[ParameterError] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
        cycle: str | None = None,
    ) -> None:
        said = [f"{status} {title}".strip(), detail]
        super().__init__(". ".join(each.rstrip(".") for each in said if each))
        self.status = status
        """The HTTP status."""
        self.title = title
        """The status in words."""
        self.detail = detail
        """The cause, and what to do; empty if the answer didn't say."""
        self.errors = tuple(errors)
        """Each refused parameter; empty for other problems."""
        self.request_id = request_id
        """The id of the request, which is also in the app's log."""
        self.retry_after = retry_after
        """The seconds after which the app wants to be asked again; None if it didn't say."""
        self.cycle = cycle
        """Of a CycleConflict: the id of the cycle that runs or was requested before."""


class KeyRefused(ProblemError):
    """The function key is missing or wrong."""

    # The Functions host's own answer is empty.
    usual_detail = "the function key is missing or wrong: Client(…, key=…) takes it"


class NotFound(ProblemError):
    """The requested resource doesn't exist."""


class CycleConflict(ProblemError):
    """A collection already runs, or waits for its worker; `cycle` is its id."""


class ChangeConflict(ProblemError):
    """Something changed since it was read: read it again before the next try."""


class BadParameters(ProblemError):
    """Parameters, or values in the body, are bad; `errors` says which, and what each accepts."""


class TooBusy(ProblemError):
    """Too many heavy reads at the same time."""


class ServerError(ProblemError):
    """The app failed; its log says why, at `request_id`."""


class Unavailable(ServerError):
    """The database or the app doesn't answer."""


_BY_STATUS: dict[int, type[ProblemError]] = {
    401: KeyRefused,
    403: KeyRefused,
    404: NotFound,
    409: CycleConflict,
    412: ChangeConflict,
    422: BadParameters,
    428: ChangeConflict,
    429: TooBusy,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}
_FIRST_SERVER_ERROR = 500


def kind_of(status: int) -> type[ProblemError]:
    """Return the class of errors of a status."""
    usual = ServerError if status >= _FIRST_SERVER_ERROR else ProblemError
    return _BY_STATUS.get(status, usual)
