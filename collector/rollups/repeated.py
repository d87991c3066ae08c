"""The threads that items count in, where comments of an hour repeat one another.

Templates, moderators' notices and pasted texts say as little together as one of them. So equal
comments of an hour of a community, of any author, count in one thread: that of the earliest. From
twelve words on, so do near copies (shared/topics/near_copies.py): a word or a number changed, a
greeting added. Only errors of means need it, so that nothing is marked, and an hour's items are all
that it takes. Different people often agree in a few words: shorter comments are never equal.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

from shared.models import Item
from shared.stats.cell_threads import counted_thread_of, thread_of
from shared.text.words import count_words, words_of
from shared.topics.near_copies import MIN_WORDS, first_near_ones

# A template names whom it answers, and links to what it is about.
NAMED = ("u/", "/u/", "@", "http://", "https://")


def counted_threads(items: Sequence[Item]) -> list[str]:
    """Return the thread that each of the items of an hour counts in."""
    threads = {number: counted_thread_of(item) for number, item in enumerate(items)}
    for group in _repeated_comments(items):
        threads.update(dict.fromkeys(group, thread_of(items[group[0]])))
    return list(threads.values())


def _repeated_comments(items: Sequence[Item]) -> list[list[int]]:
    """Return the places of comments that repeat one another, of groups of two or more.

    Each group begins with its earliest.
    """
    written = sorted(
        (item["order_key"], number, words)
        for number, item in enumerate(items)
        if item["kind"] == "comment" and len(words := _own_words(item["content"])) >= MIN_WORDS
    )
    equal: dict[tuple[int, str], list[int]] = defaultdict(list)
    for _, number, words in written:
        # Emoji and dashes stand alone like words, but are none.
        if count_words(said := words_of(" ".join(words))) >= MIN_WORDS:
            equal[len(words), said].append(number)
    groups: dict[int, list[int]] = defaultdict(list)
    first_ones = first_near_ones([words for _, words in equal])
    for first, numbers in zip(first_ones, equal.values(), strict=True):
        groups[first] += numbers
    found = (sorted(each, key=_by_time(items)) for each in groups.values() if len(each) > 1)
    return list(found)


def _by_time(items: Sequence[Item]) -> Callable[[int], str]:
    return lambda number: items[number]["order_key"]


def _own_words(text: str) -> list[str]:
    return [word for word in text.split() if not word.startswith(NAMED)]
