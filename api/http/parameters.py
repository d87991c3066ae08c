"""Reads the parameters of a request, and explains invalid ones."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import azure.functions as func
from pydantic import ValidationError

from api.errors import BadParameters, shortened
from api.schema.parameters import Parameters
from api.schema.problems import BadParameter

P = TypeVar("P", bound=Parameters)

# Maximum unknown parameters named in an answer; a query string of 4 KB may have a thousand.
MAX_NAMED = 10
# Clients may send their key to anonymous functions too:
# https://learn.microsoft.com/azure/azure-functions/function-keys-how-to
FUNCTION_KEY = "code"


def read_parameters(
    model: type[P], query: Mapping[str, str], path: Mapping[str, str] | None = None
) -> P:
    """Read the parameters of the query string and of the path.

    Names are case-insensitive, and an empty value counts as missing, as in the Functions host.
    Raises BadParameters, also for unknown names.
    """
    in_path = path or {}
    given = given_in(query, [name for name in model.model_fields if name not in in_path])
    try:
        return model.model_validate({**given, **in_path})
    except ValidationError as error:
        raise BadParameters([_explain(model, dict(each)) for each in error.errors()]) from None


def with_flag(request: func.HttpRequest, name: str) -> Mapping[str, str]:
    """Return the parameters of a request, with "true" for one that has a name and no value.

    The Functions host leaves those out, and its address keeps them.
    """
    given = parse_qs(urlsplit(request.url).query, keep_blank_values=True)
    is_bare = any(key.lower() == name and not any(values) for key, values in given.items())
    return {**request.params, name: "true"} if is_bare else request.params


def given_in(query: Mapping[str, str], taken: Collection[str]) -> dict[str, str]:
    """Return the values of the known parameters in a query string; the host's `code` is ignored.

    If a name occurs in several cases, its values are joined by commas, as the host does. Raises
    BadParameters for unknown names; their values aren't quoted, because they may be secret.
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
