"""The statistics of subjects: shares of hours, put together into hours, days, months and tables.

Shares are made of the items that are read back for `all`. Its hours keep a hash of each subject's
share, so that only subjects whose share changed are written. They are written last: after a crash
in between, the shares differ from the hashes again, and everything is written again. Items may have
changed back since the crash, though, so that the hashes are equal (`is_sure`): then what the hours
of subjects have of a community, and what they should have, is written whatever the hashes say.

An hour takes about 25 bytes for each mention, and is split into parts where it grows large
(hour_documents.py). A day takes about 50 bytes for each hour of a community that it names: at most
MAX_NAMED of each hour. subject_months.py and subject_tables.py bound their own documents.
"""

import base64
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from hashlib import blake2b
from typing import cast

from collector.rollups.hour_documents import delete_hours, write_hours
from collector.rollups.ranked_days import write_ranked_days
from collector.rollups.subject_months import write_subject_months
from collector.rollups.subject_tables import SubjectRows, rows_of_day, write_tables
from shared.models import (
    Cell,
    Comment,
    CommunityHour,
    DayStats,
    Mention,
    Parts,
    Post,
    ScopeHour,
    Subject,
    SubjectHour,
    SubjectShare,
    Via,
)
from shared.stats.cell_threads import add_communities, with_threads
from shared.stats.cells import recount_as
from shared.stats.hour_parts import with_parts
from shared.stats.subjects import (
    VIAS,
    PartFields,
    communities_in,
    is_mixed,
    pack_mention,
    part_name,
    put_part,
    scored_mention,
    sentiment_of,
    subject_of,
    subject_scope,
)
from shared.stats.table_rows import REST
from shared.store import DAYS, SUBJECT_HOURS, Store
from shared.subjects.watchlist import read_watchlist
from shared.times import HOUR_CHARS, day_of

# Hours of subjects that are put together at a time: their documents are in memory.
HOURS_AT_ONCE = 500
HASH_BYTES = 6
# Communities of an hour that a day names, of about 50 bytes each: 360 KB with 24 such hours.
MAX_NAMED = 300

Item = Post | Comment
SubjectChanges = Mapping[tuple[str, str], Mapping[str, SubjectShare | None]]
"""By subject and hour, the shares of communities that change; None where one is gone."""
Doubtful = Mapping[tuple[str, str], AbstractSet[str]]
"""By hour and community, the subjects of which the hashes may say too little."""


@dataclass(frozen=True)
class HourShare:
    """One community's part of one hour: of `all`, and of each subject.

    ranked are its entries of ranked days, by the name of their scope.
    """

    share: CommunityHour
    subjects: Mapping[str, SubjectShare]
    ranked: Mapping[str, list[str]]


def subject_shares(items: Iterable[tuple[Item, str]]) -> dict[str, SubjectShare]:
    """Recount the mentions of one hour of a community, by subject.

    Each item has the thread that it counts in.
    """
    mentions: dict[str, list[tuple[Item, Mention]]] = defaultdict(list)
    threads: dict[str, list[str]] = defaultdict(list)
    for item, thread in sorted(items, key=lambda each: each[0]["order_key"], reverse=True):
        for mention in item.get("mentions", ()):
            mentions[mention["subject"]].append((item, mention))
            threads[mention["subject"]].append(thread)
    return {subject: _share(mentions[subject], threads[subject]) for subject in sorted(mentions)}


def share_hash(share: SubjectShare, ranked: Sequence[str]) -> str:
    """Return what tells whether a share or its ranked entries differ from what was written last."""
    text = json.dumps([share, ranked], sort_keys=True, separators=(",", ":"))
    digest = blake2b(text.encode(), digest_size=HASH_BYTES).digest()
    return base64.urlsafe_b64encode(digest).decode()


async def rebuild_subjects(
    store: Store,
    shares: Mapping[str, Mapping[str, HourShare]],
    stored: Mapping[str, ScopeHour],
    *,
    is_sure: bool = True,
) -> None:
    """Put the shares of these hours into the statistics of subjects, where they changed.

    shares are by hour and community, stored are the hours of `all` as they were. The caller writes
    those next, with the hashes. is_sure is False after a crash between the two.
    """
    subjects: Sequence[Subject] | None = None
    doubtful: Doubtful = {}
    if not is_sure:
        subjects = (await read_watchlist(store))["subjects"]
        doubtful = await _doubtful(store, subjects, shares)
    changes = _changes(shares, stored, doubtful)
    if not changes:
        return
    rows: dict[str, dict[str, SubjectRows]] = defaultdict(dict)
    if subjects is None:
        subjects = (await read_watchlist(store))["subjects"]
    homes = {subject["id"]: [home.lower() for home in subject["home"]] for subject in subjects}
    keys = sorted(changes)
    for start in range(0, len(keys), HOURS_AT_ONCE):
        some = keys[start : start + HOURS_AT_ONCE]
        hours = await _write_hours(store, {key: changes[key] for key in some})
        await write_ranked_days(store, _ranked(some, changes, shares))
        days = await _write_days(store, hours)
        await write_subject_months(store, days)
        for day in days:
            subject = subject_of(day["scope"])
            rows[day["id"]][subject] = rows_of_day(day, homes.get(subject, ()))
    await write_tables(store, rows, homes)


def _share(mentions: Sequence[tuple[Item, Mention]], threads: Sequence[str]) -> SubjectShare:
    by_via = {via: [each for each in mentions if each[1]["via"] == via] for via in VIAS}
    vias: dict[Via, Cell] = {via: _cell(some) for via, some in by_via.items() if some}
    counted = (scored_mention(item, mention) for item, mention in mentions)
    return SubjectShare(
        cell=with_threads(_cell(mentions), zip(threads, counted, strict=True)),
        vias=vias,
        mentions=[_listed(item, mention) for item, mention in mentions],
    )


def _listed(item: Item, mention: Mention) -> str:
    return pack_mention(
        item["order_key"][HOUR_CHARS:],
        sentiment_of(item, mention)["label"],
        mention["via"],
        item["kind"],
        item.get("kinds", ()),
    )


def _cell(mentions: Iterable[tuple[Item, Mention]]) -> Cell:
    listed = list(mentions)
    posts = [cast("Post", item) for item, _ in listed if item["kind"] == "post"]
    return recount_as(itertools.starmap(scored_mention, listed), posts)


async def _doubtful(
    store: Store, subjects: Sequence[Subject], shares: Mapping[str, Mapping[str, HourShare]]
) -> Doubtful:
    """Return what the hours of subjects have of these communities, and what they should have."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for hour, by_name in shares.items():
        for name, counted in by_name.items():
            found[hour, name].update(counted.subjects)
    keys = [(subject_scope(each["id"]), hour) for each in subjects for hour in sorted(shares)]
    for start in range(0, len(keys), HOURS_AT_ONCE):
        some = await store.read_many(SUBJECT_HOURS, keys[start : start + HOURS_AT_ONCE])
        for (scope, hour), document in (await with_parts(store, SUBJECT_HOURS, some)).items():
            for name in document["shares"].keys() & shares[hour].keys():
                found[hour, name].add(subject_of(scope))
    return found


def _changes(
    shares: Mapping[str, Mapping[str, HourShare]],
    stored: Mapping[str, ScopeHour],
    doubtful: Doubtful,
) -> SubjectChanges:
    """Return what differs from the hashes that are stored, and what is doubtful."""
    found: dict[tuple[str, str], dict[str, SubjectShare | None]] = defaultdict(dict)
    for hour, by_name in shares.items():
        known = stored[hour]["shares"] if hour in stored else {}
        for name, counted in by_name.items():
            before = known[name].get("subjects", {}) if name in known else {}
            after = counted.share.get("subjects", {})
            unsure = doubtful.get((hour, name), frozenset())
            for subject in before.keys() | after.keys() | unsure:
                if subject in unsure or before.get(subject) != after.get(subject):
                    found[subject, hour][name] = counted.subjects.get(subject)
    return found


def _ranked(
    keys: Iterable[tuple[str, str]],
    changes: SubjectChanges,
    shares: Mapping[str, Mapping[str, HourShare]],
) -> dict[str, dict[str, dict[str, list[str]]]]:
    """Return the entries of what changes in these hours, by scope, hour and community."""
    found: dict[str, dict[str, dict[str, list[str]]]] = defaultdict(dict)
    for subject, hour in keys:
        scope = subject_scope(subject)
        found[scope][hour] = {
            name: shares[hour][name].ranked.get(scope, []) for name in changes[subject, hour]
        }
    return found


async def _write_hours(store: Store, changes: SubjectChanges) -> list[SubjectHour]:
    """Write these hours of subjects, and return them; one without shares is removed."""
    keys = [(subject_scope(subject), hour) for subject, hour in changes]
    stored = await with_parts(store, SUBJECT_HOURS, await store.read_many(SUBJECT_HOURS, keys))
    hours: list[SubjectHour] = []
    for (subject, hour), changed in changes.items():
        key = subject_scope(subject), hour
        merged = {**(stored[key]["shares"] if key in stored else {}), **changed}
        kept = {name: share for name, share in sorted(merged.items()) if share is not None}
        hours.append(SubjectHour(id=hour, scope=key[0], shares=kept))
    left = {(each["scope"], each["id"]): each for each in hours if each["shares"]}
    await write_hours(store, SUBJECT_HOURS, stored, left)
    gone = [(each["scope"], each["id"]) for each in hours if not each["shares"]]
    await delete_hours(store, SUBJECT_HOURS, gone, stored)
    return hours


async def _write_days(store: Store, hours: Iterable[SubjectHour]) -> list[DayStats]:
    """Put these hours into the days of their subjects, and return those; empty ones are removed."""
    by_day: dict[tuple[str, str], list[SubjectHour]] = defaultdict(list)
    for each in hours:
        by_day[each["scope"], day_of(each["id"])].append(each)
    stored = await store.read_many(DAYS, by_day)
    days: list[DayStats] = []
    for key, changed in by_day.items():
        known = stored.get(key) or DayStats(id=key[1], scope=key[0], hours={}, names=[])
        days.append(_with_hours(known, changed))
    await store.upsert(DAYS, [day for day in days if day["hours"]])
    await store.delete(DAYS, [(day["scope"], day["id"]) for day in days if not day["hours"]])
    return days


def _with_hours(day: DayStats, changed: Iterable[SubjectHour]) -> DayStats:
    """Return a day with these hours put in the place of what it had."""
    hours = dict(day["hours"])
    parts = {part: dict(cells) for part, cells in day.get("parts", {}).items()}
    methods = {part: dict(found) for part, found in day.get("part_methods", {}).items()}
    kinds = {part: dict(found) for part, found in day.get("part_kinds", {}).items()}
    fields = PartFields(parts, methods, kinds)
    for each in changed:
        hour = each["id"][-2:]
        hours.pop(hour, None)
        for part in parts.keys() | methods.keys() | kinds.keys():
            parts.get(part, {}).pop(hour, None)
            methods.get(part, {}).pop(hour, None)
            kinds.get(part, {}).pop(hour, None)
        if each["shares"]:
            hours[hour] = add_communities(
                {name: share["cell"] for name, share in each["shares"].items()}
            )
            mixed = is_mixed(hours[hour])
            for part, cell in _parts_of(each["shares"]).items():
                put_part(fields, part, hour, cell, is_mixed=mixed)
    fresh = DayStats(
        id=day["id"],
        scope=day["scope"],
        hours={hour: hours[hour] for hour in sorted(hours)},
        parts=_sorted(parts),
    )
    fresh["names"] = communities_in([fresh])
    if any(methods.values()):
        fresh["part_methods"] = {part: methods[part] for part in sorted(methods) if methods[part]}
    if any(kinds.values()):
        fresh["part_kinds"] = {part: kinds[part] for part in sorted(kinds) if kinds[part]}
    return fresh


def _parts_of(shares: Mapping[str, SubjectShare]) -> dict[str, Cell]:
    """Return the cells of an hour by their part.

    MAX_NAMED communities keep their names, those with the most mentions. The others count together
    under REST: the shares of the hour have each of them.
    """
    largest = sorted(shares, key=lambda name: (-len(shares[name]["mentions"]), name))
    named, others = sorted(largest[:MAX_NAMED]), largest[MAX_NAMED:]
    found = {
        part_name(via, name): cell for name in named for via, cell in shares[name]["vias"].items()
    }
    for via in VIAS if others else ():
        own = {name: shares[name]["vias"][via] for name in others if via in shares[name]["vias"]}
        if own:
            found[part_name(via, REST)] = add_communities(own)
    return found


def _sorted(parts: Parts) -> Parts:
    return {
        part: {hour: parts[part][hour] for hour in sorted(parts[part])}
        for part in sorted(parts)
        if parts[part]
    }
