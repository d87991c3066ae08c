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
from shared.models.state import CollectionState, SubredditState, SweepState, Watermark
from shared.models.topics import Topic, Topics, TopicState
from shared.models.work import (
    Cleanup,
    CollectRequest,
    Cycle,
    CycleError,
    Lease,
    Origin,
    Removed,
    Rescore,
    SubredditCounts,
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
    "CommunityHour",
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
    "SubredditCounts",
    "SubredditState",
    "SweepState",
    "Topic",
    "TopicState",
    "Topics",
    "Trigger",
    "Watermark",
    "Work",
    "WorkStatus",
]
