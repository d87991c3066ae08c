"""Collection on demand. At most one request waits at a time, across all processes."""

import logging
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import cast

import azure.functions as func

from api.deps import Deps
from api.reads.cycles import find_cycle
from api.reads.waiting import how_it_waits, promise
from api.schema.cycles import Triggered
from shared.cycles import cycle_id_of, running_cycle
from shared.errors import (
    CycleAwaited,
    CycleRunning,
    DocumentChanged,
    DocumentExists,
    QueueUnavailable,
    StoreError,
    StoreUnavailable,
)
from shared.host_json import queue_poll_interval
from shared.logs import event
from shared.models import CollectRequest, Lease
from shared.on_demand import CollectMessage, ReportsLoss, may_be_lost
from shared.store import GUARDS, REQUESTS, Store
from shared.times import iso

log = logging.getLogger(__name__)

SECOND = timedelta(seconds=1)
MAX_TRIES = 5
LEASE, REQUEST = ("lease", "lease"), ("lease", "request")


async def ask_for_collection(deps: Deps) -> tuple[Triggered, CollectMessage]:
    """Request a cycle; return the answer, and the message to put on the queue.

    One read finds out whether a cycle runs, and one conditional write decides which of several
    concurrent requests is first. While a request waits for its worker, no second message is sent. A
    request whose message may be lost is repeated with the same id, so its cycle can't run twice.
    Raises CycleRunning with the id of the running cycle, CycleAwaited with that of the requested
    one, and StoreError.
    """
    store = await deps.store()
    for _ in range(MAX_TRIES):
        # If another request was first, or a worker just started one, the next attempt sees it.
        with suppress(DocumentExists, DocumentChanged):
            return await _ask(store, deps)
    raise StoreUnavailable("the request for a collection changes with every read")


async def _ask(store: Store, deps: Deps) -> tuple[Triggered, CollectMessage]:
    now, poll = deps.clock(), queue_poll_interval()
    taken = ("cycle", cycle_id_of(now))
    found = await store.read_many(GUARDS, [LEASE, REQUEST, taken])
    lease = cast("Lease | None", found.get(LEASE))
    known = cast("CollectRequest | None", found.get(REQUEST))
    if busy := running_cycle(lease, now):
        raise CycleRunning(busy)
    waits = known if known and not await _has_begun(deps, known) else None
    if waits and not (_is_unsent(deps, waits) or may_be_lost(waits, lease, now, poll)):
        schedule = deps.settings.collect_schedule
        how = how_it_waits(waits, lease, now, poll=poll, schedule=schedule)
        raise CycleAwaited(str(waits["cycle"]), how)
    # Ids are in seconds, and a cycle may have begun, and even ended, within this second.
    fresh = cycle_id_of(now + SECOND if taken in found else now)
    cycle = (waits and waits["cycle"]) or fresh
    request = CollectRequest(id="request", kind="lease", ttl=-1, cycle=cycle, asked_at=iso(now))
    if known is None:
        await store.create(REQUESTS, request)
    else:
        await store.replace(REQUESTS, request, known["_etag"])
    answer = Triggered(message=promise(lease, now, poll), cycle=cycle, timestamp=iso(now))
    message = CollectMessage(cycle=cycle, asked_at=iso(now))
    deps.unsent.discard(message)
    return answer, message


async def send(deps: Deps, output: func.Out[str], message: CollectMessage) -> None:
    """Put a request's message on the queue, or withdraw the request if that fails.

    Raises QueueUnavailable.
    """
    undo = partial(withdraw, deps, message)
    if isinstance(output, ReportsLoss):
        output.if_lost(undo)
    try:
        output.set(message.model_dump_json())
    except Exception as error:
        await undo()
        raise QueueUnavailable(f"the message can't be put on the queue: {error}") from error


async def withdraw(deps: Deps, message: CollectMessage) -> None:
    """Withdraw a request without a message, so that the next request is accepted.

    A full disk may refuse this write too; the process then remembers it until the next request.
    """
    deps.unsent.add(message)
    try:
        store = await deps.store()
        found = await store.read(REQUESTS, "lease", "request")
        if found is not None and _is_unsent(deps, found):
            withdrawn: CollectRequest = {**found, "cycle": None}
            await store.replace(REQUESTS, withdrawn, found["_etag"])
    except DocumentChanged:
        pass  # Another cycle was requested meanwhile.
    except StoreError as error:
        event(log, "request.not_withdrawn", logging.WARNING, reason=str(error))
        return
    deps.unsent.discard(message)


def _is_unsent(deps: Deps, request: CollectRequest) -> bool:
    """Return whether this process remembers that a request's message wasn't sent."""
    return any(
        (message.cycle, message.asked_at) == (request["cycle"], request["asked_at"])
        for message in deps.unsent
    )


async def _has_begun(deps: Deps, request: CollectRequest) -> bool:
    """Return whether a request's cycle has begun and ended. Raises CycleRunning while it runs.

    A worker clears the request when it begins, unless it is killed just before that.
    """
    if request["cycle"] is None:
        return True
    cycle = await find_cycle(deps, request["cycle"])
    if cycle is not None and cycle["status"] == "running":
        raise CycleRunning(cycle["id"])
    return cycle is not None
