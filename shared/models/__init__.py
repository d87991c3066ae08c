"""The documents that the store keeps, as typed dicts: what is written is what is read.

Times are strings as `shared.times.iso` writes them. `_etag` is there in what a store gives back.
"""

from shared.models.items import (
    Comment,
    Item,
    Label,
    Language,
    Observation,
    OtherLanguages,
    Post,
    Sentiment,
)
from shared.models.rollups import (
    ALL,
    Cell,
    CommunityHour,
    DayStats,
    Labelled,
    Likeness,
    MonthStats,
    ScopeHour,
)
from shared.models.state import CollectionState, CommunityState, SweepState, Watermark
from shared.models.topics import Topic, Topics, TopicState
from shared.models.work import (
    Cleanup,
    CollectRequest,
    CommunityCounts,
    Cycle,
    CycleError,
    Lease,
    Origin,
    Removed,
    Rescore,
    SourceRequests,
    Trigger,
    Work,
    WorkStatus,
)

__all__ = [
    "ALL",
    "Cell",
    "Cleanup",
    "CollectRequest",
    "CollectionState",
    "Comment",
    "CommunityCounts",
    "CommunityHour",
    "CommunityState",
    "Cycle",
    "CycleError",
    "DayStats",
    "Item",
    "Label",
    "Labelled",
    "Language",
    "Lease",
    "Likeness",
    "MonthStats",
    "Observation",
    "Origin",
    "OtherLanguages",
    "Post",
    "Removed",
    "Rescore",
    "ScopeHour",
    "Sentiment",
    "SourceRequests",
    "SweepState",
    "Topic",
    "TopicState",
    "Topics",
    "Trigger",
    "Watermark",
    "Work",
    "WorkStatus",
]
