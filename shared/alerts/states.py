"""The states of rules: what an evaluation opens, updates and closes.

All functions are pure. `step` doesn't set the state's `hour`: its caller knows which it evaluated.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.alerts.evaluation import Evaluation
from shared.models import AlertRule, AlertState, Finding, RuleStatus
from shared.times import hour_start, iso, parse_iso

# A cause closes after this number of evaluations in a row in which it isn't there.
CLEAR_TO_CLOSE = 2
MAX_SEEN = 500
HOUR = timedelta(hours=1)
# After this time without an hour that can be judged, open incidents close.
UNJUDGED_DAYS = 7
# The number of a cause that was there before the rule: no incident is opened for it.
NO_INCIDENT = 0


@dataclass(frozen=True)
class Change:
    """A change of one incident of a rule; finding is None where it closed.

    reason says why it closed, unless its cause is gone.
    """

    event: Literal["opened", "updated", "closed"]
    cause: str
    number: int
    finding: Finding | None
    reason: str | None = None


@dataclass(frozen=True)
class Step:
    """A rule's state after an evaluation, and the changes of its incidents in their order."""

    state: AlertState
    changes: tuple[Change, ...] = ()


def first_state(rule_id: str) -> AlertState:
    """Return the state of a rule that was never evaluated."""
    return AlertState(
        id=rule_id,
        kind="alert_state",
        ttl=-1,
        status="ok",
        since=None,
        hour=None,
        reason=None,
        number=0,
        open={},
        clear={},
        ended={},
        seen=[],
        silenced_until=None,
    )


def step(rule: AlertRule, state: AlertState, evaluation: Evaluation, now: datetime) -> Step:
    """Return what an evaluation makes of a rule's state, which isn't changed itself.

    now is the end of the evaluated hour. Without data, or with a broken rule, incidents stay as
    they are for 7 days, and close then. The first evaluation with data opens nothing: it notes
    what was there before the rule.
    """
    if evaluation.status in {"no_data", "broken"}:
        return _unjudged(state, evaluation, now)
    judged: AlertState = {**state, "judged": iso(now)}
    if judged["since"] is None:
        return Step(_begun(judged, evaluation.findings, now))
    return _stepped(rule, judged, evaluation, now)


def is_ahead(hour: str | None, now: datetime) -> bool:
    """Return whether an evaluated hour (YYYY-MM-DDTHH) lies ahead, by a clock that was wrong.

    The running hour doesn't: clocks of two machines differ a little.
    """
    return hour is not None and f"{hour}:00:00Z" > iso(hour_start(now))


def without_future(state: AlertState, now: datetime) -> AlertState:
    """Return a state whose times lie in the past, also where a clock was ahead."""
    last = iso(now)
    since = state["since"]
    ended = {cause: min(at, last) for cause, at in state["ended"].items()}
    judged = min(state.get("judged", last), last)
    past: AlertState = {**state, "since": min(since, last) if since else None, "ended": ended}
    return {**past, "judged": judged} if "judged" in state else past


def is_silenced(until: str | None, now: datetime) -> bool:
    """Return whether what is silenced until this stored time is silent now."""
    return until is not None and until > iso(now)


def with_seen(seen: Iterable[str], keys: Iterable[str | None]) -> list[str]:
    """Return the seen keys with further ones, the newest last; the oldest over MAX_SEEN go."""
    newer = dict.fromkeys(key for key in keys if key is not None)
    return [*(key for key in seen if key not in newer), *newer][-MAX_SEEN:]


def _unjudged(state: AlertState, evaluation: Evaluation, now: datetime) -> Step:
    """Return the state after an hour that can't be judged; after a week incidents close."""
    since = state.get("judged", iso(now))
    status: RuleStatus = "broken" if evaluation.status == "broken" else "no_data"
    after = _with_status({**state, "judged": since}, status, evaluation.reason, now)
    if now < parse_iso(since) + timedelta(days=UNJUDGED_DAYS):
        return Step(after)
    why = f"It can't be judged any more, for {UNJUDGED_DAYS} days: {evaluation.reason}"
    changes = [
        Change("closed", cause, number, None, why)
        for cause, number in state["open"].items()
        if number != NO_INCIDENT
    ]
    ended = {**state["ended"], **dict.fromkeys((each.cause for each in changes), iso(now))}
    closed: AlertState = {**after, "open": {}, "clear": {}, "ended": ended}
    return Step(closed, tuple(changes))


def _begun(state: AlertState, findings: tuple[Finding, ...], now: datetime) -> AlertState:
    lasting = dict.fromkeys((f["cause"] for f in findings if f["key"] is None), NO_INCIDENT)
    noted: AlertState = {**state, "since": iso(now), "open": {**lasting, **state["open"]}}
    noted["seen"] = with_seen(state["seen"], (finding["key"] for finding in findings))
    return _with_status(noted, _status(noted, is_found=bool(findings), now=now), None, now)


def _stepped(rule: AlertRule, state: AlertState, evaluation: Evaluation, now: datetime) -> Step:
    findings = evaluation.findings
    found = _by_cause(findings)
    there = evaluation.lasting | found.keys()
    changes = (*_closed(state, there), *_opened_and_updated(rule, state, found, now))
    closed = {change.cause for change in changes if change.event == "closed"}
    opened = {change.cause: change.number for change in changes if change.event == "opened"}
    # A cause without an incident ends without a change.
    over = closed | {cause for cause in state["open"] if _is_over(state, there, cause)}
    still = {cause: number for cause, number in state["open"].items() if cause not in over}
    after: AlertState = {
        **state,
        "number": state["number"] + len(opened),
        "open": {**still, **opened},
        "clear": {c: state["clear"].get(c, 0) + 1 for c in still if c not in there},
        "ended": {**_still_cooling(rule, state, now), **dict.fromkeys(closed, iso(now))},
    }
    if "silenced" in state:
        after["silenced"] = {c: at for c, at in state["silenced"].items() if is_silenced(at, now)}
    # What is found again stays among the newest, so that it isn't forgotten while it lasts.
    known = set(state["seen"])
    again = [f["key"] for f in findings if f["key"] in known]
    sent = [change.finding["key"] for change in changes if change.finding]
    after["seen"] = with_seen(state["seen"], [*again, *sent])
    status = _status(after, is_found=bool(findings), now=now)
    return Step(_with_status(after, status, None, now), changes)


def _by_cause(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding["cause"], []).append(finding)
    return found


def _is_over(state: AlertState, there: Container[str], cause: str) -> bool:
    return cause not in there and state["clear"].get(cause, 0) + 1 >= CLEAR_TO_CLOSE


def _closed(state: AlertState, there: Container[str]) -> list[Change]:
    return [
        Change("closed", cause, number, None)
        for cause, number in state["open"].items()
        if number != NO_INCIDENT and _is_over(state, there, cause)
    ]


def _opened_and_updated(
    rule: AlertRule, state: AlertState, found: Mapping[str, list[Finding]], now: datetime
) -> list[Change]:
    changes: list[Change] = []
    seen = set(state["seen"])
    next_number = state["number"] + 1
    for cause, of_cause in found.items():
        news = [finding for finding in of_cause if finding["key"] not in seen]
        number = state["open"].get(cause)
        if number is not None:
            if number != NO_INCIDENT:
                changes += [Change("updated", cause, number, finding) for finding in news]
        elif news and _may_open(rule, state, news[0], now):
            changes.append(Change("opened", cause, next_number, news[0]))
            changes += [Change("updated", cause, next_number, each) for each in news[1:]]
            next_number += 1
    return changes


def _may_open(rule: AlertRule, state: AlertState, finding: Finding, now: datetime) -> bool:
    """Return whether a finding opens an incident; items and topics have no cooldown."""
    is_cooling = finding["key"] is None and finding["cause"] in _still_cooling(rule, state, now)
    silences = (state["silenced_until"], state.get("silenced", {}).get(finding["cause"]))
    return not is_cooling and not any(is_silenced(until, now) for until in silences)


def _still_cooling(rule: AlertRule, state: AlertState, now: datetime) -> dict[str, str]:
    """Return the causes, with their ends, in whose cooldown the hour that ends now began."""
    cooldown = timedelta(minutes=rule["cooldown"])
    ended = state["ended"].items()
    return {cause: at for cause, at in ended if now - HOUR < parse_iso(at) + cooldown}


def _status(state: AlertState, *, is_found: bool, now: datetime) -> RuleStatus:
    if is_silenced(state["silenced_until"], now):
        return "silenced"
    if is_found:
        return "firing"
    return "recovering" if state["open"] else "ok"


def _with_status(
    state: AlertState, status: RuleStatus, reason: str | None, now: datetime
) -> AlertState:
    has_begun = state["since"] is not None
    since = iso(now) if has_begun and status != state["status"] else state["since"]
    return {**state, "status": status, "since": since, "reason": reason}
