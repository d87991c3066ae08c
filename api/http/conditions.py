"""Conditions of changes: https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from api.errors import WATCHLIST, PreconditionRequired

ENTITY_TAG = re.compile(r'"[^"]*"')
# `prepare` joins the ETags of a part of an answer and of the whole.
LATER_PARTS = re.compile(r'\..*"$')


@dataclass(frozen=True)
class Condition:
    """The states that a caller has read, by their ETags; without any, whatever there is."""

    tags: frozenset[str] = frozenset()

    @property
    def is_any(self) -> bool:
        """Return whether any state will do."""
        return not self.tags

    def holds(self, *tags: str) -> bool:
        """Return whether one of these ETags, of what there is, is one of the condition's.

        A weak one counts too, since a gzipped answer has the weak tag of the plain one, and both
        are of one state. So does one that begins with that of the part that is changed.
        """
        known = {tag.removeprefix("W/") for tag in tags}
        return self.is_any or not known.isdisjoint(
            {*self.tags, *(LATER_PARTS.sub('"', tag) for tag in self.tags)}
        )


def read_condition(headers: Mapping[str, str], *, path: str = WATCHLIST) -> Condition:
    """Return the condition of If-Match, about what GET of `path` returns.

    Raises PreconditionRequired if there is none.
    """
    given = headers.get("if-match", "").strip()
    if given == "*":
        return Condition()
    if tags := frozenset(ENTITY_TAG.findall(given)):
        return Condition(tags)
    raise PreconditionRequired(path)
