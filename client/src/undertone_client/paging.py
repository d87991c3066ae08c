"""Lists that the API answers page by page."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Generic, TypeVar
from urllib.parse import parse_qs, urlsplit

from httpx import Response
from pydantic import BaseModel

from undertone_client.answers import Origin
from undertone_client.errors import OriginChanged, PagingError, TooManyItems

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T", bound=BaseModel)

MAX_ITEMS = 100_000
"""The items that a list may have that is read without `max_items`."""
MAX_PAGES = 10_000
"""The pages that a list may have: over quiet hours pages may be empty."""
IDENTITY = ("kind", "subreddit", "community", "id")
"""The fields that an item is known by, as far as it has them."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a list."""

    items: tuple[T, ...]
    """Its items; over quiet hours there may be none."""
    origin: Origin | None
    """The origin of the data."""
    request: str
    """The address that was asked, without the key."""
    rematching: bool
    """True: stored items were being matched with changed rules of subjects."""
    cursor: str | None
    """The beginning of the next page; None on the last one."""
    is_cut: bool = False
    """True: `max_items` left out items of it."""


@dataclass(frozen=True)
class Pages(Generic[T]):
    """A list that is read page by page while one goes through it, each time from its beginning.

    Each item comes once, also if new ones arrive or their order changes meanwhile. Without
    `max_items` a list of more than 100,000 items raises TooManyItems.
    """

    kind: type[T] = field(repr=False)
    """The type of an item."""
    max_items: int | None
    """The list ends after this number of items; None reads it whole."""
    read: Callable[[str | None], Page[T]] = field(repr=False)
    """Reads the page of a cursor; the first one without."""

    def __iter__(self) -> Iterator[T]:
        """Yield the items. Raises what `pages` raises."""
        for page in self.pages():
            yield from page.items

    def pages(self) -> Iterator[Page[T]]:
        """Yield the pages, without items that were on an earlier one.

        Raises PagingError if links lead in a circle, OriginChanged if a page is of another origin
        than the first one, and TooManyItems.
        """
        seen: set[Hashable] = set()
        most = MAX_ITEMS if self.max_items is None else self.max_items
        for page in self._linked():
            new = {identity(each): each for each in page.items if identity(each) not in seen}
            room = most - len(seen)
            if self.max_items is None and len(new) > room:
                raise TooManyItems(
                    f"{page.request} has more than {MAX_ITEMS:,} items: narrow it, or say with"
                    " max_items how many to read"
                )
            seen.update(new)
            yield replace(page, items=tuple(islice(new.values(), room)), is_cut=len(new) > room)
            if self.max_items is not None and len(new) >= room:
                return

    def _linked(self) -> Iterator[Page[T]]:
        first = page = self.read(None)
        yield page
        known: set[str] = set()
        while page.cursor is not None:
            if page.cursor in known or len(known) >= MAX_PAGES:
                raise PagingError(f"the pages of {first.request} don't end")
            known.add(page.cursor)
            page = self.read(page.cursor)
            if page.origin != first.origin:
                raise OriginChanged(
                    f"the list began with {first.origin} data and goes on with {page.origin} data:"
                    f" {page.request}"
                )
            yield page

    def frame(self) -> pd.DataFrame:
        """Return all items as a frame; its `attrs` say origin, request, pages and completeness.

        Raises ImportError without pandas: undertone-client[pandas] brings it.
        """
        from undertone_client.frames import frame_of_pages  # noqa: PLC0415 - pandas is optional

        return frame_of_pages(self)


def identity(item: BaseModel) -> Hashable:
    """Return what an item is known by: ids are unique for each kind and community."""
    return tuple(getattr(item, name) for name in IDENTITY if name in type(item).model_fields)


def next_cursor(answer: Response, path: str) -> str | None:
    """Return the cursor of the next page, from the Link header; None on the last page.

    Only the cursor is taken: the next request goes to the same address with the same parameters.
    Raises PagingError if the link leads to another host or list, or has no cursor.
    """
    link = answer.links.get("next", {}).get("url")
    if link is None:
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        # Such as half an address of IPv6.
        parts = urlsplit("")
    cursors = parse_qs(parts.query).get("cursor", [])
    is_elsewhere = parts.netloc not in {"", answer.url.netloc.decode()}
    if is_elsewhere or not parts.path.endswith(path) or len(cursors) != 1:
        raise PagingError(f"the link to the next page isn't one of {path}: {link}")
    return cursors[0]
