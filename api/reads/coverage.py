"""Reads what was observed of communities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from api.deps import Deps
from api.reads.cycles import client_message
from api.schema.coverage import CoverageAnswer, GapAnswer
from shared.models import ALL, CommunityState
from shared.schedule import two_intervals
from shared.stats.gaps import Coverage, Gap, coverage_of, first_observed
from shared.store import Store
from shared.store.community_states import observed_names
from shared.store.community_states import read_states as read_community_states
from shared.times import Window, parse_iso

States = Mapping[str, CommunityState | None]


async def read_states(deps: Deps, store: Store, scopes: Iterable[str]) -> States:
    """Return the states of the communities of these scopes, in one batched read.

    Those of `all` are a sample where many are watched. Their errors are as clients may read them.
    """
    asked = list(scopes)
    names = observed_names(deps.settings.watched) if ALL in asked else asked
    found = await read_community_states(store, names)
    return {name: shown_state(deps, found.get(name)) for name in names}


def shown_state(deps: Deps, state: CommunityState | None) -> CommunityState | None:
    """Return a state with its error as clients may read it."""
    if state is None or (error := state["last_error"]) is None:
        return state
    message = client_message(error, deps.settings.origin)
    return {**state, "last_error": {**error, "message": message}}


def observed_since(states: States) -> datetime | None:
    """Return since when any of the communities was observed; None where nothing is recorded."""
    since = first_observed(states.values())
    return None if since is None else parse_iso(since)


def coverage_in(deps: Deps, states: States, scope: str, window: Window) -> Coverage | None:
    """Return what was observed of a scope in a window; None where nothing is recorded."""
    own = states if scope == ALL else {scope: states.get(scope)}
    late = two_intervals(deps.settings.collect_schedule, window.end)
    return coverage_of(own, window, late)


def coverage_answer(coverage: Coverage | None) -> CoverageAnswer | None:
    """Return a coverage as an answer."""
    if coverage is None:
        return None
    return CoverageAnswer(
        observed=coverage.observed,
        gaps=_gap_answers(coverage.gaps),
        partial=_gap_answers(coverage.partial),
        since=coverage.since,
    )


def _gap_answers(gaps: Sequence[Gap]) -> list[GapAnswer]:
    return [GapAnswer.model_validate(asdict(gap)) for gap in gaps]
