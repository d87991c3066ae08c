"""The HTTP function of an operator's monitoring. api/blueprint.py says how it is named."""

import azure.functions as func

from api.http.metrics_access import check_metrics_access
from api.http.problems import answering
from api.http.responses import NOT_KEPT
from api.process import configured_deps, process_caches, process_last_observed
from api.reads.health import check_health
from api.request_metrics import process_request_metrics
from api.routes import route_of

blueprint = func.Blueprint()
_route = route_of(blueprint)


@_route("metrics")
@answering
async def api_metrics(req: func.HttpRequest) -> func.HttpResponse:
    """Return the metrics to Prometheus."""
    deps = configured_deps()
    check_metrics_access(req, deps.settings)
    # What writes them is loaded where they are asked for.
    from api.export.metrics import read_metrics  # noqa: PLC0415
    from api.export.prometheus import MEDIA_TYPE, text_of  # noqa: PLC0415

    health = await process_caches().health.get(
        "health", lambda: check_health(deps, process_last_observed())
    )
    families = await read_metrics(deps, health, process_request_metrics())
    headers = {**NOT_KEPT, "Content-Type": MEDIA_TYPE}
    return func.HttpResponse(text_of(families), headers=headers)
