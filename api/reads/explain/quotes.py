"""Sentences of items, word for word, with the words that decided their label marked."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from api.reads.excerpts import Marks, in_one_line, places_of
from api.reads.explain.items import SampledItem
from shared.text.forms import FORMS
from shared.text.own_words import own_lines

MAX_SENTENCES = 3
# A shorter sentence says little alone; a longer one is no quote that is read.
MIN_WORDS = 4
MAX_CHARACTERS = 280
# Quotes may be of one thread, so that this number of times more are looked at.
MANY = 20
END = re.compile(r"(?<=[.!?…])[\"')\]]*\s+|\n+")


@dataclass(frozen=True)
class Quote:
    """A sentence of an item, and where the words that decided its label stand in it.

    is_certain: the label is that of the sentence, and not only of the whole text.
    """

    item: SampledItem
    text: str
    marks: Marks
    is_certain: bool = True


def quotes_of(
    items: Iterable[SampledItem], most: int = MAX_SENTENCES, *, topic: str | None = None
) -> list[Quote]:
    """Return sentences of the first items that have one, each of another thread.

    Of an item it is the sentence with most of the words that decided its label, or that name the
    topic or the subject. Some methods don't tell these words. Then a sentence may be anything, and
    the label is that of the whole text: the only sentence of an item is quoted first, then a title
    or a sentence that names the topic or the subject, if it is no question. Others aren't quoted.
    """
    certain: list[Quote] = []
    likely: list[Quote] = []
    for item in items:
        if len(certain) > MANY * most:
            break
        quote = _quote(item, topic) if item.is_quotable else None
        if quote is not None:
            (certain if quote.is_certain else likely).append(quote)
    found: list[Quote] = []
    said: set[str] = set()
    threads: set[str] = set()
    for quote in (*certain, *likely):
        if len(found) == most:
            break
        if quote.item.thread not in threads and quote.text.casefold() not in said:
            found.append(quote)
            said.add(quote.text.casefold())
            threads.add(quote.item.thread)
    return found


def _quote(item: SampledItem, topic: str | None) -> Quote | None:
    subject = item.mention["matched"] if item.mention is not None else ()
    named = [*([topic] if topic is not None else []), *subject]
    sentences = sentences_of(item)

    def worth(sentence: str) -> tuple[int, int]:
        return len(places_of(sentence, item.deciding)), len(places_of(sentence, named))

    # The first of those that are worth as much.
    best = max(sentences, key=worth, default=None)
    if best is None or (item.deciding and not worth(best)[0]):
        return None
    is_certain = bool(item.deciding) or len(own_sentences(item)) == 1
    if is_certain:
        return Quote(item, best, places_of(best, item.deciding))
    title = in_one_line(item.title or "")
    likely = [each for each in sentences if (each in title or worth(each)[1]) and "?" not in each]
    best = max(likely, key=worth, default=None)
    return None if best is None else Quote(item, best, [], is_certain=False)


def sentences_of(item: SampledItem) -> list[str]:
    """Return the author's own sentences that can be quoted, in order.

    They stand in the item word for word, and are neither too short nor too long.
    """
    raw = [in_one_line(item.title or ""), in_one_line(item.item["content"])]
    return [
        each
        for each in own_sentences(item)
        if len(each) <= MAX_CHARACTERS
        and len(each.split()) >= MIN_WORDS
        and any(each in text for text in raw)
    ]


def own_sentences(item: SampledItem) -> list[str]:
    """Return the author's own sentences of the title and the text, in order."""
    form = FORMS[item.item["source"]]
    texts = [text for text in (item.title, item.item["content"]) if text]
    own = (each for text in texts for each in END.split(own_lines(text, form).words))
    return [line for each in own if (line := in_one_line(each))]
