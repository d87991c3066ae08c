"""Channels of rules: what is refused of one, what answers show of it, and its id."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from shared.alerts.secret_names import refusal_of_name
from shared.email_addresses import MAX_RECIPIENTS, email_addresses
from shared.models import AlertChannel, AlertRule, ChannelType
from shared.subjects.refusals import Refusal

MAX_CHANNELS = 5
MAX_TO_CHARS = 1000
MAX_SETTING_CHARS = 128
TAKES_SETTING: Final = (
    "the name of a setting that holds the secret, in capitals, digits and underscores, and none of"
    " the app's own settings or the platform's"
)
TAKES_ADDRESS: Final = (
    f"an http or https address of at most {MAX_TO_CHARS} characters, without user and password"
)
TAKES_EMAIL: Final = (
    f"1 to {MAX_RECIPIENTS} e-mail addresses, separated by commas, such as team@example.com, of at"
    f" most {MAX_TO_CHARS} characters together"
)
TAKES_APPRISE: Final = "an address of Apprise, such as ntfy://topic"
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE)
_NOT_IN_ADDRESSES = re.compile(r"[\s\\]")


@dataclass(frozen=True)
class Needs:
    """What a type of channel needs, in words, and what its address is."""

    takes: str
    is_to_needed: bool = False
    takes_secret: bool = True
    is_either: bool = False
    """True: one of `to` and `secret`, since the address itself is the secret."""


_HOOK = Needs(TAKES_ADDRESS, is_either=True)
NEEDS: Final[Mapping[ChannelType, Needs]] = {
    "webhook": Needs(TAKES_ADDRESS, is_to_needed=True),
    "slack": _HOOK,
    "teams": _HOOK,
    "discord": _HOOK,
    "email": Needs(TAKES_EMAIL, is_to_needed=True, takes_secret=False),
    "apprise": Needs(TAKES_APPRISE, is_either=True),
}


def clean_channel(given: Mapping[str, Any]) -> AlertChannel:
    """Return a channel without blanks around its address; an empty one is None.

    E-mail addresses stand once, in one spelling, so that the same ones are the same channel.
    """
    to = (given["to"] or "").strip()
    if given["type"] == "email":
        with suppress(ValueError):
            to = ", ".join(email_addresses(to))
    return AlertChannel(type=given["type"], to=to or None, secret=given["secret"] or None)


def channels_refusals(channels: Sequence[AlertChannel]) -> Iterator[Refusal]:
    """Yield what is wrong with the channels of a rule; no problem quotes an address."""
    if len(channels) > MAX_CHANNELS:
        problem = f"{len(channels)} are too many"
        yield Refusal(("channels",), problem, f"at most {MAX_CHANNELS} channels")
    people = sum(each["type"] == "email" for each in recipients(channels))
    if len(channels) > 1 and people > MAX_RECIPIENTS:
        # Each has a delivery in each incident, and a state that reads of the rules show.
        problem = f"{people} e-mail addresses are too many"
        yield Refusal(("channels",), problem, f"at most {MAX_RECIPIENTS} of all channels together")
    for number, channel in enumerate(channels):
        if channel in channels[:number]:
            yield Refusal(
                ("channels", number),
                "this channel stands twice, so that each message would come twice",
                "each channel once",
            )
        for refusal in _channel_refusals(channel):
            yield refusal.below("channels", number)


def recipients(channels: Iterable[AlertChannel]) -> list[AlertChannel]:
    """Return the channels that messages to these go to, each once.

    An e-mail channel with several addresses is one for each person: each has mails, retries, a
    limit and a link to unsubscribe of their own, and sees no other address.
    """
    found: dict[str, AlertChannel] = {}
    for channel in channels:
        for each in _addressed(channel):
            found.setdefault(channel_id(each), each)
    return [*found.values()]


def channel_id(channel: AlertChannel) -> str:
    """Return the id of a channel's state: a hash, of 32 digits, of its type and address.

    E-mail addresses are the same in any case.
    """
    to = channel["to"] or ""
    of_type = to.lower() if channel["type"] == "email" else to
    whole = "\n".join((channel["type"], of_type, channel["secret"] or ""))
    return sha256(whole.encode()).hexdigest()[:32]


def has_recipient(channels: Iterable[AlertChannel], recipient: str) -> bool:
    """Return whether messages to these channels go to the recipient with this id."""
    return any(channel_id(each) == recipient for each in recipients(channels))


def without_recipient(channels: Iterable[AlertChannel], recipient: str) -> list[AlertChannel]:
    """Return the channels without the recipient with this id; other addresses stay."""
    left = (_without_recipient(each, recipient) for each in channels)
    return [each for each in left if each is not None]


def shown_recipient(channels: Iterable[AlertChannel], recipient: str) -> str | None:
    """Return what anybody may see of a recipient's address; None if these don't have it."""
    for each in recipients(channels):
        if channel_id(each) == recipient:
            return shown_address(each) or "an address"
    return None


def rules_with(rules: Iterable[AlertRule], channel: str) -> list[AlertRule]:
    """Return the rules that send to the recipient with this id."""
    return [each for each in rules if has_recipient(each["channels"], channel)]


def without_channel(rule: AlertRule, channel: str) -> AlertRule:
    """Return a rule that doesn't send to the recipient with this id; other addresses stay."""
    return {**rule, "channels": without_recipient(rule["channels"], channel)}


def shown_address(channel: AlertChannel) -> str | None:
    """Return what anybody may see of an address; None where a setting holds it.

    It is the host of a hook, a…@host of each e-mail address, and the service of an Apprise
    address, whose host may be a token.
    """
    to = channel["to"]
    if to is None:
        return None
    if channel["type"] == "email":
        return ", ".join(_shown_email(each.strip()) for each in to.split(","))
    try:
        parts = urlsplit(to)
    except ValueError:
        return None
    return parts.scheme if channel["type"] == "apprise" else parts.hostname


def address_of(rules: Iterable[AlertRule], channel: str) -> str:
    """Return what anybody may see of the address of the recipient with this id."""
    channels = (own for each in rules for own in each["channels"])
    return shown_recipient(channels, channel) or "an address"


def _addressed(channel: AlertChannel) -> list[AlertChannel]:
    """Return a channel for each address of an e-mail channel; another one as it is."""
    if channel["type"] != "email" or channel["to"] is None:
        return [channel]
    return [{**channel, "to": each.strip()} for each in channel["to"].split(",")]


def _without_recipient(channel: AlertChannel, recipient: str) -> AlertChannel | None:
    """Return a channel without one of its addresses; None where it was the only one."""
    own = _addressed(channel)
    kept = [each for each in own if channel_id(each) != recipient]
    if len(kept) == len(own):
        return channel
    return {**channel, "to": ", ".join(each["to"] or "" for each in kept)} if kept else None


def _shown_email(address: str) -> str:
    name, _, host = address.rpartition("@")
    return f"{name[:1]}…@{host}"


def _channel_refusals(channel: AlertChannel) -> Iterator[Refusal]:
    kind, needs = channel["type"], NEEDS[channel["type"]]
    to, secret = channel["to"], channel["secret"]
    either = f"{needs.takes}; or null, and in `secret` the name of the setting that holds it"
    if needs.is_either and (to is None) is (secret is None):
        problem = "neither `to` nor `secret` is" if to is None else "both `to` and `secret` are"
        yield Refusal(("to",), f"{problem} given, and {kind} takes one of them", either)
    elif needs.is_to_needed and to is None:
        yield Refusal(("to",), f"{kind} needs an address", needs.takes)
    if to is not None and (wrong := _problem_of_address(kind, to)) is not None:
        yield Refusal(("to",), wrong, either if needs.is_either else needs.takes)
    if secret is None:
        return
    if not needs.takes_secret:
        yield Refusal(("secret",), f"{kind} has no secret", "null")
    elif (reason := refusal_of_name(secret)) is not None:
        yield Refusal(("secret",), reason, TAKES_SETTING)


def _problem_of_address(kind: ChannelType, to: str) -> str | None:
    """Return what is wrong with an address, without quoting it, since it may be a secret."""
    if len(to) > MAX_TO_CHARS:
        return f"it has more than {MAX_TO_CHARS} characters"
    if kind != "email":
        return None if _is_address(kind, to) else "this isn't such an address"
    try:
        email_addresses(to)
    except ValueError as error:
        return str(error)
    return None


def _is_address(kind: ChannelType, to: str) -> bool:
    if not to.isprintable() or _NOT_IN_ADDRESSES.search(to):
        return False
    if kind == "apprise":
        return _SCHEME.fullmatch(to) is not None
    try:
        parts = urlsplit(to)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    is_plain = has_port and "@" not in parts.netloc
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and is_plain
