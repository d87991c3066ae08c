"""The source of an app whose functions answer in each way that the host knows."""

SOURCE = """
import json
import os
import threading


@app.route(route="echo/{name}", methods=["GET", "POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    told = {
        "method": req.method,
        "url": req.url,
        "name": req.route_params["name"],
        "params": dict(req.params),
        "headers": dict(req.headers),
        "body": req.get_body().decode(),
        "process": os.getpid(),
        "thread": threading.current_thread().name,
    }
    headers = {"X-One": "1", "Cache-Control": "no-store"}
    return func.HttpResponse(json.dumps(told), mimetype="application/json", headers=headers)


@app.route(route="sync", auth_level=func.AuthLevel.ANONYMOUS)
def sync(req: func.HttpRequest, context: func.Context) -> str:
    return f"{context.function_name} {threading.current_thread().name}"


@app.route(route="echo/fixed", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def a_fixed(req: func.HttpRequest) -> str:
    return "the literal route"


@app.route(route="number/{n:int}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def number(req: func.HttpRequest) -> str:
    return req.route_params["n"]


@app.route(route="files/{*path}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def files(req: func.HttpRequest) -> str:
    return req.route_params.get("path", "-")


@app.route(route="maybe/{word?}", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
def maybe(req: func.HttpRequest) -> str:
    return req.route_params.get("word", "nothing")


@app.route(route="/", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def dashboard(req: func.HttpRequest) -> str:
    return "the root"


@app.route(route="broken", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def broken(req: func.HttpRequest) -> func.HttpResponse:
    raise RuntimeError("a secret of the inside")


@app.route(route="wrong", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def wrong(req: func.HttpRequest):
    return {"a": "dict"}


@app.route(route="empty", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
async def empty(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(status_code=204)


@app.route(route="made", methods=["GET", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
async def made(req: func.HttpRequest) -> func.HttpResponse:
    told = json.loads(req.params["of"])
    return func.HttpResponse(**told)


@app.route(route="locked", methods=["GET"])
async def locked(req: func.HttpRequest) -> str:
    return "unlocked"


@app.route(route="master", methods=["GET"], auth_level=func.AuthLevel.ADMIN)
async def master(req: func.HttpRequest) -> str:
    return "unlocked"
"""
