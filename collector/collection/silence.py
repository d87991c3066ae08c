"""Tells a source that answers with nothing from a community that is quiet."""

from collector.collection.reading import Reading, last_time
from collector.sources.base import Source
from shared.errors import SourceUnavailable
from shared.models import CommunityState
from shared.stats.coverage import is_silence_odd
from shared.store import ITEMS, Query, Store
from shared.times import parse_iso

# An author may have deleted the only posts of a small community.
MIN_STORED = 3


async def check_silence(
    store: Store, source: Source, state: CommunityState, reading: Reading
) -> None:
    """Raise SourceUnavailable, of kind suspicious, if a poll without items can't be true.

    A source that lists stored items too must list some. Any other one must have new items once the
    usual rate of the community lets many be expected.
    """
    name = state["id"]
    if source.lists_stored and state["last_collected_at"] is not None:
        for kind, container in ITEMS.items():
            if any(each.kind == kind for each in reading.seen):
                continue
            stored = await store.query(Query(container, name, MIN_STORED, descending=True))
            if len(stored) == MIN_STORED:
                raise SourceUnavailable(
                    "suspicious",
                    f"{source.name} answers, and lists no {kind}s, where it listed some before:"
                    " nothing is concluded from that, and it is asked again",
                )
    last = state.get("last_item_at")
    rate = state.get("hourly")
    if source.may_be_silent or not is_silence_odd(rate, last, reading.until):
        return
    newest = last_time(reading.seen, parse_iso(reading.until))
    if newest is None or newest <= (last or ""):
        raise SourceUnavailable(
            "suspicious",
            f"{source.name} answers, and shows nothing new since {last}, where"
            f" {rate:.0f} items an hour are usual: nothing is concluded from that, and it is asked"
            " again",
        )
