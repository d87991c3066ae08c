"""A parsed question, and the names of the watchlist that the parser knows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from api.ask.intents import Presumed
from api.ask.names import Known, NamedScope
from api.ask.spans import Span
from api.schema.ask import Intent
from api.schema.values import Sort
from shared.kinds import Talk
from shared.models import Label, Marker


@dataclass(frozen=True)
class Parsed:
    """A parsed question.

    intent is None where nothing can be answered. subjects and communities are the scopes that it
    names, in its order. search are the words that texts are searched for, and search_words as they
    were written. cannot has what can't be answered, a sentence each.
    """

    question: str
    at: datetime
    intent: Intent | None
    subjects: Sequence[NamedScope] = ()
    communities: Sequence[NamedScope] = ()
    span: Span | None = None
    search: str | None = None
    search_words: Sequence[str] = ()
    marker: Marker | None = None
    label: Label | None = None
    talk: Talk | None = None
    sort: Sort | None = None
    presumed: Presumed | None = None
    is_inside: bool = False
    """True: a comparison is of subjects in the community, not with it."""
    is_filled: bool = False
    """True: the most mentioned subjects are compared beside the scopes that it names."""
    is_of_communities: bool = False
    """True: a comparison without scopes is of communities, not of subjects."""
    is_unknown: bool = False
    """True: the question is about something that is no subject of the watchlist."""
    cannot: Sequence[str] = field(default=())

    @property
    def scopes(self) -> Sequence[NamedScope]:
        """Return the scopes of both kinds, in the order of the question."""
        return sorted((*self.subjects, *self.communities), key=lambda each: each.start)

    @property
    def alike(self) -> int:
        """Return the number of its subjects or that of its communities, the greater one."""
        return max(len(self.subjects), len(self.communities))

    def saying(self, *cannot: str) -> "Parsed":
        """Return it with more that can't be answered."""
        return replace(self, cannot=(*self.cannot, *cannot))

    def refused(self, *cannot: str) -> "Parsed":
        """Return it as one that can't be answered at all, with what to do."""
        return replace(self, intent=None, cannot=(*self.cannot, *cannot))


@dataclass(frozen=True)
class World:
    """The subjects, communities and markers that the parser knows; has_model: one can be asked."""

    known: Known
    markers: Sequence[Marker]
    has_model: bool = False
