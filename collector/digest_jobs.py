"""The jobs of digests: they are made after messages, which the timer of alerts sends."""

from collector.alerts.digests import DigestMaker, Made
from collector.runs import opened, reported
from collector.turns import Messages, send, send_due_messages
from collector.writers.shutdown import run_until_stopped
from shared.alerts import queue as deliveries_queue
from shared.digests import queue
from shared.digests.reading import ReadDigest
from shared.digests.states import due_channels, read_states
from shared.errors import PermanentFailure
from shared.models import AlertChannel, DigestContent, DigestIssue, ScheduledDigest
from shared.settings import Settings
from shared.store import Store
from shared.times import Clock, utc_now


def send_due_digests(settings: Settings, output: Messages, *, clock: Clock = utc_now) -> None:
    """Put a message on the queue for each digest of which something is to be made.

    If the store can't be read, the next tick does it.
    """
    send_due_messages("make_digests", _due(settings, clock), output)


def make_on_message(
    settings: Settings,
    body: bytes,
    deliveries: Messages,
    *,
    read: ReadDigest,
    clock: Clock = utc_now,
) -> None:
    """Make what is due of the digest that a message names, and ask for its deliveries.

    A message that comes twice does nothing. Raises BadMessage and StoreError, so that the message
    returns to the queue.
    """
    with reported("make_digests", settings) as report:
        digest = queue.read_message(body).digest
        report.update(digest=digest)
        work = _make(settings, digest, read, clock)
        done, channels = run_until_stopped(work, seconds=settings.cycle_seconds)
        report.update(made=done.made, failed=done.failed)
        send(deliveries, deliveries_queue.messages_of(channels))


async def _due(settings: Settings, clock: Clock) -> list[str]:
    async with opened(settings) as (store, watched):
        return queue.messages_of(await DigestMaker(store, watched, _nothing, clock).due())


async def _make(
    settings: Settings, digest: str, read: ReadDigest, clock: Clock
) -> tuple[Made, list[AlertChannel]]:
    async with opened(settings) as (store, watched):
        done = await DigestMaker(store, watched, read, clock).make(digest)
        states = await read_states(store, [digest])
        return done, due_channels(states.values(), clock())


async def _nothing(
    _: Store, __: Settings, ___: ScheduledDigest, ____: DigestIssue, _____: Clock
) -> DigestContent:
    raise PermanentFailure("nothing reads it here")
