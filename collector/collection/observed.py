"""The state of a community after a poll: what was observed, and since when its polls fail."""

from collections.abc import Sequence
from datetime import timedelta

from collector.collection.reading import Reading, last_time
from shared.models import CommunityState, CycleError, Failing, Interval
from shared.stats.coverage import add_covered, usual_rate, within
from shared.times import iso, iso_from_epoch, parse_iso

# After this number of failed cycles in a row, one request a cycle tells whether it works again.
TRIPPED = 3
# After a longer pause a poll of a source that doesn't say how far it reached is trusted no more.
TRUSTED = timedelta(days=1)
# The first poll may list the items of a minute, which are no usual rate.
FIRST_SPAN = timedelta(hours=24)


def after_poll(state: CommunityState, reading: Reading, *, oldest: str, now: str) -> CommunityState:
    """Return the state after a poll; what was covered before `oldest` (an ISO time) is dropped."""
    known = state.get("covered", [])
    reach = known[-1][1] if known else None
    since = max(oldest, reading.since or _trusted(reach, reading.until))
    covered = add_covered(within(known, oldest, now), since, reading.until)
    read_at = parse_iso(reading.until)
    newest = last_time(reading.seen, read_at)
    return {
        **state,
        "watermark": reading.watermark,
        "last_collected_at": now,
        "last_error": None,
        "covered": covered,
        "hourly": _hourly(state, reading, _counted_since(reading, since, reach)),
        "last_item_at": max(newest or "", state.get("last_item_at") or "") or None,
        "failing": None,
    }


def _trusted(reach: str | None, until: str) -> str:
    """Return since when a poll is trusted to be whole whose source doesn't say it."""
    if reach is None or parse_iso(until) - parse_iso(reach) > TRUSTED:
        return until
    return reach


def after_failure(
    state: CommunityState, error: CycleError, now: str, *, is_shared: bool
) -> CommunityState:
    """Return the state after a poll that failed, or that its source didn't allow."""
    known = state.get("failing")
    failing = Failing(
        since=known["since"] if known else now,
        cycles=known["cycles"] + 1 if known else 1,
        is_shared=is_shared,
    )
    return {**state, "last_error": error, "failing": failing}


def begins(before: CommunityState, error: CycleError) -> bool:
    """Return whether a failure is news: the last poll worked, or failed for another reason."""
    last = before["last_error"]
    return not before.get("failing") or last is None or last["kind"] != error["kind"]


def is_tripped(state: CommunityState) -> bool:
    """Return whether so many polls in a row failed that the next one is a probe."""
    failing = state.get("failing")
    return failing is not None and failing["cycles"] >= TRIPPED


def are_tripped(states: Sequence[CommunityState]) -> bool:
    """Return whether all communities of a source are, except those that were never tried."""
    tried = [state for state in states if state["last_attempt_at"] or state.get("failing")]
    return bool(tried) and all(map(is_tripped, tried))


def _counted_since(reading: Reading, since: str, reach: str | None) -> str:
    """Return since when the items of a poll tell the usual rate."""
    if reach is not None:
        return max(since, reach)
    earliest = min((each.created_utc for each in reading.seen), default=None)
    first = since if earliest is None else max(since, iso_from_epoch(earliest))
    return min(first, iso(parse_iso(reading.until) - FIRST_SPAN))


def _hourly(state: CommunityState, reading: Reading, start: str) -> float | None:
    span: Interval = [start, reading.until]
    keys = {
        each.key for each in reading.seen if span[0] < iso_from_epoch(each.created_utc) <= span[1]
    }
    return usual_rate(state.get("hourly"), len(keys), *span)
