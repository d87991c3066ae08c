"""The parts of a question that can't be answered, and what to do."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from api.ask.intents import EXCLUDED, NEGATED, NEGATION_IS_MEANT, UNANSWERABLE, asks_why
from api.ask.leftover import PRODUCTS
from api.ask.names import Known
from api.ask.nearest import nearest
from api.ask.parsed import Parsed, World
from api.ask.suggestions import example_pair, known_names, no_question, quoted_words
from api.ask.text import Question
from api.ask.wording import listed
from api.schema.values import MAX_COMPARED

INSIDE: Final = re.compile(r"\b(?:in|within|on|at|from|across|inside)(?: the)? $")
MIN_COMPARED: Final = 2


def checked(parsed: Parsed, words: Sequence[str], question: Question, world: World) -> Parsed:
    """Refuse what can't be answered, and say which words weren't understood."""
    if parsed.intent is None:
        cannot = parsed.cannot or (no_question(world),)
        return replace(parsed, cannot=tuple(cannot))
    if near := _near(words, world.known, has_scope=bool(parsed.scopes)):
        return parsed.refused(*near)
    parsed = parsed.saying(*_of_negation(question))
    if parsed.intent == "comparison":
        return _compared(parsed, words, question, world)
    if len(parsed.communities) > 1 or (len(parsed.subjects) > 1 and parsed.intent != "share"):
        return _first_of_several(parsed)
    if words and parsed.search is None:
        return _with_unknown(parsed, words, world)
    return parsed


def unanswerable(question: Question, parsed: Parsed, known: Known) -> str | None:
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


def _with_unknown(parsed: Parsed, words: Sequence[str], world: World) -> Parsed:
    """Refuse words that an answer doesn't look at; without a scope there is nothing to answer."""
    shown = quoted_words(words)
    if not parsed.scopes and parsed.marker is None:
        return _about_unknown(parsed, words, world)
    name = listed([each.name for each in parsed.scopes])
    of = f" is of {name} as a whole, and" if name else ""
    problem = (
        f"The answer{of} doesn't look at {shown}: “What do people say about"
        f" {' '.join(words)}?” searches for that."
    )
    return parsed.saying(problem)


def _about_unknown(parsed: Parsed, words: Sequence[str], world: World) -> Parsed:
    """Refuse a question about what isn't watched, and name what is."""
    is_one = "is no subject or community that is" if len(words) == 1 else "aren't"
    problem = f"{quoted_words(words)} {is_one} watched. {known_names(world.known)}"
    return parsed.refused(problem)


def _near(words: Sequence[str], known: Known, *, has_scope: bool) -> list[str]:
    """Return questions back where a word is nearly a name: "Did you mean Cursor?".

    Beside a scope only words with a capital count: "curses" may be what is said of it.
    """
    found = []
    for word in words:
        if has_scope and word.islower():
            continue
        if near := nearest(word, known.names()):
            names = listed(near, "or")
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
        f" them, as in “Compare {example_pair(world.known)}”. {known_names(world.known)}"
    )
    return replace(parsed, intent=None, subjects=[], cannot=(*parsed.cannot, problem))


def _without_reasons(parsed: Parsed) -> Parsed:
    """Refuse the reasons of a comparison: it has none."""
    why = listed([f"“Why did {each.name} change?”" for each in parsed.scopes[:MIN_COMPARED]], "or")
    problem = f"Reasons are given of one subject or community at a time: ask {why}."
    return parsed.saying(problem)


def _first_of_several(parsed: Parsed) -> Parsed:
    """Refuse a question about several scopes that only one can be asked about."""
    names = listed([each.name for each in parsed.scopes])
    problem = (
        f"This question takes one subject, in one community or in all: ask it of each of {names},"
        f" or “Compare {names}”."
    )
    return parsed.refused(problem)
