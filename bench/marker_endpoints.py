"""The calls of the markers' endpoints, for the cost of each."""

from datetime import timedelta

from api.actions.markers import delete_marker, put_marker
from api.deps import Deps
from api.reads.markers import read_effect, read_marker, read_markers
from api.schema.markers import EffectParameters, MarkerBody, MarkerPath, MarkersParameters
from bench.subject_endpoints import ANY, Asked
from shared.times import day_of, iso

MARKER = "bench-release"
DAYS = 7


def markers_asked() -> Asked:
    """Return it; the last one removes the marker that the first one writes."""
    path = MarkerPath(id=MARKER)
    effect = EffectParameters(id=MARKER, days=DAYS)
    return {
        "put_marker": {"": _put},
        "markers": {"": lambda deps: read_markers(deps, MarkersParameters())},
        "marker": {"": lambda deps: read_marker(deps, path)},
        "marker_effect": {f"{DAYS} d on either side": lambda deps: read_effect(deps, effect)},
        "delete_marker": {"": lambda deps: delete_marker(deps, ANY, MARKER)},
    }


async def _put(deps: Deps) -> object:
    date = day_of(iso(deps.clock() - timedelta(days=DAYS + 1)))
    body = MarkerBody.model_validate({"date": date, "name": "Bench 2.0", "kind": "release"})
    return await put_marker(deps, ANY, MARKER, body)
