"""Parses a question: its scopes, its span, what it asks for, and what can't be understood."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from api.ask.asked_markers import name_of, of_its_subject, with_marker
from api.ask.intents import OF_COMMUNITIES, Asked, asked_of, is_asking
from api.ask.leftover import MAX_WORDS, leftover_of, search_for
from api.ask.names import NamedScope, find_roles, find_scopes, find_unwatched
from api.ask.parsed import Parsed, World
from api.ask.parts import questions_in
from api.ask.periods import NotAPeriod
from api.ask.refusals import checked, unanswerable
from api.ask.spans import Span, default_span, find_spans
from api.ask.suggestions import community_names, examples, first_names, shortened_text
from api.ask.text import SPAN, Question, question_of
from api.schema.parameters import MAX_SEARCH_CHARS

# A text with more questions is answered to the first ones.
MAX_SENTENCES: Final = 6
# Words beside a scope that are taken as a search where a text asks nothing: "Cursor pricing".
MAX_BARE_WORDS: Final = 2
COMPARED_WITH: Final = re.compile(
    rf"\b(?:compared (?:to|with)|compare (?:to|with)|versus|vs|than|relative to|against) {SPAN}+"
)
SCOPED: Final = frozenset({"feeling", "topic", "reading"})


def parse(text: str, at: datetime, world: World) -> Parsed:
    """Parse a text: the first question in it that is understood; others are named in `cannot`.

    It can take tenths of a second: call it from a thread.
    """
    whole = question_of(text).text
    sentences = (questions_in(whole) or [whole])[:MAX_SENTENCES]
    parsed = [_parse_one(each, at, world) for each in sentences]
    chosen = next((n for n, each in enumerate(parsed) if each.intent is not None), 0)
    others = [
        each
        for number, each in enumerate(sentences)
        if number != chosen and not _is_filler(each, parsed[number])
    ]
    first = parsed[chosen]
    if first.intent is None or not others:
        return first
    return replace(first, cannot=(*first.cannot, *map(_one_at_a_time, others)))


def _one_at_a_time(other: str) -> str:
    return f"“{shortened_text(other)}” was left out: ask one question at a time."


def _is_filler(sentence: str, parsed: Parsed) -> bool:
    """Return whether a sentence says nothing beside words such as "thanks"."""
    return parsed.intent is None and not leftover_of(Question(sentence)) and not parsed.scopes


def _parse_one(sentence: str, at: datetime, world: World) -> Parsed:
    question, named = find_scopes(Question(sentence), world.known)
    question, own, cannot = find_roles(question, world.known)
    # What is named itself isn't by its role alone.
    once = {each.scope: each for each in (*own, *named)}
    subjects = [each for each in once.values() if each.kind == "subject"]
    communities = [each for each in once.values() if each.kind == "community"]
    parsed = Parsed(sentence, at, None, subjects, communities, cannot=tuple(cannot))
    if unwatched := find_unwatched(question, world.known):
        cannot = [f"{unwatched} Communities are {first_names(community_names(world.known))}."]
    if cannot:
        return replace(parsed, cannot=tuple(cannot))
    if problem := unanswerable(question, parsed, world.known):
        return replace(parsed, cannot=(problem,))
    try:
        question, parsed = with_marker(question, parsed, world)
        parsed = of_its_subject(parsed, world)
    except NotAPeriod as error:
        return replace(parsed, cannot=(_sentence(str(error)),))
    spans = find_spans(question, at, world.markers, [each.id for each in parsed.subjects])
    if spans.is_refused:
        return replace(parsed, cannot=tuple(spans.cannot))
    question = spans.question
    parsed = parsed.saying(*spans.cannot)
    since = _after_baseline(question, spans.spans, at)
    if since is not None:
        said = (
            f"“{since.words}” was taken as the time since then: the answer names what it compares."
        )
        parsed = parsed.saying(said)
    parsed = _with_span(parsed, spans.spans if since is None else [since], world)
    asked = asked_of(
        question.masked,
        scopes=len(parsed.scopes),
        alike=parsed.alike,
        has_marker=parsed.marker is not None,
    )
    words = leftover_of(question)
    if asked.talk is not None:
        # A feature request.
        words = [each for each in words if each.lower() not in {"feature", "features"}]
    return checked(_with_words(parsed, asked, words, question, world), words, question, world)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _after_baseline(question: Question, spans: Sequence[Span], at: datetime) -> Span | None:
    """Return the time since a span that a question compares with: "compared to last week".

    None is returned where it compares with none.
    """
    found = COMPARED_WITH.search(question.masked)
    if len(spans) != 1 or found is None or spans[0].end >= at:
        return None
    return Span(spans[0].end, at, f"{found[0].rstrip(SPAN).strip()} {spans[0].words}")


def _with_span(parsed: Parsed, spans: Sequence[Span], world: World) -> Parsed:
    """Add the span: the later one of two, of which the other is named in `cannot`."""
    if not spans:
        return replace(parsed, span=default_span(parsed.at))
    last = max(spans, key=lambda each: (each.start, each.end))
    others = [each for each in spans if each is not last]
    cannot = [
        f"“{each.words}” wasn't looked at by itself: “{last.words}” is compared with the time that"
        " the answer names, which is always the one before."
        for each in others
        if each.words != last.words
    ]
    parsed = replace(parsed, span=last, cannot=(*parsed.cannot, *cannot))
    marked = last.marker["subject"] if last.marker else None
    if marked is None or parsed.scopes:
        return parsed
    own = NamedScope("subject", marked, name_of(marked, world), last.words)
    return replace(parsed, subjects=[own])


def _with_words(
    parsed: Parsed, asked: Asked, words: Sequence[str], question: Question, world: World
) -> Parsed:
    """Add what is asked, and the search for words that nothing else takes."""
    intent = asked.intent
    is_plain = not words and asked.label is None and asked.talk is None
    if intent == "topic" and is_plain and parsed.alike == len(parsed.scopes) > 1:
        intent = "comparison"
    is_bare = not words or (len(words) <= MAX_BARE_WORDS and not is_asking(question.masked))
    if intent is None and parsed.scopes and is_bare:
        intent = "topic" if words else "comparison" if parsed.alike > 1 else "feeling"
    parsed = replace(
        parsed,
        intent=intent,
        label=asked.label,
        talk=asked.talk,
        sort=asked.sort,
        presumed=asked.presumed,
        is_of_communities=bool(OF_COMMUNITIES.search(question.masked)),
    )
    if intent not in SCOPED or not words:
        return parsed
    search = search_for(words)
    if len(words) > MAX_WORDS or len(search) > MAX_SEARCH_CHARS:
        shown = ", ".join(f"“{shortened_text(each)}”" for each in words[:MAX_WORDS])
        problem = f"Too many words aren't understood: {shown}. {examples(world)}"
        return parsed.refused(problem)
    is_unknown = not parsed.scopes and intent == "feeling"
    return replace(
        parsed,
        intent="reading" if intent == "reading" else "topic",
        search=search,
        search_words=tuple(words),
        is_unknown=is_unknown,
    )
