"""A store with alert rules, what their conditions find in each hour, and a clock."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from collector.alerts.evaluation import Evaluated, Evaluator
from shared.alerts.evaluation import Evaluation
from shared.alerts.rules import read_rules, write_rules
from shared.models import AlertRule, AlertState, CollectionState, Incident
from shared.settings import Settings
from shared.store import ALERT_STATES, COLLECTION, INCIDENTS, Query, Store
from shared.store.schema import SCHEMA
from shared.times import hour_of, iso
from tests.shared.alerts.evaluations import HOUR, NOTHING, START

T = TypeVar("T")

A_MINUTE = timedelta(minutes=1)


def collection_state(started: datetime, ended: datetime) -> CollectionState:
    return CollectionState(
        id="collection",
        kind="collection",
        ttl=-1,
        schema=SCHEMA,
        origin="live",
        last_cycle="cycle_20261123_130000",
        last_started_at=iso(started),
        last_collection_at=iso(ended),
        collections_succeeded=1,
        collections_failed=0,
    )


@dataclass
class Plan:
    """What conditions find, by rule and hour: otherwise nothing."""

    found: dict[tuple[str, str], Evaluation] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def read(self, _: Store, __: Settings, rule: AlertRule, hour: str) -> Evaluation:
        self.asked.append((rule["id"], hour))
        return self.found.get((rule["id"], hour), NOTHING)

    def finds(self, rule: str, hours_later: int, *evaluations: Evaluation) -> None:
        """Let a rule find these in hours that begin so many after START."""
        for n, each in enumerate(evaluations):
            self.found[rule, hour_after(hours_later + n)] = each


def hour_after(hours: int) -> str:
    return hour_of(iso(START + hours * HOUR))


@dataclass
class World:
    """One store, in which a collection ends a minute after each full hour."""

    store: Store
    settings: Settings
    plan: Plan = field(default_factory=Plan)
    now: datetime = START

    async def have(self, *rules: AlertRule) -> None:
        before = await read_rules(self.store)
        await write_rules(self.store, before, rules=rules, change="made for a test", now=self.now)

    async def collected(self, hours_later: int) -> None:
        """Let the hour that begins so many after START be over and collected."""
        end = START + (hours_later + 1) * HOUR
        self.now = end + A_MINUTE
        await self.store.upsert(COLLECTION, [collection_state(end, self.now)])

    def evaluator(self, store: Any = None) -> Evaluator:
        used: Store = store or self.store
        return Evaluator(used, self.settings, self.plan.read, clock=lambda: self.now)

    async def evaluate(self, hours_later: int, store: Any = None) -> Evaluated:
        await self.collected(hours_later)
        return await self.evaluator(store).run()

    async def state(self, rule: str = "mood") -> AlertState:
        found = await self.store.read(ALERT_STATES, "alert_state", rule)
        assert found is not None
        return found

    async def incidents(self) -> list[Incident]:
        return await self.store.query(Query(INCIDENTS, "incident", 1000, order_by="id"))

    async def incident(self, name: str = "mood.000001") -> Incident:
        found = await self.store.read(INCIDENTS, "incident", name)
        assert found is not None
        return found

    async def change(self, name: str, **changes: object) -> None:
        """Change an incident, as somebody does who acknowledges or silences it."""
        incident = await self.incident(name)
        changed: Any = {**incident, **changes}
        await self.store.replace(INCIDENTS, changed, incident["_etag"])


def events_of(incident: Incident) -> list[str]:
    return [update["event"] for update in incident["updates"]]


def owed(incident: Incident) -> list[tuple[str, str, str]]:
    """Return event, channel and status of each delivery."""
    return [
        (each["event"], str(each["channel"]["to"]).rpartition("/")[2], each["status"])
        for each in incident["deliveries"]
    ]


async def at_once(work: Sequence[Callable[[], Coroutine[Any, Any, T]]]) -> list[T]:
    return await asyncio.gather(*(each() for each in work))
