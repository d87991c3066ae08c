"""States of the channels of rules and digests: which of them take messages."""

from collections.abc import Iterable, Mapping

from api.schema.alerts import MAX_REASON_CHARS
from shared.alerts.channels import channel_id, recipients
from shared.alerts.wording import shortened
from shared.models import AlertChannel, ChannelState
from shared.store import ALERT_CHANNELS, Store


async def read_channel_states(
    store: Store, channels: Iterable[AlertChannel]
) -> Mapping[str, ChannelState]:
    """Return the stored states of the recipients of channels, by their ids. Raises StoreError."""
    keys = [("alert_channel", channel_id(each)) for each in recipients(channels)]
    found = await store.read_many(ALERT_CHANNELS, keys)
    return {each["id"]: each for each in found.values()}


def why_broken(channel: AlertChannel, states: Mapping[str, ChannelState]) -> str | None:
    """Return why a channel takes nothing, with the address where it has several."""
    people = recipients([channel])
    found = [(each["to"], states.get(channel_id(each))) for each in people]
    reasons = [(to, state["broken"]) for to, state in found if state and state["broken"]]
    if not reasons:
        return None
    texts = [reason if len(people) == 1 else f"{to}: {reason}" for to, reason in reasons]
    return shortened("; ".join(texts), MAX_REASON_CHARS)
