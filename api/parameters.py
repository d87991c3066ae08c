"""Reads the parameters of a request, and says what is wrong with them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError

from api.models import BadParameter
from api.parameter_models import Parameters
from shared.errors import UndertoneError
from shared.models import ALL
from shared.settings import Settings

P = TypeVar("P", bound=Parameters)

# As much of a refused value as helps to recognise it.
SHOWN_CHARS = 40
# Of unknown parameters: a query string of 4 KB has room for a thousand.
MAX_NAMED = 10
# An anonymous function sees it too, where a client sends its key everywhere:
# https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
FUNCTION_KEY = "code"


class Refused(UndertoneError):
    """A request that isn't answered as it is: with which status, and which parameters are why."""

    status: int
    errors: Sequence[BadParameter] = ()
    retry_seconds: int | None = None
    """After how many seconds it may be answered."""


class NotThere(Refused):
    """What the path or a time asks for doesn't exist; the message says what does."""

    status = 404


class WrongMethod(Refused):
    """The path exists, but doesn't answer this method; `allowed` says which it does."""

    status = 405

    def __init__(self, allowed: str) -> None:
        super().__init__(f"This path answers {allowed}.")
        self.allowed = allowed


class LengthRequired(Refused):
    """A body comes in chunks, without its length: the host doesn't hand it on."""

    status = 411


class TooLarge(Refused):
    """A request is larger than any that makes sense."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class BadParameters(Refused):
    """Some parameters can't be read."""

    status = 422

    def __init__(self, errors: Sequence[BadParameter]) -> None:
        super().__init__(
            "; ".join(f"{e.parameter}: {e.detail}; it takes {e.takes}" for e in errors)
        )
        self.errors = errors


class UnknownSubreddit(BadParameters):
    """A parameter names a subreddit that isn't watched."""

    status = 404


def read_parameters(
    model: type[P], query: Mapping[str, str], path: Mapping[str, str] | None = None
) -> P:
    """Read the parameters of the query string and of the path.

    Names in the query count in any case, and an empty value counts as not given, as they do at the
    Functions host. Raises BadParameters, also for a name that the call doesn't take.
    """
    in_path = path or {}
    given = given_in(query, [name for name in model.model_fields if name not in in_path])
    try:
        return model.model_validate({**given, **in_path})
    except ValidationError as error:
        raise BadParameters([_explain(model, dict(each)) for each in error.errors()]) from None


def given_in(query: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    """Return what a query string gives of the taken parameters; `code` is the host's.

    A name that comes in several cases has its values joined by commas, as the host joins them.
    Raises BadParameters for other names; their values, which may be secret, are not repeated.
    """
    values: dict[str, list[str]] = defaultdict(list)
    for name, value in query.items():
        if value:
            values[name.lower()].append(value)
    values.pop(FUNCTION_KEY, None)
    if unknown := [name for name in values if name not in taken]:
        raise BadParameters([_unknown(name, taken) for name in unknown[:MAX_NAMED]])
    return {name: ",".join(found) for name, found in values.items()}


def scope_of(settings: Settings, subreddit: str | None) -> str:
    """Return the subreddit's name as it is configured, or `all`. Raises UnknownSubreddit."""
    if subreddit is None or subreddit.lower() == ALL:
        return ALL
    name = settings.subreddit_named(subreddit)
    if name is None:
        known = ", ".join(settings.subreddits)
        bad = BadParameter(
            parameter="subreddit",
            detail=f"{_shown(subreddit)} isn't watched",
            takes=f"one of {known}",
        )
        raise UnknownSubreddit([bad])
    return name


def _explain(model: type[Parameters], error: dict[str, Any]) -> BadParameter:
    name = str(error["loc"][0])
    reason = str(error["msg"]).removeprefix("Value error, ")
    return BadParameter(
        parameter=name,
        detail=f"{_shown(str(error['input']))}: {reason[0].lower()}{reason[1:]}",
        takes=model.model_fields[name].description or "",
    )


def _unknown(name: str, taken: Collection[str]) -> BadParameter:
    return BadParameter(
        parameter=_cut(name),
        detail="this call has no such parameter",
        takes=", ".join(taken) if taken else "no parameters",
    )


def _shown(value: str) -> str:
    return repr(_cut(value))


def _cut(value: str) -> str:
    return value if len(value) <= SHOWN_CHARS else value[:SHOWN_CHARS] + "…"
