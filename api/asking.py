"""The HTTP functions that answer questions in words. api/blueprint.py says how they are named."""

from secrets import token_hex

import azure.functions as func

from api.errors import MethodNotAllowed
from api.http.bodies import read_body
from api.http.parameters import read_parameters
from api.http.problems import answering
from api.http.responses import accepted_answer, uncached_answer
from api.process import configured_deps, process_caches, process_deps
from api.reads.questions import read_answer
from api.routes import route_of
from api.schema.ask import AskBody, QuestionPath
from api.schema.earlier_ask import EarlierQuestion
from api.schema.parameters import NoParameters
from api.serving import serve_data
from shared.questions.queue import QUEUE

# 128 bits: who doesn't know an id can't guess one.
ID_BYTES = 16
POLL_SECONDS = 2

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


@_route("ask_model")
@blueprint.queue_output(arg_name="message", queue_name=QUEUE, connection="AzureWebJobsStorage")
@answering
async def api_ask_model(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    """Have the model answer a question."""
    # Few requests need it, and a cold start imports this file.
    from api.actions.questions import ask_model, send  # noqa: PLC0415

    read_parameters(NoParameters, req.params)
    deps, body = configured_deps(), read_body(AskBody, req)
    asked = await ask_model(deps, body, token_hex(ID_BYTES))
    await send(deps, message, asked)
    return accepted_answer(asked, f"/api/v1/ask/{asked.id}", retry_seconds=POLL_SECONDS)


@_route("ask_answer")
@answering
async def item_ask_answer(req: func.HttpRequest) -> func.HttpResponse:
    """Return the answer of the model, or its steps so far."""
    if req.route_params.get("id", "").lower() == "model":
        # The host brings what GET asks of the address of POST here.
        raise MethodNotAllowed("POST, OPTIONS")
    return await serve_data(req, QuestionPath, read_answer, fresh_seconds=0)


@_route("ai_query")
@answering
async def api_ai_query(req: func.HttpRequest) -> func.HttpResponse:
    """Answer a question of a client of the earlier system."""
    from api.ask.earlier import answer_earlier  # noqa: PLC0415
    from api.mcp.reader import Reader  # noqa: PLC0415

    read_parameters(NoParameters, req.params)
    body = read_body(EarlierQuestion, req)
    deps = await process_deps()
    answer = await answer_earlier(Reader(deps, process_caches()), body)
    return uncached_answer(answer, deps.settings.origin)
