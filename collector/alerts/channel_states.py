"""States of channels: whether they take messages, and which alerts they got no message of."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from typing import Final

from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.models import ChannelState
from shared.store import ALERT_CHANNELS, Store

KIND: Final = "alert_channel"
ATTEMPTS = 20
# Of the incidents that a channel got no message of, the newest.
MAX_FOLDED = 500
FREE = ""


async def edit_channel(
    store: Store, channel: str, keep: timedelta, edit: Callable[[ChannelState], ChannelState]
) -> ChannelState:
    """Write what an edit makes of a channel's state, and return it. Raises StoreError."""
    for _ in range(ATTEMPTS):
        stored = await store.read(ALERT_CHANNELS, KIND, channel)
        edited: ChannelState = {**edit(stored or _new_state(channel))}
        edited["ttl"] = int(keep.total_seconds())
        try:
            if stored is None:
                await store.create(ALERT_CHANNELS, edited)
            else:
                await store.replace(ALERT_CHANNELS, edited, stored["_etag"])
        except (DocumentChanged, DocumentExists):
            continue
        return edited
    raise StoreUnavailable("the channel's state changes with every read")


async def note_folded(store: Store, channel: str, keep: timedelta, ids: Iterable[str]) -> None:
    """Note incidents of which a channel gets no message before its digest. Raises StoreError."""
    await edit_channel(store, channel, keep, partial(_with_folded, ids=ids))


async def claim_folded(store: Store, channel: str, keep: timedelta, key: str) -> list[str]:
    """Return the incidents that a digest's message tells of; no other message does then.

    The same key gets the same ones when it is sent again, and what was noted since. Raises
    StoreError.
    """
    stored = await store.read(ALERT_CHANNELS, KIND, channel)
    if stored is None or not stored.get("folded"):
        return []
    state = await edit_channel(store, channel, keep, partial(_claimed, key=key))
    return [own for own, by in state.get("folded", {}).items() if by == key]


async def note_digest(
    store: Store,
    channel: str,
    keep: timedelta,
    key: str,
    *,
    is_sent: bool,
    broken: str | None = None,
) -> None:
    """Note that a digest's message was sent, or that it never will be.

    What it told of is forgotten; what it wasn't sent with is left to the next digest. broken says
    why the channel takes nothing any more. Raises StoreError.
    """

    def edit(state: ChannelState) -> ChannelState:
        folded = state.get("folded", {})
        others = {own: by for own, by in folded.items() if by != key}
        left = others if is_sent else {own: FREE if by == key else by for own, by in folded.items()}
        return {**state, "folded": left, "broken": broken}

    await edit_channel(store, channel, keep, edit)


def _with_folded(state: ChannelState, ids: Iterable[str]) -> ChannelState:
    known = state.get("folded", {})
    folded = {**known, **{each: known.get(each, FREE) for each in ids}}
    return {**state, "folded": dict(list(folded.items())[-MAX_FOLDED:])}


def _claimed(state: ChannelState, key: str) -> ChannelState:
    folded = state.get("folded", {})
    return {**state, "folded": {own: by or key for own, by in folded.items()}}


def _new_state(channel: str) -> ChannelState:
    return ChannelState(id=channel, kind=KIND, ttl=-1, sent=[], folded_at=None, broken=None)
