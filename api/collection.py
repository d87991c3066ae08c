"""Collection on demand: at most one cycle is asked for at a time, whoever asks, in what process."""

from datetime import timedelta
from typing import cast

from api.deps import Deps
from api.models import Triggered
from shared.cycles import cycle_id_of, running_cycle
from shared.errors import CycleRunning, DocumentChanged, DocumentExists
from shared.models import Lease, Request
from shared.requests import CollectMessage, awaited_cycle
from shared.store import GUARDS, REQUESTS, Store
from shared.times import iso

SECOND = timedelta(seconds=1)
LEASE, REQUEST = ("lease", "lease"), ("lease", "request")


async def ask_for_collection(deps: Deps) -> tuple[Triggered, CollectMessage]:
    """Ask for a cycle: gives the answer, and the message that is to be put on the queue.

    One read of the store says whether a cycle runs, and one conditional write settles who of those
    that ask at the same moment is first. A request that nobody has taken up in half a minute may
    have been lost: it is asked for again, under its id, and can't run twice.
    Raises CycleRunning with the id of the cycle that runs or was just asked for, and StoreError.
    """
    store = await deps.store()
    now = deps.clock()
    taken = ("cycle", cycle_id_of(now))
    found = await store.read_many(GUARDS, [LEASE, REQUEST, taken])
    lease, known = (
        cast("Lease | None", found.get(LEASE)),
        cast("Request | None", found.get(REQUEST)),
    )
    if busy := running_cycle(lease, now) or awaited_cycle(known, now):
        raise CycleRunning(busy)
    lost = known["cycle"] if known else None
    # Ids are seconds, and a cycle may have begun, and even ended, within this one.
    cycle = lost or cycle_id_of(now + SECOND if taken in found else now)
    request = Request(id="request", kind="lease", ttl=-1, cycle=cycle, asked_at=iso(now))
    await _be_first(store, request, known)
    answer = Triggered(
        message="The collection will begin in a moment.", cycle=cycle, timestamp=iso(now)
    )
    return answer, CollectMessage(cycle=cycle, asked_at=iso(now))


async def _be_first(store: Store, request: Request, known: Request | None) -> None:
    try:
        if known is None:
            await store.create(REQUESTS, request)
        else:
            await store.replace(REQUESTS, request, known["_etag"])
    except (DocumentExists, DocumentChanged):
        other = await store.read(REQUESTS, *REQUEST)
        raise CycleRunning((other and other["cycle"]) or str(request["cycle"])) from None
