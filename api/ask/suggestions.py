"""Suggestions of other questions: examples, names that are known, parts of the question."""

from collections.abc import Sequence
from typing import Final

from api.ask.leftover import MAX_WORDS
from api.ask.names import Known
from api.ask.parsed import World
from api.ask.text import MASKS
from api.ask.wording import listed
from shared.communities import community_name

MAX_LISTED: Final = 12
MAX_QUOTED: Final = 80
NO_QUESTION: Final = (
    "This isn't a question that can be answered here: questions are in English, about how people"
    " feel, what changed, why, what people say and what to read."
)


def no_question(world: World) -> str:
    """Return that a text asks nothing that is understood, with what can be asked."""
    model = " POST /api/v1/ask/model, with a key, can try it." if world.has_model else ""
    return f"{NO_QUESTION} {examples(world)}{model}"


def examples(world: World) -> str:
    """Return questions that can be asked, in a sentence."""
    subjects = [each["name"] for each in world.known.subjects]
    if not subjects:
        return "Ask, for example: “How do people feel?”, “What changed this week?”, “Why?”."
    one = subjects[0]
    return (
        f"Ask, for example: “How do people feel about {one}?”, “What changed about {one} this"
        f" week?”, “Why?”, “Compare {example_pair(world.known)}”, “What do people say about"
        f" prices in {one}?”, “Which posts should I read?”, “Did the last release help?”, “What is"
        " the share of voice?”."
    )


def example_pair(known: Known) -> str:
    """Return two things that can be compared."""
    names = [each["name"] for each in known.subjects] + [f"r/{each}" for each in known.communities]
    return " and ".join(names[:2])


def known_names(known: Known) -> str:
    """Return the subjects of the watchlist, or else the communities, in a sentence."""
    names = [each["name"] for each in known.subjects]
    if not names:
        return f"Communities are {first_names(known.names())}."
    return f"Subjects are {first_names(names)}."


def community_names(known: Known) -> list[str]:
    """Return what people call the watched communities."""
    return list(map(community_name, known.communities))


def first_names(names: Sequence[str]) -> str:
    """Return the first names of a list, and how many more there are."""
    more = len(names) - MAX_LISTED
    return listed([*names[:MAX_LISTED], f"{more} more"] if more > 0 else names)


def quoted_words(words: Sequence[str]) -> str:
    """Return words of a question as a sentence lists them."""
    return listed([f"“{shortened_text(each)}”" for each in words[:MAX_WORDS]])


def shortened_text(text: str) -> str:
    """Return the beginning of a part of a question, without masks."""
    shown = "".join(each for each in text if each not in MASKS)
    return shown if len(shown) <= MAX_QUOTED else f"{shown[:MAX_QUOTED].rstrip()}…"
