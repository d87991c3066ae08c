"""The questions that stand in one text: one of them is answered, the others are named."""

import re
from collections.abc import Sequence
from typing import Final

MIN_LETTERS: Final = 3
# A sentence ends with ?, ! or ;, or with a full stop after a word: "vs." and "Nov." aren't such.
ENDS = re.compile(r"(?<=[?!;])\s*|(?<=[a-zA-Z]{4}\.)\s+(?=\S)")


def questions_in(text: str) -> Sequence[str]:
    """Return the sentences of a text, in its order, without those that say nothing."""
    found = [each.strip() for each in ENDS.split(text)]
    return [each for each in found if sum(map(str.isalpha, each)) >= MIN_LETTERS]
