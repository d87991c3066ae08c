"""The commands `watchlist show`, `export` and `import`."""

import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from rich import box
from rich.console import Console
from rich.table import Table

from api.actions.watchlist import Written, put_watchlist
from api.deps import Deps
from api.errors import BadParameters
from api.http.bodies import refused_body
from api.http.conditions import Condition
from api.reads.process import process_health
from api.schema.watchlist import WatchlistBody
from collector.runs import RETRY_SECONDS
from local.commands.ended import COMMAND_LINE, COMPLETED, FAILED, exit_status, print_failure
from local.host.config import read_local_settings
from shared.errors import UndertoneError
from shared.logs import printable
from shared.models import Marker, Subject, Term, Watchlist
from shared.settings import Settings, load_settings
from shared.store import Store, open_store
from shared.subjects.communities import effective_communities
from shared.subjects.watchlist import markers_of, read_watchlist
from shared.times import utc_now

TERMINAL = "-"
WIDTH = 100
# What most terms and subjects don't have.
FLAGS = ("exact", "prefix", "needs_context", "capital")
LISTS = ("exclude", "context", "home", "merged_from")
SHOWN_TERMS = 4


class NoYaml(UndertoneError):
    """A text that can't be read as YAML."""


def show_command(environ: Mapping[str, str], *, as_json: bool) -> int:
    """Show the watchlist, and return the exit status. Raises SettingsError and HostError."""
    settings = load_settings(read_local_settings(Path(), environ))

    def work() -> int:
        watchlist = asyncio.run(_read(settings))
        if as_json:
            shown = {
                **watchlist,
                "communities": effective_communities(settings, watchlist),
                "markers": markers_of(watchlist),
            }
            print(json.dumps({name: shown[name] for name in ("revision", *_BODY)}))
        else:
            _print(watchlist, settings)
        return COMPLETED

    return exit_status(work, Console(stderr=True))


def export_command(environ: Mapping[str, str], file: Path) -> int:
    """Write the watchlist into a file, and return the exit status.

    Raises SettingsError, HostError, and OSError if the file can't be written.
    """
    settings = load_settings(read_local_settings(Path(), environ))

    def work() -> int:
        text = yaml_of(asyncio.run(_read(settings)))
        if str(file) == TERMINAL:
            print(text, end="")
        else:
            file.write_text(text, encoding="utf-8")
        return COMPLETED

    return exit_status(work, Console(stderr=True))


def import_command(environ: Mapping[str, str], file: Path) -> int:
    """Replace the watchlist by that of a file, and return the exit status.

    Raises SettingsError, HostError, and OSError if the file can't be read.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    errors = Console(stderr=True)
    text = sys.stdin.buffer.read() if str(file) == TERMINAL else file.read_bytes()

    def work() -> int:
        try:
            written = asyncio.run(_write(settings, body_of(text)))
        except BadParameters as error:
            for each in error.errors:
                place = each.parameter or "the file"
                print_failure(errors, f"{place}: {each.detail}; it takes {each.takes}")
            return FAILED
        except NoYaml as error:
            print_failure(errors, f"This is no YAML: {error}")
            return FAILED
        revision = written.watchlist["revision"]
        if written.is_changed:
            print(f"The watchlist is that of the file: revision {revision}.")
            print("Stored items are matched again after the next collection.")
        else:
            print("The watchlist says the same already: nothing is changed.")
        return COMPLETED

    return exit_status(work, errors)


def yaml_of(watchlist: Watchlist) -> str:
    """Return a watchlist as YAML; what has its default is left out."""
    whole: dict[str, Any] = {"subjects": [_subject(each) for each in watchlist["subjects"]]}
    if watchlist["communities"] is not None:
        whole["communities"] = [dict(each) for each in watchlist["communities"]]
    if markers := markers_of(watchlist):
        whole["markers"] = [_set_fields(each) for each in markers]
    return yaml.safe_dump(whole, allow_unicode=True, sort_keys=False, width=WIDTH)


def body_of(text: bytes) -> WatchlistBody:
    """Return the watchlist of a YAML text. Raises BadParameters and NoYaml."""
    try:
        given = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise NoYaml(" ".join(str(error).split())) from error
    try:
        return WatchlistBody.model_validate(_with_days(_with_terms(given)))
    except ValidationError as error:
        raise refused_body(WatchlistBody, error) from None


_BODY = ("subjects", "communities", "markers")


def _with_terms(given: Any) -> Any:
    """Return what a file says, with each term that is written as its text alone made whole."""
    if not isinstance(given, dict) or not isinstance(given.get("subjects"), list):
        return given
    subjects = [
        {**each, "terms": [{"text": term} if isinstance(term, str) else term for term in terms]}
        if isinstance(each, dict) and isinstance(terms := each.get("terms"), list)
        else each
        for each in given["subjects"]
    ]
    return {**given, "subjects": subjects}


def _with_days(given: Any) -> Any:
    """Return what a file says, with the days of markers as text, which YAML reads as dates."""
    if not isinstance(given, dict) or not isinstance(given.get("markers"), list):
        return given
    markers = [
        {**each, "date": day.isoformat()}
        if isinstance(each, dict) and isinstance(day := each.get("date"), date)
        else each
        for each in given["markers"]
    ]
    return {**given, "markers": markers}


def _set_fields(marker: Marker) -> dict[str, Any]:
    return {name: value for name, value in marker.items() if value is not None}


def _subject(subject: Subject) -> dict[str, Any]:
    stored: Mapping[str, Any] = subject
    return {
        **{name: stored[name] for name in ("id", "name", "role")},
        "terms": [_term(term) for term in subject["terms"]],
        **{name: stored[name] for name in LISTS if stored[name]},
    }


def _term(term: Term) -> str | dict[str, Any]:
    flags = {name: True for name in FLAGS if term.get(name)}
    return {"text": term["text"], **flags} if flags else term["text"]


async def _read(settings: Settings) -> Watchlist:
    store = await open_store(settings, retry_seconds=RETRY_SECONDS)
    try:
        return await read_watchlist(store)
    finally:
        await store.close()


async def _write(settings: Settings, body: WatchlistBody) -> Written:
    store = await open_store(settings, retry_seconds=RETRY_SECONDS)

    async def opened() -> Store:
        return store

    try:
        deps = Deps(settings, opened, utc_now, process_health, by=COMMAND_LINE)
        return await put_watchlist(deps, Condition(), body)
    finally:
        await store.close()


def _print(watchlist: Watchlist, settings: Settings) -> None:
    title = f"Revision {watchlist['revision']}"
    table = Table("id", "role", "terms", "home", title=title, title_justify="left", box=box.SIMPLE)
    for subject in watchlist["subjects"]:
        terms = [term["text"] for term in subject["terms"]]
        more = f" and {len(terms) - SHOWN_TERMS} more" if len(terms) > SHOWN_TERMS else ""
        table.add_row(
            subject["id"],
            subject["role"],
            printable(", ".join(terms[:SHOWN_TERMS]) + more),
            ", ".join(subject["home"]),
        )
    Console().print(table)
    kept = "the settings" if watchlist["communities"] is None else "the watchlist"
    ids = ", ".join(each["id"] for each in effective_communities(settings, watchlist))
    Console().print(f"Communities, by {kept}: {ids}", markup=False, soft_wrap=True)
