"""Reads the parameters of a request, and says what is wrong with them."""

from collections.abc import Mapping, Sequence
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


class Refused(UndertoneError):
    """A request that isn't answered as it is: with which status, and which parameters are why."""

    status: int
    errors: Sequence[BadParameter] = ()


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


def read_parameters(model: type[P], given: Mapping[str, str]) -> P:
    """Read what was given, in query and path; an empty value counts as not given, an unknown name
    is ignored.

    Raises BadParameters.
    """
    try:
        return model.model_validate({name: value for name, value in given.items() if value})
    except ValidationError as error:
        raise BadParameters([_explain(model, dict(each)) for each in error.errors()]) from None


def scope_of(settings: Settings, subreddit: str | None) -> str:
    """Give the subreddit's name as it is configured, or `all`. Raises UnknownSubreddit."""
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


def _shown(value: str) -> str:
    return repr(value if len(value) <= SHOWN_CHARS else value[:SHOWN_CHARS] + "…")
