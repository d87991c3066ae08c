"""The health of the service."""

from typing import Literal

from pydantic import Field

from api.schema.base import Answer, DataOrigin, Time
from api.schema.coverage import CoverageAnswer
from api.schema.parameters import Parameters
from shared.communities import SourceName

FaultName = Literal[
    "starting", "database", "worker", "stale", "poison", "disk", "scoring", "source"
]
HealthStatus = Literal["starting", "healthy", "degraded", "unhealthy"]


class ProcessHealth(Answer):
    """The process that answers."""

    uptime_seconds: float = Field(description="seconds since the process started")
    memory_mb: float = Field(description="resident memory, in millions of bytes")
    cpu_percent: float = Field(
        description="percent of one core since the last request for health; 0 at the first"
    )
    pid: int = Field(description="the process id")


class ApplicationHealth(Answer):
    """The state of collection; null values if the database can't be reached."""

    last_collection_at: Time | None = Field(
        description="when a collection last succeeded; null before the first"
    )
    collections_succeeded: int | None = Field(description="collections that succeeded")
    collections_failed: int | None = Field(description="collections that failed")
    data_freshness_minutes: float | None = Field(
        description="minutes since the last collection; null before the first"
    )
    next_collection_at: Time = Field(description="when the next collection is due")
    running_cycle: str | None = Field(description="the id of the running cycle; null if none runs")
    last_cycle: str | None = Field(
        description="the id of the cycle that ended last; null before the first"
    )
    origin: DataOrigin
    read_access: Literal["public", "key", "entra"] = Field(
        description="who may read: anybody, who has a key, or who is signed in with Entra ID"
    )


class DatabaseHealth(Answer):
    """The database."""

    connected: bool = Field(description="whether it answers")
    kind: Literal["sqlite", "cosmos"] = Field(description="the kind of database")
    latency_ms: float | None = Field(description="how long its answer took; null without an answer")


class WorkerHealth(Answer):
    """The state of the collecting process, which is known on one machine."""

    last_heartbeat: Time | None = Field(
        description="when it last reported that it runs; null if it hasn't yet"
    )
    last_failed_write: Time | None = Field(
        description="when it last failed to write to its disk; null if it never did"
    )


class SourceHealth(Answer):
    """A source of which communities fail."""

    source: SourceName = Field(description="the source")
    kind: str = Field(description="the kind of error, such as blocked")
    reason: str = Field(description="why, in words")
    since: Time = Field(description="since when each collection of these communities failed")
    communities: list[str] = Field(description="its communities that fail for this reason")
    is_whole: bool = Field(description="whether these are all of its watched communities")


class ScoringHealth(Answer):
    """The method of sentiment in force, and the stored items that wait for it."""

    method: str = Field(description="the method in force, with its version")
    wanted: str = Field(description="the method that SENTIMENT_METHOD asks for")
    reason: str | None = Field(
        description="why another method than the wanted one is in force; null if it isn't"
    )
    waiting: int = Field(description="the stored items that another method scored, and that wait")
    stands_in: str | None = Field(
        description="the light method that scores items until then; null if there is none"
    )
    oldest_waiting: Time | None = Field(description="the hour of the oldest that wait")
    newest_waiting: Time | None = Field(description="the hour of the newest that wait")
    failed: int = Field(
        description="how many of them couldn't be scored, and are tried again after an hour: the"
        " log says why"
    )


class Fault(Answer):
    """Something that is wrong."""

    name: FaultName = Field(
        description="starting: the database opens for the first time; database: it doesn't answer;"
        " worker: it gives no sign of life, or can't write; stale: the data is old, missing or"
        " dated in the future; poison: messages of queues failed too often; disk: it is nearly"
        " full; scoring: the method of the settings doesn't score; source: one of which nothing is"
        " collected"
    )
    reason: str = Field(description="the reason, in a sentence")


class HealthParameters(Parameters):
    """The strictness of a look at the health."""

    strict: Literal["true", "false"] = Field(
        "false",
        description="true, or `?strict` alone: status 503 if there is any fault; false: only if the"
        " service is unhealthy",
        examples=["true"],
    )


class LeastHealth(Answer):
    """The health of the service to who may not read: its state alone."""

    status: HealthStatus = Field(description="the state of the service")


class Health(Answer):
    """The health of the service.

    starting: the process opens the database for the first time, which may take some seconds.
    unhealthy: the database doesn't answer. degraded: the data is older than two intervals of
    collection, is missing though it should be there, or has a time in the future; or the worker
    doesn't report that it runs, or can't write. healthy: none of these.
    """

    status: HealthStatus = Field(description="the state of the service")
    reason: str | None = Field(
        description="the reason, in a sentence; null if the service is healthy"
    )
    worker: WorkerHealth | None = Field(
        description="the process that collects; null if the platform starts it, as on Azure"
    )
    timestamp: Time = Field(description="when the answer was made")
    version: str = Field(description="the program's version")
    build: str | None = Field(
        default=None,
        description="the commit that the package was made of, ending in -dirty if files differed;"
        " null where there is none, as in a working copy",
    )
    process: ProcessHealth = Field(description="the process that answers")
    application: ApplicationHealth = Field(description="what collection has done")
    database: DatabaseHealth = Field(description="the database")
    faults: list[Fault] = Field(
        default=[],
        description="everything that is wrong, also what leaves the status as it is; poison and"
        " disk are known on one machine",
    )
    sources: list[SourceHealth] = Field(
        default=[],
        description="the sources and communities that fail, since when and why; the service is"
        " healthy nonetheless while other ones are collected",
    )
    coverage: CoverageAnswer | None = Field(
        default=None,
        description="what was observed of all communities in the last 24 hours; null where nothing"
        " is recorded",
    )
    sentiment: ScoringHealth | None = Field(
        default=None,
        description="the method that scores, and how many items wait for it; null before the first"
        " collection",
    )
