"""Problem documents, as RFC 9457 defines them."""

from pydantic import Field

from api.schema.base import Answer

# Kinds of problems: https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
NO_TYPE = "about:blank"
BAD_SETTING = "urn:undertone:bad-setting"


class BadParameter(Answer):
    """A parameter that was refused."""

    parameter: str = Field(description="its name")
    detail: str = Field(description="what was wrong")
    takes: str = Field(description="what it takes")


class Problem(Answer):
    """What went wrong: https://www.rfc-editor.org/rfc/rfc9457."""

    type: str = Field(
        default=NO_TYPE,
        description=f"the kind of problem: {NO_TYPE} where its status says it all, and"
        f" {BAD_SETTING} where a setting of the app is missing or bad",
    )
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what went wrong this time, and what to do")
    instance: str = Field(description="the path that was asked for")
    errors: list[BadParameter] = Field(
        default=[], description="each parameter that was refused; empty for other problems"
    )


class Conflict(Problem):
    """A collection was asked for while one runs, or waits for its worker."""

    cycle: str = Field(description="the id of the cycle that runs or was asked for before")
