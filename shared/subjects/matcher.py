"""Finds the subjects that a text names.

Most texts have no term of any subject. Only one with a term is looked at for exclusions, and only
one with an ambiguous term for context.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Literal, NamedTuple

from shared.models import Subject, Term
from shared.subjects.context import Surroundings
from shared.subjects.folded_text import FoldedText
from shared.subjects.phrases import Occurrence, OwnedPhrases, Phrase, Phrases, phrase_of
from shared.subjects.spans import NO_SPANS, Span, Spans
from shared.subjects.wordlists import BARE, SMALL, context_of
from shared.text import folded, normalised
from shared.text.addresses import hosts_in

SHORT_FORM = re.compile(r"'\w*$")
NO_GAPS = str.maketrans("", "", " \t\n_-")


@dataclass(frozen=True)
class Match:
    """A subject that a text names, and the words by which it does, as they stand in the text."""

    subject: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class KeptOut:
    """Words of a subject's terms that don't name it.

    reason is "excluded", with the phrase of the exclusion as it stands in the text, or
    "no_context", with the words alone.
    """

    subject: str
    words: str
    reason: Literal["excluded", "no_context"]
    phrase: str


@dataclass(frozen=True)
class Found:
    """The subjects that a text names, in the order of the watchlist, and what was kept out.

    Words are in the order of the text.
    """

    matches: list[Match]
    kept_out: list[KeptOut]


class _Rule(NamedTuple):
    """A term of a subject; subject is its place in the watchlist, written has no gaps."""

    subject: int
    written: str
    exact: bool
    needs_context: bool
    capital: bool


Hit = Occurrence[_Rule]


class Matcher:
    """Matches texts with the rules of subjects; `matcher_of` makes one for each watchlist."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._ids = [subject["id"] for subject in subjects]
        self._homes = [frozenset(map(str.casefold, subject["home"])) for subject in subjects]
        self._excluding = frozenset(n for n, each in enumerate(subjects) if each["exclude"])
        self._bare = frozenset(n for n, each in enumerate(subjects) if BARE in each["context"])
        self._small = frozenset(n for n, each in enumerate(subjects) if SMALL in each["context"])
        self._terms = Phrases(
            each
            for number, subject in enumerate(subjects)
            for term in subject["terms"]
            for each in _rule_of(number, term)
        )
        self._exclusions = OwnedPhrases(_phrases(each["exclude"]) for each in subjects)
        self._context = OwnedPhrases(_phrases(context_of(each)) for each in subjects)
        self._hosts = hosts_in(_names(subjects))

    @property
    def hosts(self) -> frozenset[str]:
        """Return the names of the rules that are written like hosts: "v0.dev"."""
        return self._hosts

    def match(self, text: str, *, home: str | None = None) -> list[Match]:
        """Return the subjects that a text names, in the order of the watchlist.

        text holds its author's own words, with the hosts that these rules name
        (`shared.text.own_words`). home is the community that it stands in: there its subjects'
        terms need no context.
        """
        return self.find(text, home=home).matches

    def find(self, text: str, *, home: str | None = None) -> Found:
        """Return what a text names, and what exclusions and context kept out."""
        folded = FoldedText(text)
        hits = [
            hit
            for hit in self._terms.find(folded)
            if not hit.value.exact or _own_spelling(folded, hit)
        ]
        if not hits:
            return Found([], [])
        kept_out: list[tuple[int, KeptOut]] = []
        hits = self._without_excluded(folded, hits, kept_out)
        if len(hits) > 1:
            hits = sorted(_longest(hits, len(folded.folded)), key=attrgetter("start"))
        if hits:
            hits = self._with_context(folded, hits, (home or "").casefold(), kept_out)
        named: dict[int, dict[str, None]] = {}
        for hit in hits:
            named.setdefault(hit.value.subject, {})[_words(folded, hit)] = None
        return Found(
            [Match(self._ids[each], tuple(named[each])) for each in sorted(named)],
            [each for _, each in sorted(kept_out, key=itemgetter(0))],
        )

    def _without_excluded(
        self, text: FoldedText, hits: list[Hit], kept_out: list[tuple[int, KeptOut]]
    ) -> list[Hit]:
        """Return the hits that no phrase of an exclusion overlaps, and note the others."""
        owners = self._excluding.intersection([hit.value.subject for hit in hits])
        if not owners:
            return hits
        places = self._exclusions.spans(text, owners)
        if not places:
            return hits
        left: list[Hit] = []
        for hit in hits:
            spans = places.get(hit.value.subject)
            place = spans.overlapping(hit.start, hit.stop) if spans else None
            if place is None:
                left.append(hit)
            else:
                reason = self._kept_out(text, hit, "excluded", text.written(*place))
                kept_out.append((hit.start, reason))
        return left

    def _with_context(
        self, text: FoldedText, hits: list[Hit], home: str, kept_out: list[tuple[int, KeptOut]]
    ) -> list[Hit]:
        """Return the hits that need no context or have it, and note the others."""
        owners = {
            hit.value.subject
            for hit in hits
            if hit.value.needs_context and home not in self._homes[hit.value.subject]
        }
        if not owners:
            return hits
        places, around = self._context.spans(text, owners), Surroundings(text)
        left: list[Hit] = []
        for hit in hits:
            subject, needs_context = hit.value.subject, hit.value.needs_context
            if (
                not needs_context
                or subject not in owners
                or self._is_meant(text, around, hit, places.get(subject, NO_SPANS))
            ):
                left.append(hit)
            else:
                reason = self._kept_out(text, hit, "no_context", _words(text, hit))
                kept_out.append((hit.start, reason))
        return left

    def _is_meant(self, text: FoldedText, around: Surroundings, hit: Hit, context: Spans) -> bool:
        """Return whether context, or how it is written, tells what an ambiguous name stands for."""
        own_case = hit.value.capital and _own_spelling(text, hit)
        if own_case and around.is_own_capital(hit.start, text.written(hit.start, hit.end)):
            return True
        noun = hit.value.subject in self._bare
        if around.has_context(hit, context, noun=noun):
            return True
        if hit.value.subject in self._small and around.is_small(hit, context):
            return True
        return noun and around.is_bare(hit, context)

    def _kept_out(
        self, text: FoldedText, hit: Hit, reason: Literal["excluded", "no_context"], phrase: str
    ) -> KeptOut:
        return KeptOut(self._ids[hit.value.subject], _words(text, hit), reason, phrase)


def matcher_of(subjects: Sequence[Subject]) -> Matcher:
    """Return the matcher of these subjects: the one of the last call if they are the same.

    To make one of the starter pack takes 40 ms, and most cycles find the watchlist unchanged.
    """
    return _matcher_of(json.dumps(subjects))


@lru_cache(maxsize=1)
def _matcher_of(subjects: str) -> Matcher:
    return Matcher(json.loads(subjects))


def _rule_of(subject: int, term: Term) -> Iterator[tuple[Phrase, _Rule]]:
    phrase = phrase_of(term["text"], prefix=term["prefix"])
    if phrase:
        written = normalised(term["text"]).rstrip("* ").translate(NO_GAPS)
        capital = term.get("capital", False)
        yield phrase, _Rule(subject, written, term["exact"], term["needs_context"], capital)


def _phrases(texts: Iterable[str]) -> Iterator[Phrase]:
    return (phrase for text in texts if (phrase := phrase_of(text)))


def _names(subjects: Iterable[Subject]) -> Iterator[str]:
    """Yield the names in the rules of subjects, folded: terms, exclusions and context."""
    for each in subjects:
        terms = [term["text"] for term in each["terms"]]
        for text in (*terms, *each["exclude"], *context_of(each)):
            yield folded(normalised(text)).rstrip("* ")


def _own_spelling(text: FoldedText, hit: Hit) -> bool:
    return text.written(hit.start, hit.end).translate(NO_GAPS) == hit.value.written


def _words(text: FoldedText, hit: Hit) -> str:
    """Return the words of a hit as they stand in the text, without a short form's apostrophe."""
    words = text.written(hit.start, hit.stop)
    return SHORT_FORM.sub("", words) if "'" in words else words


def _longest(hits: Iterable[Hit], length: int) -> list[Hit]:
    """Return the hits that no longer one overlaps; of the same length, the first counts.

    Several subjects may have the same term.
    """
    taken = bytearray(length)
    spans: set[Span] = set()
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.stop, hit.start)):
        span = hit.start, hit.stop
        if span in spans or 1 not in taken[hit.start : hit.stop]:
            spans.add(span)
            taken[hit.start : hit.stop] = b"\1" * (hit.stop - hit.start)
            kept.append(hit)
    return kept
