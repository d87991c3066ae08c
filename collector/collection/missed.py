"""Notes what lies between two polls that are far apart, which a backfill then reads."""

from datetime import timedelta

from shared.models import CommunityState
from shared.times import parse_iso

# Less is the time between two clocks, or between a request and its answer.
APART = timedelta(minutes=1)
# Polls of a source that doesn't say how far they reached do reach so far.
REACH = timedelta(days=1)
MAX_SPANS = 10


def missed_spans(
    state: CommunityState, since: str | None, *, oldest: str, now: str
) -> list[list[str]]:
    """Return the spans that no poll reached, after one that is complete since this time.

    since is None where the source doesn't say. Spans before `oldest` are forgotten.
    """
    spans = [span for span in state.get("missed", []) if span[1] > oldest]
    before = state["last_collected_at"]
    if before is None:
        # The past before the first poll is the first backfill's.
        return spans
    reached, apart = (now, REACH) if since is None else (min(since, now), APART)
    if parse_iso(reached) - parse_iso(before) > apart:
        spans.append([before, reached])
    return spans[-MAX_SPANS:]
