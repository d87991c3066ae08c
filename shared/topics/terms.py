"""The words and phrases of a text that can name a subject."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from shared.text.english import words_of
from shared.text.foreign_words import DOUBTFUL, FOREIGN
from shared.text.form import MARKDOWN, Form
from shared.text.own_words import own_words
from shared.text.stopwords import stopwords as listed_stopwords

LONGEST_PHRASE = 3
SHORTEST_WORD = 2
# The rest of a longer text is ignored, to bound the time.
MAX_CHARACTERS = 10_000
# GPT-5.5, node.js, C# and CI/CD are one word each.
WORD = re.compile(r"[^\W_]+(?:[.'/+-][^\W_]+)*[+#]*")
POSSESSIVE = re.compile(r"'s$")
# Function words of other languages that are also names, licences or plans.
ALSO_NAMES = words_of("mit ada dan ma ton son med har var com plus pour sans care z w i op bar van")


@lru_cache(maxsize=1)
def stopwords() -> frozenset[str]:
    """Return the words that can't name a subject, in lower case."""
    return listed_stopwords() | FOREIGN | (DOUBTFUL - ALSO_NAMES)


def terms_of(title: str, content: str, form: Form = MARKDOWN) -> dict[str, str]:
    """Return the terms of an item's own words, as `terms_in` does; the title comes first."""
    return terms_in(own_words(text, form)[:MAX_CHARACTERS] for text in (title, content))


def terms_in(texts: Iterable[str]) -> dict[str, str]:
    """Return the terms of texts, words and phrases of two or three words, with their spellings.

    The texts are their authors' own words. A term is in lower case; its spelling is that of its
    first use.
    """
    found: dict[str, str] = {}
    for text in texts:
        for run in _runs(text):
            for phrase in _phrases(run):
                found.setdefault(" ".join(map(folded, phrase)), " ".join(phrase))
    return found


def folded(word: str) -> str:
    """Return a word, normalised for comparison."""
    return word.casefold()


def _runs(text: str) -> Iterator[list[str]]:
    """Yield runs of words with only spaces between them, because phrases end at punctuation."""
    run: list[str] = []
    end = 0
    for match in WORD.finditer(text):
        if run and not text[end : match.start()].isspace():
            yield run
            run = []
        run.append(POSSESSIVE.sub("", match[0]))
        end = match.end()
    if run:
        yield run


def _phrases(run: Sequence[str]) -> Iterator[Sequence[str]]:
    words = [folded(word) for word in run]
    ends = [_can_stand(word) for word in words]
    starts = [can and not word[0].isdigit() for can, word in zip(ends, words, strict=True)]
    for first, begins in enumerate(starts):
        for last in range(first, min(first + LONGEST_PHRASE, len(run))):
            if begins and ends[last]:
                yield run[first : last + 1]


def _can_stand(word: str) -> bool:
    """Return whether a phrase may end with the word; it may end with a number, but not begin."""
    return word not in stopwords() and (len(word) >= SHORTEST_WORD or word.isdigit())
