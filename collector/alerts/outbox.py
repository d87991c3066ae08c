"""Delivers what incidents owe to channels: at least once, and with the same key when again.

Deliveries live in incidents. A run claims those of one channel that are due: it writes the key of
their message into them, and a time until which no other run takes them. Then it sends the message
and writes what came of it. After a kill in between, the message is sent again with its key.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from collector.alerts.batches import (
    Batch,
    claimed,
    due_batches,
    due_channels,
    folded,
    has_said_so,
    is_over_the_most,
    of_batch,
    retried,
    sent_of_a_day,
    settled,
    with_silence,
    without_rule,
    without_void,
)
from collector.alerts.channel_states import edit_channel, note_folded
from collector.alerts.channels.base import Receipt
from shared.alerts.channels import channel_id, shown_address
from shared.alerts.composing import Owed, Sender, compose
from shared.alerts.messages import Message
from shared.alerts.rules import read_rules
from shared.contention import Jitter, tries
from shared.digests.definitions import read_digests
from shared.digests.recipients import digests_with
from shared.errors import (
    DocumentChanged,
    PermanentFailure,
    StoreUnavailable,
    TemporaryFailure,
)
from shared.logs import event
from shared.models import AlertChannel, ChannelState, Incident
from shared.store import ALERT_CHANNELS, ALERT_STATES, INCIDENTS, Query, Store
from shared.store.scan import after
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)

PAGE = 100
# Each request of a channel takes ten seconds at most. It is less than a claim lasts.
SEND_SECONDS = 60.0

Send = Callable[[Message, AlertChannel], Awaitable[Receipt]]
"""Sends a message to a channel. Raises TemporaryFailure and PermanentFailure."""


@dataclass(frozen=True)
class Delivered:
    """What a run did: messages by what became of them, and deliveries that were left out.

    dropped are deliveries whose rule doesn't send to their channel any more.
    """

    sent: int = 0
    retried: int = 0
    failed: int = 0
    folded: int = 0
    dropped: int = 0

    def __add__(self, other: "Delivered") -> "Delivered":
        return Delivered(
            self.sent + other.sent,
            self.retried + other.retried,
            self.failed + other.failed,
            self.folded + other.folded,
            self.dropped + other.dropped,
        )


@dataclass(frozen=True)
class Outbox:
    """The deliveries of a store. keep is how long the state of an unused channel is kept."""

    store: Store
    send: Send
    sender: Sender
    keep: timedelta
    clock: Clock = utc_now
    jitter: Jitter = random.uniform

    async def due(self) -> list[AlertChannel]:
        """Return the channels to which something is to be sent now. Raises StoreError."""
        return due_channels(await self._waiting(), self.clock())

    async def deliver(self, channel: str) -> Delivered:
        """Send what rules owe to the channel with this id and is due. Raises StoreError."""
        incidents, done = await self._drop(await self._waiting(), channel)
        for incident in incidents:
            if without_void(incident, channel) is not incident:
                await self._edit(incident["id"], lambda each: without_void(each, channel))
        for batch in due_batches(incidents, channel, self.clock()):
            done += await self._deliver(batch, channel)
        return done

    async def _waiting(self) -> list[Incident]:
        """Return the incidents with deliveries that wait, as silences of their rules hold them."""
        incidents = await waiting_incidents(self.store)
        rules = sorted({each["rule"]["id"] for each in incidents})
        read = await self.store.read_many(ALERT_STATES, [("alert_state", each) for each in rules])
        until = {state["id"]: state["silenced_until"] for state in read.values()}
        now = self.clock()
        return [with_silence(each, until.get(each["rule"]["id"]), now) for each in incidents]

    async def _drop(
        self, incidents: Sequence[Incident], channel: str
    ) -> tuple[list[Incident], Delivered]:
        """Let deliveries fail whose rule doesn't send there any more; return the incidents then."""
        rules = (await read_rules(self.store))["rules"]
        drop = partial(without_rule, channel=channel, rules=rules, now=self.clock())
        dropped = 0
        left: list[Incident] = []
        for incident in incidents:
            kept = drop(incident)
            left.append(kept)
            if kept is not incident:
                written = await self._edit(incident["id"], drop)
                dropped += _waiting(incident) - (_waiting(written) if written else 0)
        if dropped:
            event(log, "alerts.deliveries_dropped", channel=channel, deliveries=dropped)
        return left, Delivered(dropped=dropped)

    async def _deliver(self, batch: Batch, channel: str) -> Delivered:
        now = self.clock()
        state = await self.store.read(ALERT_CHANNELS, "alert_channel", channel)
        is_new = all(each["batch"] is None for owed in batch.owed for each in owed.deliveries)
        is_over = batch.kind == "alert" and is_new and not batch.changes_a_message()
        if is_over and is_over_the_most(state, now):
            batch = folded(batch)
        taken = await self._claim(batch, channel)
        if taken is None:
            return Delivered()
        if taken.kind == "folded" and has_said_so(state, now):
            return await self._fold(taken)
        return await self._send(taken, channel)

    async def _claim(self, batch: Batch, channel: str) -> Batch | None:
        """Write the batch's key into its deliveries; None where another run sends them.

        The key is named by the first incident, and whoever claims that one sends the message. So
        two runs never send different messages with one key, of which receivers take one alone.
        """
        found: list[Owed] = []
        for owed in batch.owed:
            ids = [each["id"] for each in owed.deliveries]
            claim = partial(
                claimed,
                ids=ids,
                key=batch.key,
                now=self.clock(),
                silenced_until=owed.incident["silenced_until"],
            )
            incident = await self._edit(owed.incident["id"], claim)
            if incident is not None:
                found.append(of_batch(incident, channel, batch.key))
            elif not found:
                return None
        return replace(batch, owed=tuple(found))

    async def _send(self, batch: Batch, channel: str) -> Delivered:
        message = compose(
            batch.key,
            batch.kind,
            batch.owed,
            channel=batch.channel,
            sender=self.sender,
            now=self.clock(),
            has_digest=batch.kind == "folded" and await self._has_digest(channel),
        )
        try:
            receipt = await self._sent(message, batch.channel)
        except TemporaryFailure as error:
            return await self._retry(batch, error)
        except PermanentFailure as error:
            return await self._fail(batch, channel, error)
        return await self._note_sent(batch, channel, receipt)

    async def _has_digest(self, channel: str) -> bool:
        digests = (await read_digests(self.store))["digests"]
        return any(each["enabled"] for each in digests_with(digests, channel))

    async def _sent(self, message: Message, channel: AlertChannel) -> Receipt:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                return await self.send(message, channel)
        except (TemporaryFailure, PermanentFailure):
            raise
        except TimeoutError:
            raise TemporaryFailure(f"it took longer than {SEND_SECONDS:.0f} s") from None
        except Exception as error:  # a defect of one channel must not hold up the others
            # Its text may have an address, which may be a secret.
            raise TemporaryFailure(f"sending failed: {type(error).__name__}") from error

    async def _note_sent(self, batch: Batch, channel: str, receipt: Receipt) -> Delivered:
        """Write that a message was sent; one that has several incidents can't be changed later."""
        reference = receipt.reference if len(batch.owed) == 1 else None
        if batch.kind == "folded":
            await self._note_channel(channel, is_folded=True)
            return await self._fold(batch)
        is_further = batch.kind == "alert" and not batch.changes_a_message()
        for owed in batch.owed:
            await self._edit(
                owed.incident["id"],
                lambda each: settled(each, batch.key, "sent", self.clock(), receipt=reference),
            )
        await self._note_channel(channel, is_sent=is_further)
        self._log(batch, "sent")
        return Delivered(sent=1)

    async def _fold(self, batch: Batch) -> Delivered:
        # First, so that a kill in between leaves nothing out of the digest.
        ids = [owed.incident["id"] for owed in batch.owed]
        await note_folded(self.store, channel_id(batch.channel), self.keep, ids)
        for owed in batch.owed:
            await self._edit(
                owed.incident["id"], lambda each: settled(each, batch.key, "folded", self.clock())
            )
        self._log(batch, "folded", level=logging.WARNING)
        return Delivered(folded=sum(len(owed.deliveries) for owed in batch.owed))

    async def _retry(self, batch: Batch, error: TemporaryFailure) -> Delivered:
        gone = 0
        for owed in batch.owed:
            written = await self._edit(
                owed.incident["id"],
                lambda each: retried(
                    each,
                    batch.key,
                    self.clock(),
                    error=error.reason,
                    retry_after=error.retry_after,
                ),
            )
            gone += (
                written is not None
                and not of_batch(written, channel_id(batch.channel), batch.key).deliveries
            )
        if gone == len(batch.owed):
            self._log(batch, "failed", level=logging.ERROR, reason=error.reason)
            return Delivered(failed=1)
        self._log(batch, "retried", level=logging.WARNING, reason=error.reason)
        return Delivered(retried=1)

    async def _fail(self, batch: Batch, channel: str, error: PermanentFailure) -> Delivered:
        for owed in batch.owed:
            await self._edit(
                owed.incident["id"],
                lambda each: settled(each, batch.key, "failed", self.clock(), error=error.reason),
            )
        await self._note_channel(channel, broken=error.reason)
        self._log(batch, "failed", level=logging.ERROR, reason=error.reason)
        return Delivered(failed=1)

    async def _note_channel(
        self,
        channel: str,
        *,
        is_sent: bool = False,
        is_folded: bool = False,
        broken: str | None = None,
    ) -> None:
        """Write what became of a message into its channel's state."""
        now = self.clock()

        def edit(state: ChannelState) -> ChannelState:
            state = {**state, "broken": broken}
            state["sent"] = [*sent_of_a_day(state, now), *([iso(now)] if is_sent else [])]
            state["folded_at"] = iso(now) if is_folded else state["folded_at"]
            return state

        await edit_channel(self.store, channel, self.keep, edit)

    async def _edit(
        self, incident_id: str, edit: Callable[[Incident], Incident | None]
    ) -> Incident | None:
        """Write what an edit makes of an incident, and return it; None where there's none to make.

        Somebody may acknowledge it meanwhile, and an evaluation may update it: then it is read
        again.
        """
        async for _ in tries(self.jitter):
            stored = await self.store.read(INCIDENTS, "incident", incident_id)
            edited = edit(stored) if stored else None
            if stored is None or edited is None:
                return None
            try:
                etag = await self.store.replace(INCIDENTS, edited, stored["_etag"])
            except DocumentChanged:
                continue
            return {**edited, "_etag": etag}
        raise StoreUnavailable("the incident changes with every read")

    def _log(
        self, batch: Batch, outcome: str, *, level: int = logging.INFO, reason: str | None = None
    ) -> None:
        event(
            log,
            f"alerts.message_{outcome}",
            level,
            # Logs mask what is called a key.
            message=batch.key,
            channel=batch.channel["type"],
            to=shown_address(batch.channel) or batch.channel["secret"] or "",
            incidents=len(batch.owed),
            attempts=max(each["attempts"] for owed in batch.owed for each in owed.deliveries),
            **({"reason": reason} if reason else {}),
        )


async def waiting_incidents(store: Store) -> list[Incident]:
    """Return the incidents with deliveries that wait, the oldest first. Raises StoreError."""
    found: list[Incident] = []
    start = ""
    equals = {"outbox": "waiting"}
    while page := await store.query(
        Query(INCIDENTS, "incident", PAGE, at_least=start, equals=equals)
    ):
        found += page
        start = after(page[-1]["order_key"])
    return found


def _waiting(incident: Incident) -> int:
    return sum(each["status"] == "waiting" for each in incident["deliveries"])
