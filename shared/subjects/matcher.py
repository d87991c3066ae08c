"""Finds the subjects that a text names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shared.models import Subject
from shared.text import folded


@dataclass(frozen=True)
class Match:
    """A subject that a text names, and the words by which it does, as they stand in the text."""

    subject: str
    words: tuple[str, ...]


class Matcher:
    """Matches texts with the rules of subjects."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._subjects = subjects

    def match(self, text: str, *, home: str | None = None) -> list[Match]:
        """Return the subjects that a text names, in the order of the watchlist.

        text holds its author's own words (`shared.text`). home is the community that it stands in:
        there its subjects' terms need no context.
        """
        _ = home
        found: list[Match] = []
        for subject in self._subjects:
            words = [
                hit[0]
                for term in subject["terms"]
                for hit in re.finditer(rf"\b{re.escape(folded(term['text']))}\b", folded(text))
            ]
            if words:
                found.append(Match(subject["id"], tuple(dict.fromkeys(words))))
        return found
