"""The kinds of talk, of items and of windows."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from api.schema.base import Answer
from shared.kinds import Talk

Kinds = Annotated[
    list[Talk] | None,
    Field(
        description="its kinds of talk, [other] where none holds (docs/kinds.md); null where they"
        " are unknown: by a method without kinds, and for texts that aren't English"
    ),
]


# No model: `from` can't be the name of a field.
SwitchAnswer = TypedDict(
    "SwitchAnswer",
    {
        "from": Annotated[
            str | None,
            Field(description="the id of the subject that was left; null if unknown"),
        ],
        "to": Annotated[
            str | None,
            Field(description="the id of the subject that was taken; null if unknown"),
        ],
    },
)

Switch = Annotated[
    SwitchAnswer | None,
    Field(
        description="of the kind switch, the subject that it blames and the one that it praises;"
        " null where that is unknown or unclear"
    ),
]


class KindFigures(Answer):
    """The items of a kind of talk."""

    items: int = Field(description="the items that have the kind, maybe among others")
    avg_sentiment: float = Field(description="their mean compound, -1 to 1")
    stderr: float | None = Field(
        description="the widest that the standard error of avg_sentiment can be: neither the spread"
        " nor the threads of a kind are stored; null for one item"
    )
    interval: list[float] | None = Field(
        description="[low, high] by that error: it holds the true avg_sentiment in 95 of 100 cases"
        " or more; null where stderr is",
        min_length=2,
        max_length=2,
    )
    few: bool = Field(description="whether it has fewer than 30 items, which is too few")
    share: float = Field(
        description="their part of the items whose kinds are known, 0 to 1; an item of two kinds"
        " counts in both"
    )


KindsOfWindow = Annotated[
    dict[Talk, KindFigures] | None,
    Field(
        description="the window by kind of talk, less kinds without items; null where no item's"
        " kinds are known"
    ),
]
