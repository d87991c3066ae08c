"""Signed links of messages: what one is about, and what its form does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from api.actions.alert_rules import remove_channel
from api.actions.digests import remove_recipient
from api.actions.incidents import acknowledge, snooze
from api.deps import Deps
from api.errors import BadParameters
from api.schema.incidents import SNOOZED, SNOOZES, SnoozeOf
from api.schema.problems import BadParameter
from shared.alerts.channels import address_of, rules_with
from shared.alerts.links import SignedLink
from shared.alerts.rules import read_rules
from shared.digests.definitions import read_digests
from shared.digests.recipients import address_of as address_in
from shared.digests.recipients import digests_with
from shared.models import AlertRule, Incident, ScheduledDigest

MAX_FIELDS = 10
MAX_FORM_BYTES = 1000
HOURS: Final = tuple(hours for hours, _ in SNOOZES)
_NUMBER = re.compile(r"[0-9]{1,3}")


@dataclass(frozen=True)
class Subscription:
    """A channel that messages go to: what anybody may see of its address.

    rules and digests are the names of those that send there.
    """

    address: str
    rules: tuple[str, ...]
    digests: tuple[str, ...] = ()


async def follow_link(deps: Deps, link: SignedLink, form: bytes) -> Incident:
    """Do what a link of an incident says, with the fields of its form, and return the incident.

    Raises NotFound, BadParameters and StoreError.
    """
    if link.action == "acknowledge":
        return await acknowledge(deps, link.target)
    return await snooze(deps, link.target, hours_in(form), snoozed_in(form))


async def read_subscription(deps: Deps, channel: str) -> Subscription | None:
    """Return which rules and digests send to the channel with this id; None if none does.

    Raises StoreError.
    """
    store = await deps.store()
    rules, digests = await read_rules(store), await read_digests(store)
    return _subscription(rules["rules"], digests["digests"], channel)


async def unsubscribe(deps: Deps, channel: str) -> Subscription | None:
    """Remove the channel with this id from all rules and digests, in a revision of each.

    Return which ones sent there until now; None if none did. Raises StoreError.
    """
    rules, digests = await remove_channel(deps, channel), await remove_recipient(deps, channel)
    return _subscription(rules["rules"], digests["digests"], channel)


def _subscription(
    rules: Sequence[AlertRule], digests: Sequence[ScheduledDigest], channel: str
) -> Subscription | None:
    of_rules = tuple(each["name"] for each in rules_with(rules, channel))
    of_digests = tuple(each["name"] for each in digests_with(digests, channel))
    if not of_rules and not of_digests:
        return None
    address = address_of(rules, channel) if of_rules else address_in(digests, channel)
    return Subscription(address or "an address", of_rules, of_digests)


def hours_in(form: bytes) -> int:
    """Return the hours of a form; the first that it offers, if it says none. Raises BadParameters.

    https://url.spec.whatwg.org/#application/x-www-form-urlencoded
    """
    given = _field(form, "hours") or str(HOURS[0])
    if not _NUMBER.fullmatch(given) or int(given) not in HOURS:
        listed = ", ".join(map(str, sorted(HOURS)))
        raise _not_one("hours", listed)
    return int(given)


def snoozed_in(form: bytes) -> SnoozeOf:
    """Return what a form silences: the incident, if it says nothing. Raises BadParameters."""
    given = _field(form, "of") or SNOOZED[0][0]
    for of, _ in SNOOZED:
        if of == given:
            return of
    raise _not_one("of", ", ".join(of for of, _ in SNOOZED))


def _field(form: bytes, name: str) -> str | None:
    text = form[:MAX_FORM_BYTES].decode(errors="replace")
    try:
        fields = parse_qs(text, max_num_fields=MAX_FIELDS)
    except ValueError as error:
        # No choice is read out of such a form.
        many = BadParameter(
            parameter=name, detail="the form has too many fields", takes=f"at most {MAX_FIELDS}"
        )
        raise BadParameters([many]) from error
    return next(iter(fields.get(name, ())), None)


def _not_one(parameter: str, takes: str) -> BadParameters:
    return BadParameters(
        [BadParameter(parameter=parameter, detail="it isn't one of these", takes=takes)]
    )
