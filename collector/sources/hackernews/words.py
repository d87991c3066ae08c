"""The words of a saved query, checked on our side.

The search finds beginnings of words, and words of a comment's story. Here all words of the query
must stand in the text itself, as whole words, in any case.
"""

import re
from dataclasses import dataclass

TOKEN = re.compile(r"[^\W_]+")
# Words between quotes stand one after the other; so do the parts of a word such as claude-code.
PART = re.compile(r'"([^"]*)"|(\S+)')


@dataclass(frozen=True)
class Words:
    """The words of a query: phrases, all of which must be found."""

    query: str
    phrases: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, query: str) -> "Words":
        """Read the words of a query; one without letters and digits has no phrases."""
        parts = (quoted or plain for quoted, plain in PART.findall(query))
        return cls(query, tuple(tokens for part in parts if (tokens := _tokens(part))))

    def match(self, *texts: str) -> bool:
        """Return whether each phrase stands in one of the texts."""
        said = [f" {' '.join(_tokens(text))} " for text in texts]
        return all(any(f" {' '.join(phrase)} " in text for text in said) for phrase in self.phrases)


def _tokens(text: str) -> tuple[str, ...]:
    return tuple(TOKEN.findall(text.casefold()))
