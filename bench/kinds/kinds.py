"""The kinds of talk that an item can be (docs/kinds.md); several may hold."""

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
TOLD: tuple[Talk, ...] = TALK[:-1]
"""The kinds that a text can have several of; other is that it has none of them."""
