"""The gaps of a scope: times in which communities of it were not observed, and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from shared.errors import ErrorKind
from shared.models import CommunityState, Interval
from shared.stats.coverage import holes, hours_between
from shared.times import Window, iso, next_hour, parse_iso

# Communities that make up more than this share of a scope leave a gap in it.
LARGE_SHARE = 0.2
# Less is the time between a request and its answer.
SHORTEST = timedelta(seconds=60)
MAX_REASONS = 3

GapKind = ErrorKind | Literal["not_listed", "not_watched", "not_collected"]
"""Why: the kind of the error that lasts, or not_listed, not_watched or not_collected."""


@dataclass(frozen=True)
class Gap:
    """A time in which communities were not observed; start and end are ISO times."""

    start: str
    end: str
    kind: GapKind
    reason: str
    communities: tuple[str, ...]


@dataclass(frozen=True)
class Coverage:
    """The observed part of a window.

    observed is the part of it, in 0..1, each community weighed by its usual number of items. gaps
    are the hours that are unknown; in those of partial a fifth of the items or less is missing.
    missing is the share that an hour lacks. hours_of are the hours that a community lacks since its
    first poll; unobserved_of has those before it, too. since is the ISO time at which the first of
    the communities began to be observed, whatever the window.
    """

    observed: float
    gaps: Sequence[Gap]
    partial: Sequence[Gap]
    missing: Mapping[str, float]
    hours_of: Mapping[str, set[str]]
    unobserved_of: Mapping[str, set[str]]
    since: str | None = None

    @property
    def unknown(self) -> set[str]:
        """Return the hours of the gaps."""
        return {hour for gap in self.gaps for hour in hours_between(gap.start, gap.end)}

    def share_of(self, hours: Sequence[str]) -> float:
        """Return the part of these hours that was observed, in 0..1."""
        lacking = sum(self.missing.get(hour, 0.0) for hour in hours)
        return round(1 - lacking / len(hours), 4) if hours else 1.0


def coverage_of(
    states: Mapping[str, CommunityState | None], window: Window, late: timedelta
) -> Coverage | None:
    """Return what was observed of these communities; None where there is no record of any.

    A community that isn't failing may wait for its next poll for `late`.
    """
    if not any(state and ("covered" in state or "failing" in state) for state in states.values()):
        return None
    start, end = iso(window.start), iso(window.end)
    of_each = {name: _gaps_of(name, state, start, end, late) for name, state in states.items()}
    weights = _weights(states)
    missing: dict[str, float] = defaultdict(float)
    hours_of: dict[str, set[str]] = {}
    unobserved_of: dict[str, set[str]] = {}
    lacking: dict[str, list[Gap]] = defaultdict(list)
    for name, gaps in of_each.items():
        hours_of[name], unobserved_of[name] = set(), set()
        for gap in gaps:
            is_behind = gap.kind != "not_watched" and bool(_covered(states[name]))
            for hour in hours_between(gap.start, gap.end):
                unobserved_of[name].add(hour)
                if is_behind:
                    hours_of[name].add(hour)
                lacking[hour].append(gap)
                missing[hour] += weights[name] * _part(hour, gap, end)
    seconds = max(1.0, (window.end - window.start).total_seconds())
    unobserved = sum(weights[name] * _seconds(gap) for name, own in of_each.items() for gap in own)
    large = {hour for hour, found in lacking.items() if _weigh(found, weights) > LARGE_SHARE}
    if len(states) == 1:
        gaps, partial = [gap for own in of_each.values() for gap in own], []
    else:
        gaps = _together(lacking, large, weights)
        partial = _together(lacking, lacking.keys() - large, weights)
    observed = round(1 - min(1.0, unobserved / seconds), 4)
    since = first_observed(states.values())
    return Coverage(observed, gaps, partial, missing, hours_of, unobserved_of, since)


def first_observed(states: Iterable[CommunityState | None]) -> str | None:
    """Return the ISO time at which the first of the communities began to be observed, if any."""
    return min((covered[0][0] for state in states if (covered := _covered(state))), default=None)


def _gaps_of(
    name: str, state: CommunityState | None, start: str, end: str, late: timedelta
) -> list[Gap]:
    covered = _covered(state)
    found = []
    for since, until in holes(covered, start, end):
        length = parse_iso(until) - parse_iso(since)
        is_last = not covered or since >= covered[-1][1]
        failing = state.get("failing") if state else None
        error = state["last_error"] if state else None
        if length < SHORTEST or (is_last and covered and not failing and length <= late):
            continue
        kind: GapKind = "not_listed"
        reason = "the source no longer lists what was written then"
        if is_last and failing and error:
            kind, reason = error["kind"], error["message"]
        elif is_last:
            kind, reason = "not_collected", "nothing has been collected since"
        elif until <= covered[0][0]:
            kind, reason = "not_watched", "it was before the first collection, and isn't listed"
        found.append(Gap(since, until, kind, reason, (name,)))
    return found


def _covered(state: CommunityState | None) -> list[Interval]:
    return state.get("covered", []) if state else []


def _weights(states: Mapping[str, CommunityState | None]) -> dict[str, float]:
    """Return each community's share of the usual items; equal ones where no rate is known."""
    rates = {name: (state.get("hourly") or 0.0) if state else 0.0 for name, state in states.items()}
    total = sum(rates.values())
    if not total:
        return dict.fromkeys(rates, 1 / len(rates))
    return {name: rate / total for name, rate in rates.items()}


def _weigh(gaps: Sequence[Gap], weights: Mapping[str, float]) -> float:
    return sum(weights[name] for name in {gap.communities[0] for gap in gaps})


def _together(
    lacking: Mapping[str, Sequence[Gap]], hours: set[str], weights: Mapping[str, float]
) -> list[Gap]:
    """Join hours that follow each other and lack the same communities for the same reasons."""
    joined: list[Gap] = []
    last = ""
    for hour in sorted(hours):
        found = sorted(lacking[hour], key=lambda gap: -weights[gap.communities[0]])
        names = tuple(dict.fromkeys(name for gap in found for name in gap.communities))
        reasons = list(dict.fromkeys(gap.reason for gap in found))
        reason = "; ".join(reasons[:MAX_REASONS])
        start = max(f"{hour}:00:00Z", min(gap.start for gap in found))
        end = min(f"{next_hour(hour)}:00:00Z", max(gap.end for gap in found))
        before = joined[-1] if joined and next_hour(last) == hour else None
        if before and (before.communities, before.reason) == (names, reason):
            joined[-1] = Gap(before.start, end, before.kind, reason, names)
        else:
            joined.append(Gap(start, end, found[0].kind, reason, names))
        last = hour
    return joined


def _part(hour: str, gap: Gap, end: str) -> float:
    """Return the part of an hour, or of the running one so far, that lies in the gap."""
    first, last = f"{hour}:00:00Z", min(f"{next_hour(hour)}:00:00Z", end)
    if last <= first:
        return 0.0
    if gap.start <= first and last <= gap.end:
        return 1.0
    whole = parse_iso(last) - parse_iso(first)
    return (parse_iso(min(gap.end, last)) - parse_iso(max(gap.start, first))) / whole


def _seconds(gap: Gap) -> float:
    return (parse_iso(gap.end) - parse_iso(gap.start)).total_seconds()
