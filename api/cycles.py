"""The history of collection, and how a cycle that was asked for goes."""

from api.deps import Deps
from api.models import CycleAnswer, Cycles
from api.parameter_models import CycleParameters, CyclesParameters
from api.parameters import NotThere
from shared.cycles import new_cycle
from shared.models import Cycle, CycleError
from shared.requests import TAKEN_UP_WITHIN
from shared.store import CYCLES, REQUESTS, Query
from shared.times import parse_iso

NEVER_BEGUN = "no worker has taken it up yet: if none does soon, ask again"


async def read_cycles(deps: Deps, parameters: CyclesParameters) -> Cycles:
    """Give the newest cycles, in one query. Raises StoreError."""
    store = await deps.store()
    found = await store.query(
        Query(CYCLES, "cycle", parameters.limit, order_by="id", descending=True)
    )
    return Cycles([_answer(cycle) for cycle in found])


async def read_cycle(deps: Deps, parameters: CycleParameters) -> CycleAnswer:
    """Give one cycle; one that was asked for is there before it begins.

    Raises NotThere and StoreError.
    """
    store, cycle_id = await deps.store(), parameters.id
    found = await store.read(CYCLES, "cycle", cycle_id)
    if found is not None:
        return _answer(found)
    asked = await store.read(REQUESTS, "lease", "request")
    if asked is None or asked["cycle"] != cycle_id:
        raise NotThere("There is no cycle of this id: /api/v1/cycles lists those that are kept.")
    return _awaited(cycle_id, asked["asked_at"], deps)


def told(error: CycleError) -> str:
    """Say what went wrong; the client library's words may hold addresses of our network."""
    return "the connection to Reddit failed" if error["kind"] == "connection" else error["message"]


def _answer(cycle: Cycle) -> CycleAnswer:
    errors = [{**error, "message": told(error)} for error in cycle["errors"]]
    failed = {error["subreddit"]: told(error) for error in cycle["errors"]}
    subreddits = {
        name: {**counts, "error": failed.get(name, counts["error"])} if counts["error"] else counts
        for name, counts in cycle["subreddits"].items()
    }
    return CycleAnswer.model_validate({**cycle, "errors": errors, "subreddits": subreddits})


def _awaited(cycle_id: str, asked_at: str, deps: Deps) -> CycleAnswer:
    cycle = new_cycle(cycle_id, asked_at, "request", deps.settings.feed)
    if deps.clock() - parse_iso(asked_at) > TAKEN_UP_WITHIN:
        cycle["errors"] = [CycleError(subreddit=None, kind="waiting", message=NEVER_BEGUN)]
    return _answer(cycle)
