"""Writes the posts and comments of a day as a file."""

import asyncio
from collections.abc import Mapping

from api.deps import Deps
from api.export.file_schemas import SchemaName, schema_of
from api.export.files import about_scope, about_statistics, disposition, file_name, items_text
from api.export.parquet import batches_of, parquet_file
from api.export.tables import FileFormat, TextFormat
from api.http.responses import Prepared, prepared
from api.reads.day_items import DayOfScope, read_day, read_day_items
from api.schema.exports import MAX_EXPORTED, ExportParameters

SCHEMA: SchemaName = "items"


async def day_file(
    deps: Deps, parameters: ExportParameters, form: FileFormat, *, most: int = MAX_EXPORTED
) -> Prepared:
    """Return the file of a day, of `most` items at most.

    Rows are written page by page, outside of the event loop.

    Raises BadParameters, UnknownCommunity, UnknownSubject and StoreError.
    """
    day = await read_day(deps, parameters, most=most)
    if form == "parquet":
        body = await _as_parquet(deps, day)
    else:
        body = await _as_text(deps, day, form, bom=parameters.bom == "1")
    stats = day.statistics
    scope = (stats.subreddit, stats.subject or "", stats.via or "")
    name = file_name(deps.settings, form, f"{parameters.kind or 'item'}s", *scope, day.day)
    rematching = {"Undertone-Rematching": "true"} if stats.rematching else {}
    made = prepared(body, deps.settings.origin, more={**disposition(name), **rematching})
    if form != "parquet":
        # A large text takes a second.
        await asyncio.to_thread(lambda: made.gzipped)
    return made


async def _as_parquet(deps: Deps, day: DayOfScope) -> bytes:
    schema, batches = schema_of(SCHEMA), []
    async for page in read_day_items(deps, day):
        batches += await asyncio.to_thread(batches_of, page.items.model_dump(), schema)
    about = _about(deps, day)
    return await asyncio.to_thread(parquet_file, batches, schema, about)


async def _as_text(deps: Deps, day: DayOfScope, form: TextFormat, *, bom: bool) -> bytes:
    parts: list[bytes] = []
    async for page in read_day_items(deps, day):
        rows, is_first = page.items.model_dump(), not parts
        part = await asyncio.to_thread(
            items_text, rows, SCHEMA, form, bom=bom and is_first, header=is_first
        )
        parts.append(part)
    return b"".join(parts)


def _about(deps: Deps, day: DayOfScope) -> Mapping[str, object]:
    stats = day.statistics
    return {
        **about_scope(deps.settings, stats.subreddit, stats.subject or "", stats.via or ""),
        "kind": day.items.kind,
        **about_statistics(stats),
    }
