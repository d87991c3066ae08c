"""The items of a scope's days as lists in another order than newest first find them.

An entry is text: five digits of the compound, a sign for the label, one for the kind (a capital
where the item is in another language), one for the via of a subject's mention, four digits of the
minute and second in the hour, the id, and after a blank the letters of its kinds of talk. So an
order needs no item, and a page of it reads the items that it shows alone.
"""

from collections.abc import Iterable, Mapping

from shared.communities import Kind
from shared.kinds import letters_of
from shared.models import Item, RankedDay, Via
from shared.stats.cells import COMPOUND_DIGITS, Scored
from shared.stats.hour_parts import PART
from shared.stats.listed import INITIALS_OF_LABELS
from shared.stats.subjects import INITIALS_OF_VIAS
from shared.store import Key
from shared.times import HOUR_CHARS

COMPOUND_UNITS: int = 10**COMPOUND_DIGITS
"""Compounds of -1 to 1 are stored as whole numbers from 0 to twice this."""

COMPOUND_CHARS = 5
LABEL_AT, KIND_AT, VIA_AT, TIME_AT = 5, 6, 7, 8
ID_AT = TIME_AT + len("0507")
NO_VIA = "."
COMMENT = "c"
INITIALS_OF_KINDS: Mapping[Kind, str] = {"post": "p", "comment": COMMENT}
Entries = dict[str, dict[str, list[str]]]
"""Entries by hour and community."""
# A quote at both ends, and a comma: what an entry takes beside its own characters.
AROUND_AN_ENTRY = 3


def ranked_partition(scope: str) -> str:
    """Return the partition of a scope's ranked days: no name has a slash."""
    return f"{scope}/ranked"


def ranked_key(scope: str, day_or_hour: str) -> Key:
    """Return the key of a ranked day (YYYY-MM-DD), or of an hour of one that is split."""
    return ranked_partition(scope), day_or_hour


def ranked_part_keys(document: RankedDay) -> list[Key]:
    """Return the keys of the parts of an hour; none where its document has all communities."""
    count = document.get("part_count", 1)
    names = (f"{document['id']}{PART}{count}.{number}" for number in range(count))
    return [(document["scope"], name) for name in names] if count > 1 else []


def joined(
    parts: Iterable[Mapping[str, Mapping[str, list[str]]]],
) -> dict[str, dict[str, list[str]]]:
    """Return the entries of the parts of an hour together, by hour and community."""
    found: Entries = {}
    for part in parts:
        for hour, by_name in part.items():
            found.setdefault(hour, {}).update(by_name)
    return {hour: dict(sorted(by_name.items())) for hour, by_name in found.items()}


def pack_ranked(item: Item, counted: Scored, via: Via | None = None) -> str:
    """Return the entry of an item that counts like this; via is that of a subject's mention."""
    compound = round(counted.compound * COMPOUND_UNITS) + COMPOUND_UNITS
    kind = INITIALS_OF_KINDS[item["kind"]]
    letters = letters_of(item.get("kinds", ()))
    # A key is YYYY-MM-DDTHH:MM:SSZ_ID.
    rest = item["order_key"][HOUR_CHARS:]
    return (
        f"{compound:0{COMPOUND_CHARS}}{INITIALS_OF_LABELS[counted.label]}"
        f"{kind if counted.is_english else kind.upper()}"
        f"{INITIALS_OF_VIAS[via] if via else NO_VIA}{rest[1:3]}{rest[4:6]}{rest[8:]}"
        f"{' ' if letters else ''}{letters}"
    )


def compound_of(entry: str) -> int:
    """Return the compound of an entry in ten-thousandths, -10,000 to 10,000."""
    return int(entry[:COMPOUND_CHARS]) - COMPOUND_UNITS


def is_english(entry: str) -> bool:
    """Return whether the item of an entry is English, or of an unknown language."""
    return entry[KIND_AT].islower()


def kind_of(entry: str) -> Kind:
    """Return the kind of the item of an entry."""
    return "comment" if entry[KIND_AT].lower() == COMMENT else "post"


def order_key_of(hour: str, entry: str) -> str:
    """Return the order key of an entry's item in an hour, YYYY-MM-DDTHH."""
    minute, second = entry[TIME_AT : TIME_AT + 2], entry[TIME_AT + 2 : ID_AT]
    return f"{hour}:{minute}:{second}Z_{entry[ID_AT:].partition(' ')[0]}"


def kinds_of(entry: str) -> str:
    """Return the letters of the kinds of talk of an entry's item, empty where unknown."""
    return entry.partition(" ")[2]


def size_of(entries: list[str]) -> int:
    """Return the bytes that entries take in a document."""
    return sum(map(len, entries)) + AROUND_AN_ENTRY * len(entries)
