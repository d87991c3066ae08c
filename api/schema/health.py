"""The health of the service."""

from typing import Literal

from pydantic import Field

from api.schema.base import ORIGIN, Answer, Time
from shared.models import Origin

HealthStatus = Literal["starting", "healthy", "degraded", "unhealthy"]


class ProcessHealth(Answer):
    """The process that answers."""

    uptime_seconds: float = Field(description="for how long it runs")
    memory_mb: float = Field(description="resident memory, in millions of bytes")
    cpu_percent: float = Field(
        description="of one core, since the last time it was asked; 0 the first time"
    )
    pid: int = Field(description="its number")


class ApplicationHealth(Answer):
    """What collection has done; null where the database can't be reached."""

    last_collection_at: Time | None = Field(
        description="when a collection last succeeded; null before the first"
    )
    collections_succeeded: int | None = Field(description="collections that succeeded")
    collections_failed: int | None = Field(description="collections that failed")
    data_freshness_minutes: float | None = Field(
        description="minutes since the last collection; null before the first"
    )
    next_collection_at: Time = Field(description="when the next collection is due")
    running_cycle: str | None = Field(description="the id of the cycle under way; null: none is")
    last_cycle: str | None = Field(
        description="the id of the cycle that ended last; null before the first"
    )
    origin: Origin = Field(description=ORIGIN)


class DatabaseHealth(Answer):
    """The database."""

    connected: bool = Field(description="whether it answers")
    kind: Literal["sqlite", "cosmos"] = Field(description="which one it is")
    latency_ms: float | None = Field(description="how long it took; null without an answer")


class WorkerHealth(Answer):
    """How the process is that collects: known where one machine runs everything."""

    last_heartbeat: Time | None = Field(description="its last sign of life; null: none yet")
    last_failed_write: Time | None = Field(
        description="when it last could not write to its disk; null: it always could"
    )


class Health(Answer):
    """How the service is.

    starting: the process opens the database for the first time, which may take some seconds.
    unhealthy: the database doesn't answer. degraded: the data is older than two intervals of
    collection, or there is none though there should be; or its time is in the future; or the worker
    gives no sign of life or can't write. healthy: none of these.
    """

    status: Literal["starting", "healthy", "degraded", "unhealthy"] = Field(
        description="the verdict"
    )
    reason: str | None = Field(description="why, in a sentence; null where it is healthy")
    worker: WorkerHealth | None = Field(
        description="the process that collects; null where the platform starts it, as on Azure"
    )
    timestamp: Time = Field(description="when the answer was made")
    version: str = Field(description="the program's version")
    process: ProcessHealth = Field(description="the process that answers")
    application: ApplicationHealth = Field(description="what collection has done")
    database: DatabaseHealth = Field(description="the database")
