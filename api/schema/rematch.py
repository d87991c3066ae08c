"""The progress of a rematch."""

from pydantic import Field

from api.schema.base import Answer, Time


class RematchState(Answer):
    """The matching of stored items by the watchlist as it is now, from the newest to the oldest."""

    subjects: list[str] = Field(
        description="the ids of the subjects whose mentions may not be right until it is done"
    )
    items: int = Field(
        description="how many items are stored; 0 until that is known, when it has begun"
    )
    matched: int = Field(description="how many of them are matched so far")
    left: int = Field(description="how many are left")
    began_at: Time | None = Field(description="when it began; null if it hasn't")
