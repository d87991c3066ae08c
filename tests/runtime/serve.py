"""Serves an unpacked package over HTTP with Microsoft's runtime library: serve.py FOLDER.

It replaces a small part of the Functions host: routes, the admin calls that start a function by
hand, and queues that keep their messages. It has no keys. It runs with the packages of the app and
the library, without this repository.
"""

import asyncio
import itertools
import json
import re
import sys
import uuid
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure_functions_runtime as runtime
from aiohttp import web
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.native_invocation import invocation_request_native


class Message(SimpleNamespace):
    """A message between host and library, which the library creates with these names."""


class StatusResult(Message):
    Failure, Success = 0, 1


class BindingInfo(Message):
    undefined, out, inout = 0, 1, 2


MESSAGES = SimpleNamespace(
    StatusResult=StatusResult,
    BindingInfo=BindingInfo,
    **dict.fromkeys(
        [
            "FunctionMetadataResponse", "RpcException", "RpcFunctionMetadata",
            "WorkerInitResponse", "WorkerMetadata",
        ],
        Message,
    ),
)  # fmt: skip


class Function:
    """A function as the library indexed it."""

    def __init__(self, metadata: Message) -> None:
        self.name: str = metadata.name
        self.id: str = metadata.function_id
        self.bindings: list[dict[str, Any]] = [json.loads(raw) for raw in metadata.raw_bindings]
        self.trigger = next(each for each in self.bindings if each["type"].endswith("Trigger"))

    def match(self, request: web.Request) -> dict[str, str] | None:
        """Return the route's parameters if route and methods fit a request."""
        if request.method not in self.trigger["methods"]:
            return None
        found = re.fullmatch(
            _expression(self.trigger["route"]), request.path.strip("/"), re.IGNORECASE
        )
        return found and found.groupdict()


def _expression(route: str) -> str:
    """Write a route as a regular expression: {id} is one segment, {*path} the rest."""
    parts = re.split(r"\{(\*?\w+)\}", route)
    groups = [
        f"(?P<{name[1:]}>.*)" if name.startswith("*") else f"(?P<{name}>[^/]+)"
        for name in parts[1::2]
    ]
    texts = [re.escape(text) for text in parts[::2]]
    return "".join(itertools.chain(*itertools.zip_longest(texts, groups, fillvalue="")))


async def index(folder: Path) -> tuple[Message, list[Function]]:
    """Let the library index the app; return its description of itself, and the functions."""
    # The host puts the app's folder last, after installed packages.
    sys.path.append(str(folder))
    asked = SimpleNamespace(capabilities={}, function_app_directory=str(folder))
    properties = {"host": "127.0.0.1", "protos": MESSAGES}
    request = SimpleNamespace(
        request=SimpleNamespace(worker_init_request=asked), properties=properties
    )
    answer = await runtime.worker_init_request(request)
    if answer.result.status != StatusResult.Success:
        raise SystemExit(
            f"{answer.result.exception.message}\n{answer.result.exception.stack_trace}"
        )
    indexed = await runtime.functions_metadata_request(request)
    return answer.worker_metadata, [Function(each) for each in indexed.function_metadata_results]


class Host:
    """Calls functions, and keeps their queue messages."""

    def __init__(self, functions: list[Function]) -> None:
        self.functions = {each.name: each for each in functions}
        by_http = [each for each in functions if each.trigger["type"] == "httpTrigger"]
        self.by_name = sorted(by_http, key=lambda each: each.name.upper())
        self.queues: dict[str, list[str]] = {}

    async def call(self, function: Function, given: Datum, metadata: dict[str, Datum]) -> Any:
        """Call it through the library. Raises RuntimeError with its trace."""
        well, returned, outputs, problem, trace = await invocation_request_native(
            str(uuid.uuid4()), function.id, [(function.trigger["name"], given)], metadata
        )
        if not well:
            raise RuntimeError(f"{problem}\n{trace}")
        for name, value in outputs:
            queue = next(b["queueName"] for b in function.bindings if b["name"] == name)
            self.queues.setdefault(queue, []).append(value.value)
        return returned

    async def answer(self, request: web.Request) -> web.Response:
        """Answer with the first function, by name, whose route and method fit, as on the host."""
        for function in self.by_name:
            parameters = function.match(request)
            if parameters is not None:
                return await self._answer_of(function, request, parameters)
        return web.Response(status=404)

    async def _answer_of(
        self, function: Function, request: web.Request, parameters: dict[str, str]
    ) -> web.Response:
        given = await http_datum(request, parameters)
        returned = (await self.call(function, given, {})).value
        headers = {name: datum.value for name, datum in returned["headers"].items()}
        body = returned["body"].value
        answer = web.Response(
            status=int(returned["status_code"].value),
            headers={**headers, "X-Function": function.name},
            body=body.encode() if isinstance(body, str) else body,
        )
        # The library takes cookies out of the headers, and the host gets them parsed.
        for cookie in returned["cookies"] or ():
            for morsel in cookie.values():
                answer.headers.add("Set-Cookie", morsel.OutputString())
        return answer

    async def start_by_hand(self, request: web.Request) -> web.Response:
        """Start a timer or queue function, and wait for its end."""
        function = self.functions[request.match_info["name"]]
        text = (await request.json())["input"]
        try:
            if function.trigger["type"] == "timerTrigger":
                tick = json.dumps({"IsPastDue": False, "Schedule": {"AdjustForDST": True}})
                await self.call(function, Datum(tick, "json"), {})
            else:
                await self.call(function, Datum(text, "string"), queue_metadata())
        except RuntimeError as error:
            return web.Response(status=500, text=str(error))
        return web.Response(status=202)

    async def list_functions(self, _request: web.Request) -> web.Response:
        """List the functions with their bindings."""
        return web.json_response({each.name: each.bindings for each in self.functions.values()})

    async def list_messages(self, request: web.Request) -> web.Response:
        """Return the messages of a queue."""
        return web.json_response(self.queues.get(request.match_info["name"], []))


async def http_datum(request: web.Request, parameters: dict[str, str]) -> Datum:
    """Return a request in the library's form."""
    return Datum(
        {
            "method": Datum(request.method, "string"),
            "url": Datum(str(request.url), "string"),
            "headers": {k.lower(): Datum(v, "string") for k, v in request.headers.items()},
            "params": {k: Datum(v, "string") for k, v in parameters.items()},
            "query": {k: Datum(v, "string") for k, v in request.query.items()},
            "body": Datum(await request.read(), "bytes"),
        },
        "http",
    )


def queue_metadata() -> dict[str, Datum]:
    """Return storage's metadata of a message at its first attempt."""
    return {"Id": Datum(str(uuid.uuid4()), "string"), "DequeueCount": Datum("1", "json")}


def application(functions: list[Function], worker: Message) -> web.Application:
    """Return the app, with the host's own calls before the functions."""
    host = Host(functions)
    app = web.Application()
    app.router.add_get("/admin/host/status", lambda _: answer_status(worker))
    app.router.add_get("/admin/functions", host.list_functions)
    app.router.add_post("/admin/functions/{name}", host.start_by_hand)
    app.router.add_get("/admin/queues/{name}", host.list_messages)
    app.router.add_route("*", "/{path:.*}", host.answer)
    return app


async def answer_status(worker: Message) -> web.Response:
    """Return the versions of Python and of the library."""
    return web.json_response({"python": worker.runtime_version, "library": worker.worker_version})


async def main() -> None:
    """Index and serve until the process is ended."""
    runtime.start_threadpool_executor()
    worker, functions = await index(Path(sys.argv[1]))
    runner = web.AppRunner(application(functions, worker))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(f"listens on {runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
