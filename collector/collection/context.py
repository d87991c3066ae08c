"""The dependencies of the steps of one cycle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from collector.collection.diff import Comparer
from collector.collection.journal import CycleJournal
from collector.collection.recount import Recount
from collector.sentiment.base import Method
from collector.sources.base import Source
from shared.communities import SourceName
from shared.models import CommunityCounts
from shared.settings import Settings
from shared.store import Store
from shared.times import Clock, iso

Progress = Callable[[str, CommunityCounts], None]


def no_progress(_community: str, _counts: CommunityCounts) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class CycleContext:
    """The dependencies of the steps of one cycle."""

    store: Store
    sources: Mapping[SourceName, Source]
    method: Method
    settings: Settings
    journal: CycleJournal
    recount: Recount
    clock: Clock
    progress: Progress = no_progress


def comparer_of(cycle: CycleContext) -> Comparer:
    """Return the cycle's comparer; all items of a cycle have the same time of collection."""
    began = cycle.journal.began_at
    return Comparer(
        now=iso(began),
        oldest=iso(began - timedelta(days=cycle.settings.retention_days)),
        source_of=cycle.settings.source_of,
    )
