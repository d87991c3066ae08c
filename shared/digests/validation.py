"""Digests as somebody writes them, as they are stored, and what is refused of them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from shared.alerts.channels import channels_refusals, clean_channel
from shared.alerts.validation import (
    MAX_NAME_CHARS,
    MAX_NOTE_CHARS,
    RESERVED,
    TAKES_NAME,
    TAKES_ZONE,
    is_zone,
)
from shared.communities import NAME
from shared.models import ScheduledDigest, Watchlist
from shared.subjects.edits import clean_text
from shared.subjects.refusals import Refusal, quoted
from shared.times import iso

MAX_DIGESTS = 20
MAX_SUBJECTS = 100
TAKES_DIGEST_ID: Final = "1 to 40 small letters, digits and hyphens, with a letter or digit first"
TAKES_SUBJECTS: Final = (
    f"1 to {MAX_SUBJECTS} ids of subjects of the watchlist; or null: those of role own and"
    " competitor"
)
TAKES_AT: Final = "a time of the day in the digest's time zone, such as 08:00"
# What decides when a digest is due.
SCHEDULE: Final = ("every", "at", "weekday", "time_zone", "enabled")
_WORD = re.compile(r"[^\W_]")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def clean_digest(
    given: Mapping[str, Any], digest_id: str, before: ScheduledDigest | None, now: datetime
) -> ScheduledDigest:
    """Return a digest in one spelling; before is what it replaces.

    One with another schedule, or that was off, begins now.
    """
    subjects = given["subjects"]
    after = ScheduledDigest(
        id=digest_id,
        name=clean_text(given["name"]),
        subjects=None if subjects is None else _each_once(subjects),
        every=given["every"],
        at=given["at"],
        weekday=given["weekday"],
        time_zone=given["time_zone"],
        channels=[clean_channel(each) for each in given["channels"]],
        note=given["note"].strip(),
        enabled=given["enabled"],
        since=iso(now),
    )
    is_same = before is not None and all(before[each] == after[each] for each in SCHEDULE)
    return {**after, "since": before["since"]} if before is not None and is_same else after


def digest_refusals(digest: ScheduledDigest, watchlist: Watchlist) -> Iterator[Refusal]:
    """Yield what is wrong with a digest, with these subjects."""
    own, name = digest["id"], digest["name"]
    if not NAME.fullmatch(own):
        yield Refusal(("id",), f"{quoted(own)} can't be an id", TAKES_DIGEST_ID)
    elif own in RESERVED:
        yield Refusal(("id",), f"{quoted(own)} has another meaning in addresses", TAKES_DIGEST_ID)
    if not 1 <= len(name) <= MAX_NAME_CHARS or not _WORD.search(name):
        yield Refusal(("name",), f"{quoted(name)} can't be a name", TAKES_NAME)
    yield from _subjects(digest["subjects"], watchlist)
    if not _TIME.fullmatch(digest["at"]):
        yield Refusal(("at",), f"{quoted(digest['at'])} isn't such a time", TAKES_AT)
    if not is_zone(digest["time_zone"]):
        problem = f"{quoted(digest['time_zone'])} isn't a time zone"
        yield Refusal(("time_zone",), problem, TAKES_ZONE)
    yield from channels_refusals(digest["channels"])
    if len(digest["note"]) > MAX_NOTE_CHARS:
        yield Refusal(("note",), "this is too long", f"at most {MAX_NOTE_CHARS} characters")


def count_refusals(digests: Sequence[ScheduledDigest]) -> Iterator[Refusal]:
    """Yield whether there are too many digests."""
    if len(digests) > MAX_DIGESTS:
        problem = f"there would be {len(digests)} digests"
        yield Refusal(("id",), problem, f"at most {MAX_DIGESTS} digests")


def _each_once(subjects: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(clean_text(each).lower() for each in subjects))


def _subjects(ids: Sequence[str] | None, watchlist: Watchlist) -> Iterator[Refusal]:
    if ids is None:
        return
    if not 1 <= len(ids) <= MAX_SUBJECTS:
        yield Refusal(("subjects",), f"{len(ids)} subjects are given", TAKES_SUBJECTS)
    known = {each["id"] for each in watchlist["subjects"]}
    merged = {old: each["id"] for each in watchlist["subjects"] for old in each["merged_from"]}
    for number, own in enumerate(ids):
        if own in known:
            continue
        problem = (
            f"{quoted(own)} was merged into {merged[own]}"
            if own in merged
            else f"{quoted(own)} is no subject of the watchlist"
        )
        yield Refusal(("subjects", number), problem, TAKES_SUBJECTS)
