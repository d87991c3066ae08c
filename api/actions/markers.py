"""Changes of markers: they change the watchlist, but nothing of what items mention."""

from api.actions.watchlist import Edit, Written, change_watchlist, check, same_id
from api.deps import Deps
from api.http.conditions import Condition
from api.reads.markers import marker_named
from api.schema.markers import MarkerBody
from shared.models import Watchlist
from shared.subjects.markers import clean_marker, count_refusals, marker_refusals
from shared.subjects.watchlist import markers_of


async def put_marker(deps: Deps, condition: Condition, marker_id: str, body: MarkerBody) -> Written:
    """Write a marker, new or not. Raises BadParameters, PreconditionFailed and StoreError."""

    def edit(before: Watchlist) -> Edit:
        own = clean_marker(body.model_dump(), marker_id)
        others = [each for each in markers_of(before) if each["id"] != marker_id]
        is_new = len(others) == len(markers_of(before))
        markers = [own if each["id"] == marker_id else each for each in markers_of(before)]
        markers += [own] if is_new else []
        check(
            same_id(body.id, marker_id),
            marker_refusals(own, others, before["subjects"]),
            count_refusals(markers),
        )
        change = f"marker {own['name']} {'added' if is_new else 'changed'}"
        return Edit(before["subjects"], before["communities"], change, markers=markers)

    return await change_watchlist(deps, condition, edit, marker=marker_id)


async def delete_marker(deps: Deps, condition: Condition, marker_id: str) -> Written:
    """Remove a marker. Raises NotFound, PreconditionFailed and StoreError."""

    def edit(before: Watchlist) -> Edit:
        own = marker_named(before, marker_id)
        markers = [each for each in markers_of(before) if each is not own]
        change = f"marker {own['name']} removed"
        return Edit(before["subjects"], before["communities"], change, markers=markers)

    return await change_watchlist(deps, condition, edit, marker=marker_id)
