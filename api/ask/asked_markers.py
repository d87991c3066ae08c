"""The marker whose effect a question asks for, and the subject that it is of."""

from dataclasses import replace
from typing import Final

from api.ask.intents import asked_of
from api.ask.markers import find_marker_names, known_markers, named_marker
from api.ask.names import NamedScope
from api.ask.parsed import Parsed, World
from api.ask.periods import NotAPeriod
from api.ask.text import MARKER, Question, lowered

# With the name of a release they ask how people took it.
ABOUT_MARKER: Final = frozenset({"feeling", "topic", "change"})


def with_marker(question: Question, parsed: Parsed, world: World) -> tuple[Question, Parsed]:
    """Find the marker whose effect a question asks for. Raises NotAPeriod where it isn't known."""
    asked = asked_of(question.masked, scopes=1, alike=1, has_marker=True)
    named = find_marker_names(Question(parsed.question), world.markers)
    if asked.intent != "release" and not (named and asked.intent in ABOUT_MARKER):
        return question, parsed
    subjects = [each.id for each in parsed.subjects]
    if named:
        marker = max(named, key=lambda each: len(each["name"]))
        start = lowered(parsed.question).find(lowered(marker["name"]))
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


def of_its_subject(parsed: Parsed, world: World) -> Parsed:
    """Return a question about a marker as one about the marker's subject, the only one it has."""
    if parsed.marker is None:
        return parsed
    name, marked = parsed.marker["name"], parsed.marker["subject"]
    others = [each for each in parsed.subjects if each.id != marked]
    whom = name_of(marked, world) if marked else "all communities"
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


def name_of(subject: str, world: World) -> str:
    """Return the name of a subject by its id."""
    return next((each["name"] for each in world.known.subjects if each["id"] == subject), subject)


def _says_release(question: Question) -> bool:
    return any(each in question.masked for each in ("help", "impact", "effect", "before and after"))
