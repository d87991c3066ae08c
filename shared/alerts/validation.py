"""Alert rules as somebody writes them, as they are stored, and what is refused of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.alerts.channels import channels_refusals, clean_channel
from shared.alerts.properties import clean_condition, condition_refusals
from shared.communities import NAME
from shared.models import ALL, AlertRule, QuietHours, Watchlist
from shared.settings import Settings
from shared.subjects.communities import effective_communities
from shared.subjects.edits import clean_text
from shared.subjects.refusals import Refusal, quoted

MAX_RULES = 50
MAX_NAME_CHARS = 80
MAX_NOTE_CHARS = 500
MAX_ZONE_CHARS = 64
MIN_COOLDOWN, MAX_COOLDOWN, DEFAULT_COOLDOWN = 15, 7 * 24 * 60, 240
SUBJECT, COMMUNITY = "subject:", "community:"
# Words of addresses.
RESERVED = frozenset({"history"})

TAKES_RULE_ID: Final = "1 to 40 small letters, digits and hyphens, with a letter or digit first"
TAKES_NAME: Final = f"1 to {MAX_NAME_CHARS} characters, with a letter or digit among them"
TAKES_SCOPE: Final = (
    "all, subject:ID of a subject of the watchlist, or community:ID of a community that is"
    " collected"
)
TAKES_ZONE: Final = "the name of a time zone, such as Europe/Berlin or UTC"
TAKES_TIME: Final = "a time of the day in the rule's time zone, such as 22:00"
TAKES_COOLDOWN: Final = (
    f"a whole number of minutes from {MIN_COOLDOWN} to {MAX_COOLDOWN} (7 days),"
    f" by default {DEFAULT_COOLDOWN}"
)
_WORD = re.compile(r"[^\W_]")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def clean_rule(
    given: Mapping[str, Any], rule_id: str, settings: Settings, watchlist: Watchlist
) -> AlertRule:
    """Return a rule in one spelling, with the defaults of its condition.

    given has the fields of a rule, and `from_` for the beginning of quiet hours.
    """
    quiet = given["quiet_hours"]
    return AlertRule(
        id=rule_id,
        name=clean_text(given["name"]),
        scope=_known_scope(given["scope"], settings, watchlist),
        condition=clean_condition(given["condition"]),
        channels=[clean_channel(each) for each in given["channels"]],
        quiet_hours=None
        if quiet is None
        else QuietHours({"from": quiet["from_"], "to": quiet["to"]}),
        time_zone=given["time_zone"],
        cooldown=given["cooldown"],
        note=given["note"].strip(),
        enabled=given["enabled"],
    )


def rule_refusals(rule: AlertRule, settings: Settings, watchlist: Watchlist) -> Iterator[Refusal]:
    """Yield what is wrong with a rule, with these subjects and communities."""
    yield from _identity(rule)
    yield from _scope(rule, settings, watchlist)
    for refusal in condition_refusals(rule["condition"]):
        yield refusal.below("condition")
    yield from channels_refusals(rule["channels"])
    yield from _quiet_hours(rule["quiet_hours"])
    if not is_zone(rule["time_zone"]):
        problem = f"{quoted(rule['time_zone'])} isn't a time zone"
        yield Refusal(("time_zone",), problem, TAKES_ZONE)
    if not MIN_COOLDOWN <= rule["cooldown"] <= MAX_COOLDOWN:
        yield Refusal(("cooldown",), f"{rule['cooldown']} is out of range", TAKES_COOLDOWN)
    if len(rule["note"]) > MAX_NOTE_CHARS:
        yield Refusal(("note",), "this is too long", f"at most {MAX_NOTE_CHARS} characters")


def count_refusals(rules: Sequence[AlertRule]) -> Iterator[Refusal]:
    """Yield whether there are too many rules."""
    if len(rules) > MAX_RULES:
        problem = f"there would be {len(rules)} rules"
        yield Refusal(("id",), problem, f"at most {MAX_RULES} rules")


def is_zone(name: str) -> bool:
    """Return whether there is a time zone of this name."""
    if len(name) > MAX_ZONE_CHARS:
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        # OSError: a folder of zones, such as Europe.
        return False
    return True


def _known_scope(scope: str, settings: Settings, watchlist: Watchlist) -> str:
    """Return a scope with its community as it is spelled, since subreddits have any case."""
    if not scope.startswith(COMMUNITY):
        return scope
    name = scope.removeprefix(COMMUNITY)
    known = (each["id"] for each in effective_communities(settings, watchlist))
    return COMMUNITY + next((each for each in known if each.lower() == name.lower()), name)


def _identity(rule: AlertRule) -> Iterator[Refusal]:
    own, name = rule["id"], rule["name"]
    if not NAME.fullmatch(own):
        yield Refusal(("id",), f"{quoted(own)} can't be an id", TAKES_RULE_ID)
    elif own in RESERVED:
        yield Refusal(("id",), f"{quoted(own)} has another meaning in addresses", TAKES_RULE_ID)
    if not 1 <= len(name) <= MAX_NAME_CHARS or not _WORD.search(name):
        yield Refusal(("name",), f"{quoted(name)} can't be a name", TAKES_NAME)


def _scope(rule: AlertRule, settings: Settings, watchlist: Watchlist) -> Iterator[Refusal]:
    scope, kind = rule["scope"], rule["condition"]["type"]
    if (problem := _problem_of_scope(scope, settings, watchlist)) is not None:
        yield Refusal(("scope",), problem, TAKES_SCOPE)
    elif kind == "share_of_voice" and not scope.startswith(SUBJECT):
        problem = f"{kind} is about a subject among others, and {quoted(scope)} isn't one"
        yield Refusal(("scope",), problem, "subject:ID of a subject of the watchlist")


def _problem_of_scope(scope: str, settings: Settings, watchlist: Watchlist) -> str | None:
    if scope == ALL:
        return None
    if scope.startswith(SUBJECT):
        own = scope.removeprefix(SUBJECT)
        into = next((e for e in watchlist["subjects"] if own in e["merged_from"]), None)
        if into is not None:
            return f"{quoted(own)} was merged into {into['id']}"
        is_known = any(each["id"] == own for each in watchlist["subjects"])
        return None if is_known else f"{quoted(own)} is no subject of the watchlist"
    if scope.startswith(COMMUNITY):
        own = scope.removeprefix(COMMUNITY)
        known = effective_communities(settings, watchlist)
        is_known = any(each["id"] == own for each in known)
        return None if is_known else f"{quoted(own)} isn't a community that is collected"
    return f"{quoted(scope)} isn't a scope"


def _quiet_hours(quiet: QuietHours | None) -> Iterator[Refusal]:
    if quiet is None:
        return
    for name, time in (("from", quiet["from"]), ("to", quiet["to"])):
        if not _TIME.fullmatch(time):
            yield Refusal(("quiet_hours", name), f"{quoted(time)} isn't such a time", TAKES_TIME)
    if quiet["from"] == quiet["to"]:
        problem = "they begin when they end"
        yield Refusal(("quiet_hours",), problem, "two times of the day that differ, or null")
