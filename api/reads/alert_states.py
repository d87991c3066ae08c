"""States of alert rules and their channels now: beside the rules, in answers alone."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.reads.channel_states import read_channel_states, why_broken
from api.schema.alerts import MAX_REASON_CHARS, RuleWithStatus, ShownStatus
from shared.alerts.states import NO_INCIDENT, is_ahead, is_silenced
from shared.alerts.wording import shortened
from shared.models import AlertRule, AlertState, ChannelState
from shared.store import ALERT_STATES, Store


@dataclass(frozen=True)
class RuleStates:
    """The states of rules, and of their channels, by their ids, at a time."""

    rules: Mapping[str, AlertState]
    channels: Mapping[str, ChannelState]
    now: datetime


async def read_states(store: Store, rules: Sequence[AlertRule], now: datetime) -> RuleStates:
    """Return the stored states of these rules. Raises StoreError."""
    of_rules, of_channels = await asyncio.gather(
        store.read_many(ALERT_STATES, [("alert_state", each["id"]) for each in rules]),
        read_channel_states(store, (own for each in rules for own in each["channels"])),
    )
    return RuleStates(
        {each["id"]: each for each in of_rules.values()},
        of_channels,
        now,
    )


def rule_with_status(rule: AlertRule, states: RuleStates) -> RuleWithStatus:
    """Return a rule as answers show it, with what it is doing now."""
    state = states.rules.get(rule["id"])
    status = status_of(rule, state, states.now)
    since, reason = _since_and_reason(state, status, states.now)
    until = state["silenced_until"] if state else None
    numbers = state["open"].values() if state else ()
    whole: Any = {
        **rule,
        "channels": [
            {**each, "broken": why_broken(each, states.channels)} for each in rule["channels"]
        ],
        "status": status,
        "status_since": since,
        "status_reason": _short(reason),
        "silenced_until": until if is_silenced(until, states.now) else None,
        "open_incidents": sum(number != NO_INCIDENT for number in numbers),
    }
    return RuleWithStatus.model_validate(whole)


def status_of(rule: AlertRule, state: AlertState | None, now: datetime) -> ShownStatus:
    """Return what a rule is doing: its last evaluation's status, unless it is off or silenced."""
    if not rule["enabled"]:
        return "off"
    if state is None or (state["since"] is None and state["status"] == "ok"):
        return "waiting"
    if is_ahead(state["hour"], now):
        return "no_data"
    is_judged = state["status"] not in {"no_data", "broken"}
    if is_judged and is_silenced(state["silenced_until"], now):
        return "silenced"
    return state["status"]


def _since_and_reason(
    state: AlertState | None, status: ShownStatus, now: datetime
) -> tuple[str | None, str | None]:
    """Return since when a rule has the status that is shown, and why, as far as it is known.

    Since when somebody has silenced it isn't stored, nor what was before the first evaluation.
    """
    if state is None:
        return None, None
    if status == "no_data" and is_ahead(state["hour"], now):
        hour = state["hour"]
        return None, f"The clock was ahead: it was evaluated up to {hour}, and will be again."
    if state["status"] != status:
        return None, None
    return state["since"], state["reason"]


def _short(reason: str | None) -> str | None:
    return shortened(reason, MAX_REASON_CHARS) if reason is not None else None
