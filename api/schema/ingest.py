"""The answer to pushed items."""

from pydantic import BaseModel, Field


class RefusedLine(BaseModel):
    """A line that wasn't taken."""

    line: int = Field(description="the number of the line, from 1")
    reason: str = Field(description="what is wrong with it, and what to do")


class Ingested(BaseModel):
    """The counts of accepted and unchanged lines, and the refused ones. Blank lines don't count."""

    accepted: int = Field(description="lines that change something: they show within seconds")
    unchanged: int = Field(description="lines that say what is known already")
    refused: list[RefusedLine] = Field(description="lines that are wrong; the others are taken")
