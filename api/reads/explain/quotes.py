"""Sentences of items, word for word, with the words that decided their label marked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.reads.excerpts import Marks, in_one_line, places_of
from api.reads.explain.items import SampledItem
from shared.text.forms import FORMS
from shared.text.own_words import own_lines

MAX_SENTENCES = 3
# A shorter sentence says little alone; a longer one is no quote that is read.
MIN_WORDS = 4
MAX_CHARACTERS = 280
END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|\n+")


@dataclass(frozen=True)
class Quote:
    """A sentence of an item, and where the words that decided its label stand in it."""

    item: SampledItem
    text: str
    marks: Marks


def quotes_of(items: Iterable[SampledItem], most: int = MAX_SENTENCES) -> list[Quote]:
    """Return a sentence of each of the first items that have one, each of another thread.

    Of an item it is the sentence with most of the words that decided its label, or that name the
    subject. Where its words aren't known, as of some methods, the sentence has no marks.
    """
    found: list[Quote] = []
    said: set[str] = set()
    threads: set[str] = set()
    for item in items:
        if len(found) == most:
            break
        if not item.is_quotable or item.thread in threads:
            continue
        quote = _quote(item)
        if quote is not None and quote.text.casefold() not in said:
            found.append(quote)
            said.add(quote.text.casefold())
            threads.add(item.thread)
    return found


def _quote(item: SampledItem) -> Quote | None:
    named = item.mention["matched"] if item.mention is not None else ()

    def worth(sentence: str) -> tuple[int, int]:
        return len(places_of(sentence, item.deciding)), len(places_of(sentence, named))

    # The first of those that are worth as much.
    best = max(sentences_of(item), key=worth, default=None)
    if best is None or (item.deciding and not worth(best)[0]):
        return None
    return Quote(item, best, places_of(best, item.deciding))


def sentences_of(item: SampledItem) -> list[str]:
    """Return the author's own sentences that stand in the item word for word, in order."""
    raw = [in_one_line(item.title or ""), in_one_line(item.item["content"])]
    form = FORMS[item.item["source"]]
    own = [
        in_one_line(each)
        for text in _texts(item)
        for each in END.split(own_lines(text, form).words)
    ]
    return [
        each
        for each in own
        if len(each) <= MAX_CHARACTERS
        and len(each.split()) >= MIN_WORDS
        and any(each in text for text in raw)
    ]


def _texts(item: SampledItem) -> Sequence[str]:
    return [text for text in (item.title, item.item["content"]) if text]
