"""The names of a scope itself, which are never its topics."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.models import Subject
from shared.topics.terms import folded, terms_in
from shared.topics.variants import key_of


@dataclass(frozen=True)
class OwnNames:
    """The keys of names as `key_of` returns them, and those of the words of the main name."""

    keys: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()

    def without(self, terms: Mapping[str, str]) -> dict[str, str]:
        """Return the terms of a text without the names, and without those that overlap one.

        A name with a number behind it is a version, and stays. Other words beside a name are terms
        of their own.
        """
        if not self.keys:
            return dict(terms)
        gone: set[str] = set()
        kept: set[str] = set()
        for term in terms:
            words = term.split()
            if self.words.issuperset(map(key_of, words)):
                gone.add(term)
            elif (place := self._place_in(words)) is not None:
                gone.update(_overlapping(words, *place))
                if place == (0, len(words) - 1) and words[-1][0].isdigit():
                    kept.add(term)
        return {term: said for term, said in terms.items() if term in kept or term not in gone}

    def _place_in(self, words: Sequence[str]) -> tuple[int, int] | None:
        """Return where the longest name stands in a term: its first word and the one behind it."""
        places = [
            (first, last)
            for first in range(len(words))
            for last in range(first + 1, len(words) + 1)
            if key_of(" ".join(words[first:last])) in self.keys
        ]
        return max(places, key=lambda place: place[1] - place[0], default=None)


NO_NAMES = OwnNames()


def names_of_subject(subject: Subject) -> OwnNames:
    """Return the names of a subject: its name, its id and its terms."""
    aliases = [each["text"] for each in subject["terms"]]
    return _names([subject["name"], subject["id"]], [*aliases, *subject["merged_from"]])


def names_of_community(community: str, subjects: Iterable[Subject]) -> OwnNames:
    """Return the names of a community, and of the subjects that have their home there."""
    at_home = [each for each in subjects if community.lower() in map(str.lower, each["home"])]
    own = [names_of_subject(each) for each in at_home]
    # An id may have a source before a dot: hn.claude-code.
    named = _names([community, *community.split(".")], [])
    return OwnNames(
        named.keys.union(*(each.keys for each in own)),
        named.words.union(*(each.words for each in own)),
    )


def _overlapping(words: Sequence[str], first: int, last: int) -> set[str]:
    """Return the parts of a term that share a word with those from first on and before last."""
    return {
        " ".join(words[start:stop])
        for start in range(last)
        for stop in range(max(start, first) + 1, len(words) + 1)
    }


def _names(main: Iterable[str], aliases: Iterable[str]) -> OwnNames:
    listed = list(main)
    words = {key_of(word) for name in listed for word in terms_in([name]) if " " not in word}
    keys = {key_of(folded(name)) for name in (*listed, *aliases)}
    return OwnNames(frozenset(keys) | words, frozenset(words))
