"""The dependencies of the steps of a cycle, and of all work that writes items."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from collector.collection.diff import Comparer
from collector.collection.journal import CycleJournal, ItemsJournal
from collector.collection.recount import Recount
from collector.sentiment.base import Method
from collector.sources.base import Source
from collector.watchlist.mentions import MentionRules
from shared.communities import SourceName
from shared.models import CommunityCounts, CommunityState
from shared.settings import Settings
from shared.store import Store
from shared.times import Clock, iso

Progress = Callable[[str, CommunityCounts], None]


NextPoll = Callable[[CommunityState, datetime], str]


def always_due(_state: CommunityState, _now: datetime) -> str:
    """Return that a community is due in the next cycle, as all are that one cycle collects."""
    return ""


def no_progress(_community: str, _counts: CommunityCounts) -> None:
    """Show nothing."""


J_co = TypeVar("J_co", bound=ItemsJournal[Any], covariant=True)


@dataclass(frozen=True, kw_only=True)
class WriteContext(Generic[J_co]):
    """The dependencies of scoring, matching and writing changes, in whatever work."""

    store: Store
    method: Method
    rules: MentionRules
    journal: J_co
    recount: Recount


@dataclass(frozen=True, kw_only=True)
class CycleContext(WriteContext[CycleJournal]):
    """The dependencies of the steps of one cycle, or of one shard's part of it.

    settings has the communities to collect; rules has all that are watched. next_poll returns the
    ISO time at which a community is due again after a poll.
    """

    sources: Mapping[SourceName, Source]
    settings: Settings
    clock: Clock
    progress: Progress = no_progress
    shard: str = ""
    next_poll: NextPoll = always_due


def comparer_of(cycle: CycleContext) -> Comparer:
    """Return the cycle's comparer; all items of a cycle have the same time of collection."""
    began = cycle.journal.began_at
    return Comparer(
        now=iso(began),
        oldest=iso(began - timedelta(days=cycle.settings.retention_days)),
        source_of=cycle.settings.source_of,
    )
