"""Who may read /metrics: METRICS_ACCESS says it."""

import secrets

import azure.functions as func

from api.errors import MetricsKeyNeeded, NotFound
from api.http.fallback import NO_ENDPOINT
from api.http.forwarded import is_from_this_machine
from shared.settings import Settings

BEARER = "Bearer "


def check_metrics_access(request: func.HttpRequest, settings: Settings) -> None:
    """Check who asks. Raises MetricsKeyNeeded, or NotFound where it isn't there for them."""
    if settings.metrics_access == "loopback" and is_from_this_machine(request):
        return
    if settings.metrics_access != "key" or settings.metrics_key is None:
        raise NotFound(NO_ENDPOINT)
    given = request.headers.get("authorization", "")
    key = settings.metrics_key.get_secret_value()
    is_bearer = given[: len(BEARER)].lower() == BEARER.lower()
    given_key = given[len(BEARER) :].strip() if is_bearer else ""
    if not secrets.compare_digest(given_key.encode(), key.encode()):
        raise MetricsKeyNeeded
