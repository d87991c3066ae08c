"""The statistics of subjects: their scopes, their days with parts, and what is watched of them.

A subject's mentions are split by community and by how the items are about it. Days hold these
parts; months hold them in documents of their own. What is no longer watched is taken out when days
are read, as it is for `all`.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, cast, get_args

from shared.communities import Kind
from shared.kinds import Talk
from shared.models import (
    Cell,
    DayStats,
    Item,
    Label,
    Mention,
    MonthParts,
    MonthStats,
    PartKinds,
    PartMethods,
    Parts,
    Sentiment,
    SubjectHour,
    TargetSentiment,
    Via,
)
from shared.stats.cells import FIRST_METHOD, Scored, add, method_of, methods_of, scored
from shared.stats.listed import INITIALS_OF_LABELS, LABELS_BY_INITIAL, with_letters
from shared.stats.months import (
    MAX_DAYS_READ,
    key_of,
    pack_cell,
    packed_items,
    partition_of,
    unpack,
    unpack_cell,
)
from shared.stats.table_rows import REST
from shared.store import DAYS, MONTHS, SUBJECT_PARTS, Key, Store
from shared.times import DAY_CHARS, MONTH_CHARS, month_of

TABLE = "subjects:"
"""The partition of the figures of all subjects by the day: no community's name has a colon."""
PREFIX = "subject:"
VIAS: tuple[Via, ...] = get_args(Via)
# Parts are most of a day. Where they aren't wanted, more days than these come out of months.
MAX_DAYS_FOR_WHOLE = 2
# How a part is named: "text in Cursor".
IN = " in "
PARTS_SUFFIX = " parts"

TARGET_METHODS = frozenset({"encoder", "llm"})
"""The methods that score what a text says of a subject that it names."""
OF_THE_TEXT = " of the text"

SentimentIsOf = Literal["text", "target", "mixed"]
"""Of whole texts, of what they say of a subject where they name it, or of both."""

VIAS_BY_INITIAL: Mapping[str, Via] = {"t": "text", "r": "thread", "h": "home"}
KINDS_BY_INITIAL: Mapping[str, Kind] = {"p": "post", "c": "comment"}
INITIALS_OF_VIAS: Mapping[Via, str] = {each: sign for sign, each in VIAS_BY_INITIAL.items()}


@dataclass(frozen=True, order=True)
class Listed:
    """A mention in an hour of a subject; they sort by time."""

    order_key: str
    community: str
    kind: Kind
    label: Label
    via: Via
    kinds: str = ""
    """The letters of its kinds of talk, empty where unknown."""


def subject_scope(subject: str) -> str:
    """Return the scope of a subject's statistics."""
    return PREFIX + subject


def subject_of(scope: str) -> str:
    """Return the subject whose scope this is."""
    return scope.removeprefix(PREFIX)


def sentiment_of(item: Item, mention: Mention) -> Sentiment | TargetSentiment:
    """Return what an item says of a subject that it mentions, or else what it says at all."""
    return mention.get("sentiment") or item["sentiment"]


def method_of_mention(item: Item, mention: Mention) -> str:
    """Name the method by which a mention counts: "encoder 1", or "encoder 1 of the text".

    The latter counts what a text says at all, though its method could tell what it says of the
    subject: the mention is newer than the score. A mention via thread or home has no words about
    the subject alone, so the text's score is all that there is.
    """
    method = method_of(sentiment_of(item, mention))
    is_text = not _has_own_score(mention) and item["sentiment"]["method"] in TARGET_METHODS
    return method + OF_THE_TEXT if is_text and mention["via"] == "text" else method


def sentiment_is_of(methods: Iterable[str]) -> SentimentIsOf:
    """Return what the sentiments by which mentions count are of; methods are named as there."""
    kinds: set[Literal["text", "target"]] = {
        "target"
        if name.partition(" ")[0] in TARGET_METHODS and not name.endswith(OF_THE_TEXT)
        else "text"
        for name in methods
    }
    return "mixed" if len(kinds) > 1 else next(iter(kinds), "text")


def scored_mention(item: Item, mention: Mention) -> Scored:
    """Return what statistics of a subject count of an item that mentions it."""
    sentiment = sentiment_of(item, mention)
    return scored(item)._replace(
        label=sentiment["label"],
        compound=sentiment["compound"],
        method=method_of_mention(item, mention),
        is_corrected="method_says" in sentiment or "added" in mention,
    )


def _has_own_score(mention: Mention) -> bool:
    """Return whether a method scored the mention, also where a person corrected its label."""
    sentiment = mention.get("sentiment")
    return sentiment is not None and sentiment.get("method_says", sentiment) is not None


def part_name(via: Via, community: str) -> str:
    """Return the name of the part of a subject's mentions with this via in this community."""
    return f"{via}{IN}{community}"


def part_of(name: str) -> tuple[Via, str]:
    """Return the via and the community of a part."""
    via, _, community = name.partition(IN)
    return cast("Via", via), community


def parts_id(month: str) -> str:
    """Return the id of the parts of a subject's month (YYYY-MM)."""
    return month + PARTS_SUFFIX


def parts_key(subject: str, month: str) -> Key:
    """Return the key of the parts of a subject's month."""
    return partition_of(subject_scope(subject)), parts_id(month)


def pack_mention(
    order_key_rest: str, label: Label, via: Via, kind: Kind, talk: Collection[Talk] = ()
) -> str:
    """Return a mention as hours of subjects list it; the rest of the key follows the hour."""
    rest = with_letters(order_key_rest, talk)
    return f"{INITIALS_OF_LABELS[label]}{INITIALS_OF_VIAS[via]}{kind[0]}{rest}"


def listed_in(hour: SubjectHour, watched: Iterable[str]) -> list[Listed]:
    """Return the mentions of an hour in watched communities, newest first."""
    own = _own(watched)
    found = [
        _listed(hour["id"], own[name.lower()], each)
        for name, share in hour["shares"].items()
        if name.lower() in own
        for each in share["mentions"]
    ]
    return sorted(found, reverse=True)


def _listed(hour: str, community: str, packed: str) -> Listed:
    rest, _, kinds = packed[3:].partition(" ")
    return Listed(
        order_key=hour + rest,
        community=community,
        kind=KINDS_BY_INITIAL[packed[2]],
        label=LABELS_BY_INITIAL[packed[0]],
        via=VIAS_BY_INITIAL[packed[1]],
        kinds=kinds,
    )


async def read_subject_days(
    store: Store,
    subjects: Iterable[str],
    days: Sequence[str],
    watched: Iterable[str],
    *,
    parts: bool = False,
    split: Collection[str] = (),
) -> dict[str, list[DayStats]]:
    """Return those of the days that each subject has, oldest first, by the subject's id.

    They count mentions in watched communities. Many days come out of months: one document for each
    month of a subject, and one more if `parts` are wanted or something isn't watched any more. Days
    of `split` never do: their hours count on two sides, and a month knows the threads of a day
    alone. With `parts`, each day has its parts.
    """
    wanted = list(dict.fromkeys(subjects))
    own = _own(watched)
    are_few = parts or len(days) <= MAX_DAYS_FOR_WHOLE
    if are_few and len(wanted) * len(days) <= MAX_DAYS_READ:
        found = await _days(store, [(subject, day) for subject in wanted for day in days])
    else:
        apart = [(subject, day) for subject in wanted for day in days if day in split]
        of_months = [day for day in days if day not in split]
        found = await _months(store, wanted, of_months, own, parts=parts)
        for subject, own_days in (await _days(store, apart)).items():
            found[subject].extend(own_days)
    # Off the loop: a hundred months are thousands of cells.
    return await asyncio.to_thread(
        lambda: {
            subject: [
                only_watched_parts(day, own)
                for day in sorted(found.get(subject, ()), key=lambda day: day["id"])
            ]
            for subject in wanted
        }
    )


def communities_in(days: Iterable[DayStats]) -> list[str]:
    """List the communities that count in these days by name; the days have parts."""
    return sorted({part_of(part)[1] for day in days for part in day.get("parts", ())} - {REST})


def part_days(
    days: Iterable[DayStats],
    *,
    via: Via | None = None,
    community: str | None = None,
    without: Collection[str] = (),
) -> list[DayStats]:
    """Return days that count a part of the mentions: of one via, or in one community, or both.

    `without` names communities that don't count. The days must have parts.
    """

    def is_wanted(part: str) -> bool:
        own_via, name = part_of(part)
        return via in (None, own_via) and community in (None, name) and name not in without

    return [_of_parts(day, {p for p in day.get("parts", {}) if is_wanted(p)}) for day in days]


def only_watched_parts(day: DayStats, watched: Mapping[str, str]) -> DayStats:
    """Return a day of a subject without the communities that aren't watched.

    watched are the names by lower case; parts in another case count under the watched name.
    """
    parts = day.get("parts", {})
    names = {part: part_of(part)[1] for part in parts}
    if all(watched.get(name.lower()) == name for name in names.values()):
        return day
    kept = {part for part, name in names.items() if name.lower() in watched}
    left = day if len(kept) == len(parts) else _of_parts(day, kept)
    renamed: DayStats = {**left, "parts": {}, "part_methods": {}, "part_kinds": {}}
    for part in sorted(kept):
        via, name = part_of(part)
        _put(renamed, part_name(via, watched[name.lower()]), part_cells(day, part))
    if not renamed["part_methods"]:
        del renamed["part_methods"]
    if not renamed["part_kinds"]:
        del renamed["part_kinds"]
    return renamed


def part_cells(day: DayStats, part: str) -> dict[str, Cell]:
    """Return the cells of a part by the hour, 00 to 23."""
    methods = day.get("part_methods", {}).get(part, {})
    kinds = day.get("part_kinds", {}).get(part, {})
    cells: dict[str, Cell] = {}
    for hour, numbers in day.get("parts", {}).get(part, {}).items():
        known = methods.get(hour)
        cells[hour] = unpack_cell(
            numbers,
            _only_method(day["hours"][hour], numbers) if known is None else known,
            kinds.get(hour),
        )
    return cells


class PartFields(NamedTuple):
    """The fields of a day or a month that hold parts: packed cells, and what these lack."""

    parts: Parts
    methods: PartMethods
    kinds: PartKinds


def put_part(fields: PartFields, part: str, hour: str, cell: Cell, *, is_mixed: bool) -> None:
    """Add a cell to the parts; is_mixed says that several methods scored its hour's mentions."""
    fields.parts.setdefault(part, {})[hour] = pack_cell(cell)
    if is_mixed:
        fields.methods.setdefault(part, {})[hour] = dict(methods_of(cell))
    if "kinds" in cell:
        fields.kinds.setdefault(part, {})[hour] = cell["kinds"]


def is_mixed(cell: Cell) -> bool:
    """Return whether several methods scored what the cell counts."""
    return len(methods_of(cell)) > 1


def _own(watched: Iterable[str]) -> dict[str, str]:
    return {**{name.lower(): name for name in watched}, REST: REST}


def _put(day: DayStats, part: str, cells: Mapping[str, Cell]) -> None:
    """Put cells into a part of a day; what two spellings of a community have is added up."""
    known = part_cells(day, part)
    for hour, cell in cells.items():
        whole = add([known[hour], cell]) if hour in known else cell
        mixed = is_mixed(day["hours"][hour])
        fields = PartFields(day["parts"], day["part_methods"], day["part_kinds"])
        put_part(fields, part, hour, whole, is_mixed=mixed)


def _of_parts(day: DayStats, wanted: Collection[str]) -> DayStats:
    """Return a day that counts these parts, and has them."""
    cells: dict[str, list[Cell]] = defaultdict(list)
    for part in sorted(wanted):
        for hour, cell in part_cells(day, part).items():
            cells[hour].append(cell)
    hours = {hour: add(cells[hour]) for hour in sorted(cells)}
    part_day: DayStats = {
        **day,
        "hours": hours,
        "parts": {part: day["parts"][part] for part in sorted(wanted)},
    }
    methods = day.get("part_methods", {})
    if kept := {part: methods[part] for part in sorted(wanted) if part in methods}:
        part_day["part_methods"] = kept
    else:
        part_day.pop("part_methods", None)
    kinds = day.get("part_kinds", {})
    if known := {part: kinds[part] for part in sorted(wanted) if part in kinds}:
        part_day["part_kinds"] = known
    else:
        part_day.pop("part_kinds", None)
    return part_day


def _only_method(hour: Cell, numbers: Sequence[float]) -> dict[str, int]:
    """Return what scored a part of an hour whose mentions one method scored."""
    return {name: packed_items(numbers) for name in methods_of(hour) if name != FIRST_METHOD}


async def _days(store: Store, keys: Iterable[tuple[str, str]]) -> dict[str, list[DayStats]]:
    """Return the days of these subjects, with parts; keys are subjects and days."""
    wanted = {(subject_scope(subject), day): subject for subject, day in keys}
    found: dict[str, list[DayStats]] = defaultdict(list)
    if wanted:
        for key, day in (await store.read_many(DAYS, wanted)).items():
            found[wanted[key]].append(day)
    return found


async def _months(
    store: Store,
    subjects: Sequence[str],
    days: Sequence[str],
    watched: Mapping[str, str],
    *,
    parts: bool,
) -> dict[str, list[DayStats]]:
    """Return the days out of months; where a month's parts are too many, read its days."""
    keys = {
        key_of(subject_scope(subject), month): (subject, month)
        for subject in subjects
        for month in dict.fromkeys(map(month_of, days))
    }
    months = {keys[key]: month for key, month in (await store.read_many(MONTHS, keys)).items()}
    split = [key for key, month in months.items() if parts or not _is_watched(month, watched)]
    part_keys = {parts_key(*key): key for key in split}
    stored = await store.read_many(SUBJECT_PARTS, part_keys) if part_keys else {}
    of_months = {part_keys[key]: each for key, each in stored.items() if not each.get("is_full")}
    too_many = [key for key in split if key not in of_months]
    found = await _days(
        store, [(s, day) for s, m in too_many for day in days if month_of(day) == m]
    )
    wanted = set(days)
    whole = {key: month for key, month in months.items() if key not in too_many}
    for subject, day in await asyncio.to_thread(lambda: list(_unpacked(whole, of_months, wanted))):
        found[subject].append(day)
    return found


def _is_watched(month: MonthStats, watched: Mapping[str, str]) -> bool:
    return all(watched.get(name.lower()) == name for name in month.get("names", ()))


def _unpacked(
    months: Mapping[tuple[str, str], MonthStats],
    parts: Mapping[tuple[str, str], MonthParts],
    wanted: Collection[str],
) -> Iterator[tuple[str, DayStats]]:
    for key, month in months.items():
        split = unpack_parts(parts[key]) if key in parts else {}
        for day in unpack(month, wanted):
            yield key[0], {**day, **split.get(day["id"], {})}  # type: ignore[typeddict-item]


def unpack_parts(month: MonthParts) -> dict[str, dict[str, object]]:
    """Return the parts of a month by the day, as the fields of days that hold parts."""
    name = month["id"][:MONTH_CHARS]
    days: dict[str, dict[str, dict[str, dict[str, object]]]] = defaultdict(dict)
    fields: tuple[tuple[str, Mapping[str, Mapping[str, object]]], ...] = (
        ("parts", month["parts"]),
        ("part_methods", month["part_methods"]),
        ("part_kinds", month.get("part_kinds", {})),
    )
    for field, by_part in fields:
        for part, hours in by_part.items():
            for hour, value in hours.items():
                day = f"{name}-{hour}"[:DAY_CHARS]
                days[day].setdefault(field, {}).setdefault(part, {})[hour[-2:]] = value
    return cast("dict[str, dict[str, object]]", dict(days))
