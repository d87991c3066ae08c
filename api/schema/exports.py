"""The parameters of the file of a day."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from api.schema.parameters import OtherName, SubjectFilter
from api.schema.values import CommunityName, Kind
from shared.subjects.markers import checked_date

MAX_EXPORTED = 10_000
# One page, which costs less than 1,000 request units together with the day's statistics.
MAX_EXPORTED_WITHOUT_KEY = 400
# An item has up to 100,000 characters, and 10,000 such items would fill the memory.
MAX_EXPORTED_CHARS = 40_000_000

Day = Annotated[str, StringConstraints(max_length=10), AfterValidator(checked_date)]


class ExportParameters(SubjectFilter):
    """The day and the scope of a file."""

    day: Day | None = Field(
        default=None,
        description="a day in UTC that is over, such as 2026-11-22; without it, yesterday",
        examples=["2026-11-22"],
        json_schema_extra={"format": "date"},
    )
    subreddit: CommunityName | None = Field(
        default=None,
        description="the name of a watched community, in upper or lower case; without it, all",
        examples=["claude"],
    )
    community: OtherName = None
    kind: Kind | None = Field(
        default=None, description="post or comment; without it, both", examples=["comment"]
    )
    format: Literal["csv", "ndjson", "parquet"] | None = Field(
        default=None,
        description="parquet, csv or ndjson; without it, the Accept header decides, and without"
        " that it is parquet",
        examples=["parquet"],
    )
    bom: Literal["0", "1"] | None = Field(
        default=None,
        description="1: a csv begins with a byte order mark, so that Excel reads it as UTF-8; other"
        " formats never have one",
        examples=["1"],
    )
