"""Problem documents, as RFC 9457 defines them."""

from pydantic import Field

from api.schema.base import Answer

# Kinds of problems: https://www.rfc-editor.org/rfc/rfc9457#section-3.1.1
NO_TYPE = "about:blank"
BAD_SETTING = "urn:undertone:bad-setting"
# Of https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
QUOTA_EXCEEDED = "https://iana.org/assignments/http-problem-types#quota-exceeded"
REDUCED_CAPACITY = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"
NEEDS_KEY = "urn:undertone:needs-key"
NEEDS_SIGN_IN = "urn:undertone:needs-sign-in"


class BadParameter(Answer):
    """A parameter that was refused."""

    parameter: str = Field(description="the name of the parameter")
    detail: str = Field(description="what is wrong with it")
    takes: str = Field(description="what it accepts")


class Problem(Answer):
    """A problem document: https://www.rfc-editor.org/rfc/rfc9457."""

    type: str = Field(
        default=NO_TYPE,
        description=f"the kind of problem: {NO_TYPE} if the status says everything,"
        f" {BAD_SETTING} if a setting of the app is missing or bad, {NEEDS_KEY} if a key is missing"
        f" or wrong, {NEEDS_SIGN_IN} if no caller is signed in, {QUOTA_EXCEEDED} if a client or all"
        f" of them have used up what they may, and {REDUCED_CAPACITY} if too many ask now",
    )
    title: str = Field(description="the status in words")
    status: int = Field(description="the HTTP status")
    detail: str = Field(description="what went wrong this time, and what to do")
    instance: str = Field(description="the requested path")
    errors: list[BadParameter] = Field(
        default=[], description="each refused parameter; empty for other problems"
    )


class Conflict(Problem):
    """A collection was requested while one runs or waits for its worker."""

    cycle: str = Field(description="the id of the cycle that runs or was requested before")
