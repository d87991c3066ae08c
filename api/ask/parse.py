"""Parses a question: its scopes, its span, what it asks for, and what can't be understood."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from api.ask.intents import (
    EXCLUDED,
    NEGATED,
    NEGATION_IS_MEANT,
    OF_COMMUNITIES,
    UNANSWERABLE,
    Asked,
    Presumed,
    asked_of,
    asks_why,
    is_asking,
)
from api.ask.leftover import MAX_WORDS, PRODUCTS, leftover_of, search_for
from api.ask.markers import find_marker_names, known_markers, named_marker
from api.ask.names import Known, NamedScope, find_roles, find_scopes, find_unwatched
from api.ask.nearest import nearest
from api.ask.parts import questions_in
from api.ask.periods import NotAPeriod
from api.ask.spans import Span, default_span, find_spans
from api.ask.text import MARKER, MASKS, SPAN, Question, question_of
from api.schema.ask import Intent
from api.schema.parameters import MAX_SEARCH_CHARS
from api.schema.values import MAX_COMPARED, Sort
from shared.communities import community_name
from shared.kinds import Talk
from shared.models import Label, Marker

# Words beside a scope that are taken as a search where a text asks nothing: "Cursor pricing".
MAX_BARE_WORDS: Final = 2
COMPARED_WITH: Final = re.compile(
    rf"\b(?:compared (?:to|with)|compare (?:to|with)|versus|vs|than|relative to|against) {SPAN}+"
)
# A text with more questions is answered to the first ones.
MAX_SENTENCES: Final = 6
INSIDE: Final = re.compile(r"\b(?:in|within|on|at|from|across|inside)(?: the)? $")
MIN_COMPARED: Final = 2
MAX_LISTED: Final = 12
MAX_QUOTED: Final = 80
# With the name of a release they ask how people took it.
ABOUT_MARKER: Final = frozenset({"feeling", "topic", "change"})
SCOPED: Final = frozenset({"feeling", "topic", "reading"})
NO_QUESTION: Final = (
    "This isn't a question that can be answered here: questions are in English, about how people"
    " feel, what changed, why, what people say and what to read."
)


@dataclass(frozen=True)
class Parsed:
    """What a question was taken to ask.

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
    """Whether a comparison is of subjects in the community, not with it."""
    is_filled: bool = False
    """Whether those that are mentioned most are compared beside the scopes that it names."""
    is_of_communities: bool = False
    """Whether a comparison without scopes is of communities, not of subjects."""
    is_unknown: bool = False
    """Whether the question is about something that is no subject of the watchlist."""
    cannot: Sequence[str] = field(default=())

    @property
    def scopes(self) -> Sequence[NamedScope]:
        """Return the scopes of both kinds, in the order of the question."""
        return sorted((*self.subjects, *self.communities), key=lambda each: each.start)

    @property
    def alike(self) -> int:
        """Return the number of its subjects or that of its communities, the greater one."""
        return max(len(self.subjects), len(self.communities))


@dataclass(frozen=True)
class World:
    """What the parser knows: subjects, communities and markers; has_model: one can be asked."""

    known: Known
    markers: Sequence[Marker]
    has_model: bool = False


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
    return f"“{_shortened(other)}” was left out: ask one question at a time."


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
        cannot = [f"{unwatched} Communities are {_some(_communities(world.known))}."]
    if cannot:
        return replace(parsed, cannot=tuple(cannot))
    if problem := _unanswerable(question, parsed, world.known):
        return replace(parsed, cannot=(problem,))
    try:
        question, parsed = _with_marker(question, parsed, world)
        parsed = _of_its_subject(parsed, world)
    except NotAPeriod as error:
        return replace(parsed, cannot=(_sentence(str(error)),))
    spans = find_spans(question, at, world.markers, [each.id for each in parsed.subjects])
    if spans.is_refused:
        return replace(parsed, cannot=tuple(spans.cannot))
    question = spans.question
    parsed = replace(parsed, cannot=(*parsed.cannot, *spans.cannot))
    since = _after_baseline(question, spans.spans, at)
    if since is not None:
        said = (
            f"“{since.words}” was taken as the time since then: the answer names what it compares."
        )
        parsed = replace(parsed, cannot=(*parsed.cannot, said))
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
    return _checked(_with_words(parsed, asked, words, question, world), words, question, world)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}."


def _unanswerable(question: Question, parsed: Parsed, known: Known) -> str | None:
    """Return why a kind of question isn't answered, or what is left out can't be; None: it can."""
    text = question.masked
    for pattern, problem in UNANSWERABLE:
        if pattern.search(text):
            names = [*(each.name for each in parsed.scopes), *known.names(), "a product"]
            return problem.replace("{name}", names[0])
    if excluded := EXCLUDED.search(text):
        words = question.text[excluded.start() : excluded.end()]
        return (
            f"Leaving something out (“{words}”) isn't possible: ask about the subject or the"
            " community that you mean."
        )
    return None


def _with_marker(question: Question, parsed: Parsed, world: World) -> tuple[Question, Parsed]:
    """Find the marker whose effect a question asks for. Raises NotAPeriod where it isn't known."""
    asked = asked_of(question.masked, scopes=1, alike=1, has_marker=True)
    named = find_marker_names(Question(parsed.question), world.markers)
    if asked.intent != "release" and not (named and asked.intent in ABOUT_MARKER):
        return question, parsed
    subjects = [each.id for each in parsed.subjects]
    if named:
        marker = max(named, key=lambda each: len(each["name"]))
        start = parsed.question.lower().find(marker["name"].lower())
        taken = question.taken(start, start + len(marker["name"]), MARKER)
        return taken, replace(parsed, marker=marker)
    for place in range(len(question.masked)):
        if place and question.masked[place - 1].isalnum():
            continue
        found = named_marker(question.masked, place, parsed.at, world.markers, subjects)
        if found is not None:
            return question.taken(place, found[1], MARKER), replace(parsed, marker=found[0])
    if parsed.subjects and not _says_release(question):
        return question, parsed
    raise NotAPeriod(
        "whether something helped is answered for a marker, such as a release, and the question"
        f" names none. {known_markers(world.markers, subjects)}"
    )


def _of_its_subject(parsed: Parsed, world: World) -> Parsed:
    """Return a question about a marker as one about the marker's subject, the only one it has."""
    if parsed.marker is None:
        return parsed
    name, marked = parsed.marker["name"], parsed.marker["subject"]
    others = [each for each in parsed.subjects if each.id != marked]
    whom = _name_of(marked, world) if marked else "all communities"
    of_others = [
        f"The effect of {name} is on what is said of {whom}: of {each.name}, ask “What changed"
        f" about {each.name} since {name}?”."
        for each in others
    ]
    own = [each for each in parsed.subjects if each.id == marked]
    if marked and not own:
        own = [NamedScope("subject", marked, whom, "")]
    cannot = (*parsed.cannot, *of_others)
    return replace(parsed, subjects=own, communities=[], cannot=cannot)


def _name_of(subject: str, world: World) -> str:
    return next((each["name"] for each in world.known.subjects if each["id"] == subject), subject)


def _says_release(question: Question) -> bool:
    return any(each in question.masked for each in ("help", "impact", "effect", "before and after"))


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
    own = NamedScope("subject", marked, _name_of(marked, world), last.words)
    return replace(parsed, subjects=[own])


def _with_words(
    parsed: Parsed, asked: Asked, words: Sequence[str], question: Question, world: World
) -> Parsed:
    """Add what is asked, and the search for words that nothing else takes."""
    intent = asked.intent
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
        shown = ", ".join(f"“{_shortened(each)}”" for each in words[:MAX_WORDS])
        problem = f"Too many words aren't understood: {shown}. {_examples(world)}"
        return replace(parsed, intent=None, cannot=(*parsed.cannot, problem))
    is_unknown = not parsed.scopes and intent == "feeling"
    return replace(
        parsed,
        intent="reading" if intent == "reading" else "topic",
        search=search,
        search_words=tuple(words),
        is_unknown=is_unknown,
    )


def _checked(parsed: Parsed, words: Sequence[str], question: Question, world: World) -> Parsed:
    """Refuse what can't be answered, and say which words weren't understood."""
    if parsed.intent is None:
        cannot = parsed.cannot or (_no_question(world),)
        return replace(parsed, cannot=tuple(cannot))
    if near := _near(words, world.known, has_scope=bool(parsed.scopes)):
        return replace(parsed, intent=None, cannot=(*parsed.cannot, *near))
    parsed = replace(parsed, cannot=(*parsed.cannot, *_of_negation(question)))
    if parsed.intent == "comparison":
        return _compared(parsed, words, question, world)
    if len(parsed.communities) > 1 or (len(parsed.subjects) > 1 and parsed.intent != "share"):
        return _first_of_several(parsed)
    if words and parsed.search is None:
        return _with_unknown(parsed, words, world)
    return parsed


def _with_unknown(parsed: Parsed, words: Sequence[str], world: World) -> Parsed:
    """Say which words an answer doesn't look at; without a scope there is nothing to answer."""
    shown = _listed_words(words)
    if not parsed.scopes and parsed.marker is None:
        return _about_unknown(parsed, words, world)
    name = _join([each.name for each in parsed.scopes])
    of = f" is of {name} as a whole, and" if name else ""
    problem = (
        f"The answer{of} doesn't look at {shown}: “What do people say about"
        f" {' '.join(words)}?” searches for that."
    )
    return replace(parsed, cannot=(*parsed.cannot, problem))


def _about_unknown(parsed: Parsed, words: Sequence[str], world: World) -> Parsed:
    """Refuse a question about what isn't watched, and name what is."""
    is_one = "is no subject or community that is" if len(words) == 1 else "aren't"
    problem = f"{_listed_words(words)} {is_one} watched. {_known_names(world.known)}"
    return replace(parsed, intent=None, cannot=(*parsed.cannot, problem))


def _near(words: Sequence[str], known: Known, *, has_scope: bool) -> list[str]:
    """Return questions back where a word is nearly a name: "Did you mean Cursor?".

    Beside a scope only words with a capital count: "curses" may be what is said of it.
    """
    found = []
    for word in words:
        if has_scope and word.islower():
            continue
        if near := nearest(word, known.names()):
            names = _join(near, "or")
            found.append(
                f"“{word}” is no subject or community that is watched. Did you mean {names}?"
            )
    return found


def _of_negation(question: Question) -> list[str]:
    found = NEGATED.search(question.masked)
    if found is None or NEGATION_IS_MEANT.search(question.masked):
        return []
    return [f"“{found[0]}” was left out: the answer is to the question without it."]


def _compared(parsed: Parsed, words: Sequence[str], question: Question, world: World) -> Parsed:
    """Return a comparison of two to ten scopes, or of none: of those that are mentioned most."""
    if len(parsed.communities) == 1 and len(parsed.subjects) > 1:
        before = question.masked[: parsed.communities[0].start]
        parsed = replace(parsed, is_inside=bool(INSIDE.search(before)))
    scopes = parsed.scopes
    words = [each for each in words if each.lower() not in PRODUCTS]
    if words:
        return _about_unknown(parsed, words, world)
    named = [each for each in scopes if not each.is_any_competitor]
    if not scopes or (len(scopes) > MAX_COMPARED > len(named) and len(named) < len(scopes)):
        # The subjects that are mentioned most are compared: the figures say which.
        subjects = [each for each in named if each.kind == "subject"]
        return replace(parsed, subjects=subjects, is_filled=True)
    if MIN_COMPARED <= len(scopes) <= MAX_COMPARED:
        return _without_reasons(parsed) if asks_why(question.masked) else parsed
    there = "names one" if len(scopes) == 1 else f"names {len(scopes)}"
    problem = (
        f"A comparison takes two to ten subjects or communities, and the question {there}: name"
        f" them, as in “Compare {_example_pair(world.known)}”. {_known_names(world.known)}"
    )
    return replace(parsed, intent=None, subjects=[], cannot=(*parsed.cannot, problem))


def _without_reasons(parsed: Parsed) -> Parsed:
    """Say that a comparison has no reasons."""
    why = _join([f"“Why did {each.name} change?”" for each in parsed.scopes[:MIN_COMPARED]], "or")
    problem = f"Reasons are given of one subject or community at a time: ask {why}."
    return replace(parsed, cannot=(*parsed.cannot, problem))


def _first_of_several(parsed: Parsed) -> Parsed:
    """Refuse a question about several scopes that only one can be asked about."""
    names = _join([each.name for each in parsed.scopes])
    problem = (
        f"This question takes one subject, in one community or in all: ask it of each of {names},"
        f" or “Compare {names}”."
    )
    return replace(parsed, intent=None, cannot=(*parsed.cannot, problem))


def _no_question(world: World) -> str:
    model = " POST /api/v1/ask/model, with a key, can try it." if world.has_model else ""
    return f"{NO_QUESTION} {_examples(world)}{model}"


def _examples(world: World) -> str:
    subjects = [each["name"] for each in world.known.subjects]
    if not subjects:
        return "Ask, for example: “How do people feel?”, “What changed this week?”, “Why?”."
    one = subjects[0]
    return (
        f"Ask, for example: “How do people feel about {one}?”, “What changed about {one} this"
        f" week?”, “Why?”, “Compare {_example_pair(world.known)}”, “What do people say about"
        f" prices in {one}?”, “Which posts should I read?”, “Did the last release help?”, “What is"
        " the share of voice?”."
    )


def _example_pair(known: Known) -> str:
    names = [each["name"] for each in known.subjects] + [f"r/{each}" for each in known.communities]
    return " and ".join(names[:MIN_COMPARED])


def _known_names(known: Known) -> str:
    names = [each["name"] for each in known.subjects]
    if not names:
        return f"Communities are {_some(known.names())}."
    return f"Subjects are {_some(names)}."


def _communities(known: Known) -> list[str]:
    return list(map(community_name, known.communities))


def _some(names: Sequence[str]) -> str:
    more = len(names) - MAX_LISTED
    return _join([*names[:MAX_LISTED], f"{more} more"] if more > 0 else names)


def _listed_words(words: Sequence[str]) -> str:
    return _join([f"“{_shortened(each)}”" for each in words[:MAX_WORDS]])


def _join(names: Sequence[str], last: str = "and") -> str:
    *others, final = names or [""]
    return f"{', '.join(others)} {last} {final}" if others else final


def _shortened(text: str) -> str:
    shown = "".join(each for each in text if each not in MASKS)
    return shown if len(shown) <= MAX_QUOTED else f"{shown[:MAX_QUOTED].rstrip()}…"
