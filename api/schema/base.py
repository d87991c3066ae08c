"""The base of answers and bodies: classes, times, addresses, descriptions of common fields."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from shared.models import Origin

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
# Addresses of posts; browsers run javascript:, and open file: on their own machine.
WEB = {"http", "https"}
# Browsers read a backslash as a slash and drop line ends, so such an address would mislead.
NOT_IN_ADDRESSES = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
NOT_IN_HOSTS = re.compile(r"[\s\\]")


def web_address(value: str) -> str:
    """Return an http(s) address unchanged; "" for anything else, such as `javascript:…`."""
    try:
        address = urlsplit(value)
        is_web = address.scheme in WEB and bool(address.hostname)
    except ValueError:
        return ""
    is_odd = NOT_IN_ADDRESSES.search(value) or NOT_IN_HOSTS.search(address.netloc)
    return value if is_web and not is_odd else ""


WebAddress = Annotated[str, BeforeValidator(web_address)]

# Fields of several answers, with their descriptions.
Community = Annotated[
    str,
    Field(
        validation_alias="community",
        description="the id of the community: a subreddit's name, or that of another source, such"
        " as push.support",
    ),
]
LeftOut = Annotated[
    int,
    Field(
        description="items that aren't English, which count in none of the three labels and not in"
        " the mean; 0 if the setting OTHER_LANGUAGES is count"
    ),
]
Methods = Annotated[
    dict[str, int],
    Field(
        description="the number of items that each method and version scored, largest first",
        examples=[{"linear 1+3": 900, "vader 3.3.2+3": 131}],
    ),
]
MixedMethods = Annotated[
    bool,
    Field(
        description="whether more than one method scored the items, so that their mean isn't"
        " meaningful"
    ),
]
DataOrigin = Annotated[
    Origin,
    Field(
        description="live: as the communities wrote it; sample: invented; recorded: from a"
        " recording"
    ),
]


class Answer(BaseModel):
    """Base class of the answers of endpoints."""

    model_config = ConfigDict(frozen=True)


class Body(BaseModel):
    """Base class of the bodies that change something; other fields than its own are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
