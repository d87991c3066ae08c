"""Reads the parameters of a request, and says what is wrong with them."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from api.errors import BadParameters, shortened
from api.schema.parameters import Parameters
from api.schema.problems import BadParameter

P = TypeVar("P", bound=Parameters)

# Of unknown parameters: a query string of 4 KB has room for a thousand.
MAX_NAMED = 10
# An anonymous function sees it too, where a client sends its key everywhere:
# https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
FUNCTION_KEY = "code"


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


def _explain(model: type[Parameters], error: dict[str, Any]) -> BadParameter:
    name = str(error["loc"][0])
    reason = str(error["msg"]).removeprefix("Value error, ")
    return BadParameter(
        parameter=name,
        detail=f"{shortened(str(error['input']))!r}: {reason[0].lower()}{reason[1:]}",
        takes=model.model_fields[name].description or "",
    )


def _unknown(name: str, taken: Collection[str]) -> BadParameter:
    return BadParameter(
        parameter=shortened(name),
        detail="this endpoint has no such parameter",
        takes=", ".join(taken) if taken else "no parameters",
    )
