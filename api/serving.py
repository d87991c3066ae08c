"""Answers reads from the cache: as JSON, as pages of lists, and as files."""

from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar
from urllib.parse import quote

import azure.functions as func
from pydantic import BaseModel

from api.deps import Deps
from api.export.day_files import day_file
from api.export.files import items_file
from api.export.tables import DAY_TYPES, TYPES, form_of_day, format_of
from api.http.daily_budget import BudgetSpent
from api.http.limiter import is_heavy
from api.http.negotiation import choose_type
from api.http.parameters import read_parameters
from api.http.responses import (
    FRESH_SECONDS,
    JSON,
    Prepared,
    data_answer,
    next_link,
    prepare,
    wants_fresh,
)
from api.http.visit import current_visit
from api.process import configured_deps, process_caches, process_deps
from api.reads.listing import Page, with_largest_page
from api.schema.exports import (
    MAX_EXPORTED,
    MAX_EXPORTED_WITHOUT_KEY,
    ExportParameters,
)
from api.schema.items import Items, Posts
from api.schema.parameters import ListParameters, Parameters
from api.schema.subjects import Mentions
from shared.models import Watchlist
from shared.settings import Settings

P = TypeVar("P", bound=Parameters)
A = TypeVar("A", bound=BaseModel)
L = TypeVar("L", bound=ListParameters)

# Open pages poll the cycles each second while one runs, and 40 pages would use up the free tier's
# request units. It is shorter than any cycle, so that no page misses one.
LOOKS_SHARE_SECONDS = 0.25
# Rules and digests have addresses of people, so that no shared cache may keep them.
PRIVATE = {"Cache-Control": "private, no-cache"}


async def serve_data(
    request: func.HttpRequest,
    model: type[P],
    read: Callable[[Deps, P], Awaitable[A]],
    *,
    moments: Mapping[str, Any] | None = None,
    fresh_seconds: int = FRESH_SECONDS,
    changeable: type[BaseModel] | None = None,
    links: Callable[[Deps, P, A], Mapping[str, str]] | None = None,
) -> func.HttpResponse:
    """Answer a read as JSON, from the cache.

    With fresh_seconds 0, answers are cached for LOOKS_SHARE_SECONDS only. changeable is the model
    of that part of the answer which can be changed: the ETag begins with that of the part, so that
    a change can be made of what was read whatever the figures beside it. links returns the Link
    header of a page.
    """
    parameters = read_parameters(model, request.params, request.route_params)
    choose_type(request.headers.get("accept", ""), [JSON])
    deps = await process_deps()

    async def make() -> Prepared:
        answer = await read(deps, parameters)
        part = changeable.model_validate(answer, from_attributes=True) if changeable else None
        return prepare(
            answer,
            deps.settings.origin,
            moments=moments,
            fresh_seconds=fresh_seconds,
            headers=links(deps, parameters, answer) if links else None,
            changeable=part,
        )

    within = None if fresh_seconds else LOOKS_SHARE_SECONDS
    return await serve_kept(deps, request, (read, "json"), parameters, make, within=within)


def linked(
    path: str, next_of: Callable[[Deps, P, A], str | None]
) -> Callable[[Deps, P, A], Mapping[str, str]]:
    """Return what makes the Link header of a page at a path, by the cursor that follows it."""

    def links(deps: Deps, parameters: P, answer: A) -> Mapping[str, str]:
        return next_link(path, parameters, next_of(deps, parameters, answer))

    return links


async def serve_page(
    request: func.HttpRequest,
    model: type[L],
    read: Callable[[Deps, L], Awaitable[Page[Posts] | Page[Items] | Page[Mentions]]],
    path: str,
) -> func.HttpResponse:
    """Answer a list with one of its pages, as JSON or as a file, from the cache."""
    given = read_parameters(model, request.params, request.route_params)
    form = format_of(given.format, request.headers.get("accept", ""))
    deps = await process_deps()
    parameters = given if form == "json" else with_largest_page(given)

    async def make() -> Prepared:
        page = await read(deps, parameters)
        in_path = {name: quote(value) for name, value in request.route_params.items()}
        without = frozenset(in_path)
        links = next_link(path.format(**in_path), given, page.next_cursor, without=without)
        if page.is_rematching:
            links |= {"Undertone-Rematching": "true"}
        if form == "json":
            return prepare(page.items, deps.settings.origin, headers=links)
        return items_file(deps, parameters, page, form, links)

    return await serve_kept(deps, request, (path, form), parameters, make, mimetype=TYPES[form])


async def serve_kept(
    deps: Deps,
    request: func.HttpRequest,
    key: tuple[Hashable, str],
    parameters: Parameters,
    make: Callable[[], Awaitable[Prepared]],
    *,
    mimetype: str = JSON,
    within: float | None = None,
) -> func.HttpResponse:
    """Answer from the cache, or else make the answer; a heavy read waits for its turn.

    key names the read and its format; another watchlist has other answers. Where the day's budget
    is spent, an older answer is better than none. Raises TooBusy, QuotaExceeded, BudgetSpent, and
    what `make` raises.
    """
    caches, heavy, fresh = process_caches(), is_heavy(parameters, key[1]), wants_fresh(request)
    makes = partial(caches.heavy.run, make) if heavy else make
    state = (*state_of(deps.watchlist), deps.shows_names)
    whole_key = (*key, parameters.model_dump_json(), *state)
    try:
        if not caches.answers.has(whole_key, fresh=fresh, within=within):
            await caches.limits.check(current_visit(), is_heavy=heavy)
        kept = await caches.answers.get(whole_key, makes, fresh=fresh, within=within)
    except BudgetSpent:
        stale = caches.answers.stale(whole_key)
        if stale is None:
            raise
        old, age = stale
        kept = replace(old, headers={**old.headers, "Age": str(round(age))})
    return data_answer(request, kept, mimetype=mimetype)


async def serve_day_file(request: func.HttpRequest) -> func.HttpResponse:
    """Answer with the file of a day, from a cache of its own; files are made one after another.

    Where units are paid for, a caller without a key gets no more than a read may cost.
    """
    parameters = read_parameters(ExportParameters, request.params)
    form = form_of_day(parameters.format, request.headers.get("accept", ""))
    deps, caches = await process_deps(), process_caches()
    is_anonymous = current_visit().is_anonymous
    most = most_exported(deps.settings) if is_anonymous else MAX_EXPORTED
    key = (form, most, parameters.model_dump_json(), *state_of(deps.watchlist))
    made = partial(day_file, deps, parameters, form, most=most)
    makes = partial(caches.exporting.run, made)
    fresh = wants_fresh(request)
    if not caches.exports.has(key, fresh=fresh):
        await caches.limits.check(current_visit(), is_heavy=True)
    kept = await caches.exports.get(key, makes, fresh=fresh)
    return data_answer(request, kept, mimetype=DAY_TYPES[form])


def most_exported(settings: Settings) -> int:
    """Return how many items a file has at most without a key."""
    costs = settings.cosmos_endpoint is not None or settings.daily_read_units > 0
    return MAX_EXPORTED_WITHOUT_KEY if costs else MAX_EXPORTED


def state_of(watchlist: Watchlist | None) -> tuple[int, str]:
    """Return what tells a watchlist from earlier ones, for keys of answers."""
    return (watchlist["revision"], watchlist.get("_etag", "")) if watchlist else (0, "")


async def serve_private(
    request: func.HttpRequest,
    model: type[P],
    read: Callable[[Deps, P], Awaitable[BaseModel]],
    *,
    changeable: type[BaseModel] | None = None,
) -> func.HttpResponse:
    """Answer a read that needs a key, which isn't kept in memory.

    changeable is the model of that part of the answer which can be changed: the ETag begins with
    that of the part, so that a change can be made of what was read whatever rules do meanwhile.
    """
    parameters = read_parameters(model, request.params, request.route_params)
    choose_type(request.headers.get("accept", ""), [JSON])
    deps = configured_deps()
    answer = await read(deps, parameters)
    part = changeable.model_validate(answer.model_dump()) if changeable else None
    whole = prepare(answer, deps.settings.origin, headers=PRIVATE, changeable=part)
    return data_answer(request, whole)
