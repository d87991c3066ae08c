"""Every container, with the type of its documents and the queries that its indexes serve."""

from collections.abc import Mapping
from typing import Any, cast

from shared.communities import Kind
from shared.models import (
    AlertKey,
    AlertRules,
    AlertRulesRevision,
    AlertState,
    AskedQuestion,
    Backfill,
    BackfillPlan,
    BatchLines,
    ChannelState,
    Cleanup,
    CollectionState,
    CollectRequest,
    Comment,
    CommunityState,
    Correction,
    CorrectionNote,
    Cycle,
    DayStats,
    DigestContent,
    DigestsRevision,
    DigestState,
    EarlierState,
    FeedAddresses,
    ImportedFile,
    Incident,
    Item,
    Lease,
    ModelVerdict,
    MonthParts,
    MonthStats,
    Post,
    RankedDay,
    ReleasesState,
    Rematch,
    Roster,
    ScheduledDigests,
    ScopeHour,
    ScoringState,
    ShardCycle,
    ShardPart,
    ShardPlan,
    ShardQueue,
    ShardRound,
    SourceState,
    SubjectHour,
    SubjectsDay,
    SubjectsMonth,
    SweepState,
    TokensSpent,
    Topics,
    TotalsNote,
    TotalsState,
    TrendingPart,
    UnitsSpent,
    UpgradeState,
    WaitingBatch,
    Watchlist,
    WatchlistRevision,
    Work,
)
from shared.store.base import Container

ITEM_INDEXES = (("order_key",), ("sentiment.label", "order_key"))

POSTS: Container[Post] = Container("posts", "community", ITEM_INDEXES, expires=True)
COMMENTS: Container[Comment] = Container(
    "comments", "community", (*ITEM_INDEXES, ("post_id", "order_key")), expires=True
)
ITEMS = cast("Mapping[Kind, Container[Item]]", {"post": POSTS, "comment": COMMENTS})
DAYS: Container[DayStats] = Container("stats", "scope", (("id",),), expires=True)
MONTHS: Container[MonthStats] = Container("stats", "scope", (("id",),), expires=True)
HOURS_OF_ALL: Container[ScopeHour] = Container("stats", "scope", (("id",),), expires=True)
SUBJECT_HOURS: Container[SubjectHour] = Container("stats", "scope", (("id",),), expires=True)
RANKED_DAYS: Container[RankedDay] = Container("stats", "scope", (("id",),), expires=True)
SUBJECT_PARTS: Container[MonthParts] = Container("stats", "scope", (("id",),), expires=True)
SUBJECTS_DAYS: Container[SubjectsDay] = Container("stats", "scope", (("id",),), expires=True)
SUBJECTS_MONTHS: Container[SubjectsMonth] = Container("stats", "scope", (("id",),), expires=True)
# The id of the current topics; snapshots have their time as id.
CURRENT = "current"
TOPICS: Container[Topics] = Container("topics", "id", expires=True)
_CYCLE_INDEXES = (("id",), ("reconciled", "id"), ("order_key",), ("outbox", "order_key"))
CYCLES: Container[Cycle] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
CLEANUPS: Container[Cleanup] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
# The backfills of communities and the states of their releases, to be read together.
STATES: Container[Backfill | ReleasesState] = Container(
    "cycles", "kind", _CYCLE_INDEXES, expires=True
)
BACKFILLS: Container[Backfill] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
BACKFILL_PLAN: Container[BackfillPlan] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
SHARDS: Container[ShardCycle] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
SHARD_QUEUES: Container[ShardQueue] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
SHARD_PLAN: Container[ShardPlan] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
SHARD_ROUNDS: Container[ShardRound] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
SHARD_PARTS: Container[ShardPart] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
TOTALS_NOTES: Container[TotalsNote] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
TRENDING_PARTS: Container[TrendingPart] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
TOTALS_STATES: Container[TotalsState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
WORK: Container[Work] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
REQUESTS: Container[CollectRequest] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
GUARDS: Container[Lease | CollectRequest] = Container(
    "cycles", "kind", _CYCLE_INDEXES, expires=True
)
LEASES: Container[Lease] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
COMMUNITIES: Container[CommunityState] = Container(
    "communities", "bucket", (("id",), ("due_at",), ("shard", "id"), ("left", "id")), expires=True
)
# Where earlier versions kept them, in the partition `community`.
EARLIER_COMMUNITIES: Container[EarlierState] = Container(
    "cycles", "kind", _CYCLE_INDEXES, expires=True
)
SOURCE_STATES: Container[SourceState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
BATCHES: Container[WaitingBatch] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
BATCH_LINES: Container[BatchLines] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
IMPORTED_FILES: Container[ImportedFile] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
RELEASES: Container[ReleasesState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
SWEEPS: Container[SweepState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
COLLECTION: Container[CollectionState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
UPGRADES: Container[UpgradeState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
SCORING: Container[ScoringState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
READ_UNITS: Container[UnitsSpent] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
TOKENS: Container[TokensSpent] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
VERDICTS: Container[ModelVerdict] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
WATCHLIST: Container[Watchlist] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
ROSTERS: Container[Roster] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
WATCHLIST_REVISIONS: Container[WatchlistRevision] = Container(
    "cycles", "kind", _CYCLE_INDEXES, expires=True
)
CORRECTIONS: Container[Correction] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
CORRECTION_NOTES: Container[CorrectionNote] = Container(
    "cycles", "kind", _CYCLE_INDEXES, expires=True
)
REMATCH: Container[Rematch] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
ALERT_RULES: Container[AlertRules] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
ALERT_RULES_REVISIONS: Container[AlertRulesRevision] = Container(
    "cycles", "kind", _CYCLE_INDEXES, expires=True
)
ALERT_STATES: Container[AlertState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
INCIDENTS: Container[Incident] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
ALERT_KEYS: Container[AlertKey] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
FEED_ADDRESSES: Container[FeedAddresses] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
ALERT_CHANNELS: Container[ChannelState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
DIGESTS: Container[ScheduledDigests] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
DIGESTS_REVISIONS: Container[DigestsRevision] = Container(
    "cycles", "kind", _CYCLE_INDEXES, expires=True
)
DIGEST_STATES: Container[DigestState] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)
DIGEST_CONTENTS: Container[DigestContent] = Container(
    "cycles", "kind", _CYCLE_INDEXES, expires=True
)
QUESTIONS: Container[AskedQuestion] = Container("cycles", "kind", _CYCLE_INDEXES, expires=True)

CONTAINERS: tuple[Container[Any], ...] = (
    POSTS,
    COMMENTS,
    DAYS,
    TOPICS,
    CYCLES,
    COMMUNITIES,
)
"""Each physical container once."""

NOT_EXPORTED = frozenset(
    {(CYCLES.name, "lease"), (CYCLES.name, "alert_key"), (CYCLES.name, "trending_part")}
)
"""Containers and partitions that no export contains: leases, secrets, and what is temporary."""
