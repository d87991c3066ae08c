"""The coverage of a window: its gaps, and the reason of each."""

from pydantic import Field

from api.schema.base import Answer, Time


class GapAnswer(Answer):
    """A time in which communities were not observed."""

    start: Time = Field(description="since when")
    end: Time = Field(description="until when")
    kind: str = Field(
        description="the kind of the error that lasts, such as blocked; or not_listed (the source"
        " no longer listed it), not_watched (before the first collection) or not_collected (no poll"
        " since)"
    )
    reason: str = Field(description="why, in words")
    communities: list[str] = Field(description="the communities that were not observed")


class CoverageAnswer(Answer):
    """The observed part of a window, and its gaps."""

    observed: float = Field(
        description="the part that was observed, 0 to 1; communities weigh as their usual items"
    )
    gaps: list[GapAnswer] = Field(
        description="the times that are unknown, oldest first: the community wasn't observed, or of"
        " all those that usually make up more than a fifth of the items"
    )
    partial: list[GapAnswer] = Field(
        description="the times in which other communities of `all` were not observed"
    )
    since: Time | None = Field(
        default=None,
        description="since when any of the communities is observed, whatever the window: what is"
        " earlier is unknown; null before the first collection",
    )
