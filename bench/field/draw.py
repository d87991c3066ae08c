"""Draws the recorded items that readers label, by a fixed seed.

Items that name a product are rare, so that most of them are taken; of the others, short and long
ones in equal parts. An item's place in the draw depends on its id alone: a longer list keeps all of
a shorter one.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from bench.field.products import is_common, targets_of
from bench.field.recorded import Recorded
from collector.text.language import language_of

SEED = "field 1"
MIN_LETTERS = 2
# Upper ends of the lengths that are drawn in equal parts, in characters.
LENGTHS = (60, 200, 500)
# At most this many of each kind: (source, post or comment, what it names).
QUOTAS: Mapping[tuple[str, str, str], int] = {
    ("reddit", "comment", "product"): 280,
    ("reddit", "post", "product"): 90,
    ("reddit", "comment", "common"): 50,
    ("reddit", "post", "common"): 30,
    ("reddit", "comment", "nothing"): 205,
    ("reddit", "post", "nothing"): 65,
    ("hackernews", "comment", "product"): 50,
    ("hackernews", "comment", "nothing"): 30,
    ("hackernews", "post", "product"): 5,
    ("hackernews", "post", "nothing"): 5,
    ("github", "post", "product"): 35,
    ("github", "post", "nothing"): 30,
    ("github", "comment", "product"): 25,
    ("github", "comment", "nothing"): 25,
}


@dataclass(frozen=True)
class Drawn:
    """An item of the draw, and the products that it names, as the text writes them."""

    item: Recorded
    targets: Sequence[str]


def draw(items: Iterable[Recorded]) -> list[Drawn]:
    """Return the items to label, in an order that tells nothing of them."""
    pools: dict[tuple[str, str, str], list[Drawn]] = defaultdict(list)
    for item in _each_text_once(items):
        if not _can_be_read(item.text):
            continue
        targets = targets_of(item.text)
        pools[item.source, item.kind, _named(targets)].append(Drawn(item, targets))
    drawn = [
        each for key, most in QUOTAS.items() for each in list(_short_and_long(pools[key]))[:most]
    ]
    return sorted(drawn, key=lambda each: _place(each.item))


def _named(targets: Sequence[str]) -> str:
    if not targets:
        return "nothing"
    return "common" if all(map(is_common, targets)) else "product"


def _each_text_once(items: Iterable[Recorded]) -> Iterator[Recorded]:
    seen: set[str] = set()
    for item in sorted(items, key=_place):
        words = item.text.casefold()
        if words not in seen:
            seen.add(words)
            yield item


def _can_be_read(text: str) -> bool:
    letters = sum(map(str.isalpha, text))
    return letters >= MIN_LETTERS and language_of(text) == "en"


def _short_and_long(pool: Sequence[Drawn]) -> Iterator[Drawn]:
    """Yield items by turns of their lengths."""
    lengths: dict[int, list[Drawn]] = defaultdict(list)
    for each in pool:
        lengths[sum(len(each.item.text) > end for end in LENGTHS)].append(each)
    for turn in zip_longest(*(lengths[key] for key in sorted(lengths))):
        yield from (each for each in turn if each is not None)


def _place(item: Recorded) -> str:
    return hashlib.sha256(f"{SEED} {item.id}".encode()).hexdigest()
