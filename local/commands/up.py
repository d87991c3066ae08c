"""`python -m local up`: the whole product on one machine."""

import asyncio
import hashlib
import logging
import os
import sqlite3
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.host.access import name_of
from local.host.config import HostConfig, HostError, read_host_json, read_local_settings
from local.host.files import HostFiles
from local.host.functions import Function, app_of, functions_of, import_app
from local.host.http import Router
from local.host.keys import read_keys
from local.host.process import configure_logging
from local.host.queues import Queues
from local.host.rules import violations
from local.host.supervisor import Child, Supervisor, listen
from local.standin import StandInChoice, chosen_source
from shared.errors import SettingsError, StoreError, UndertoneError
from shared.json_logs import logs_json
from shared.logs import event, printable
from shared.schedule import next_tick
from shared.settings import Settings, load_settings, schedule_warnings
from shared.store import COLLECTION, open_store
from shared.times import iso, utc_now
from shared.worker_status import WorkerStatus, write_status

log = logging.getLogger("local.host.up")

STARTED, REFUSED, BAD_SETTINGS = 0, 1, 2
STARTUP_SECONDS = 5.0
RETRY_SECONDS = 5.0


@dataclass(frozen=True)
class Options:
    """The options of the command line."""

    app: Path = Path()
    host: str = "127.0.0.1"
    port: int = 7071
    keys: bool = False
    allowed_hosts: tuple[str, ...] = ()
    recording: Path | None = None
    keep_times: bool = False
    live: bool = False
    collect: bool = True
    startup_seconds: float = STARTUP_SECONDS


def up(options: Options, environ: Mapping[str, str]) -> int:
    """Run everything until it is stopped, and return the exit status."""
    try:
        given = read_local_settings(options.app, environ)
        with chosen_source(given, options.recording) as choice:
            settings = load_settings(choice.environ)
            asyncio.run(_check_origin(settings))
            _make_data_folder(settings)
            return _run(options, settings, choice)
    except UndertoneError as error:
        _say_refusal(error)
        return BAD_SETTINGS


def _run(options: Options, settings: Settings, choice: StandInChoice) -> int:
    """Run the host's processes until they are stopped, and return the exit status."""
    os.environ.update(choice.environ)
    configure_logging("host")
    try:
        config = read_host_json(options.app)
        functions = _valid_functions(options.app, choice.environ)
        with listen(options.host, options.port) as listener:
            base = f"http://{options.host}:{listener.getsockname()[1]}"
            data = _lines_of_data(options, settings, choice.note)
            _print_banner(options, base, config, functions, data)
            children = _children(options, settings, choice, listener.fileno())
            asyncio.run(Supervisor(children, choice.environ).run())
    except HostError as error:
        _say_refusal(error)
        return REFUSED
    return STARTED


def _say_refusal(error: UndertoneError) -> None:
    """Print why nothing is started, or log it where the log is JSON."""
    if not logs_json():
        print(printable(str(error), keep="\n"), file=sys.stderr)
        return
    configure_logging("host")
    event(log, "host.not_started", logging.CRITICAL, reason=str(error))


def _valid_functions(folder: Path, environ: Mapping[str, str]) -> list[Function]:
    """Return the app's functions. Raises HostError if the real host would refuse one."""
    functions = functions_of(app_of(asyncio.run(import_app(folder))), environ)
    if broken := violations(functions):
        raise HostError("\n".join(broken))
    return functions


async def _check_origin(settings: Settings) -> None:
    """Raise SettingsError if the database holds data of another origin."""
    if settings.cosmos_endpoint or not settings.sqlite_path.exists():
        return
    try:
        store = await open_store(settings, retry_seconds=RETRY_SECONDS)
        try:
            state = await store.read(COLLECTION, "collection", "collection")
        finally:
            await store.close()
    except StoreError as error:
        raise SettingsError(f"SQLITE_PATH: {error}") from error
    if state is not None and state["origin"] != settings.origin:
        raise SettingsError(
            f"SQLITE_PATH: {settings.sqlite_path} holds {state['origin']} data, and"
            f" {settings.origin} data would mix with it; it takes another file, or delete this one"
        )


def host_files(settings: Settings) -> HostFiles:
    """Return the paths of the host's files for this database.

    Files of the default database have no prefix.
    """
    folder = settings.sqlite_path.parent
    if settings.cosmos_endpoint:
        account = f"{settings.cosmos_endpoint}/{settings.cosmos_database}".lower()
        return HostFiles(folder, f"cosmos-{hashlib.sha256(account.encode()).hexdigest()[:12]}.")
    name = settings.sqlite_path.name
    is_default = name == Settings.model_fields["sqlite_path"].default.name
    return HostFiles(folder, "" if is_default else f"{name}.")


def _make_data_folder(settings: Settings) -> None:
    """Create the database's folder, with the files of the queues and of the worker's status.

    Raises SettingsError if the files can't be written.
    """
    files = host_files(settings)
    try:
        Queues(files.queues)
        # Written while there is room. On a full disk the worker can still overwrite it.
        write_status(files.worker, WorkerStatus(last_heartbeat=iso(utc_now())))
    except (OSError, sqlite3.Error) as error:
        raise SettingsError(f"SQLITE_PATH: {files.folder} takes no files ({error})") from error


def _children(
    options: Options, settings: Settings, choice: StandInChoice, listener: int
) -> list[Child]:
    files = host_files(settings)
    common = ["--app", str(options.app), "--data", str(files.folder), f"--prefix={files.prefix}"]
    asked = ["--keys"] if options.keys else []
    asked += [f"--allow-host={name_of(name)}" for name in options.allowed_hosts]
    asked += [f"--allow-origin={origin}" for origin in settings.cors_origins]
    http = Child("http", [*common, *asked], listener)
    worker = ["--startup-seconds", str(options.startup_seconds)]
    if not options.collect:
        worker.append("--no-timers")
    children = [http]
    if choice.listener is not None:
        recording = ["--recording", str(options.recording)] if options.recording else []
        live = ["--live"] if options.live else []
        kept = ["--keep-times"] if options.keep_times else []
        arguments = [*common, *recording, *live, *kept]
        children.append(Child("reddit", arguments, choice.listener.fileno(), ends_last=True))
    return [*children, Child("worker", [*common, *worker])]


def _print_banner(
    options: Options,
    base: str,
    config: HostConfig,
    functions: Sequence[Function],
    data: Sequence[str],
) -> None:
    """Print the functions, the addresses and the lines about the data.

    Where the log is JSON, one event says what a program needs of it.
    """
    if logs_json():
        notes = "; ".join(" ".join(line.split()) for line in data)
        event(log, "host.listening", address=base, functions=len(functions), notes=notes)
        return
    prefix = f"{config.route_prefix}/" if config.route_prefix else ""
    lines = ["", "Undertone", "", "Functions:", ""]
    lines += [
        f"  {function.name}: {_description(function, f'{base}/{prefix}', options)}"
        for function in sorted(functions, key=lambda each: (each.kind, each.name))
    ]
    lines.append("")
    http = [function for function in functions if function.kind == "http"]
    if Router(http, prefix=config.route_prefix).match("GET", "/"):
        lines.append(f"  Dashboard {base}/{prefix}")
    lines.append(f"  API       {base}/{prefix}api/v1/health")
    print("\n".join([*lines, *data, "", "Ctrl-C ends it.", ""]), flush=True)


def _lines_of_data(options: Options, settings: Settings, note: str) -> list[str]:
    """Return the banner's lines about the data, the database, the keys and odd settings."""
    database = "Cosmos DB" if settings.cosmos_endpoint else f"SQLite, {settings.sqlite_path}"
    origins = {
        "live": "live",
        "sample": "sample data: invented, not live",
        "recorded": "recorded data: real, but from another time",
    }
    lines = [f"  Data      {origins[settings.origin]}", f"  Database  {database}"]
    if note:
        lines.insert(1, f"  Chosen    {note}")
    if options.keys:
        path = host_files(settings).keys
        read_keys(path)
        lines.append(f"  Keys      {path}")
    return [*lines, *(f"  Warning   {warning}" for warning in schedule_warnings(settings))]


def _description(function: Function, base: str, options: Options) -> str:
    if function.kind == "http":
        return f"[{','.join(function.methods) or 'any method'}] {base}{function.route}"
    if function.kind == "queue":
        return f"queue {function.queue}"
    if not options.collect:
        return f"timer {function.schedule}, not started (--no-collect)"
    when = next_tick(function.schedule, utc_now()).strftime("%Y-%m-%d %H:%M:%S UTC")
    first = f", and {options.startup_seconds:g} s after the start" * function.run_on_startup
    return f"timer {function.schedule}, next at {when}{first}"
