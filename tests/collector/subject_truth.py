"""Recounts the statistics of subjects from stored items in the simplest way."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from shared.kinds import TALK_BY_LETTER, letters_of
from shared.models import DayStats, Sentiment, SubjectHour
from shared.stats.cells import LABELS, method_of, methods_of
from shared.stats.hour_parts import read_hours
from shared.stats.months import unpack
from shared.stats.subject_tables import MONTHS_OF_TABLE, read_tables
from shared.stats.subjects import (
    TABLE,
    VIAS,
    Listed,
    listed_in,
    part_days,
    subject_scope,
)
from shared.stats.threads import MAX_THREADS, unpack_threads
from shared.store import (
    DAYS,
    MONTHS,
    RANKED_DAYS,
    SUBJECT_HOURS,
    SUBJECT_PARTS,
    SUBJECTS_DAYS,
    SUBJECTS_MONTHS,
    Query,
    Store,
)
from shared.subjects.watchlist import read_watchlist
from shared.times import HOUR_CHARS
from shared.topics.near_copies import MIN_WORDS, MIN_WORDS_OF_NEAR

MOST = 100_000
DAY_CHARS = len("2026-11-23")

Said = tuple[Mapping[str, Any], Mapping[str, Any]]
"""An item and one of its mentions."""


def mentions_by_hand(items: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, list[Said]]]:
    """Return all mentions of stored items by subject and hour."""
    found: dict[str, dict[str, list[Said]]] = defaultdict(lambda: defaultdict(list))
    for item in items:
        for mention in item.get("mentions", ()):
            found[mention["subject"]][item["created_utc"][:HOUR_CHARS]].append((item, mention))
    return found


def counted(said: Iterable[Said]) -> tuple[Any, ...]:
    """Count mentions: posts, comments, copies, labels, sums, other languages, methods, kinds."""
    listed = list(said)
    items = [item for item, _ in listed]
    methods: dict[str, int] = defaultdict(int)
    for item, mention in listed:
        methods[_method(item, mention)] += 1
    posts = [item for item in items if item["kind"] == "post"]
    return (
        len(posts),
        len(items) - len(posts),
        sum("copy_of" in post for post in posts),
        _labelled(listed),
        _labelled([one for one in listed if one[0].get("language") == "other"]),
        dict(methods),
        kinds_by_hand((item, sentiment_by_hand(item, mention)) for item, mention in listed),
    )


KindCounts = dict[frozenset[str], tuple[int, int]]
"""By the set of their kinds of talk, items and the sum of their compound, in ten-thousandths."""


def kinds_by_hand(said: Iterable[tuple[Mapping[str, Any], Mapping[str, Any]]]) -> KindCounts:
    """Count items by their kinds, each with the sentiment that counts."""
    found: KindCounts = {}
    for item, sentiment in said:
        if "kinds" in item:
            kinds = frozenset(item["kinds"])
            items, total = found.get(kinds, (0, 0))
            found[kinds] = (items + 1, total + round(sentiment["compound"] * 10_000))
    return found


def kinds_stored(cell: Any) -> KindCounts:
    """Return the kinds of a stored cell."""
    found: KindCounts = {}
    for part in filter(None, cell.get("kinds", "").split(",")):
        letters, items, total = part.split(" ")
        found[kinds_named(letters)] = (int(items), int(total))
    return found


def kinds_named(letters: str) -> frozenset[str]:
    """Return the kinds of letters."""
    return frozenset(TALK_BY_LETTER[letter] for letter in letters)


def sentiment_by_hand(item: Mapping[str, Any], mention: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what counts of a mention: its own sentiment, if it has one."""
    found: Mapping[str, Any] = mention.get("sentiment", item["sentiment"])
    return found


def _method(item: Mapping[str, Any], mention: Mapping[str, Any]) -> str:
    sentiment = sentiment_by_hand(item, mention)
    name = method_of(cast("Sentiment", sentiment))
    is_of_text = sentiment is item["sentiment"] and sentiment["method"] == "encoder"
    return f"{name} of the text" if is_of_text and mention["via"] == "text" else name


def _labelled(said: Sequence[Said]) -> tuple[int, ...]:
    sentiments = [sentiment_by_hand(*one) for one in said]
    labels = [sentiment["label"] for sentiment in sentiments]
    tenths = [round(sentiment["compound"] * 10_000) for sentiment in sentiments]
    return (*(labels.count(label) for label in LABELS), sum(tenths), sum(n * n for n in tenths))


def as_counted(cell: Any) -> tuple[Any, ...]:
    """Return a stored cell in the form of `counted`."""
    other = cell.get("other_language")
    copies = cell.get("copies", 0)
    own = _stored(cell)
    others = _stored(other) if other else (0,) * 5
    methods = dict(methods_of(cell))
    return (cell["posts"], cell["comments"], copies, own, others, methods, kinds_stored(cell))


def _stored(part: Any) -> tuple[int, ...]:
    squares = round(part["compound_squares"] * 100_000_000)
    return (*(part[label] for label in LABELS), round(part["compound_sum"] * 10_000), squares)


Threads = Mapping[tuple[str, str], str]
"""The thread that items count in, by their kind and id."""


async def check_subjects(store: Store, items: Sequence[Mapping[str, Any]]) -> None:
    """Assert that all statistics of subjects equal a recount of these items, which are all."""
    by_hand = {subject: dict(hours) for subject, hours in mentions_by_hand(items).items()}
    communities, threads = sorted({item["community"] for item in items}), threads_by_hand(items)
    for subject in sorted({*by_hand, *await _known_subjects(store)}):
        hours = by_hand.get(subject, {})
        await _check_hours(store, subject, hours, communities)
        await _check_days(store, subject, hours, communities, threads)
        await _check_months(store, subject, hours)
        entries = [
            entry_by_hand(item, sentiment_by_hand(item, mention), mention["via"])
            for said in hours.values()
            for item, mention in said
        ]
        assert await ranked_entries(store, subject_scope(subject)) == sorted(entries, key=str)
    await _check_tables(store, by_hand, communities)


Entry = tuple[str, str, str, int, str, bool, str | None, frozenset[str]]
"""Community, kind, order key, compound, label, whether it is English, via and kinds of talk."""


def entry_by_hand(
    item: Mapping[str, Any], sentiment: Mapping[str, Any], via: str | None = None
) -> Entry:
    """Return what ranked days have of an item with this sentiment."""
    compound = round(sentiment["compound"] * 10_000)
    is_own = item.get("language") != "other"
    kinds = frozenset(item.get("kinds", ()))
    place = (item["community"], item["kind"], item["order_key"])
    return (*place, compound, sentiment["label"], is_own, via, kinds)


async def ranked_entries(store: Store, scope: str) -> list[Entry]:
    """Return what the ranked days of a scope have, sorted; empty hours and days are none."""
    stored = await store.query(Query(RANKED_DAYS, f"{scope}/ranked", MOST, order_by="id"))
    found: list[Entry] = []
    for document in stored:
        assert bool(document["hours"]) is not document.get("is_split", False)
        for hour, by_name in document["hours"].items():
            assert by_name
            for name, entries in by_name.items():
                assert entries
                found += [_entry(f"{document['id'][:10]}T{hour}", name, one) for one in entries]
    return sorted(found, key=str)


def _entry(hour: str, name: str, text: str) -> Entry:
    number, label, kind, via, minute, second, rest = (
        text[:5],
        text[5],
        text[6],
        text[7],
        text[8:10],
        text[10:12],
        text[12:],
    )
    own_id, _, letters = rest.partition(" ")
    return (
        name,
        {"p": "post", "c": "comment"}[kind.lower()],
        f"{hour}:{minute}:{second}Z_{own_id}",
        int(number) - 10_000,
        {"p": "positive", "n": "neutral", "-": "negative"}[label],
        kind.islower(),
        {"t": "text", "r": "thread", "h": "home", ".": None}[via],
        kinds_named(letters),
    )


async def subject_documents(store: Store) -> list[Any]:
    """Return the hours and days of all subjects."""
    subjects = sorted(await _known_subjects(store))
    scopes = [subject_scope(subject) for subject in subjects]
    return [await store.query(Query(SUBJECT_HOURS, each, MOST, order_by="id")) for each in scopes]


async def _known_subjects(store: Store) -> set[str]:
    """Return the subjects that statistics may be of."""
    known = {subject["id"] for subject in (await read_watchlist(store))["subjects"]}
    days = await store.query(Query(SUBJECTS_DAYS, TABLE, MOST, order_by="id"))
    months = await store.query(Query(SUBJECTS_MONTHS, MONTHS_OF_TABLE, MOST, order_by="id"))
    return known.union(*(each["subjects"] for each in (*days, *months)))


async def _check_hours(
    store: Store, subject: str, hours: Mapping[str, list[Said]], communities: Sequence[str]
) -> None:
    scope = subject_scope(subject)
    stored = await store.query(Query(SUBJECT_HOURS, scope, MOST, order_by="id"))
    names = [each["id"] for each in stored if len(each["id"]) == HOUR_CHARS]
    documents = await read_hours(store, SUBJECT_HOURS, scope, names)
    assert documents.keys() == hours.keys(), subject
    for hour, said in hours.items():
        _check_shares(documents[hour], said)
        assert listed_in(documents[hour], communities) == sorted(map(_listed, said), reverse=True)


def _listed(said: Said) -> Listed:
    item, mention = said
    return Listed(
        item["order_key"],
        item["community"],
        item["kind"],
        sentiment_by_hand(item, mention)["label"],
        mention["via"],
        letters_of(item.get("kinds", ())),
    )


def _check_shares(document: SubjectHour, said: Sequence[Said]) -> None:
    assert {name: as_counted(each["cell"]) for name, each in document["shares"].items()} == {
        name: counted(some) for name, some in _by(said, "community").items()
    }
    for name, some in _by(said, "community").items():
        vias = document["shares"][name]["vias"]
        assert {via: as_counted(cell) for via, cell in vias.items()} == {
            via: counted([one for one in some if one[1]["via"] == via])
            for via in {mention["via"] for _, mention in some}
        }


def _by(said: Iterable[Said], name: str) -> dict[str, list[Said]]:
    found: dict[str, list[Said]] = defaultdict(list)
    for item, mention in said:
        found[item[name]].append((item, mention))
    return found


async def _check_days(
    store: Store,
    subject: str,
    hours: Mapping[str, list[Said]],
    communities: Sequence[str],
    threads: Threads,
) -> None:
    stored = await store.query(Query(DAYS, subject_scope(subject), MOST, order_by="id"))
    days = [day for day in stored if len(day["id"]) == DAY_CHARS]
    assert [day["id"] for day in days] == sorted({hour[:DAY_CHARS] for hour in hours})
    _check_cells(days, hours)
    _check_threads(days, hours, threads)
    assert all(day.get("names") == _names(day["id"], hours) for day in days)
    for via in VIAS:
        own = {hour: [one for one in said if one[1]["via"] == via] for hour, said in hours.items()}
        _check_cells(part_days(days, via=via), own)
    for name in communities:
        own = {
            hour: [one for one in said if one[0]["community"] == name]
            for hour, said in hours.items()
        }
        _check_cells(part_days(days, community=name), own)


def _names(day: str, hours: Mapping[str, list[Said]]) -> list[str]:
    found = {item["community"] for hour in hours for item, _ in hours[hour] if hour[:10] == day}
    return sorted(found)


def _check_cells(days: Iterable[DayStats], hours: Mapping[str, list[Said]]) -> None:
    cells = {
        f"{day['id']}T{hour}": as_counted(cell)
        for day in days
        for hour, cell in day["hours"].items()
    }
    assert cells == {hour: counted(said) for hour, said in hours.items() if said}


def threads_by_hand(items: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Return the thread that each of all items counts in, by its kind and id.

    Equal comments of an hour of a community count in that of the earliest, and so do those of
    twelve words or more that share half of their pairs of neighbouring words.
    """
    found: dict[tuple[str, str], str] = {}
    earlier: dict[tuple[str, str], list[tuple[set[Any], str]]] = defaultdict(list)
    first: dict[tuple[Any, ...], str] = {}
    for item in sorted(items, key=lambda item: item["order_key"]):
        own = item.get("copy_of", "").partition("_")[2] or item.get("post_id", item["id"])
        words = re.sub(r"(^|\s)(/?u/|@|https?://)\S*", " ", item["content"]).split()
        if item["kind"] == "comment" and len(words) >= MIN_WORDS:
            said = tuple(re.findall(r"\w+", " ".join(words).casefold()))
            hour = item["order_key"][:HOUR_CHARS]
            pairs = set(pairwise(said)) if len(said) >= MIN_WORDS_OF_NEAR else set()
            near = earlier[item["community"], hour]
            own = next((by for one, by in near if 2 * len(one & pairs) >= len(one | pairs)), own)
            own = first.setdefault((item["community"], hour, len(words), said), own)
            if pairs:
                near.append((pairs, own))
        found[item["kind"], item["id"]] = own
    return found


SumsOfThreads = dict[str, tuple[int, int]]
"""By thread, its items and the sum of their compound, in ten-thousandths."""


def _check_threads(
    days: Iterable[DayStats], hours: Mapping[str, list[Said]], threads: Threads
) -> None:
    """Check the sums of each thread."""
    for day in days:
        for hour, cell in day["hours"].items():
            expected: SumsOfThreads = {}
            for item, mention in hours[f"{day['id']}T{hour}"]:
                thread = threads[item["kind"], item["id"]]
                count, total = expected.get(thread, (0, 0))
                compound = sentiment_by_hand(item, mention)["compound"]
                expected[thread] = (count + 1, total + round(compound * 10_000))
            check_sums(cell["threads"], expected, MAX_THREADS)


def check_sums(text: str, expected: SumsOfThreads, most: int) -> None:
    """Assert that a text lists these threads, `most` at most, and counts all their items."""
    found = unpack_threads(text)
    listed = {name: (own.items, round(own.total * 10_000)) for name, own in found.listed.items()}
    assert listed.items() <= expected.items()
    assert len(listed) == min(most, len(expected))
    assert found.items == sum(items for items, _ in expected.values())


async def _check_months(store: Store, subject: str, hours: Mapping[str, list[Said]]) -> None:
    partition = f"{subject_scope(subject)}/months"
    stored = await store.query(Query(MONTHS, partition, MOST, order_by="id"))
    months = [month for month in stored if " " not in month["id"]]
    assert [month["id"] for month in months] == sorted({hour[:7] for hour in hours})
    _check_cells([day for month in months for day in unpack(month)], hours)
    parts = await store.query(Query(SUBJECT_PARTS, partition, MOST, order_by="id"))
    of_months = [each["id"] for each in parts if " " in each["id"]]
    assert of_months == [f"{month['id']} parts" for month in months]


async def _check_tables(
    store: Store, by_hand: Mapping[str, Mapping[str, list[Said]]], communities: Sequence[str]
) -> None:
    """Check the tables by the hour and by the day, with every community named."""
    hours = sorted({hour for own in by_hand.values() for hour in own})
    days = sorted({hour[:DAY_CHARS] for hour in hours})
    all_hours = [f"{day}T{hour:02}" for day in days for hour in range(24)]
    windows = [*([hour] for hour in hours), all_hours] if hours else []
    tables = await read_tables(store, windows, communities, other_languages="count")
    for window, table in zip(windows, tables, strict=True):
        wanted = frozenset(window)
        expected = {
            subject: [one for hour, said in own.items() if hour in wanted for one in said]
            for subject, own in by_hand.items()
        }
        assert table.subjects == sorted(subject for subject, said in expected.items() if said)
        for subject in table.subjects:
            said = expected[subject]
            assert _figures(table.total(subject)) == _counted_figures(said)
            of_each = _by(said, "community")
            items = {name: len(some) for name, some in of_each.items()}
            assert table.items_by_community(subject) == items
            for name, some in of_each.items():
                alone = table.total(subject, without=of_each.keys() - {name})
                assert _figures(alone) == _counted_figures(some)
            per_step = [each.items for each in table.series(subject)]
            assert sum(per_step) == len(said)
    names = await store.query(Query(SUBJECTS_DAYS, TABLE, MOST, order_by="id"))
    assert [each["id"] for each in names] == days
    months = await store.query(Query(SUBJECTS_MONTHS, MONTHS_OF_TABLE, MOST, order_by="id"))
    assert [each["id"] for each in months] == sorted({day[:7] for day in days})


def _figures(figures: Any) -> tuple[int, ...]:
    return (
        figures.items,
        figures.posts,
        figures.positive,
        figures.negative,
        figures.neutral,
        round(figures.compound_sum * 10_000),
        round(figures.compound_squares * 100_000_000),
    )


def _counted_figures(said: Sequence[Said]) -> tuple[int, ...]:
    posts, comments, _, (positive, negative, neutral, total, squares), *_ = counted(said)
    return (posts + comments, posts, positive, negative, neutral, total, squares)
