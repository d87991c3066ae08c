"""Algolia's search of Hacker News: https://hn.algolia.com/api.

A query shows 1,000 hits at most, and a page past them has none and says so in a message only. So no
page but the first is read: a query that has more hits is asked again for those before the oldest.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ValidationError

from collector.sources.hackernews.answers import checked
from collector.sources.http import HttpClient
from shared.errors import SourceUnavailable

NOT_FOUND = 404
# Algolia's own limit.
MAX_HITS = 1000
# A list of 100 stories makes an address of 1,500 characters.
STORIES_AT_ONCE = 100
STORIES = "(story,poll)"
FRONT_PAGE = "front_page"
COMMENTS = "comment"


def _number(value: object) -> object:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class SearchAnswer(BaseModel):
    """An answer of the search; hits are read one by one."""

    hits: list[Any]
    nbHits: Annotated[int | None, BeforeValidator(_number)] = None  # noqa: N815 - Algolia's name
    message: Any = None


@dataclass(frozen=True)
class Hits:
    """The newest hits of a span of seconds.

    oldest is the second of the oldest of them, if the span has older ones; else None.
    """

    hits: Sequence[Any]
    oldest: int | None


def second_of(hit: object) -> int | None:
    """Return when a hit was written, in Unix seconds."""
    value = hit.get("created_at_i") if isinstance(hit, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:12])
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class Search:
    """Requests to the search, each a span of seconds: from the first on, before the second."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    def newest(
        self, tags: str, first: int, before: int | None, *, query: str = "", most: int = MAX_HITS
    ) -> Hits:
        """Return the newest hits of a span, by one request. Raises SourceError."""
        bounds = [f"created_at_i>{first - 1}", *([f"created_at_i<{before}"] if before else [])]
        answer = self._client.get(
            "/api/v1/search_by_date",
            {
                "query": query,
                "tags": tags,
                "numericFilters": ",".join(bounds),
                "hitsPerPage": most,
                "typoTolerance": "false",
            },
        )
        data = checked(answer, "search").json()
        try:
            found = SearchAnswer.model_validate(data)
        except ValidationError:
            raise SourceUnavailable(
                "unreadable", "an answer of Hacker News' search has no hits: its API has changed"
            ) from None
        if not found.hits and found.message:
            said = str(found.message)[:100]
            raise SourceUnavailable("unreadable", f"Hacker News' search shows no hits: {said}")
        # A server may show more than it is asked for.
        shown = found.hits[:most]
        count = len(shown)
        is_cut = count >= most if found.nbHits is None else found.nbHits > count
        timed = [(second_of(hit), hit) for hit in shown]
        hits = [hit for second, hit in timed if second is None or _is_in(second, first, before)]
        if not shown or not is_cut:
            return Hits(hits, None)
        inside = [second for second, _ in timed if second is not None]
        inside = [second for second in inside if _is_in(second, first, before)]
        if not inside:
            raise SourceUnavailable(
                "unreadable", "Hacker News' search shows hits of other times than asked for"
            )
        return Hits(hits, min(inside))

    def all_of(self, tags: str, first: int, *, query: str = "") -> Iterator[list[Any]]:
        """Yield all hits since a second, newest first, those of each request once."""
        before: int | None = None
        seen: set[object] = set()
        while True:
            found = self.newest(tags, first, before, query=query)
            fresh = [hit for hit in found.hits if _name(hit) not in seen]
            seen.update(map(_name, fresh))
            yield fresh
            if found.oldest is None:
                return
            before = older_than(found.oldest, before)
            if before <= first:
                return

    def tree(self, story: int) -> object:
        """Return a story with all its comments; None if the search doesn't have it."""
        answer = self._client.get(f"/api/v1/items/{story}")
        return None if answer.status == NOT_FOUND else checked(answer, "search").json()

    def stories(self, numbers: Sequence[int]) -> Sequence[Any]:
        """Return these stories, at most STORIES_AT_ONCE, as hits."""
        return self.newest(f"{STORIES},{any_of(numbers)}", 1, None).hits


def older_than(oldest: int, before: int | None) -> int:
    """Return the end of the span to read next: its newest second may have more than was shown.

    A second that fills an answer alone is left behind: no other request would show more of it.
    """
    return oldest + 1 if before is None or oldest + 1 < before else oldest


def any_of(stories: Sequence[int]) -> str:
    """Return the tags of what belongs to any of these stories."""
    return f"({','.join(f'story_{number}' for number in stories)})"


def _is_in(second: int, first: int, before: int | None) -> bool:
    return first <= second and (before is None or second < before)


def _name(hit: object) -> object:
    name = hit.get("objectID") if isinstance(hit, dict) else None
    return name if isinstance(name, str | int) else id(hit)
