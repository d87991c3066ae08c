"""States of digests: which issues are to be made, and what channels are owed of them.

All functions but `read_state` and `edit_state` are pure.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal

from shared.alerts.channels import channel_id, recipients
from shared.contention import tries
from shared.digests.schedule import due_issue, is_credible, period_end
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.models import (
    AlertChannel,
    DigestDelivery,
    DigestIssue,
    DigestLast,
    DigestState,
    DigestTrial,
    FoldedAlert,
    ScheduledDigest,
)
from shared.store import DIGEST_STATES, Store
from shared.times import iso, parse_iso

KIND: Final = "digest_state"
# Longer than a week, and than people look back.
KEPT_SECONDS = 90 * 24 * 3600
MAX_ISSUES = 10
MAX_TESTS = 5
# What can't be made or sent is given up after it.
GIVEN_UP = timedelta(days=1)
# No other run takes a claimed delivery until then. It is longer than a message takes to send.
CLAIMED_FOR = timedelta(minutes=2)
FIRST_WAIT, MAX_WAIT = timedelta(minutes=1), timedelta(minutes=60)
TEST = "test-"
NO_DIGEST = "the digest isn't sent there any more: somebody has unsubscribed or removed it"


def new_state(digest_id: str) -> DigestState:
    """Return the state of a digest of which nothing was sent."""
    return DigestState(
        id=digest_id,
        kind="digest_state",
        ttl=KEPT_SECONDS,
        last=None,
        trial=None,
        tests=[],
        issues=[],
    )


async def read_states(store: Store, digests: Iterable[str]) -> dict[str, DigestState]:
    """Return the stored states of digests by their ids. Raises StoreError."""
    keys = [(KIND, each) for each in digests]
    found = await store.read_many(DIGEST_STATES, keys) if keys else {}
    return {each["id"]: each for each in found.values()}


async def edit_state(
    store: Store, digest_id: str, edit: Callable[[DigestState], DigestState | None]
) -> DigestState | None:
    """Write what an edit makes of a digest's state, and return it; None where it makes none.

    Another run may change it meanwhile: then it is read again. Raises StoreError.
    """
    async for _ in tries():
        stored = await store.read(DIGEST_STATES, KIND, digest_id)
        edited = edit(stored or new_state(digest_id))
        if edited is None:
            return None
        try:
            if stored is None:
                etag = await store.create(DIGEST_STATES, edited)
            else:
                etag = await store.replace(DIGEST_STATES, edited, stored["_etag"])
        except (DocumentChanged, DocumentExists):
            continue
        return {**edited, "_etag": etag}
    raise StoreUnavailable("the digest's state changes with every read")


def last_of(state: DigestState, now: datetime) -> DigestLast | None:
    """Return the newest issue that was due, but for those that a clock made which was ahead."""
    known = [] if state["last"] is None else [state["last"]]
    known += [
        DigestLast(at=each["at"], every=each["every"], period_end=each["period_end"])
        for each in state["issues"]
        if each["kind"] == "scheduled"
    ]
    return max(
        (each for each in known if is_credible(each["at"], now)),
        key=lambda each: each["at"],
        default=None,
    )


def to_make(digest: ScheduledDigest, state: DigestState, now: datetime) -> list[DigestIssue]:
    """Return the issues that are to be made now, without deliveries: tests, and one that is due.

    One that failed before waits until it is due again.
    """
    issues = [_test_issue(digest, each, now) for each in state["tests"]]
    if (due := due_issue(digest, last_of(state, now), now)) is not None:
        own = due["at"].replace("-", "").replace(":", "")
        whole = DigestIssue(
            id=own,
            kind="scheduled",
            every=due["every"],
            at=due["at"],
            period_end=due["period_end"],
            made_at=iso(now),
            error=None,
            deliveries=[],
        )
        issues.append(whole)
    trial = state["trial"]
    waits = {trial["issue"]} if trial and trial["due"] > iso(now) else set()
    return [each for each in issues if each["id"] not in waits]


def made(
    state: DigestState, digest: ScheduledDigest, issue: DigestIssue, now: datetime
) -> DigestState | None:
    """Return a state with an issue that every channel is owed; None where it has it already."""
    return _with_issue(state, {**issue, "deliveries": _deliveries(digest, now)})


def not_made(
    state: DigestState, issue: DigestIssue, error: str, now: datetime, *, is_final: bool
) -> DigestState | None:
    """Return a state with an attempt to make an issue that failed; None where it was made.

    is_final, and after a day, it is given up; a test is tried once.
    """
    if _has(state, issue):
        return None
    trial = state["trial"]
    is_same = trial is not None and trial["issue"] == issue["id"]
    began = trial["began"] if trial and is_same else iso(now)
    attempts = (trial["attempts"] if trial and is_same else 0) + 1
    if is_final or issue["kind"] == "test" or now >= parse_iso(began) + GIVEN_UP:
        return _with_issue(state, {**issue, "error": error})
    due = iso(now + backoff(attempts))
    again = DigestTrial(issue=issue["id"], began=began, attempts=attempts, due=due, error=error)
    return {**state, "ttl": KEPT_SECONDS, "trial": again}


def due_deliveries(state: DigestState, now: datetime) -> list[tuple[DigestIssue, DigestDelivery]]:
    """Return what is to be sent now of a digest, the oldest issue first."""
    return [
        (issue, each)
        for issue in reversed(state["issues"])
        for each in issue["deliveries"]
        if each["status"] == "waiting" and each["due"] <= iso(now)
    ]


def key_of(state: DigestState, issue: DigestIssue, delivery: DigestDelivery) -> str:
    """Return the key of a delivery's message. Web hooks sign "key.time.body": it has no dot."""
    return f"digest_{state['id']}_{issue['id']}_{delivery['id']}"


def claimed(state: DigestState, issue: str, delivery: str, now: datetime) -> DigestState | None:
    """Return a state whose delivery is claimed for a run; None where another one has it."""
    found = delivery_in(state, issue, delivery)
    if found is None or found[1]["status"] != "waiting" or found[1]["due"] > iso(now):
        return None
    key = key_of(state, *found)
    until = iso(now + CLAIMED_FOR)
    return _edited(
        state,
        issue,
        delivery,
        lambda each: {**each, "batch": key, "due": until, "attempts": each["attempts"] + 1},
    )


def with_folded(
    state: DigestState, issue: str, delivery: str, folded: Sequence[FoldedAlert], more: int
) -> DigestState:
    """Return a state whose delivery tells of these alerts, and of how many more."""
    return _edited(
        state,
        issue,
        delivery,
        lambda each: {**each, "folded": list(folded), "more_folded": more},
    )


def sent(state: DigestState, issue: str, delivery: str, now: datetime) -> DigestState:
    """Return a state whose delivery was sent."""
    return _edited(
        state,
        issue,
        delivery,
        lambda each: {**each, "status": "sent", "sent_at": iso(now), "error": None},
    )


def failed(state: DigestState, issue: str, delivery: str, error: str) -> DigestState:
    """Return a state whose delivery has failed for good."""
    return _edited(
        state, issue, delivery, lambda each: {**each, "status": "failed", "error": error}
    )


def retried(
    state: DigestState,
    issue: str,
    delivery: str,
    now: datetime,
    *,
    error: str,
    retry_after: float | None,
) -> DigestState:
    """Return a state whose delivery is tried again, the last time a day after it was first due."""

    def after(own: DigestDelivery) -> DigestDelivery:
        wait = max(backoff(own["attempts"]), timedelta(seconds=retry_after or 0))
        return {**own, "due": min(iso(now + wait), own["last"]), "error": error}

    return _edited(state, issue, delivery, after)


def due_channels(states: Iterable[DigestState], now: datetime) -> list[AlertChannel]:
    """Return the channels to which something of digests is to be sent now, each once."""
    found = [each["channel"] for state in states for _, each in due_deliveries(state, now)]
    return list({channel_id(each): each for each in found}.values())


def delivery_in(
    state: DigestState, issue: str, delivery: str
) -> tuple[DigestIssue, DigestDelivery] | None:
    """Return a delivery and its issue; None where the state has none of these ids."""
    return next(
        (
            (own, each)
            for own in state["issues"]
            for each in own["deliveries"]
            if (own["id"], each["id"]) == (issue, delivery)
        ),
        None,
    )


def with_test(state: DigestState, name: str) -> DigestState:
    """Return a state with a test that is asked for; the oldest ones beyond MAX_TESTS are none."""
    tests = [*state["tests"], f"{TEST}{name}"][-MAX_TESTS:]
    return {**state, "ttl": KEPT_SECONDS, "tests": tests}


def backoff(attempts: int) -> timedelta:
    """Return the time until the next attempt after this number of them: 1, 2, 4 … 60 minutes."""
    return min(FIRST_WAIT * (1 << min(attempts - 1, 6)), MAX_WAIT)


def _test_issue(digest: ScheduledDigest, own: str, now: datetime) -> DigestIssue:
    return DigestIssue(
        id=own,
        kind="test",
        every=digest["every"],
        at=iso(now),
        period_end=period_end(digest, now).isoformat(),
        made_at=iso(now),
        error=None,
        deliveries=[],
    )


def _deliveries(digest: ScheduledDigest, now: datetime) -> list[DigestDelivery]:
    status: Literal["waiting"] = "waiting"
    return [
        DigestDelivery(
            id=str(number),
            channel=channel,
            status=status,
            due=iso(now),
            last=iso(now + GIVEN_UP),
            batch=None,
            attempts=0,
            error=None,
            sent_at=None,
            folded=None,
            more_folded=0,
        )
        for number, channel in enumerate(recipients(digest["channels"]), start=1)
    ]


def _has(state: DigestState, issue: DigestIssue) -> bool:
    last = last_of(state, parse_iso(issue["made_at"]))
    if issue["kind"] == "test":
        return issue["id"] not in state["tests"]
    return last is not None and last["at"] >= issue["at"]


def _with_issue(state: DigestState, issue: DigestIssue) -> DigestState | None:
    if _has(state, issue):
        return None
    after: DigestState = {**state, "ttl": KEPT_SECONDS, "trial": None}
    after["tests"] = [each for each in state["tests"] if each != issue["id"]]
    if issue["kind"] == "scheduled":
        after["last"] = {
            "at": issue["at"],
            "every": issue["every"],
            "period_end": issue["period_end"],
        }
    issues = [issue, *state["issues"]]
    # What still waits is never forgotten.
    after["issues"] = [
        each
        for number, each in enumerate(issues)
        if number < MAX_ISSUES or any(own["status"] == "waiting" for own in each["deliveries"])
    ]
    return after


def _edited(
    state: DigestState,
    issue: str,
    delivery: str,
    edit: Callable[[DigestDelivery], DigestDelivery],
) -> DigestState:
    issues = [
        {
            **own,
            "deliveries": [
                edit(each) if (own["id"], each["id"]) == (issue, delivery) else each
                for each in own["deliveries"]
            ],
        }
        for own in state["issues"]
    ]
    return {**state, "ttl": KEPT_SECONDS, "issues": issues}  # type: ignore[typeddict-item]
