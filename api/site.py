"""The HTTP functions of pages: the dashboard, the API's description, and unknown addresses.

api/blueprint.py says how they are named.
"""

from urllib.parse import urlsplit

import azure.functions as func

from api.endpoint import READ
from api.http.fallback import answer_fallback
from api.http.pages import (
    dashboard_file,
    dashboard_page,
    docs_file,
    docs_page,
    document_answer,
    text_answer,
)
from api.http.problems import answering
from api.http.security_txt import security_txt
from api.process import configured_deps
from api.routes import route_of

blueprint = func.Blueprint()
_route = route_of(blueprint)

# All methods of the library. The host answers other methods with an empty 404, and 204 at /.
ALL_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@_route("openapi")
@answering
async def api_openapi(req: func.HttpRequest) -> func.HttpResponse:
    """Describe the API."""
    return document_answer(req)


@_route("docs")
@answering
async def api_docs(req: func.HttpRequest) -> func.HttpResponse:
    """Return the page of the API."""
    return docs_page(req)


@_route("docs_file")
@answering
async def item_docs_file(req: func.HttpRequest) -> func.HttpResponse:
    """Return a file of that page."""
    return docs_file(req, req.route_params["file"])


@_route("asset")
@answering
async def item_asset(req: func.HttpRequest) -> func.HttpResponse:
    """Return a file of the dashboard."""
    return dashboard_file(req, req.route_params["file"])


@_route("security_txt")
@answering
async def api_security_txt(req: func.HttpRequest) -> func.HttpResponse:
    """Return where faults of security are reported; 404 where the settings name no contact."""
    deps = configured_deps()
    return text_answer(req, security_txt(deps.settings, deps.clock()))


# With an empty route the host would use the function's name, so this is the only route for /.
@blueprint.route("{*path}", methods=ALL_METHODS, auth_level=func.AuthLevel.ANONYMOUS)
@answering
async def site(req: func.HttpRequest) -> func.HttpResponse:
    """Return the dashboard at /, and 404 or 405 elsewhere."""
    path = urlsplit(req.url).path
    is_page = path in {"", "/"} and req.method in READ
    return dashboard_page(req) if is_page else answer_fallback(req, path)
