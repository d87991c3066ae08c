"""The threads that items count in, where comments of an hour repeat one another.

Templates, moderators' notices and pasted texts say as little together as one of them. So equal
comments of an hour of a community, of any author, count in one thread: that of the earliest.
Only errors of means need it, so that nothing is marked, and an hour's items are all that it takes.
Different people often agree in a few words: shorter comments are never equal.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from shared.models import Item
from shared.stats.cell_threads import counted_thread_of, thread_of
from shared.text.words import words_of
from shared.topics.near_copies import MIN_WORDS

# A template names whom it answers, and links to what it is about.
NAMED = ("u/", "/u/", "@", "http://", "https://")


def counted_threads(items: Sequence[Item]) -> list[str]:
    """Return the thread that each of the items of an hour counts in."""
    threads = {number: counted_thread_of(item) for number, item in enumerate(items)}
    for group in _equal_comments(items):
        first = min(group, key=lambda number: items[number]["order_key"])
        threads.update(dict.fromkeys(group, thread_of(items[first])))
    return list(threads.values())


def _equal_comments(items: Sequence[Item]) -> list[list[int]]:
    """Return the places of comments with equal words, of groups of two or more."""
    written = {
        number: words
        for number, item in enumerate(items)
        if item["kind"] == "comment" and len(words := _own_words(item["content"])) >= MIN_WORDS
    }
    # Comparing words takes a few times as long as counting them.
    lengths = Counter(map(len, written.values()))
    groups: dict[tuple[int, str], list[int]] = defaultdict(list)
    for number, words in written.items():
        if lengths[len(words)] > 1:
            groups[len(words), words_of(" ".join(words))].append(number)
    return [group for group in groups.values() if len(group) > 1]


def _own_words(text: str) -> list[str]:
    return [word for word in text.split() if not word.startswith(NAMED)]
