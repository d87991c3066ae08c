"""How HTTP functions get their addresses."""

import os
from collections.abc import Callable
from typing import Any

import azure.functions as func

from api.endpoint import Endpoint, Page
from api.endpoints import ROUTES
from shared.settings import checks_callers


def route_of(blueprint: func.Blueprint) -> Callable[[str], Callable[..., Any]]:
    """Return a decorator that registers the function of an operation in the blueprint.

    Its address, its methods and whether it needs a key come from the registry.
    """

    def route(operation: str) -> Callable[..., Any]:
        found = ROUTES[operation]
        return blueprint.route(
            found.address.lstrip("/"), methods=found.methods, auth_level=_level(found)
        )

    return route


def _level(route: Endpoint | Page) -> func.AuthLevel:
    """Return the key that the host asks for: none where the app itself checks who calls."""
    is_hosts = route.needs_key and not checks_callers(os.environ)
    return func.AuthLevel.FUNCTION if is_hosts else func.AuthLevel.ANONYMOUS
