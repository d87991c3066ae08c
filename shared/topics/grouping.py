"""Groups of terms that occur in the same texts, the texts of each group, and its name."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

# Two terms belong to one group if this share of the rarer term's texts has both.
SAME_TEXTS = 0.5
# A phrase can name the group if this share of its texts has it.
NAMED_IN = 0.6
# One term of a group may occur in other texts; a text with two of them belongs to the group.
TERMS_TO_JOIN = 2
# A name's capital is missing in at most this share of the texts.
SMALL_IN = 0.1
MAX_KEYWORDS = 8


class Termed(Protocol):
    """A text by its id, with its terms as `terms_of` returns them."""

    @property
    def id(self) -> str:
        """Return the id."""
        ...

    @property
    def terms(self) -> Mapping[str, str]:
        """Return the terms with their spellings."""
        ...


T = TypeVar("T", bound=Termed)


@dataclass
class TermGroup(Generic[T]):
    """Terms, highest score first, and the texts that belong to them.

    The first term is that of the group; the others occur in the same texts.
    """

    terms: list[str]
    texts: list[T] = field(default_factory=list)


def group_terms(texts: Sequence[T], scores: Mapping[str, float]) -> list[TermGroup[T]]:
    """Return groups of the terms that have a score, highest first, with the texts of each.

    A text belongs to one group at most.
    """
    texts_of: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for term in scores.keys() & text.terms.keys():
            texts_of[term].add(text.id)
    groups: list[TermGroup[T]] = []
    # Of equal scores, the longer phrase is more specific.
    for term in sorted(texts_of, key=lambda term: (-scores[term], -len(term), term)):
        shared = [(_overlap(texts_of[term], texts_of[group.terms[0]]), group) for group in groups]
        most, closest = max(shared, key=lambda pair: pair[0], default=(0.0, None))
        if closest is not None and most >= SAME_TEXTS:
            closest.terms.append(term)
        else:
            groups.append(TermGroup([term]))
    share_out(texts, groups, scores)
    return groups


def share_out(
    texts: Sequence[T], groups: Sequence[TermGroup[T]], scores: Mapping[str, float]
) -> None:
    """Add each text to the group with the most of its terms, weighted by their scores.

    A text belongs to a group if it has the group's first term, or two of its terms.
    """
    for text in texts:
        chosen, most = None, 0.0
        for group in groups:
            held = [term for term in group.terms if term in text.terms]
            if group.terms[0] not in text.terms and len(_apart(held)) < TERMS_TO_JOIN:
                continue
            weight = sum(scores[term] for term in held)
            if weight > most:
                chosen, most = group, weight
        if chosen is not None:
            chosen.texts.append(text)


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / min(len(one), len(other))


def _apart(terms: Collection[str]) -> list[str]:
    """Return the terms that aren't part of another one."""
    return [
        term
        for term in terms
        if not any(term != other and f" {term} " in f" {other} " for other in terms)
    ]


def name_of(group: TermGroup[T]) -> tuple[str, list[str]]:
    """Return a group's name and its keywords, in the spelling of most of its texts.

    The name is the longest phrase that most texts have. Keywords are the other terms, highest score
    first, without those that contain, or are part of, another one.
    """
    counts = Counter(term for text in group.texts for term in group.terms if term in text.terms)
    enough = NAMED_IN * max(counts.values())
    naming = [term for term in group.terms if counts[term] >= enough]
    name = max(naming, key=lambda term: (term.count(" "), counts[term], -group.terms.index(term)))
    keywords: list[str] = []
    for term in group.terms:
        if counts[term] and not any(_says_the_same(term, other) for other in [name, *keywords]):
            keywords.append(term)
    spelled = [_spelled(term, group.texts) for term in [name, *keywords[:MAX_KEYWORDS]]]
    return spelled[0], spelled[1:]


def _says_the_same(term: str, other: str) -> bool:
    return f" {term} " in f" {other} " or f" {other} " in f" {term} "


def _spelled(term: str, texts: Sequence[Termed]) -> str:
    spellings = Counter(text.terms[term] for text in texts if term in text.terms)
    spelling = min(spellings, key=lambda each: (-spellings[each], each))
    # A capital may only begin a sentence; a name has it in nearly all texts.
    small = spelling[0].lower() + spelling[1:]
    return small if spellings[small] > SMALL_IN * len(texts) else spelling


def slug(name: str) -> str:
    """Return the name as an id: in lower case, with hyphens."""
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-") or "topic"


def free_slug(name: str, taken: Collection[str]) -> str:
    """Return the name as an id, with a number where the id is taken."""
    own = base = slug(name)
    number = 1
    while own in taken:
        number += 1
        own = f"{base}-{number}"
    return own
