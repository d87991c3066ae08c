"""Communities that are added and removed in bulk."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schema.base import Answer, Body

MAX_NAMES = 5000
MAX_NAME_CHARS = 150

Name = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME_CHARS)]


class BulkBody(Body):
    """Communities to watch, and others to watch no longer, of those watched in bulk."""

    add: list[Name] = Field(
        default=[],
        max_length=MAX_NAMES,
        description=f"the ids of communities to watch, at most {MAX_NAMES}",
        examples=[["push.desk"]],
    )
    remove: list[Name] = Field(
        default=[],
        max_length=MAX_NAMES,
        description=f"the ids of those to watch no longer, at most {MAX_NAMES}; what was collected"
        " stays until it expires",
        examples=[[]],
    )


class RefusedName(Answer):
    """A name that can't be watched."""

    name: str = Field(description="the name as it was given")
    detail: str = Field(description="what is wrong with it")
    takes: str = Field(description="what would be right")


class BulkAnswer(Answer):
    """The result of a change in bulk; the list of communities has all that are watched."""

    added: int = Field(description="the number of communities that are watched from now on")
    removed: int = Field(description="the number of those that are watched no longer")
    unchanged: int = Field(
        description="the number of names that were watched already, or weren't watched in bulk"
    )
    refused: list[RefusedName] = Field(description="the names that can't be watched")
