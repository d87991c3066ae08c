"""The digests that are sent, their history, and what became of each."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.deps import Deps
from api.errors import NotFound
from api.reads.channel_states import read_channel_states, why_broken
from api.schema.alerts import MAX_REASON_CHARS
from api.schema.digests import (
    DigestAnswer,
    DigestDeliveryAnswer,
    DigestIssueAnswer,
    DigestIssues,
    DigestPath,
    DigestsAnswer,
    DigestsHistory,
    DigestsRevision,
    DigestStatus,
    DigestsWithStatus,
    DigestWithStatus,
)
from api.schema.incidents import ShownChannel
from api.schema.parameters import NoParameters
from api.schema.watchlist import HistoryParameters
from shared.alerts.channels import shown_address
from shared.alerts.wording import shortened
from shared.digests.definitions import read_digests, read_history
from shared.digests.schedule import next_issue
from shared.digests.states import last_of, new_state
from shared.digests.states import read_states as read_digest_states
from shared.models import (
    ChannelState,
    DigestDelivery,
    DigestIssue,
    DigestState,
    ScheduledDigest,
    ScheduledDigests,
)
from shared.store import Store
from shared.subjects.refusals import quoted
from shared.times import iso


@dataclass(frozen=True)
class DigestStates:
    """The states of digests, and of their channels, by their ids, at a time."""

    digests: Mapping[str, DigestState]
    channels: Mapping[str, ChannelState]
    now: datetime


async def read_all_digests(deps: Deps, _: NoParameters) -> DigestsWithStatus:
    """Return the digests, and what became of the last ones. Raises StoreError."""
    store = await deps.store()
    digests = await read_digests(store)
    states = await _read_states(store, digests["digests"], deps.clock())
    return DigestsWithStatus(
        revision=digests["revision"],
        changed_at=_changed_at(digests),
        change=digests["change"],
        digests=tuple(digest_with_status(each, states) for each in digests["digests"]),
    )


async def read_one_digest(deps: Deps, parameters: DigestPath) -> DigestWithStatus:
    """Return a digest, and what became of the last one. Raises NotFound and StoreError."""
    store = await deps.store()
    digest = digest_named(await read_digests(store), parameters.id)
    return digest_with_status(digest, await _read_states(store, [digest], deps.clock()))


async def read_digest_revisions(deps: Deps, parameters: HistoryParameters) -> DigestsHistory:
    """Return revisions of the digests, the newest first. Raises StoreError."""
    found = await read_history(await deps.store(), below=parameters.below, limit=parameters.limit)
    return DigestsHistory(revisions=[_revision(each, deps) for each in found])


async def read_issues(deps: Deps, parameters: DigestPath) -> DigestIssues:
    """Return the newest issues of a digest. Raises NotFound and StoreError."""
    store = await deps.store()
    digest = digest_named(await read_digests(store), parameters.id)
    states = await read_digest_states(store, [digest["id"]])
    state = states.get(digest["id"], new_state(digest["id"]))
    return DigestIssues(
        tests=state["tests"], issues=[_issue_answer(each) for each in state["issues"]]
    )


def digest_named(digests: ScheduledDigests, digest_id: str) -> ScheduledDigest:
    """Return the digest with this id. Raises NotFound."""
    for digest in digests["digests"]:
        if digest["id"] == digest_id:
            return digest
    raise NotFound(
        f"There is no digest {quoted(digest_id)}: GET /api/v1/alerts/digests lists them."
    )


def digests_answer(digests: ScheduledDigests) -> DigestsAnswer:
    """Return the digests as they are stored, which is what changes name by an ETag."""
    return DigestsAnswer(
        revision=digests["revision"],
        changed_at=_changed_at(digests),
        change=digests["change"],
        digests=tuple(digest_answer(each) for each in digests["digests"]),
    )


def _revision(digests: ScheduledDigests, deps: Deps) -> DigestsRevision:
    by = digests.get("by") if deps.shows_names else None
    return DigestsRevision(**dict(digests_answer(digests)), by=by)


def digest_answer(digest: ScheduledDigest) -> DigestAnswer:
    """Return a digest as it is stored."""
    stored: Any = digest
    return DigestAnswer.model_validate(stored)


def digest_with_status(digest: ScheduledDigest, states: DigestStates) -> DigestWithStatus:
    """Return a digest as answers show it, with what became of the last one."""
    state = states.digests.get(digest["id"], new_state(digest["id"]))
    status, reason = status_of(digest, state)
    last = last_of(state, states.now)
    after = next_issue(digest, last, states.now)
    sent = [
        each["sent_at"]
        for issue in state["issues"]
        if issue["kind"] == "scheduled"
        for each in issue["deliveries"]
        if each["sent_at"] is not None
    ]
    whole: Any = {
        **digest,
        "channels": [
            {**each, "broken": why_broken(each, states.channels)} for each in digest["channels"]
        ],
        "status": status,
        "status_reason": shortened(reason, MAX_REASON_CHARS) if reason else None,
        "next_at": iso(after) if after else None,
        "last_at": last["at"] if last else None,
        "last_sent_at": max(sent, default=None),
    }
    return DigestWithStatus.model_validate(whole)


def status_of(digest: ScheduledDigest, state: DigestState) -> tuple[DigestStatus, str | None]:
    """Return what became of the newest issue that was due, and why it failed or waits."""
    if not digest["enabled"] or not digest["channels"]:
        return "off", None
    trial = state["trial"]
    if trial is not None:
        return "sending", trial["error"]
    newest = next((each for each in state["issues"] if each["kind"] == "scheduled"), None)
    if newest is None:
        return "waiting", None
    if newest["error"] is not None:
        return "failed", newest["error"]
    statuses = {each["status"] for each in newest["deliveries"]}
    errors = [each["error"] for each in newest["deliveries"] if each["error"] is not None]
    reason = errors[0] if errors else None
    if "failed" in statuses:
        return "failed", reason
    return ("sending", reason) if "waiting" in statuses else ("sent", None)


async def _read_states(
    store: Store, digests: Sequence[ScheduledDigest], now: datetime
) -> DigestStates:
    of_digests, of_channels = await asyncio.gather(
        read_digest_states(store, [each["id"] for each in digests]),
        read_channel_states(store, (own for each in digests for own in each["channels"])),
    )
    return DigestStates(of_digests, of_channels, now)


def _issue_answer(issue: DigestIssue) -> DigestIssueAnswer:
    return DigestIssueAnswer(
        id=issue["id"],
        kind=issue["kind"],
        every=issue["every"],
        at=issue["at"],
        period_end=issue["period_end"],
        made_at=issue["made_at"],
        error=issue["error"],
        deliveries=[_delivery_answer(each) for each in issue["deliveries"]],
    )


def _delivery_answer(delivery: DigestDelivery) -> DigestDeliveryAnswer:
    channel = delivery["channel"]
    return DigestDeliveryAnswer(
        id=delivery["id"],
        channel=ShownChannel(type=channel["type"], address=shown_address(channel)),
        status=delivery["status"],
        due=delivery["due"],
        attempts=delivery["attempts"],
        error=delivery["error"],
        sent_at=delivery["sent_at"],
        folded=len(delivery["folded"] or ()) + delivery["more_folded"],
    )


def _changed_at(digests: ScheduledDigests) -> str | None:
    return digests["changed_at"] if digests["revision"] > 0 else None
