"""Delivers what channels are owed of digests: at least once, and with the same key when again.

It goes the way of alerts (outbox.py): a run claims a delivery by writing its message's key and a
time until which no other run takes it, sends the message, and writes what came of it. Quiet hours
and the most of a day don't hold for digests, whose hour somebody has chosen.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from collector.alerts.channel_states import claim_folded, note_digest
from collector.alerts.digests import content_id
from collector.alerts.outbox import SEND_SECONDS, Delivered, Send
from shared.alerts.channels import channel_id, shown_address
from shared.alerts.composing import Sender
from shared.alerts.messages import Message
from shared.digests.composing import compose_digest
from shared.digests.definitions import read_digests
from shared.digests.recipients import digests_with
from shared.digests.states import (
    NO_DIGEST,
    claimed,
    delivery_in,
    due_channels,
    due_deliveries,
    edit_state,
    failed,
    key_of,
    read_states,
    retried,
    sent,
    with_folded,
)
from shared.errors import PermanentFailure, TemporaryFailure
from shared.logs import event
from shared.models import (
    AlertChannel,
    DigestDelivery,
    DigestIssue,
    DigestState,
    FoldedAlert,
    Incident,
)
from shared.store import DIGEST_CONTENTS, INCIDENTS, Store
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)

MAX_FOLDED = 20
NOT_KEPT = "what it says isn't kept any more"


@dataclass(frozen=True)
class Claim:
    """A delivery that this run sends, with the key of its message."""

    digest: str
    issue: DigestIssue
    delivery: DigestDelivery
    key: str

    @property
    def channel(self) -> AlertChannel:
        """Return where it goes."""
        return self.delivery["channel"]

    @property
    def names(self) -> tuple[str, str]:
        """Return the ids of its issue and its delivery."""
        return self.issue["id"], self.delivery["id"]


@dataclass(frozen=True)
class DigestOutbox:
    """The digests that a store owes. keep is how long the state of an unused channel is kept."""

    store: Store
    send: Send
    sender: Sender
    keep: timedelta
    clock: Clock = utc_now

    async def due(self) -> list[AlertChannel]:
        """Return the channels to which a digest is to be sent now. Raises StoreError."""
        return due_channels((await self._states()).values(), self.clock())

    async def deliver(self, channel: str) -> Delivered:
        """Send the digests that are due to the channel with this id. Raises StoreError."""
        digests = (await read_digests(self.store))["digests"]
        still = {each["id"] for each in digests_with(digests, channel)}
        done = Delivered()
        for name, state in (await self._states()).items():
            for issue, delivery in due_deliveries(state, self.clock()):
                if channel_id(delivery["channel"]) != channel:
                    continue
                if name in still:
                    done += await self._deliver(name, issue, delivery)
                else:
                    done += await self._drop(name, issue, delivery)
        return done

    async def _states(self) -> dict[str, DigestState]:
        digests = (await read_digests(self.store))["digests"]
        return await read_states(self.store, [each["id"] for each in digests])

    async def _drop(self, digest: str, issue: DigestIssue, delivery: DigestDelivery) -> Delivered:
        """Let a delivery fail whose digest isn't sent to its channel any more."""
        own = await self._claim(digest, issue, delivery)
        if own is None:
            return Delivered()
        await self._note_channel(own, is_sent=False)
        await self._end(own, partial(failed, error=NO_DIGEST))
        self._log(own, "failed", level=logging.WARNING, reason=NO_DIGEST)
        return Delivered(dropped=1)

    async def _deliver(
        self, digest: str, issue: DigestIssue, delivery: DigestDelivery
    ) -> Delivered:
        own = await self._claim(digest, issue, delivery)
        if own is None:
            return Delivered()
        own = await self._with_folded(own)
        name = content_id(digest, issue["id"])
        content = await self.store.read(DIGEST_CONTENTS, "digest_content", name)
        if content is None:
            return await self._fail(own, NOT_KEPT)
        message = compose_digest(
            own.issue, own.delivery, content, key=own.key, sender=self.sender, now=self.clock()
        )
        try:
            await self._send(message, own.channel)
        except TemporaryFailure as error:
            return await self._retry(own, error)
        except PermanentFailure as error:
            return await self._fail(own, error.reason, broken=error.reason)
        return await self._note_sent(own)

    async def _claim(
        self, digest: str, issue: DigestIssue, delivery: DigestDelivery
    ) -> Claim | None:
        """Write the message's key into a delivery; None where another run sends it."""
        edit = partial(claimed, issue=issue["id"], delivery=delivery["id"], now=self.clock())
        state = await edit_state(self.store, digest, edit)
        found = delivery_in(state, issue["id"], delivery["id"]) if state else None
        if state is None or found is None:
            return None
        return Claim(digest, *found, key_of(state, *found))

    async def _with_folded(self, own: Claim) -> Claim:
        """Add the alerts that its channel got no message of; a test leaves them to the digest."""
        if own.delivery["folded"] is not None or own.issue["kind"] == "test":
            return own
        channel = channel_id(own.channel)
        ids = await claim_folded(self.store, channel, self.keep, own.key)
        keys = [("incident", each) for each in ids]
        found = await self.store.read_many(INCIDENTS, keys) if keys else {}
        alerts = _folded_alerts(found.values(), channel)
        more = len(alerts) - len(alerts[:MAX_FOLDED])
        state = await self._edit(own, partial(with_folded, folded=alerts[:MAX_FOLDED], more=more))
        now_has = delivery_in(state, *own.names) if state else None
        return Claim(own.digest, *now_has, own.key) if now_has else own

    async def _send(self, message: Message, channel: AlertChannel) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self.send(message, channel)
        except (TemporaryFailure, PermanentFailure):
            raise
        except TimeoutError:
            raise TemporaryFailure(f"it took longer than {SEND_SECONDS:.0f} s") from None
        except Exception as error:  # a defect of one channel must not hold up the others
            # Its text may have an address, which may be a secret.
            raise TemporaryFailure(f"sending failed: {type(error).__name__}") from error

    async def _note_sent(self, own: Claim) -> Delivered:
        await self._note_channel(own, is_sent=True)
        await self._end(own, partial(sent, now=self.clock()))
        self._log(own, "sent")
        return Delivered(sent=1)

    async def _retry(self, own: Claim, error: TemporaryFailure) -> Delivered:
        now = self.clock()
        if iso(now) >= own.delivery["last"]:
            return await self._fail(own, error.reason)
        edit = partial(retried, now=now, error=error.reason, retry_after=error.retry_after)
        await self._edit(own, edit)
        self._log(own, "retried", level=logging.WARNING, reason=error.reason)
        return Delivered(retried=1)

    async def _fail(self, own: Claim, reason: str, *, broken: str | None = None) -> Delivered:
        await self._note_channel(own, is_sent=False, broken=broken)
        await self._end(own, partial(failed, error=reason))
        self._log(own, "failed", level=logging.ERROR, reason=reason)
        return Delivered(failed=1)

    async def _note_channel(self, own: Claim, *, is_sent: bool, broken: str | None = None) -> None:
        channel = channel_id(own.channel)
        await note_digest(self.store, channel, self.keep, own.key, is_sent=is_sent, broken=broken)

    async def _end(self, own: Claim, edit: Callable[..., DigestState]) -> None:
        """Write how a delivery ended; what an issue says isn't kept once none waits."""
        state = await self._edit(own, edit)
        found = delivery_in(state, *own.names) if state else None
        if found and not any(each["status"] == "waiting" for each in found[0]["deliveries"]):
            key = ("digest_content", content_id(own.digest, own.issue["id"]))
            await self.store.delete(DIGEST_CONTENTS, [key])

    async def _edit(self, own: Claim, edit: Callable[..., DigestState]) -> DigestState | None:
        issue, delivery = own.names
        return await edit_state(self.store, own.digest, lambda state: edit(state, issue, delivery))

    def _log(
        self, own: Claim, outcome: str, *, level: int = logging.INFO, reason: str | None = None
    ) -> None:
        event(
            log,
            f"digests.message_{outcome}",
            level,
            key=own.key,
            channel=own.channel["type"],
            to=shown_address(own.channel) or own.channel["secret"] or "",
            attempts=own.delivery["attempts"],
            **({"reason": reason} if reason else {}),
        )


def _folded_alerts(incidents: Iterable[Incident], channel: str) -> list[FoldedAlert]:
    """Return the incidents that a channel got no message of, the newest first."""
    found = [
        each
        for each in incidents
        if any(
            own["status"] == "folded" and channel_id(own["channel"]) == channel
            for own in each["deliveries"]
        )
    ]
    found.sort(key=lambda each: each["order_key"], reverse=True)
    return [_folded_alert(each) for each in found]


def _folded_alert(incident: Incident) -> FoldedAlert:
    found = [each["finding"]["sentence"] for each in incident["updates"] if each["finding"]]
    return FoldedAlert(
        incident=incident["id"],
        rule=incident["rule"]["name"],
        scope=incident["scope_name"],
        sentence=found[-1] if found else incident["rule"]["name"],
        at=incident["opened"],
    )
