"""The shards of a source that are under way: which wait, and which have a message.

These are functions of the queue's document, without a store. A source with one client for all its
communities has one message at a time, so that its shards keep the client's pace one after another.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from shared.communities import SourceName
from shared.models import FailedShard, SentShard, ShardQueue, WaitingShard
from shared.shards import LOST_AFTER, MAX_ATTEMPTS, ShardMessage
from shared.times import iso

# Each of their communities has a server of its own.
SIDE_BY_SIDE: frozenset[SourceName] = frozenset({"discourse"})

Sending = tuple[ShardQueue, list[ShardMessage]]
"""A queue, and the messages to send once it is stored."""


def new_queue(source: SourceName) -> ShardQueue:
    """Return a queue with nothing in it."""
    return ShardQueue(
        id=source, kind="shard_queue", ttl=-1, cycle="", waiting=[], sent={}, failed={}
    )


def planned(
    queue: ShardQueue, cycle: str, due: Iterable[str], alive: Collection[str], now: datetime
) -> Sending:
    """Return the queue of a new cycle: shards that are due, and those that waited before.

    alive are the shards that a worker collects. A shard that is under way isn't put again. One
    whose message was lost, or whose last attempt was killed, is. Those that failed come last.
    """
    sent = {
        shard: each
        for shard, each in queue["sent"].items()
        if shard in alive or not (is_lost(each, now) or each["attempts"] >= MAX_ATTEMPTS)
    }
    attempts = {
        **{s: each["attempts"] for s, each in queue["sent"].items() if s not in sent},
        **{each["shard"]: each["attempts"] for each in queue["waiting"]},
    }
    failed = dict(queue["failed"])
    for shard, count in attempts.items():
        if count >= MAX_ATTEMPTS:
            failed[shard] = failure(queue, shard, "its worker was killed each time", now)
    names = [name for name in dict.fromkeys([*attempts, *due]) if name not in sent]
    names.sort(key=lambda name: name in failed)
    waiting = [
        WaitingShard(shard=name, turn=1, attempts=attempts.get(name, 0) % MAX_ATTEMPTS)
        for name in names
    ]
    fresh: ShardQueue = {
        **queue,
        "cycle": cycle,
        "waiting": waiting,
        "sent": sent,
        "failed": failed,
    }
    return sending(fresh, now)


def sending(queue: ShardQueue, now: datetime) -> Sending:
    """Return the queue with the shards sent that may be under way now, and their messages."""
    waiting, sent = [*queue["waiting"]], dict(queue["sent"])
    messages: list[ShardMessage] = []
    for each in queue["waiting"]:
        if sent and queue["id"] not in SIDE_BY_SIDE:
            break
        if each["shard"] in sent:
            continue
        waiting.remove(each)
        turn, attempts = each["turn"], each["attempts"]
        sent[each["shard"]] = SentShard(
            cycle=queue["cycle"], turn=turn, attempts=attempts, seen_at=iso(now)
        )
        messages.append(ShardMessage(cycle=queue["cycle"], shard=each["shard"], turn=turn))
    fresh: ShardQueue = {**queue, "waiting": waiting, "sent": sent}
    return fresh, messages


def sent_as(queue: ShardQueue | None, message: ShardMessage) -> SentShard | None:
    """Return the entry of a message; None if it doesn't count any more."""
    sent = queue["sent"].get(message.shard) if queue else None
    if sent is None or not _is_turn_of(sent, message):
        return None
    return sent if sent.get("resent", 0) == message.resent else None


def sent_again(queue: ShardQueue, message: ShardMessage, now: datetime) -> Sending | None:
    """Return the queue with what may follow a message sent again; None if nothing may.

    The worker that ended the message's turn may have been killed before it sent what follows.
    Messages that were sent before don't count any more: doubled ones must not multiply.
    """
    own = queue["sent"].get(message.shard)
    if own is not None and _is_turn_of(own, message):
        return None  # It is under way, or was sent again itself.
    fresh: dict[str, SentShard] = {
        shard: {**each, "resent": each.get("resent", 0) + 1, "seen_at": iso(now)}
        for shard, each in queue["sent"].items()
        # Side by side, a turn is followed by turns of its own shard only.
        if not each.get("begun") and (shard == message.shard or queue["id"] not in SIDE_BY_SIDE)
    }
    again: ShardQueue = {**queue, "sent": {**queue["sent"], **fresh}}
    messages = [
        ShardMessage(cycle=e["cycle"], shard=shard, turn=e["turn"], resent=e.get("resent", 0))
        for shard, e in fresh.items()
    ]
    return (again, messages) if messages else None


def begun(queue: ShardQueue, message: ShardMessage, now: datetime) -> ShardQueue:
    """Return the queue after a worker has taken a message that counts."""
    sent = queue["sent"][message.shard]
    attempts = sent["attempts"] + 1
    taken: SentShard = {**sent, "attempts": attempts, "seen_at": iso(now), "begun": True}
    begun_queue: ShardQueue = {**queue, "sent": {**queue["sent"], message.shard: taken}}
    return begun_queue


def ended(queue: ShardQueue, message: ShardMessage, now: datetime, *, goes_on: bool) -> Sending:
    """Return the queue after a shard's turn has ended; goes_on asks for another one at once."""
    left = _without(queue, message.shard)
    failed = {shard: each for shard, each in queue["failed"].items() if shard != message.shard}
    again = WaitingShard(shard=message.shard, turn=message.turn + 1, attempts=0)
    waiting = [*left["waiting"], again] if goes_on else left["waiting"]
    return sending({**left, "waiting": waiting, "failed": failed}, now)


def gone_wrong(queue: ShardQueue, message: ShardMessage, reason: str, now: datetime) -> Sending:
    """Return the queue after an attempt has failed: the shard is tried again behind the others.

    After its last attempt it has failed, until the next plan puts it again.
    """
    attempts = queue["sent"][message.shard]["attempts"]
    left = _without(queue, message.shard)
    if attempts >= MAX_ATTEMPTS:
        failed = {**queue["failed"], message.shard: failure(queue, message.shard, reason, now)}
        return sending({**left, "failed": failed}, now)
    again = WaitingShard(shard=message.shard, turn=message.turn, attempts=attempts)
    return sending({**left, "waiting": [*left["waiting"], again]}, now)


def failure(queue: ShardQueue, shard: str, reason: str, now: datetime) -> FailedShard:
    """Return that a shard has failed for this reason; it keeps the time of its first failure."""
    known = queue["failed"].get(shard)
    return FailedShard(since=known["since"] if known else iso(now), reason=reason)


def is_lost(sent: SentShard, now: datetime) -> bool:
    """Return whether a shard's message, or its worker, has given no sign for too long."""
    # A time in the future is another machine's error: it must not hold the shard up.
    return not iso(now - LOST_AFTER) < sent["seen_at"] <= iso(now + LOST_AFTER)


def under_way(queue: ShardQueue, cycle: str) -> Sequence[str]:
    """Return the shards that wait or have a message for a cycle."""
    waiting = [each["shard"] for each in queue["waiting"] if queue["cycle"] == cycle]
    return [*waiting, *(s for s, each in queue["sent"].items() if each["cycle"] == cycle)]


def _is_turn_of(sent: SentShard, message: ShardMessage) -> bool:
    return (sent["cycle"], sent["turn"]) == (message.cycle, message.turn)


def _without(queue: ShardQueue, shard: str) -> ShardQueue:
    sent = {name: each for name, each in queue["sent"].items() if name != shard}
    left: ShardQueue = {**queue, "sent": sent}
    return left
