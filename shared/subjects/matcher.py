"""Finds the subjects that a text names.

Most texts have no term of any subject. Only one with a term is looked at for exclusions, and only
one with an ambiguous term for context.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from shared.models import Subject, Term
from shared.subjects.context import Surroundings
from shared.subjects.folded_text import FoldedText
from shared.subjects.phrases import Occurrence, Phrase, Phrases, phrase_of
from shared.subjects.spans import Span, Spans
from shared.subjects.wordlists import context_of
from shared.text import normalised

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
    """What a text names, in the order of the watchlist, and what was kept out.

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
    """Matches texts with the rules of subjects. Make it once for a watchlist."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._ids = [subject["id"] for subject in subjects]
        self._homes = [frozenset(map(str.casefold, subject["home"])) for subject in subjects]
        self._terms = Phrases(
            each
            for number, subject in enumerate(subjects)
            for term in subject["terms"]
            for each in _rule_of(number, term)
        )
        self._exclusions = Phrases(_phrases(subject["exclude"] for subject in subjects))
        self._context = Phrases(_phrases(map(context_of, subjects)))

    def match(self, text: str, *, home: str | None = None) -> list[Match]:
        """Return the subjects that a text names, in the order of the watchlist.

        text holds its author's own words (`shared.text.own_words`). home is the community that it
        stands in: there its subjects' terms need no context.
        """
        return self.find(text, home=home).matches

    def find(self, text: str, *, home: str | None = None) -> Found:
        """Return what a text names, and what exclusions and context kept out."""
        folded = FoldedText(text)
        hits = [hit for hit in self._terms.find(folded) if _is_in_its_case(folded, hit)]
        if not hits:
            return Found([], [])
        excluded = self._excluded(folded, hits)
        longest = _longest([hit for hit in hits if hit not in excluded], len(folded.folded))
        lacking = self._lacking_context(folded, longest, home)
        named: dict[int, dict[str, None]] = {}
        for hit in sorted(longest, key=lambda hit: hit[:3]):
            if hit not in lacking:
                named.setdefault(hit.value.subject, {})[_words(folded, hit)] = None
        return Found(
            [Match(self._ids[each], tuple(named[each])) for each in sorted(named)],
            self._kept_out(folded, excluded, lacking),
        )

    def _excluded(self, text: FoldedText, hits: Iterable[Hit]) -> dict[Hit, Span]:
        """Return the hits that phrases of exclusions overlap, with one such phrase each."""
        places = _places(self._exclusions, text, {hit.value.subject for hit in hits})
        overlapping = (
            (hit, places[hit.value.subject].overlapping(hit.start, hit.stop)) for hit in hits
        )
        return {hit: place for hit, place in overlapping if place}

    def _lacking_context(self, text: FoldedText, hits: Iterable[Hit], home: str | None) -> set[Hit]:
        """Return the hits of ambiguous terms outside of their homes that nothing near tells."""
        at = (home or "").casefold()
        ambiguous = [
            hit
            for hit in hits
            if hit.value.needs_context and at not in self._homes[hit.value.subject]
        ]
        if not ambiguous:
            return set()
        places = _places(self._context, text, {hit.value.subject for hit in ambiguous})
        around = Surroundings(text)
        return {
            hit for hit in ambiguous if not _is_told(text, around, hit, places[hit.value.subject])
        }

    def _kept_out(
        self, text: FoldedText, excluded: Mapping[Hit, Span], lacking: Iterable[Hit]
    ) -> list[KeptOut]:
        kept: list[tuple[Hit, KeptOut]] = []
        for hit, place in excluded.items():
            subject, words = self._ids[hit.value.subject], _words(text, hit)
            kept.append((hit, KeptOut(subject, words, "excluded", text.written(*place))))
        for hit in lacking:
            subject, words = self._ids[hit.value.subject], _words(text, hit)
            kept.append((hit, KeptOut(subject, words, "no_context", words)))
        return [each for _, each in sorted(kept, key=lambda each: each[0])]


def _rule_of(subject: int, term: Term) -> Iterator[tuple[Phrase, _Rule]]:
    phrase = phrase_of(term["text"], prefix=term["prefix"])
    if phrase:
        written = normalised(term["text"]).rstrip("* ").translate(NO_GAPS)
        capital = term.get("capital", False)
        yield phrase, _Rule(subject, written, term["exact"], term["needs_context"], capital)


def _phrases(texts: Iterable[Iterable[str]]) -> Iterator[tuple[Phrase, int]]:
    """Yield the phrases of each subject with its place."""
    for number, each in enumerate(texts):
        for text in each:
            if phrase := phrase_of(text):
                yield phrase, number


def _places(phrases: Phrases[int], text: FoldedText, subjects: set[int]) -> Mapping[int, Spans]:
    """Return where phrases of these subjects stand in a text."""
    places: dict[int, list[Span]] = {subject: [] for subject in subjects}
    for found in phrases.find(text):
        if found.value in places:
            places[found.value].append((found.start, found.stop))
    return {subject: Spans(each) for subject, each in places.items()}


def _is_in_its_case(text: FoldedText, hit: Hit) -> bool:
    return not hit.value.exact or _own_spelling(text, hit)


def _own_spelling(text: FoldedText, hit: Hit) -> bool:
    return text.written(hit.start, hit.end).translate(NO_GAPS) == hit.value.written


def _words(text: FoldedText, hit: Hit) -> str:
    """Return the words of a hit as they stand in the text, without a short form's apostrophe."""
    return SHORT_FORM.sub("", text.written(hit.start, hit.stop))


def _is_told(text: FoldedText, around: Surroundings, hit: Hit, context: Spans) -> bool:
    """Return whether context, or its capitals, tell what an ambiguous name stands for."""
    own_case = hit.value.capital and _own_spelling(text, hit)
    if own_case and around.is_own_capital(hit.start, text.written(hit.start, hit.end)):
        return True
    return around.has_context(hit, context)


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
