"""Reads cycles: the newest ones, or one by its id."""

from typing import cast

from api.deps import Deps
from api.errors import NotFound
from api.reads.waiting import how_it_waits
from api.schema.cycles import CycleAnswer, Cycles
from api.schema.parameters import CycleParameters, CyclesParameters
from shared.communities import REDDIT, source_of
from shared.cycles import is_orphaned, new_cycle, orphaned
from shared.host_json import queue_poll_interval
from shared.models import CollectRequest, Cycle, CycleError, Lease
from shared.on_demand import taken_up_by
from shared.store import CYCLES, GUARDS, LEASES, Query, Store

LEASE, REQUEST = ("lease", "lease"), ("lease", "request")

OF_OUR_NETWORK = {
    "connection": "the connection to the source failed",
    "store": "the database refused, or gave no answer: the log says why",
}


async def read_cycles(deps: Deps, parameters: CyclesParameters) -> Cycles:
    """Return the newest cycles, in one query, and one or two reads more if a cycle runs.

    Raises StoreError.
    """
    store = await deps.store()
    found = await store.query(
        Query(
            CYCLES,
            "cycle",
            parameters.limit,
            order_by="id",
            descending=True,
            below=parameters.cursor,
        )
    )
    return Cycles([_answer(cycle) for cycle in await _with_orphans(store, found, deps)])


def next_cycles(_: Deps, parameters: CyclesParameters, answer: Cycles) -> str | None:
    """Return the cursor of the page that follows; None at the end.

    The page after a full one may be empty.
    """
    cycles = answer.root
    return cycles[-1].id if len(cycles) == parameters.limit else None


async def read_cycle(deps: Deps, parameters: CycleParameters) -> CycleAnswer:
    """Return one cycle; a requested cycle exists before it begins.

    Raises NotFound and StoreError.
    """
    store, cycle_id = await deps.store(), parameters.id
    if found := await find_cycle(deps, cycle_id):
        return _answer(found)
    guards = await store.read_many(GUARDS, [LEASE, REQUEST])
    request = cast("CollectRequest | None", guards.get(REQUEST))
    if request is not None and request["cycle"] == cycle_id:
        return _answer(_awaited(request, cast("Lease | None", guards.get(LEASE)), deps))
    # It may have begun between the two reads.
    if found := await find_cycle(deps, cycle_id):
        return _answer(found)
    raise NotFound("There is no cycle of this id: /api/v1/cycles lists those that are kept.")


async def find_cycle(deps: Deps, cycle_id: str) -> Cycle | None:
    """Return a cycle that has begun, as failed if it is orphaned. Raises StoreError."""
    store = await deps.store()
    found = await store.read(CYCLES, "cycle", cycle_id)
    return None if found is None else (await _with_orphans(store, [found], deps))[0]


async def _with_orphans(store: Store, cycles: list[Cycle], deps: Deps) -> list[Cycle]:
    """Return the cycles, with orphaned ones shown as failed; nothing is written.

    A cycle is closed before its lease is freed. So a cycle is orphaned if it doesn't hold the
    lease, and is still running when it is read after the lease.
    """
    if all(cycle["status"] != "running" for cycle in cycles):
        return cycles
    now = deps.clock()
    lease = await store.read(LEASES, *LEASE)
    doubtful = [("cycle", cycle["id"]) for cycle in cycles if is_orphaned(cycle, lease, now)]
    if not doubtful:
        return cycles
    again = await store.read_many(CYCLES, doubtful)
    known = [again.get(("cycle", cycle["id"]), cycle) for cycle in cycles]
    return [orphaned(cycle, lease) if is_orphaned(cycle, lease, now) else cycle for cycle in known]


def client_message(error: CycleError, origin: str) -> str:
    """Return the error's message, without the network addresses that libraries may quote."""
    community = error["community"]
    of_subreddit = community is not None and source_of(community) == REDDIT
    if error["kind"] == "missing" and of_subreddit and origin != "live":
        # The real source may have it.
        return f"the {origin} data has no subreddit of this name"
    return OF_OUR_NETWORK.get(error["kind"], error["message"])


def _answer(cycle: Cycle) -> CycleAnswer:
    origin = cycle["origin"]
    errors = [{**error, "message": client_message(error, origin)} for error in cycle["errors"]]
    failed = {error["community"]: client_message(error, origin) for error in cycle["errors"]}
    communities = {
        name: {**counts, "error": failed.get(name, counts["error"])} if counts["error"] else counts
        for name, counts in cycle["communities"].items()
    }
    reddit = cycle["requests"].get("reddit", {"used": 0, "left": None})
    fields = {
        **cycle,
        "errors": errors,
        "communities": communities,
        "reddit_requests": reddit["used"],
        "reddit_requests_left": reddit["left"],
    }
    return CycleAnswer.model_validate(fields)


def _awaited(request: CollectRequest, lease: Lease | None, deps: Deps) -> Cycle:
    """Return a requested cycle that hasn't begun, with a message if it is late."""
    now, poll, settings = deps.clock(), queue_poll_interval(), deps.settings
    cycle = new_cycle(str(request["cycle"]), request["asked_at"], "request", settings.origin)
    if now > taken_up_by(request, poll):
        schedule = settings.collect_schedule
        how = how_it_waits(request, lease, now, poll=poll, schedule=schedule)
        cycle["errors"] = [CycleError(community=None, kind="waiting", message=how)]
    return cycle
