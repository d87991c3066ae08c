"""How HTTP functions get their addresses."""

from collections.abc import Callable
from typing import Any

import azure.functions as func

from api.endpoints import ROUTES


def route_of(blueprint: func.Blueprint) -> Callable[[str], Callable[..., Any]]:
    """Return a decorator that registers the function of an operation in the blueprint.

    Its address, its methods and whether it needs a key come from the registry.
    """

    def route(operation: str) -> Callable[..., Any]:
        found = ROUTES[operation]
        level = func.AuthLevel.FUNCTION if found.needs_key else func.AuthLevel.ANONYMOUS
        return blueprint.route(found.address.lstrip("/"), methods=found.methods, auth_level=level)

    return route
