"""Evaluates the alert rules: each enabled one once for each full hour that was collected.

For each rule, first incidents are written with their deliveries, and then the state that knows
them. A run that is killed in between leaves incidents that the next one adopts, so each incident
opens once and none is lost.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from collector.alerts.incidents import (
    adopted,
    changed_incident,
    incident_id,
    new_incident,
    retired_incident,
)
from shared.alerts.evaluation import Evaluation
from shared.alerts.rules import read_rules
from shared.alerts.scopes import name_of_scope
from shared.alerts.states import NO_INCIDENT, Change, first_state, is_ahead, step, without_future
from shared.errors import DocumentChanged, DocumentExists, StoreError
from shared.logs import event
from shared.models import AlertRule, AlertState, Incident
from shared.settings import Settings
from shared.store import (
    ALERT_STATES,
    COLLECTION,
    CURRENT,
    INCIDENTS,
    TOPICS,
    Query,
    Store,
)
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock, hour_of, hour_start, iso, parse_iso, utc_now

log = logging.getLogger(__name__)

HOUR = timedelta(hours=1)
# Older hours are skipped: what they would open is no news any more.
MAX_HOURS = 24
# There are at most 50 rules, and a few states of deleted ones.
MAX_STATES = 1000
# Another run, or a person who acknowledges, may write between a read and a write.
ATTEMPTS = 5
# Rules about collection itself are evaluated this long after an hour though nothing was collected.
STALLED_AFTER = timedelta(hours=1)
ABOUT_COLLECTION = frozenset({"collection", "coverage"})

ReadEvaluation = Callable[[Store, Settings, AlertRule, str], Awaitable[Evaluation]]
"""Reads what a rule needs of the store, and evaluates its condition for a full hour."""


@dataclass(frozen=True)
class Progress:
    """How far the data is: when the last collection and the last topics were read, and the time."""

    collected: datetime | None
    topics: datetime | None
    now: datetime


@dataclass(frozen=True)
class Evaluated:
    """What a run did: evaluations, and incidents by what became of them."""

    evaluations: int = 0
    opened: int = 0
    updated: int = 0
    closed: int = 0

    def __add__(self, other: "Evaluated") -> "Evaluated":
        return Evaluated(
            self.evaluations + other.evaluations,
            self.opened + other.opened,
            self.updated + other.updated,
            self.closed + other.closed,
        )


def due_hours(rule: AlertRule, state: AlertState | None, progress: Progress) -> list[str]:
    """List the full hours for which a rule is to be evaluated, oldest first; none if it is off.

    A rule that was never evaluated has the newest alone, and so has one whose hour lies ahead.
    """
    newest = _newest_hour(rule, progress)
    if not rule["enabled"] or newest is None:
        return []
    last = state["hour"] if state else None
    if last is None or is_ahead(last, progress.now):
        return [hour_of(iso(newest))]
    first = max(_start(last) + HOUR, newest - (MAX_HOURS - 1) * HOUR)
    count = int((newest - first) / HOUR) + 1
    return [hour_of(iso(first + n * HOUR)) for n in range(count)]


def skipped_hours(state: AlertState | None, hours: Sequence[str]) -> int:
    """Return how many hours since a state's lie before the first of those that are due."""
    if state is None or state["hour"] is None or not hours:
        return 0
    return int((_start(hours[0]) - _start(state["hour"])) / HOUR) - 1


def _newest_hour(rule: AlertRule, progress: Progress) -> datetime | None:
    kind = rule["condition"]["type"]
    read = progress.topics if kind == "topic" else progress.collected
    if kind in ABOUT_COLLECTION:
        stalled = progress.now - STALLED_AFTER
        read = max(read, stalled) if read else stalled
    if read is None:
        return None
    # A time in the future is another machine's error.
    return hour_start(min(read, progress.now)) - HOUR


def _start(hour: str) -> datetime:
    return parse_iso(f"{hour}:00:00Z")


@dataclass(frozen=True)
class Evaluator:
    """Evaluates the rules of a store."""

    store: Store
    settings: Settings
    read_evaluation: ReadEvaluation
    clock: Clock = utc_now

    async def is_due(self) -> bool:
        """Return whether a rule is to be evaluated, or a state to be retired."""
        rules = (await read_rules(self.store))["rules"]
        states = await self._states()
        progress = await self._progress()
        return bool(_retiring(rules, states)) or any(
            due_hours(rule, states.get(rule["id"]), progress) for rule in rules
        )

    async def run(self) -> Evaluated:
        """Evaluate all enabled rules for their due hours.

        The states of those that are gone, off or about something else are retired first.
        Raises StoreError; what was written until then stays.
        """
        rules = (await read_rules(self.store))["rules"]
        states = await self._states()
        progress = await self._progress()
        done = Evaluated()
        for state in _retiring(rules, states):
            own = next((rule for rule in rules if rule["id"] == state["id"]), None)
            done += await self._retire(state, own)
            states = await self._states()
        due = [
            (hour, rule)
            for rule in rules
            for hour in _hours_to_evaluate(rule, states.get(rule["id"]), progress)
        ]
        # What the rules look at in one hour is read once.
        for hour, rule in sorted(due, key=lambda each: each[0]):
            done += await self._evaluate(rule, hour)
        return done

    async def _states(self) -> dict[str, AlertState]:
        query = Query(ALERT_STATES, "alert_state", MAX_STATES, order_by="id")
        return {state["id"]: state for state in await self.store.query(query)}

    async def _progress(self) -> Progress:
        state = await self.store.read(COLLECTION, "collection", "collection")
        topics = await self.store.read(TOPICS, CURRENT, CURRENT)
        collected = None
        if state and state["last_started_at"] and state["last_collection_at"]:
            began, ended = state["last_started_at"], state["last_collection_at"]
            # What began in an hour may have read some communities before its end. Where the last
            # collection failed, it isn't known when the one that completed before it began.
            collected = parse_iso(began) if began <= ended else None
        return Progress(
            collected, parse_iso(topics["created_at"]) if topics else None, self.clock()
        )

    async def _evaluate(self, rule: AlertRule, hour: str) -> Evaluated:
        evaluation = await self._read(rule, hour)
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._write(rule, hour, evaluation)
            except (DocumentChanged, DocumentExists):
                continue
        return await self._write(rule, hour, evaluation)

    async def _read(self, rule: AlertRule, hour: str) -> Evaluation:
        try:
            return await self.read_evaluation(self.store, self.settings, rule, hour)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - one rule's fault must not hold up the others
            reason = f"its evaluation failed: {type(error).__name__}: {error}"
            event(log, "alerts.rule_failed", logging.ERROR, rule=rule["id"], reason=reason)
            return Evaluation("broken", reason=reason)

    async def _write(self, rule: AlertRule, hour: str, evaluation: Evaluation) -> Evaluated:
        """Write what an evaluation changes: incidents first, then the state.

        Raises DocumentChanged and DocumentExists where somebody else was first.
        """
        stored = await self.store.read(ALERT_STATES, "alert_state", rule["id"])
        last = stored["hour"] if stored else None
        if last is not None and last >= hour and not is_ahead(last, self.clock()):
            return Evaluated()
        if stored and _is_about_else(rule, stored):
            # The next run retires it.
            return Evaluated()
        state, incidents = await self._adopt(stored or first_state(rule["id"]))
        end = _start(hour) + HOUR
        done = step(rule, without_future(state, end), evaluation, end)
        for number, changes in groupby(done.changes, key=lambda change: change.number):
            await self._write_incident(rule, incidents.get(number), [*changes], end)
        after: AlertState = {**done.state, "hour": hour, "ttl": -1}
        after["scope"], after["condition"] = rule["scope"], rule["condition"]
        await self._write_state(after, stored)
        counts = _counted(done.changes)
        event(
            log,
            "alerts.evaluated",
            rule=rule["id"],
            hour=hour,
            found=evaluation.status,
            status=done.state["status"],
            opened=counts.opened,
            updated=counts.updated,
            closed=counts.closed,
            **({"reason": evaluation.reason} if evaluation.reason else {}),
        )
        return counts

    async def _adopt(self, state: AlertState) -> tuple[AlertState, dict[int, Incident]]:
        """Return a state that knows all incidents of its rule, and its open ones."""
        found: dict[int, Incident | None] = {}
        numbers = [number for number in state["open"].values() if number != NO_INCIDENT]
        keys = {number: ("incident", incident_id(state["id"], number)) for number in numbers}
        read = await self.store.read_many(INCIDENTS, keys.values())
        found.update({number: read.get(key) for number, key in keys.items()})
        number = state["number"] + 1
        while (unknown := await self._incident(state["id"], number)) is not None:
            found[number] = unknown
            number += 1
        is_open = {n: each for n, each in found.items() if each and each["status"] == "open"}
        return adopted(state, found), is_open

    async def _incident(self, rule_id: str, number: int) -> Incident | None:
        return await self.store.read(INCIDENTS, "incident", incident_id(rule_id, number))

    async def _write_incident(
        self, rule: AlertRule, stored: Incident | None, changes: list[Change], end: datetime
    ) -> None:
        now, keep = self.clock(), timedelta(days=self.settings.retention_days)
        incident = stored
        if incident is None:
            scope = name_of_scope(rule["scope"], await read_watchlist(self.store))
            incident, changes = new_incident(rule, scope, changes[0], end, now), changes[1:]
        for change in changes:
            incident = changed_incident(incident, change, end, now, keep)
        if stored is None:
            await self.store.create(INCIDENTS, incident)
        elif incident != stored:
            await self.store.replace(INCIDENTS, incident, stored["_etag"])

    async def _write_state(self, state: AlertState, stored: AlertState | None) -> None:
        if stored is None:
            await self.store.create(ALERT_STATES, state)
        else:
            await self.store.replace(ALERT_STATES, state, stored["_etag"])

    async def _retire(self, state: AlertState, rule: AlertRule | None) -> Evaluated:
        """Close the incidents of a rule that is gone (None), off or about something else.

        Its state begins again.

        Where somebody else was first, the next run does it.
        """
        now, keep = self.clock(), timedelta(days=self.settings.retention_days)
        is_deleted, reason = rule is None, _reason_to_retire(rule)
        after, incidents = await self._adopt(state)
        try:
            for incident in incidents.values():
                ended = retired_incident(incident, now, keep, reason)
                await self.store.replace(INCIDENTS, ended, incident["_etag"])
            again = first_state(state["id"])
            again["number"], again["seen"] = after["number"], after["seen"]
            again["silenced_until"] = after["silenced_until"]
            again["ttl"] = int(keep.total_seconds()) if is_deleted else -1
            await self.store.replace(ALERT_STATES, again, state["_etag"])
        except DocumentChanged:
            return Evaluated()
        event(log, "alerts.retired", rule=state["id"], closed=len(incidents), deleted=is_deleted)
        return Evaluated(closed=len(incidents))


def _hours_to_evaluate(rule: AlertRule, state: AlertState | None, progress: Progress) -> list[str]:
    """Return the due hours of a rule, and log how many are skipped, and a clock that was ahead."""
    hours = due_hours(rule, state, progress)
    if state and hours and is_ahead(state["hour"], progress.now):
        event(
            log,
            "alerts.clock_was_ahead",
            logging.WARNING,
            rule=rule["id"],
            hour=state["hour"],
            reason=f"it is evaluated from {hours[0]} on again",
        )
    elif skipped := skipped_hours(state, hours):
        event(
            log,
            "alerts.hours_skipped",
            logging.WARNING,
            rule=rule["id"],
            hours=skipped,
            reason=f"only the newest {MAX_HOURS} are evaluated",
        )
    return hours


def _retiring(rules: Iterable[AlertRule], states: dict[str, AlertState]) -> list[AlertState]:
    """Return the states of rules that are gone, off or about something else than before.

    Those that were retired before are left out.
    """
    known = {rule["id"]: rule for rule in rules}
    return [
        state
        for state in states.values()
        if _is_to_retire(known.get(state["id"]), state)
        and (state["hour"] or state["open"] or (state["ttl"] < 0 and state["id"] not in known))
    ]


def _is_to_retire(rule: AlertRule | None, state: AlertState) -> bool:
    return rule is None or not rule["enabled"] or _is_about_else(rule, state)


def _is_about_else(rule: AlertRule, state: AlertState) -> bool:
    """Return whether a rule has another scope or condition than when it was evaluated last."""
    scope, condition = state.get("scope", rule["scope"]), state.get("condition", rule["condition"])
    return (scope, condition) != (rule["scope"], rule["condition"])


def _reason_to_retire(rule: AlertRule | None) -> str:
    if rule is None:
        return "Its rule was removed."
    is_off = not rule["enabled"]
    return f"Its rule {'was switched off' if is_off else 'got another scope or condition'}."


def _counted(changes: Iterable[Change]) -> Evaluated:
    events = [change.event for change in changes]
    return Evaluated(1, *(events.count(each) for each in ("opened", "updated", "closed")))
