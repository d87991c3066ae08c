"""A question as it is parsed: cleaned, in small letters, with the words that are taken marked."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from api.mcp.untrusted import cleaned
from api.schema.ask import MAX_QUESTION

# What stands for a scope, a marker or a span in a text. Private use: cleaned() leaves none in it.
SUBJECT: Final = "\ue000"
COMMUNITY: Final = "\ue001"
MARKER: Final = "\ue002"
SPAN: Final = "\ue003"
MASKS: Final = SUBJECT + COMMUNITY + MARKER + SPAN

MAX_NAMES: Final = 4_096
WORD = re.compile(r"[^\W_][\w'.+#-]*[\w+#]|[^\W_]")
SAME: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201b\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
    }
)


@dataclass(frozen=True)
class Word:
    """A word of a question: as it was written, and where it begins and ends."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Question:
    """The text of a question, and the same in small letters with masks where words are taken."""

    text: str
    masked: str = field(default="")

    def __post_init__(self) -> None:
        if not self.masked:
            object.__setattr__(self, "masked", lowered(self.text))

    def taken(self, start: int, end: int, mask: str) -> "Question":
        """Return the question with the characters from start to end taken."""
        size = end - start
        return replace(self, masked=self.masked[:start] + mask * size + self.masked[end:])

    def words(self) -> Iterator[Word]:
        """Yield the words that nothing has taken."""
        for found in WORD.finditer(self.masked):
            start, end = found.span()
            yield Word(self.text[start:end], start, end)


def question_of(text: str) -> Question:
    """Return a question in one line, without hidden characters, with plain quotes and hyphens."""
    plain = unicodedata.normalize("NFKC", cleaned(text, MAX_QUESTION)).translate(SAME)
    return Question(" ".join(plain.split())[:MAX_QUESTION])


# The names of a watchlist are compared with each question.
@lru_cache(maxsize=MAX_NAMES)
def lowered(text: str) -> str:
    """Return a text in small letters, of the same length."""
    return "".join(low if len(low := each.lower()) == 1 else each for each in text)


@lru_cache(maxsize=MAX_NAMES)
def folded(text: str) -> str:
    """Return a name as names are compared: small letters, without accents, signs and spaces."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(each for each in plain if each.isalnum())
