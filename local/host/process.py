"""Entry point of each of the host's processes: `python -m local.host.process ROLE …`."""

import argparse
import asyncio
import logging
import os
import socket
import sqlite3
import sys
import threading
from pathlib import Path
from types import TracebackType

import uvicorn

from collector.writers.shutdown import stopping
from local.host.access import Access, is_loopback
from local.host.config import HostConfig, HostError, read_host_json, read_http_config
from local.host.connections import (
    BACKLOG,
    KEEP_ALIVE_SECONDS,
    limited_protocol,
    most_connections,
    quiet_loop,
)
from local.host.files import HostFiles
from local.host.functions import app_of, functions_of, import_app
from local.host.http import http_app
from local.host.invoke import Caller, end_process, worker_threads
from local.host.keys import read_keys
from local.host.queues import Queues
from local.host.worker import Worker
from shared.json_logs import JsonFormatter, logs_json
from shared.logs import LineFormatter, event, hide, set_levels
from shared.settings import PEER_NAMED
from shared.worker_status import STATUS_FILE

log = logging.getLogger("local.host.process")

# Above the real host's limits, so that http_request.py can refuse larger heads as the host does.
MAX_HEAD_BYTES = 256 * 1024


def main() -> None:
    """Run the process that the arguments name, until a signal stops it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=["http", "worker", "reddit"])
    parser.add_argument("--app", type=Path, default=Path())
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--prefix", default="", help="prefix of its file names")
    parser.add_argument("--listener", type=int, help="the file descriptor of a listening socket")
    parser.add_argument("--host", default="", help="id of the host, kept across restarts")
    parser.add_argument("--ready", type=int, required=True, help="a pipe that signals readiness")
    parser.add_argument("--keys", action="store_true")
    parser.add_argument("--allow-host", action="append", default=[])
    parser.add_argument("--allow-origin", action="append", default=[])
    parser.add_argument("--no-timers", action="store_true")
    parser.add_argument("--startup-seconds", type=float, default=5.0)
    parser.add_argument("--recording", type=Path)
    parser.add_argument("--live", action="store_true")
    parser.add_argument("--keep-times", action="store_true")
    arguments = parser.parse_args()
    _end_with_parent()
    configure_logging(arguments.role)
    roles = {"http": _http, "worker": _worker, "reddit": _reddit}
    try:
        asyncio.run(roles[arguments.role](arguments))
    except (HostError, sqlite3.Error, OSError) as error:
        # A full disk, or unreadable keys: for the operator to fix, so there is no traceback.
        event(log, "process.failed", logging.CRITICAL, reason=str(error))
        end_process(1)
    end_process()


def configure_logging(process: str) -> None:
    """Log to stdout, one line per event, with the name of the process."""
    level = os.environ.get("LOG_LEVEL") or "INFO"
    handler = logging.StreamHandler(sys.stdout)
    line = f"%(asctime)s %(levelname)-7s {process:<6} %(message)s"
    handler.setFormatter(
        JsonFormatter(process) if logs_json() else LineFormatter(line, datefmt="%H:%M:%S")
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO)
    sys.excepthook = _log_uncaught
    set_levels(level)
    for chatty in ("uvicorn", "uvicorn.error", "uvicorn.access", "asyncio", "prawcore"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Log an uncaught exception like any other line; Ctrl-C is not logged."""
    if not issubclass(kind, KeyboardInterrupt):
        logging.getLogger("local.host").critical("uncaught", exc_info=(kind, error, traceback))


def _end_with_parent() -> None:
    """End this process when the supervisor ends in any way, which closes this process's stdin."""

    def watch() -> None:
        # Not sys.stdin: a thread that waits in it breaks the interpreter's shutdown.
        while os.read(0, 1024):
            pass
        end_process(1)

    threading.Thread(target=watch, daemon=True).start()


def _signal_ready(arguments: argparse.Namespace) -> None:
    os.write(arguments.ready, b"1")
    os.close(arguments.ready)


def _files(arguments: argparse.Namespace) -> HostFiles:
    return HostFiles(arguments.data, arguments.prefix)


def _listener(arguments: argparse.Namespace) -> socket.socket:
    # The protocol is named, because asyncio otherwise leaves Nagle's algorithm on.
    return socket.socket(
        socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=arguments.listener
    )


def _caller(arguments: argparse.Namespace, config: HostConfig) -> Caller:
    queues = Queues(_files(arguments).queues, holder=arguments.host)
    return Caller(queues, worker_threads(), config.function_timeout)


async def _http(arguments: argparse.Namespace) -> None:
    os.environ[STATUS_FILE] = str(_files(arguments).worker)
    os.environ[PEER_NAMED] = "true"
    functions = functions_of(app_of(await import_app(arguments.app)), os.environ)
    config = read_host_json(arguments.app)
    listener = _listener(arguments)
    keys = read_keys(_files(arguments).keys) if arguments.keys else None
    hide(keys.values() if keys else ())
    application = http_app(
        [function for function in functions if function.kind == "http"],
        prefix=config.route_prefix,
        config=read_http_config(arguments.app, os.environ),
        keys=keys,
        caller=_caller(arguments, config),
        access=Access(
            hosts=tuple(arguments.allow_host),
            origins=tuple(arguments.allow_origin),
            is_loopback=is_loopback(listener.getsockname()[0]),
            asks_for_keys=arguments.keys,
        ),
    )
    quiet_loop(asyncio.get_running_loop())
    server = uvicorn.Server(
        uvicorn.Config(
            application,
            # h11 accepts methods in any case, as Kestrel does; the application applies the limits.
            http=limited_protocol(most_connections()),
            h11_max_incomplete_event_size=MAX_HEAD_BYTES,
            log_config=None,
            access_log=False,
            server_header=False,
            # What a proxy says counts by TRUSTED_PROXIES alone.
            proxy_headers=False,
            lifespan="off",
            ws="none",
            backlog=BACKLOG,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=5,
        )
    )
    _signal_ready(arguments)
    await server.serve(sockets=[listener])


async def _worker(arguments: argparse.Namespace) -> None:
    functions = functions_of(app_of(await import_app(arguments.app)), os.environ)
    config = read_host_json(arguments.app)
    worker = Worker(
        functions,
        config,
        _caller(arguments, config),
        files=_files(arguments),
        timers=not arguments.no_timers,
        startup_seconds=arguments.startup_seconds,
        on_stop=stopping.set,
        host=arguments.host,
    )
    _signal_ready(arguments)
    await worker.run()


async def _reddit(arguments: argparse.Namespace) -> None:
    from local.reddit.feed import feed_of  # noqa: PLC0415 - only this process needs it
    from local.reddit.server import StandIn, create_app  # noqa: PLC0415

    feed = feed_of(arguments.recording, live=arguments.live, keep_times=arguments.keep_times)
    application = create_app(feed)
    with StandIn(application, listener=_listener(arguments)):
        _signal_ready(arguments)
        await asyncio.Event().wait()


if __name__ == "__main__":
    main()
