"""The threads of an hour or a day as text: "ID NUMBER SUM" each, with commas between them.

The largest are listed, and the others are sums at the end: "THREADS ITEMS SUM SQUARES PRODUCTS
TOTALS", as `Rest` has them. Where several communities count, a thread with more than half of the
items names its community: "ID NUMBER SUM COMMUNITY". So the community of a thread with more than
half of a window's items is always known: it has more than half of an hour's, too.

Every read of a day's statistics parses its document. JSON parses one text several times as fast as
a list for each thread, and only errors of means need the threads.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import fsum

from shared.models import OtherLanguages
from shared.stats.uncertainty import NONE, Mean, Rest, Thread, mean_of, rest_of

# An hour's threads take up to 1 KB, a day's document up to 32 KB.
MAX_THREADS = 50
# A day's threads in a month take up to 400 bytes.
MAX_OF_DAY = 15

DIGITS = 4
SQUARE_DIGITS = 2 * DIGITS
# The numbers of a rest; a thread has two, and its id and perhaps its community.
NUMBERS_OF_REST = 6
NUMBERS_OF_THREAD = 3


@dataclass(frozen=True)
class Threads:
    """Threads by the id of their post, the others as sums; communities are known of some."""

    listed: Mapping[str, Thread]
    rest: Rest = NONE
    communities: Mapping[str, str] = field(default_factory=dict)

    @property
    def items(self) -> int:
        """Count the items of all threads."""
        return sum(thread.items for thread in self.listed.values()) + self.rest.items

    @property
    def squares(self) -> int:
        """Add up the squared numbers of items of all threads."""
        return sum(thread.items**2 for thread in self.listed.values()) + self.rest.squares

    def most_squares(self, items: int) -> int:
        """Return the most that the squared numbers by thread of some of the items can add up to.

        It is that of the largest threads; items is at most their number.
        """
        left, squares = items, 0
        for size in sorted((thread.items for thread in self.listed.values()), reverse=True):
            taken = min(size, left)
            squares += taken**2
            left -= taken
            if not left:
                break
        return squares + min(left**2, self.rest.squares)

    @cached_property
    def mean(self) -> Mean | None:
        """Return the mean of all items; None without items."""
        return mean_of(list(self.listed.values()), self.rest)


def pack_threads(threads: Threads) -> str:
    """Return threads as text, by id. Ids and communities have neither blanks nor commas."""
    parts = []
    for name, thread in sorted(threads.listed.items()):
        text = f"{name} {thread.items} {thread.total!r}"
        community = threads.communities.get(name)
        parts.append(f"{text} {community}" if community else text)
    if threads.rest.threads:
        parts.append(" ".join(map(repr, threads.rest)))
    return ",".join(parts)


def unpack_threads(text: str) -> Threads:
    """Return the threads of a text."""
    listed: dict[str, Thread] = {}
    communities: dict[str, str] = {}
    rest = NONE
    # Half a year has 400,000 of them: this takes a seventh less than Thread(…).
    new = tuple.__new__
    for part in text.split(",") if text else ():
        numbers = part.split(" ")
        if len(numbers) == NUMBERS_OF_REST:
            threads, items, total, squares, products, totals = numbers
            rest = Rest(
                int(threads),
                int(items),
                float(total),
                int(squares),
                float(products),
                float(totals),
            )
            continue
        listed[numbers[0]] = new(Thread, (int(numbers[1]), float(numbers[2])))
        if len(numbers) > NUMBERS_OF_THREAD:
            communities[numbers[0]] = numbers[3]
    return Threads(listed, rest, communities)


def largest(threads: Threads, most: int = MAX_THREADS) -> Threads:
    """Return threads of which the largest are listed, `most` at most."""
    if len(threads.listed) <= most:
        return threads
    listed = threads.listed
    ordered = sorted(listed, key=lambda name: (-listed[name].items, name))
    kept = set(ordered[:most])
    rest = _sums([threads.rest, rest_of(listed[name] for name in ordered[most:])])
    return Threads(
        {name: listed[name] for name in sorted(kept)},
        rest,
        {name: own for name, own in threads.communities.items() if name in kept},
    )


def together(parts: Iterable[Threads]) -> Threads:
    """Add threads up by their id; those that aren't listed count as other threads each time."""
    listed: dict[str, Thread] = {}
    communities: dict[str, str] = {}
    rests: list[Rest] = []
    for part in parts:
        for name, thread in part.listed.items():
            known = listed.get(name)
            listed[name] = thread if known is None else _added(known, thread)
        communities.update(part.communities)
        if part.rest.threads:
            rests.append(part.rest)
    return Threads(listed, _sums(rests), communities)


def digest_of(texts: Iterable[str]) -> str:
    """Return the threads of the hours of a day as text, of which MAX_OF_DAY are listed."""
    return pack_threads(largest(together(map(unpack_threads, texts)), MAX_OF_DAY))


def counted_threads(texts: Sequence[str], other_languages: OtherLanguages) -> Threads:
    """Return the threads that count: texts are those of all items, and perhaps of other languages.

    These are left out where `other_languages` says so.
    """
    whole, *others = map(unpack_threads, texts)
    if not others or other_languages == "count":
        return whole
    return without(whole, others[0])


def without(whole: Threads, part: Threads) -> Threads:
    """Return threads less a part of them; nothing falls below zero.

    What the part lists and the whole doesn't is taken out of the whole's rest.
    """
    listed: dict[str, Thread] = dict(whole.listed)
    unlisted: list[Thread] = []
    for name, thread in part.listed.items():
        known = listed.pop(name, None)
        if known is None:
            unlisted.append(thread)
        elif known.items > thread.items:
            total = round(known.total - thread.total, DIGITS)
            listed[name] = Thread(known.items - thread.items, total)
    less = _sums([part.rest, rest_of(unlisted)])
    rest = whole.rest
    left = Rest(
        max(0, rest.threads - less.threads),
        max(0, rest.items - less.items),
        round(rest.total - less.total, DIGITS),
        max(0, rest.squares - less.squares),
        round(rest.products - less.products, DIGITS),
        max(0.0, round(rest.totals - less.totals, SQUARE_DIGITS)),
    )
    return Threads(listed, left if left.threads and left.items else NONE, dict(whole.communities))


def with_community_of_half(threads: Threads, community: str, items: int) -> Threads:
    """Return threads that name their community where they hold more than half of `items`."""
    own = {name: community for name, each in threads.listed.items() if 2 * each.items > items}
    return Threads(threads.listed, threads.rest, own)


def _added(one: Thread, other: Thread) -> Thread:
    return Thread(one.items + other.items, round(one.total + other.total, DIGITS))


def _sums(rests: Iterable[Rest]) -> Rest:
    listed = [rest for rest in rests if rest.threads]
    if not listed:
        return NONE
    threads, items, totals, squares, products, total_squares = zip(*listed, strict=True)
    return Rest(
        sum(threads),
        sum(items),
        round(fsum(totals), DIGITS),
        sum(squares),
        round(fsum(products), DIGITS),
        round(fsum(total_squares), SQUARE_DIGITS),
    )
