"""Takes pushed items: each line is checked and compared, and what changes waits for the writer."""

import asyncio
import codecs
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import azure.functions as func

from api.deps import Deps
from api.errors import TooLarge, UnsupportedMediaType
from api.schema.ingest import Ingested, RefusedLine
from shared.batches import MAX_ITEMS, BatchMessage, new_batch
from shared.communities import source_of
from shared.errors import QueueUnavailable, StoreError
from shared.logs import event
from shared.models import BatchLines, Item, WaitingBatch
from shared.on_demand import ReportsLoss
from shared.pushed import PushedItem, changes_nothing, read_item
from shared.settings import Settings
from shared.store import BATCH_LINES, BATCHES, ITEMS, Query, Store
from shared.store.keys import item_key
from shared.times import iso

log = logging.getLogger(__name__)

# Batches that wait are few, but while a long cycle runs.
MAX_COMPARED = 50
# Another machine's clock may be ahead by less than this; collection has the same limit.
MAX_AHEAD = timedelta(days=1)
SHOWN_CHARS = 60
# curl and urllib name the last two if nothing is said.
TYPES = frozenset(
    {
        "application/x-ndjson",
        "application/ndjson",
        "application/jsonl",
        "application/x-jsonlines",
        "application/json",
        "text/plain",
        "application/octet-stream",
        "application/x-www-form-urlencoded",
    }
)


@dataclass(frozen=True)
class Line:
    """A line with an item of a community that takes pushed ones."""

    number: int
    text: bytes
    item: PushedItem
    community: str

    @property
    def key(self) -> str:
        """Return the item's key among all items."""
        return self.item.key_in(self.community)


@dataclass
class Checked:
    """The lines of a body."""

    lines: list[Line] = field(default_factory=list)
    refused: list[RefusedLine] = field(default_factory=list)


def check_type(headers: Mapping[str, str]) -> None:
    """Check that a body can be read as lines. Raises UnsupportedMediaType."""
    given = headers.get("content-type", "").partition(";")[0].strip().lower()
    coding = headers.get("content-encoding", "identity").strip().lower()
    if (given and given not in TYPES) or coding not in {"", "identity"}:
        raise UnsupportedMediaType(
            "The body takes lines of JSON, uncompressed: Content-Type: application/x-ndjson."
        )


async def take(deps: Deps, body: bytes) -> tuple[Ingested, BatchMessage | None]:
    """Store the lines that change something as a batch; return the answer and its message.

    Nothing is written if nothing changes; the message then names a batch that still waits, if one
    does, since its own may be lost. Raises TooLarge and StoreError.
    """
    checked = await asyncio.to_thread(_checked, body, deps.settings)
    store, now = await deps.store(), deps.clock()
    waiting = await store.query(
        Query(BATCHES, "batch", MAX_COMPARED, order_by="id", descending=True)
    )
    stored = await _stored(store, checked.lines)
    days = deps.settings.retention_days
    changed, digests = _compare(checked, stored, _digests(waiting), now, days)
    unchanged = len(checked.lines) - len(changed)
    answer = Ingested(
        accepted=len(changed),
        unchanged=unchanged,
        refused=sorted(checked.refused, key=lambda each: each.line),
    )
    if not changed:
        return answer, BatchMessage(batch=waiting[0]["id"]) if waiting else None
    texts = [line.text for line in changed]
    after = waiting[0]["id"] if waiting else None
    batch, lines = await asyncio.to_thread(new_batch, now, texts, digests, after=after)
    await _keep(store, batch, lines)
    return answer, BatchMessage(batch=batch["id"])


async def send(deps: Deps, output: func.Out[str], message: BatchMessage, *, is_new: bool) -> None:
    """Put a batch's message on the queue, or remove the batch, if it is new, if that fails.

    Raises QueueUnavailable.
    """
    undo = partial(_withdraw, deps, message) if is_new else _nothing
    if isinstance(output, ReportsLoss):
        output.if_lost(undo)
    try:
        output.set(message.model_dump_json())
    except Exception as error:
        await undo()
        raise QueueUnavailable(f"the message can't be put on the queue: {error}") from error


async def _nothing() -> None:
    """Leave an older batch to its own message, or to the next collection."""


async def _withdraw(deps: Deps, message: BatchMessage) -> None:
    """Remove a batch without a message; if that fails too, the next collection writes it."""
    try:
        await _remove(await deps.store(), message.batch)
    except StoreError as error:
        event(log, "ingest.not_withdrawn", logging.WARNING, reason=str(error))


async def _keep(store: Store, batch: WaitingBatch, lines: BatchLines) -> None:
    """Store a batch, its lines first: a batch is there once all of it is."""
    try:
        await store.create(BATCH_LINES, lines)
        await store.create(BATCHES, batch)
    except StoreError:
        try:
            await _remove(store, batch["id"])
        except StoreError as error:
            event(log, "ingest.not_withdrawn", logging.WARNING, reason=str(error))
        raise


async def _remove(store: Store, batch_id: str) -> None:
    await store.delete(BATCHES, [("batch", batch_id)])
    await store.delete(BATCH_LINES, [("batch_lines", batch_id)])


def _checked(body: bytes, settings: Settings) -> Checked:
    """Read the lines of a body. Raises TooLarge."""
    texts = body.removeprefix(codecs.BOM_UTF8).split(b"\n")
    if sum(bool(text.strip()) for text in texts) > MAX_ITEMS:
        raise TooLarge(413, f"A body may have at most {MAX_ITEMS} lines: send several.")
    checked = Checked()
    for number, text in enumerate(texts, start=1):
        item = read_item(text)
        if isinstance(item, PushedItem):
            reason = _refusal(item, settings)
            if reason is None:
                line = Line(number, text.strip(), item, str(item.community))
                checked.lines.append(line)
                continue
        else:
            reason = item
        if reason is not None:
            checked.refused.append(RefusedLine(line=number, reason=reason))
    return checked


def _refusal(item: PushedItem, settings: Settings) -> str | None:
    """Return why a community doesn't take the item; None if it does."""
    community = item.community
    if community is None:
        return "no community: name one, such as push.desk"
    name = community if len(community) <= SHOWN_CHARS else community[:SHOWN_CHARS] + "…"
    if source_of(community) != "push":
        return f"{name} takes no pushed items: those that do begin with push."
    if community not in settings.watched:
        return f"{name} isn't watched: add it to COMMUNITIES"
    return None


async def _stored(store: Store, lines: Sequence[Line]) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for kind, container in ITEMS.items():
        own = [line for line in lines if line.item.kind == kind]
        keys = [(line.community, line.item.id_in(line.community)) for line in own]
        for item in (await store.read_many(container, keys)).values() if keys else ():
            found[item_key(kind, item["id"])] = item
    return found


def _digests(waiting: Sequence[WaitingBatch]) -> dict[str, str]:
    """Return the digests of the items that wait, by key; batches are the newest first."""
    found: dict[str, str] = {}
    for batch in reversed(waiting):
        found.update(batch["digests"])
    return found


def _compare(
    checked: Checked,
    stored: Mapping[str, Item],
    waiting: Mapping[str, str],
    now: datetime,
    retention_days: int,
) -> tuple[list[Line], dict[str, str]]:
    """Return the lines that change something, and the digests of their items by key.

    Lines out of the time that is kept move to those that are refused.
    """
    oldest, latest = iso(now - timedelta(days=retention_days)), iso(now + MAX_AHEAD)
    changed: list[Line] = []
    digests: dict[str, str] = {}
    for line in list(checked.lines):
        key, digest = line.key, line.item.digest
        before = digests.get(key) or waiting.get(key)
        is_known = before is not None or key in stored
        created = line.item.created_utc
        if not is_known and not oldest <= created <= latest:
            reason = (
                "dated more than a day ahead"
                if created > latest
                else f"older than RETENTION_DAYS, {retention_days} days"
            )
            checked.lines.remove(line)
            checked.refused.append(RefusedLine(line=line.number, reason=reason))
        elif digest != before if before else not changes_nothing(line.item, stored.get(key)):
            changed.append(line)
            digests[key] = digest
    return changed, digests
