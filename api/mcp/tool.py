"""A tool: its arguments, its answer, and how the answer is made small, safe and whole to cite."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from api.mcp.arguments import Arguments, read_arguments
from api.mcp.budget import JsonObject, Omission, capped, chars_of, fitted
from api.mcp.reader import Found, Reader
from api.mcp.schemas import input_schema, output_schema
from api.mcp.untrusted import WARNING, cleaned_json
from api.schema.base import Answer, DataOrigin
from shared.models import Origin

A = TypeVar("A", bound=Arguments)
M = TypeVar("M", bound=BaseModel)

# Characters of a text in an answer; those of a thread may be longer.
TEXT_CHARS: Final = 600
SAMPLE: Final = "Sample data: everything in it is invented. Say so with each figure."
RECORDED: Final = "Recorded data: it was collected earlier, and isn't what people write now."
NOTES: Final[Mapping[Origin, str | None]] = {
    "live": None,
    "sample": SAMPLE,
    "recorded": RECORDED,
}
GO_ON: Final = (
    "Lists in `omitted` end early. Ask again with a larger budget, a shorter span or a narrower"
    " scope; `request` is the address that returns all of it."
)
GO_ON_PAGES: Final = "Call the same tool with the same arguments and `cursor` = next_cursor."
# Fields of the API that answers to models leave out: courses, which are long; names of authors;
# places of marks, which are wrong in a cleaned text; and what only pages need.
LEFT_OUT: Final = frozenset(
    {
        *("analyzed_at", "author", "collected_at", "copies", "cursor", "deciding", "deliveries"),
        *("flair", "marks", "not_about", "origin", "steps", "timestamp", "trend_data", "updates"),
        "upvote_ratio",
    }
)
# A text may take this part of the budget, so that elements of a list fit whole.
TEXTS_OF_BUDGET: Final = 20
# Attempts to fit data beside what is said of it.
MAX_FITS: Final = 4


class OmissionAnswer(Answer):
    """A list that ends early."""

    path: str = Field(
        description="where the list is, below `data`, with dots and indexes; * is each index"
    )
    shown: int = Field(description="its elements that are shown, the first ones")
    of: int = Field(description="its elements that the request found; of several lists, the most")


class ToolAnswer(Answer, Generic[M]):
    """The answer of a tool: what the API answers, and what a model needs to know of it."""

    model_config = ConfigDict(frozen=True)

    data: M = Field(description="what the API answers, without courses and names of authors")
    origin: DataOrigin
    sample: str | None = Field(description="that the data isn't live, in words; null if it is")
    warning: str = Field(description="how to treat texts in `data`")
    omitted: list[OmissionAnswer] = Field(description="lists that end early; empty if none does")
    go_on: str | None = Field(description="how to get the rest; null if this is all")
    next_cursor: str | None = Field(
        description="the argument `cursor` for the next page; null if there is none"
    )
    request: str = Field(description="the address of the API that returns `data` whole")


@dataclass(frozen=True)
class Pages:
    """The list that a tool returns page by page, and the cursor after one of its elements."""

    name: str
    cursor_after: Callable[[JsonObject], str]


@dataclass(frozen=True)
class Tool(Generic[A]):
    """A tool that reads: its name, its texts, its models, and the function that finds its answer.

    text_chars is the maximum length of a text in its answer, and caps that of lists by their names.
    """

    name: str
    title: str
    description: str
    arguments: type[A]
    answer: type[BaseModel]
    find: Callable[[Reader, A], Awaitable[Found]]
    pages: Pages | None = None
    text_chars: int = TEXT_CHARS
    caps: Mapping[str, int] = field(default_factory=dict)

    async def call(self, reader: Reader, given: Mapping[str, object], base: str) -> JsonObject:
        """Return the answer to a call; base is the address of the app.

        Raises BadParameters, and what reads of the API raise.
        """
        arguments = read_arguments(self.arguments, given)
        found = await self.find(reader, arguments)
        return self._answer(found, reader.deps.settings.origin, arguments.budget, base)

    def input_schema(self) -> dict[str, Any]:
        """Return the schema of the arguments."""
        return input_schema(self.arguments)

    def output_schema(self) -> dict[str, Any]:
        """Return the schema of the answer."""
        # mypy sees no class in a variable.
        model: type[BaseModel] = ToolAnswer[self.answer]  # type: ignore[name-defined]
        return output_schema(model, without=LEFT_OUT)

    def _answer(self, found: Found, origin: Origin, budget: int, base: str) -> JsonObject:
        whole: JsonObject = found.answer.model_dump(mode="json")
        cursors = self._cursors(whole)
        data = cleaned_json(without(whole), min(self.text_chars, budget // TEXTS_OF_BUDGET))
        assert isinstance(data, dict)  # noqa: S101 - so was the whole
        short, in_lists = capped(data, self.caps)

        def answer(max_chars: int) -> JsonObject:
            kept, omitted = fitted(short, max_chars)
            cursor = self._next_cursor(found.next_cursor, cursors, omitted)
            left_out = [*omitted, *in_lists]
            go_on = GO_ON_PAGES if cursor is not None else GO_ON if left_out else None
            return {
                "data": kept,
                "origin": origin,
                "sample": NOTES[origin],
                "warning": WARNING,
                "omitted": [
                    {"path": each.path, "shown": each.shown, "of": each.of} for each in left_out
                ],
                "go_on": go_on,
                "next_cursor": cursor,
                "request": base + found.request,
            }

        allowed = budget
        for _ in range(MAX_FITS):
            fitting = answer(allowed)
            # What is said beside the data, and of what is left out, takes its part.
            excess = chars_of(fitting) - budget
            if excess <= 0:
                break
            allowed = chars_of(fitting["data"]) - excess
        return fitting

    def _cursors(self, whole: JsonObject) -> list[str]:
        """Return the cursor after each element of the list that has pages."""
        if self.pages is None:
            return []
        listed = whole[self.pages.name]
        assert isinstance(listed, list)  # noqa: S101 - the model of its answer says so
        return [self.pages.cursor_after(each) for each in listed if isinstance(each, dict)]

    def _next_cursor(
        self, following: str | None, cursors: list[str], omitted: list[Omission]
    ) -> str | None:
        """Return the cursor after the last element that is shown; None where none of them fits."""
        shown = next(
            (each.shown for each in omitted if self.pages and each.path == self.pages.name),
            len(cursors),
        )
        if shown == len(cursors):
            return following
        return cursors[shown - 1] if shown else None


def without(value: JsonValue) -> JsonValue:
    """Return a JSON value without the fields of LEFT_OUT."""
    match value:
        case list():
            return [without(each) for each in value]
        case dict():
            return {name: without(each) for name, each in value.items() if name not in LEFT_OUT}
        case _:
            return value
