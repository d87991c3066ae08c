"""The kinds of talk that an item can be (docs/kinds.md); several may hold."""

from collections.abc import Collection
from typing import Literal, get_args

Talk = Literal[
    "problem",
    "outage",
    "request",
    "question",
    "praise",
    "price",
    "switch",
    "showcase",
    "news",
    "other",
]
"""other holds alone: none of the others does."""
TALK: tuple[Talk, ...] = get_args(Talk)
PREDICTED: tuple[Talk, ...] = TALK[:-1]
"""The kinds that a model predicts; other is that none of them holds."""
OTHER: Talk = "other"

LETTERS: dict[Talk, str] = {
    "problem": "p",
    "outage": "o",
    "request": "r",
    "question": "q",
    "praise": "a",
    "price": "c",
    "switch": "s",
    "showcase": "w",
    "news": "n",
    "other": "x",
}
TALK_BY_LETTER: dict[str, Talk] = {letter: kind for kind, letter in LETTERS.items()}


def letters_of(kinds: Collection[Talk]) -> str:
    """Return kinds as letters, in the order of TALK: "po" for a problem that is an outage."""
    return "".join(letter for kind, letter in LETTERS.items() if kind in kinds)
