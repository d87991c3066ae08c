"""What conditions look at: plain data, read by shared/alerts/reading.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shared.alerts.hourly import HourlyFigures
from shared.models import CommunityState, Item, Topic
from shared.stats.shares import Voices
from shared.stats.threads import Threads


@dataclass(frozen=True)
class DayVoice:
    """The mentions of each subject of the set on one day, by its id; threads None if unknown."""

    items: Mapping[str, int]
    threads: Mapping[str, Threads | None]


@dataclass(frozen=True)
class Voice:
    """The mentions by day (YYYY-MM-DD) of the subjects that share the voice: never of topics.

    weeks are those that were added up before, by their last day.
    """

    days: Mapping[str, DayVoice]
    subjects: Sequence[str]
    weeks: dict[str, Voices] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class TopicItems:
    """A current topic, and those of its posts that are in the scope, of `read` that were read."""

    topic: Topic
    posts: Sequence[Item]
    read: int


@dataclass(frozen=True)
class Topics:
    """The current topics that are new or fast; created_at is None where none were ever found."""

    created_at: str | None
    topics: Sequence[TopicItems]


@dataclass(frozen=True)
class Reach:
    """The scores of items of the last four weeks, and the recent items that may be above them.

    scores are those of a sample that is spread evenly, sorted; items without a score aren't in it.
    of is the number of items of the last day, of which recent may be some.
    """

    scores: Sequence[int]
    recent: Sequence[Item]
    of: int


@dataclass(frozen=True)
class Recent:
    """The items of the hours up to `hour`, newest first; of is their number."""

    hour: str
    items: Sequence[Item]
    of: int


@dataclass(frozen=True)
class Evidence:
    """What is known of a scope, up to `last`: the last full hour that was collected, None before.

    scope is "all", "subject:ID" or "community:ID", and name is what people call it. figures are the
    scope's, and of_all those of all communities. falling are the hours that most communities lack,
    and fell the last hours of the days in which all communities had too few items.
    states are those of the watched communities, and communities those of the scope. young are
    communities that figures leave out, since they weren't observed over the whole time.
    collected_at is when a collection completed last. The parts that one type of condition alone
    looks at are None for the others. no_data says why nothing can be said of the scope now, such as
    a subject whose mentions aren't right yet. broken says why the scope can't be looked at, such as
    a subject that isn't watched any more.
    """

    scope: str
    name: str
    last: str | None
    figures: HourlyFigures
    of_all: HourlyFigures
    falling: frozenset[str] = frozenset()
    fell: frozenset[str] = frozenset()
    states: Mapping[str, CommunityState | None] = field(default_factory=dict)
    communities: Sequence[str] = ()
    young: frozenset[str] = frozenset()
    collected_at: str | None = None
    voice: Voice | None = None
    topics: Topics | None = None
    reach: Reach | None = None
    recent: Recent | None = None
    no_data: str | None = None
    broken: str | None = None
