"""Tools that list what people wrote, and show a thread."""

from collections.abc import Set as AbstractSet
from typing import Annotated
from urllib.parse import urlencode

from pydantic import Field, JsonValue

from api.mcp.arguments import Arguments, ScopeName, parameters_of, scope_parameters
from api.mcp.budget import JsonObject
from api.mcp.reader import Found, Reader
from api.mcp.schemas import NEXT_PAGE
from api.mcp.tool import Pages, Tool
from api.reads.items import read_items
from api.reads.post import next_comments, read_post
from api.schema.base import Answer
from api.schema.items import ItemAnswer, PostDetail
from api.schema.parameters import (
    MAX_SEARCH_CHARS,
    SORTS,
    ItemsParameters,
    Parameters,
    PostParameters,
)
from api.schema.values import MAX_HOURS, Bound, Hours, Kind, ListCursor, Sort, WholeNumber
from shared.kinds import Talk
from shared.models import Label, Via

MAX_FOUND = 100
THREAD_CHARS = 2_000
NOTHING: AbstractSet[str] = frozenset()


class SearchArguments(Arguments):
    """The scope, the words, the filters and the page of a search."""

    scope: ScopeName = "all"
    q: Annotated[
        str | None,
        Field(
            max_length=MAX_SEARCH_CHARS,
            description='whole words and "phrases" that all occur in title or content, in any case;'
            " a `*` at the end matches a prefix: frustrat*. Without it, all items of the scope",
            examples=['"rate limit"'],
        ),
    ] = None
    sentiment: Label | None = Field(
        default=None,
        description="positive, negative or neutral; of a subject what items say of the subject",
    )
    talk: Talk | None = Field(default=None, description="a kind of talk")
    kind: Kind | None = Field(default=None, description="post or comment; without it, both")
    via: Via | None = Field(
        default=None,
        description="of a subject: text (named in the item), thread (a comment under a post about"
        " it) or home (in its own community)",
    )
    topic: str | None = Field(
        default=None,
        max_length=MAX_SEARCH_CHARS,
        description="the id of a topic that the tool topics found, with the same scope and span:"
        " exactly its items",
    )
    sort: Sort = Field(default="newest", description=f"{SORTS}. Long lists take newest alone")
    hours: Hours = 24
    start: Bound | None = Field(
        default=None,
        description=f"a time in UTC, instead of `hours`; at most {MAX_HOURS} hours before the end",
        examples=["2026-11-22T08:00:00Z"],
    )
    end: Bound | None = Field(default=None, description="a time in UTC: items before then")
    limit: WholeNumber = Field(
        default=20, ge=1, le=MAX_FOUND, description=f"items of a page, from 1 to {MAX_FOUND}"
    )
    cursor: ListCursor | None = Field(default=None, description=NEXT_PAGE)


class FoundItems(Answer):
    """A page of posts and comments."""

    items: list[ItemAnswer] = Field(description="posts and comments in the order of `sort`")


async def find_items(reader: Reader, arguments: SearchArguments) -> Found:
    """Return a page of items, as GET /items does."""
    more = {"limit": arguments.limit, **scope_parameters(arguments.scope)}
    parameters = parameters_of(ItemsParameters, arguments, more)
    page = await reader.read(read_items, parameters)
    return Found(FoundItems(items=page.items.root), address("/items", parameters), page.next_cursor)


def cursor_after_item(item: JsonObject) -> str:
    """Return the cursor of the items after this one."""
    return str(item["cursor"])


def address(path: str, parameters: Parameters, *, without: AbstractSet[str] = NOTHING) -> str:
    """Return the path and query of the API that answer with these parameters.

    without names those that are in the path.
    """
    given = parameters.model_dump(exclude_unset=True, exclude=set(without), mode="json")
    query: dict[str, JsonValue] = {
        name: ",".join(value) if isinstance(value, list) else value
        for name, value in given.items()
        if value is not None
    }
    return f"/api/v1{path}" + (f"?{urlencode(query)}" if query else "")


class ThreadArguments(Arguments, PostParameters):
    """The post whose thread is read, and a page of its comments."""


async def find_thread(reader: Reader, arguments: ThreadArguments) -> Found:
    """Return a post with its comments, as GET /posts/{id} does."""
    parameters = parameters_of(PostParameters, arguments, {})
    detail = await reader.read(read_post, parameters)
    path = address(f"/posts/{parameters.id}", parameters, without={"id"})
    return Found(detail, path, next_comments(detail))


def cursor_after_comment(comment: JsonObject) -> str:
    """Return the cursor of the comments after this one."""
    return f"{comment['created_utc']}_{comment['id']}"


SEARCH_MENTIONS = Tool(
    name="search_mentions",
    title="Search posts and comments",
    description=(
        "Lists posts and comments of a scope and a span: the items that its figures count, each"
        " with its id, address (permalink), sentiment and the subjects it mentions. Use it for"
        " evidence: quote with permalink. A page of a search may be empty and still have a"
        " next_cursor."
    ),
    arguments=SearchArguments,
    answer=FoundItems,
    find=find_items,
    pages=Pages("items", cursor_after_item),
)

READ_THREAD = Tool(
    name="read_thread",
    title="Read a thread",
    description=(
        "Returns a post with its stored comments, oldest first, page by page: each with its id,"
        " address, sentiment and subjects. `post_id` of any item is the id of its post. The counts"
        " and the mean are those of the comments of the page, before the budget ends the list."
    ),
    arguments=ThreadArguments,
    answer=PostDetail,
    find=find_thread,
    pages=Pages("comments", cursor_after_comment),
    text_chars=THREAD_CHARS,
)
