"""The HTTP functions that answer questions in words. api/blueprint.py says how they are named."""

import azure.functions as func

from api.http.bodies import read_body
from api.http.parameters import read_parameters
from api.http.problems import answering
from api.http.responses import uncached_answer
from api.process import process_caches, process_deps
from api.routes import route_of
from api.schema.ask import AskBody
from api.schema.parameters import NoParameters

blueprint = func.Blueprint()
_route = route_of(blueprint)


@_route("ask")
@answering
async def api_ask(req: func.HttpRequest) -> func.HttpResponse:
    """Answer a question in words."""
    # What finds a question's words costs tens of milliseconds, only when used.
    from api.ask.answer import ask  # noqa: PLC0415
    from api.mcp.reader import Reader  # noqa: PLC0415

    read_parameters(NoParameters, req.params)
    body = read_body(AskBody, req)
    deps = await process_deps()
    answer = await ask(Reader(deps, process_caches()), body)
    return uncached_answer(answer, deps.settings.origin)
