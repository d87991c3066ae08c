"""Finds where a text names something."""

import re
from collections.abc import Iterable

# What may stand between the words of a name: spaces, a line break, and marks of Markdown.
MAX_BETWEEN = 6


def place_of(
    text: str, target: str, others: Iterable[str] = (), *, any_case: bool = False
) -> tuple[int, int] | None:
    """Return where a text first names a target, as a word of its own; None if it doesn't.

    others are the text's further targets: "Claude" isn't named by "Claude Code", if that is one.
    """
    flags = re.IGNORECASE if any_case else 0
    longer = [
        place
        for other in others
        if len(other) > len(target) and re.search(re.escape(target), other, flags)
        for place in _places(text, other, flags)
    ]
    for start, end in _places(text, target, flags):
        if not any(first <= start and end <= last for first, last in longer):
            return start, end
    return None


def places_of(text: str, names: Iterable[str], others: Iterable[str] = ()) -> list[tuple[int, int]]:
    """Return where a text in Markdown names something by one of its names, in the text's order.

    Names are as cleaned text has them: in the text, marks and line breaks may stand between their
    words. Another case counts only where none stands in its own. others are names of other things:
    places within one of theirs don't count.
    """
    wanted, further = list(names), list(others)
    for flags in (0, re.IGNORECASE):
        own = {place for name in wanted for place in _marked_places(text, name, flags)}
        if not own:
            continue
        other = {place for name in further for place in _marked_places(text, name, flags)}
        if found := [place for place in _outermost(own | other) if place in own]:
            return found
    return []


def _outermost(places: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the places that lie in no longer one, in order."""
    found: list[tuple[int, int]] = []
    for start, end in sorted(places, key=lambda place: (place[0], -place[1])):
        if not found or end > found[-1][1]:
            found.append((start, end))
    return found


def _marked_places(text: str, name: str, flags: int) -> list[tuple[int, int]]:
    words = [word for word in re.split(r"[\s_-]+", name) if word]
    if not words:
        return []
    pattern = rf"[\W_]{{0,{MAX_BETWEEN}}}".join(map(re.escape, words))
    found = re.finditer(rf"(?<![^\W_]){pattern}(?![^\W_])", text, flags)
    return [each.span() for each in found]


def _places(text: str, words: str, flags: int) -> list[tuple[int, int]]:
    return [each.span() for each in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, flags)]
