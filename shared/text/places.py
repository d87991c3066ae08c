"""Finds where a text names something."""

import re
from collections.abc import Iterable


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


def _places(text: str, words: str, flags: int) -> list[tuple[int, int]]:
    return [each.span() for each in re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, flags)]
